import { crashesUntil } from '../../../src/demo/cluster/back-off.ts';
import { background } from '../../../src/demo/cluster/background.ts';
import { aDeployment } from '../../../src/demo/cluster/deployments.ts';
import { anObject, aService, type KubernetesObject } from '../../../src/demo/cluster/objects.ts';
import type { PodState } from '../../../src/demo/cluster/pods.ts';
import type { ServedKind } from '../../../src/demo/cluster/served-kinds.ts';
import type { ClusterState } from '../../../src/demo/cluster/state.ts';
import { aStatefulSet } from '../../../src/demo/cluster/stateful-sets.ts';
import { iso, moments } from '../../../src/demo/cluster/timeline.ts';

/** Something in the guide's cluster, at an instant. */
export type Thing = (nowMs: number) => readonly KubernetesObject[];

/** Of cert-manager, what the guide's recipe is about. */
export const CERTIFICATES: ServedKind = {
  group: 'cert-manager.io',
  version: 'v1',
  kind: 'Certificate',
  resource: 'certificates',
  singular: 'certificate',
  shortNames: ['cert'],
  namespaced: true,
};

/** The demo's healthy background without what bears these names, and what a test has put beside it. */
export function stateWith(
  things: readonly Thing[],
  withoutHealthy: ReadonlySet<string>,
): (nowMs: number) => ClusterState {
  const isLeftOut = ({ metadata }: KubernetesObject): boolean =>
    [...withoutHealthy].some((name) => metadata.labels['app'] === name || metadata.name.startsWith(`${name}-`));
  return (nowMs) => ({
    objects: [
      ...background(nowMs).objects.filter((object) => !isLeftOut(object)),
      ...things.flatMap((thing) => thing(nowMs)),
    ],
    logs: {},
  });
}

export function namespace(name: string, labels: Readonly<Record<string, string>> = {}): Thing {
  return () => [
    anObject(
      'v1',
      'Namespace',
      { name, createdAtMs: moments.longAgo, labels: { 'kubernetes.io/metadata.name': name, ...labels } },
      { spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } },
    ),
  ];
}

interface Broken {
  readonly namespace: string;
  readonly name: string;
  readonly replicas?: number;
  /** How many of its pods crash; all unless told. */
  readonly broken?: number;
  readonly sinceMs: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

function crashing(sinceMs: number, nowMs: number): PodState {
  return {
    is: 'crashing',
    sinceMs,
    ...crashesUntil(nowMs, { sinceMs, runMs: 5_000 }),
    reason: 'Error',
    exitCode: 1,
  };
}

/** A Deployment whose pods stop after every start; well before that moment. */
export function crashLoop({ namespace: space, name, replicas = 1, broken = replicas, sinceMs, annotations }: Broken) {
  return (nowMs: number): readonly KubernetesObject[] => {
    const isBroken = nowMs >= sinceMs;
    const pods = Array.from({ length: replicas }, (_, index): PodState =>
      isBroken && index < broken ? crashing(sinceMs, nowMs) : { is: 'running', sinceMs: moments.longAgo },
    );
    const workload = aDeployment({
      namespace: space,
      name,
      replicas,
      revisions: [
        {
          number: 1,
          hash: '5c9d8b7f4',
          container: { name, image: `registry.example.com/${space}/${name}:1.0.0`, memoryLimit: '256Mi' },
          createdAtMs: moments.longAgo,
          pods,
        },
      ],
      ...(isBroken && broken === replicas && { unavailableSinceMs: sinceMs }),
      ...(annotations !== undefined && { annotations }),
    }).map((object) =>
      object.kind === 'Pod' && annotations !== undefined
        ? { ...object, metadata: { ...object.metadata, annotations } }
        : object,
    );
    const own = workload.filter((object) => object.kind === 'Pod');
    return [...workload, ...aService({ namespace: space, name, port: 8080, createdAtMs: moments.longAgo }, own)];
  };
}

/** A database of one pod that stops after every start. */
export function crashingDatabase({ namespace: space, name, sinceMs }: Broken): Thing {
  return (nowMs) =>
    aStatefulSet({
      namespace: space,
      name,
      container: { name: 'postgres', image: 'registry.example.com/postgres:18.1', memoryLimit: '1Gi' },
      pods: [nowMs >= sinceMs ? crashing(sinceMs, nowMs) : { is: 'running', sinceMs: moments.longAgo }],
      createdAtMs: moments.longAgo,
      storageClass: 'standard',
      storage: '10Gi',
      claimPhase: 'Bound',
    });
}

/** A Job that has used up its retries. */
export function failedJob({ namespace: space, name, sinceMs }: Broken): Thing {
  return (nowMs) => {
    const labels = { 'batch.kubernetes.io/job-name': name };
    const failed = { type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', lastTransitionTime: iso(sinceMs) };
    return nowMs < sinceMs
      ? []
      : [
          anObject(
            'batch/v1',
            'Job',
            { namespace: space, name, createdAtMs: sinceMs - 60_000, labels },
            {
              spec: { completions: 1, parallelism: 1, backoffLimit: 3, suspend: false, template: { spec: {} } },
              status: { startTime: iso(sinceMs - 60_000), failed: 4, conditions: [failed] },
            },
          ),
        ];
  };
}

/** A Certificate that its issuer does not give. */
export function missingCertificate({ namespace: space, name, sinceMs }: Broken): Thing {
  return (nowMs) => {
    const ready = nowMs < sinceMs;
    return [
      anObject(
        'cert-manager.io/v1',
        'Certificate',
        { namespace: space, name, createdAtMs: moments.longAgo },
        {
          spec: { secretName: `${name}-tls`, issuerRef: { name: 'letsencrypt', kind: 'ClusterIssuer' } },
          status: {
            notAfter: iso(nowMs + 60 * 86_400_000),
            conditions: [
              {
                type: 'Ready',
                status: ready ? 'True' : 'False',
                reason: ready ? 'Ready' : 'DoesNotExist',
                message: ready ? 'Certificate is up to date' : `the Secret "${name}-tls" does not exist`,
                lastTransitionTime: iso(ready ? moments.longAgo : sinceMs),
              },
            ],
          },
        },
      ),
    ];
  };
}
