import type { Condition, LabelSelector, ObjectMeta } from './meta.ts';

/** Where the API server finds what it calls. */
export interface ServiceTarget {
  readonly namespace: string;
  readonly name: string;
  /** 443 where the API leaves it out. */
  readonly port: number;
}

/** A validating or a mutating one. */
export interface WebhookConfiguration {
  readonly meta: ObjectMeta;
  readonly webhooks: readonly Webhook[];
}

export interface Webhook {
  readonly name: string;
  /** `Fail` (the API's default) or `Ignore`. */
  readonly failurePolicy: string;
  /** `undefined` for a webhook behind a URL. */
  readonly service: ServiceTarget | undefined;
  /** When the last certificate of its CA bundle expires; `undefined` without a bundle that can be read. */
  readonly caExpiresAtMs: number | undefined;
  /** For how long that certificate is valid in all. */
  readonly caLifetimeMs: number | undefined;
  readonly namespaceSelector: LabelSelector;
  readonly rules: readonly {
    readonly operations: readonly string[];
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
  }[];
}

export interface APIService {
  readonly meta: ObjectMeta;
  readonly group: string;
  readonly version: string;
  /** `undefined` for what the API server serves itself. */
  readonly service: ServiceTarget | undefined;
  readonly insecureSkipTLSVerify: boolean;
  readonly caExpiresAtMs: number | undefined;
  readonly caLifetimeMs: number | undefined;
  readonly conditions: readonly Condition[];
}

export interface CustomResourceDefinition {
  readonly meta: ObjectMeta;
  readonly group: string;
  readonly kind: string;
  /** Plural, as in URLs. */
  readonly resource: string;
  readonly namespaced: boolean;
  readonly servedVersions: readonly string[];
  /** What the storage holds objects of, or did. */
  readonly storedVersions: readonly string[];
  /** The webhook that converts between its versions, when there is one behind a Service. */
  readonly conversionService: ServiceTarget | undefined;
  readonly conversionCaExpiresAtMs: number | undefined;
  readonly conversionCaLifetimeMs: number | undefined;
  readonly conditions: readonly Condition[];
}
