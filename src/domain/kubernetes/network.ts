import type { ObjectMeta } from './meta.ts';

export interface Service {
  readonly meta: ObjectMeta;
  readonly type: string;
  readonly clusterIP: string;
  readonly externalName: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly publishNotReadyAddresses: boolean;
  readonly ports: readonly {
    readonly name: string;
    readonly port: number;
    readonly protocol: string;
    /** A number or a port name, as text; '' where the API leaves it out. */
    readonly targetPort: string;
  }[];
  readonly loadBalancerAddresses: readonly string[];
}

export interface EndpointSlice {
  readonly meta: ObjectMeta;
  /** From the label `kubernetes.io/service-name`. */
  readonly serviceName: string;
  readonly endpoints: readonly {
    readonly addresses: readonly string[];
    /** `undefined` (nil in the API) means ready. */
    readonly ready: boolean | undefined;
    readonly targetKind: string;
    readonly targetName: string;
    readonly nodeName: string;
  }[];
  readonly ports: readonly { readonly name: string; readonly port: number | undefined }[];
}
