import { metadataOf, type Builder, type KubeObject } from './kube-object.ts';

/** An object as a person writes it: what the API server adds is left out. */
export interface PlainObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    /** Left out for cluster-wide objects. */
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
    /** It was deleted and is still there. Only the server sets the time: whoever loads it deletes it. */
    readonly deletionTimestamp?: string;
    /** Of an object that stands before this one, or of one that does not exist. */
    readonly owner?: { readonly apiVersion: string; readonly kind: string; readonly name: string };
  };
  readonly [field: string]: unknown;
}

/** Objects of any kind, owners before what they own, as a builder that `apply` takes. */
export function plain(...objects: readonly PlainObject[]): Builder {
  const nothing: Builder = { objects: () => [], healthy: () => nothing };
  return { objects: () => objects.map(kubeObject), healthy: () => nothing };
}

/** What a person writes, as the API server would show it: for builders that point at it (`anEvent`). */
export function kubeObject(object: PlainObject): KubeObject {
  const { owner, finalizers, deletionTimestamp, name, namespace = '', labels, annotations } = object.metadata;
  const { apiVersion, kind, ...content } = object;
  const metadata = metadataOf({
    kind,
    name,
    namespace,
    createdAtMs: 0,
    ...(labels !== undefined && { labels }),
    ...(annotations !== undefined && { annotations }),
    ...(owner !== undefined && {
      owner: {
        apiVersion: owner.apiVersion,
        kind: owner.kind,
        metadata: metadataOf({ kind: owner.kind, name: owner.name, namespace, createdAtMs: 0 }),
      },
    }),
  });
  return {
    ...content,
    apiVersion,
    kind,
    metadata: {
      ...metadata,
      ...(finalizers !== undefined && { finalizers }),
      ...(deletionTimestamp !== undefined && { deletionTimestamp }),
    },
  };
}
