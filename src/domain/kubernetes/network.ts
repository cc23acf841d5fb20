import type { LabelSelector, ObjectMeta } from './meta.ts';

export interface Service {
  readonly meta: ObjectMeta;
  readonly type: string;
  readonly clusterIP: string;
  readonly externalName: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly publishNotReadyAddresses: boolean;
  /** Who is to serve it; '' leaves it to the cluster's own controller. */
  readonly loadBalancerClass: string;
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

export interface Ingress {
  readonly meta: ObjectMeta;
  /** `spec.ingressClassName`; the older annotation is among the annotations. */
  readonly className: string | undefined;
  readonly defaultBackend: IngressBackend | undefined;
  readonly rules: readonly {
    readonly host: string;
    readonly paths: readonly { readonly path: string; readonly backend: IngressBackend }[];
  }[];
  readonly tlsSecretNames: readonly string[];
  readonly loadBalancerAddresses: readonly string[];
}

export interface IngressBackend {
  /** '' for a backend that is no Service. */
  readonly serviceName: string;
  /** A number or a port name, as text; '' for a backend that is no Service. */
  readonly servicePort: string;
}

export interface IngressClass {
  readonly meta: ObjectMeta;
  readonly controller: string;
  readonly isDefault: boolean;
}

export interface NetworkPolicy {
  readonly meta: ObjectMeta;
  /** Empty selects every pod of the namespace. */
  readonly podSelector: LabelSelector;
  /** `Ingress`, `Egress`. */
  readonly policyTypes: readonly string[];
}
