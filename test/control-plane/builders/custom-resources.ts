import { setTimeout as wait } from 'node:timers/promises';
import { ApiRefusal, type ControlPlane } from '../client.ts';

/** A kind that a CRD makes. */
export interface CustomKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly scope: 'Namespaced' | 'Cluster';
}

/** Every kind that the product ships a row for, in the version that its project serves. */
export const CUSTOM_KINDS: readonly CustomKind[] = [
  ...kinds('argoproj.io/v1alpha1', { Application: 'applications', Rollout: 'rollouts' }),
  ...kinds('kustomize.toolkit.fluxcd.io/v1', { Kustomization: 'kustomizations' }),
  ...kinds('helm.toolkit.fluxcd.io/v2', { HelmRelease: 'helmreleases' }),
  ...kinds('source.toolkit.fluxcd.io/v1', {
    GitRepository: 'gitrepositories',
    OCIRepository: 'ocirepositories',
    HelmRepository: 'helmrepositories',
    Bucket: 'buckets',
    HelmChart: 'helmcharts',
  }),
  ...kinds('cert-manager.io/v1', {
    Certificate: 'certificates',
    CertificateRequest: 'certificaterequests',
    Issuer: 'issuers',
  }),
  ...kinds('cert-manager.io/v1', { ClusterIssuer: 'clusterissuers' }, 'Cluster'),
  ...kinds('acme.cert-manager.io/v1', { Order: 'orders', Challenge: 'challenges' }),
  ...kinds('gateway.networking.k8s.io/v1', { GatewayClass: 'gatewayclasses' }, 'Cluster'),
  ...kinds('gateway.networking.k8s.io/v1', { Gateway: 'gateways', HTTPRoute: 'httproutes', GRPCRoute: 'grpcroutes' }),
  ...kinds('operators.coreos.com/v1alpha1', {
    Subscription: 'subscriptions',
    InstallPlan: 'installplans',
    ClusterServiceVersion: 'clusterserviceversions',
    CatalogSource: 'catalogsources',
  }),
  ...kinds(
    'olm.operatorframework.io/v1',
    { ClusterExtension: 'clusterextensions', ClusterCatalog: 'clustercatalogs' },
    'Cluster',
  ),
  ...kinds('keda.sh/v1alpha1', { ScaledObject: 'scaledobjects', ScaledJob: 'scaledjobs' }),
  ...kinds(
    'pkg.crossplane.io/v1',
    { Provider: 'providers', Configuration: 'configurations', Function: 'functions' },
    'Cluster',
  ),
  ...kinds('core.oam.dev/v1beta1', { Application: 'applications' }),
];

/** The smallest definition that takes any spec and status. */
export function definitionOf({ group, version, kind, plural, scope }: CustomKind) {
  const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${group}`,
      // Groups below k8s.io are taken only with a word about their approval.
      annotations: { 'api-approved.kubernetes.io': 'unapproved, for tests' },
    },
    spec: {
      group,
      scope,
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: anything },
          subresources: { status: {} },
        },
      ],
    },
  };
}

/** Defines these kinds and waits until each can be listed and is discovered. */
export async function defineKinds(server: ControlPlane, custom: readonly CustomKind[]): Promise<void> {
  await Promise.all(
    custom.map((kind) =>
      server.adminRequest('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definitionOf(kind)),
    ),
  );
  for (const kind of custom) await untilServed(server, kind);
}

/** What a test says of an object; the status is written as its controller would. */
export interface CustomObject {
  readonly kind: CustomKind;
  readonly name: string;
  /** Left out for cluster-wide kinds. */
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec?: object;
  readonly status?: object;
}

export async function createCustomObject(server: ControlPlane, object: CustomObject): Promise<void> {
  const { kind, name, namespace, labels, annotations, spec = {}, status } = object;
  const path = customPath(kind, namespace);
  const made = await server.adminRequest('POST', path, {
    apiVersion: `${kind.group}/${kind.version}`,
    kind: kind.kind,
    metadata: { name, ...(labels !== undefined && { labels }), ...(annotations !== undefined && { annotations }) },
    spec,
  });
  if (status !== undefined) await server.adminRequest('PUT', `${path}/${name}/status`, { ...Object(made), status });
}

/** `/apis/keda.sh/v1alpha1/namespaces/shop/scaledobjects` */
export function customPath({ group, version, plural }: CustomKind, namespace?: string): string {
  return `/apis/${group}/${version}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${plural}`;
}

function kinds(
  apiVersion: string,
  plurals: Readonly<Record<string, string>>,
  scope: CustomKind['scope'] = 'Namespaced',
): readonly CustomKind[] {
  const [group = '', version = ''] = apiVersion.split('/');
  return Object.entries(plurals).map(([kind, plural]) => ({ group, version, kind, plural, scope }));
}

async function untilServed(server: ControlPlane, kind: CustomKind): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    try {
      await server.adminRequest('GET', `${customPath(kind)}?limit=1`);
      const group = await server.adminRequest('GET', `/apis/${kind.group}/${kind.version}`);
      if (JSON.stringify(group).includes(`"${kind.kind}"`)) return;
    } catch (error) {
      if (!(error instanceof ApiRefusal && error.status === 404)) throw error;
    }
    await wait(50);
  }
  throw new Error(`${kind.plural}.${kind.group} is never served`);
}
