import { anObject, isReady, type KubernetesObject } from './objects.ts';
import { aPod, nodeFor, podSpec, type ContainerPlan, type PodState } from './pods.ts';

interface StatefulSetPlan {
  readonly namespace: string;
  readonly name: string;
  readonly container: ContainerPlan;
  readonly pods: readonly PodState[];
  readonly createdAtMs: number;
  readonly storageClass: string;
  readonly storage: string;
  /** `Pending` until a volume is there. */
  readonly claimPhase: 'Bound' | 'Pending';
}

/** A StatefulSet with its pods and claims; the first object is the StatefulSet. */
export function aStatefulSet(plan: StatefulSetPlan): readonly KubernetesObject[] {
  const { namespace, name, container, createdAtMs } = plan;
  const labels = { app: name, 'app.kubernetes.io/name': name };
  const owner = anObject('apps/v1', 'StatefulSet', { namespace, name, createdAtMs });
  const claims = plan.pods.map((_, index) => `data-${name}-${index}`);
  const pods = plan.pods.map((state, index) =>
    aPod({
      owner,
      name: `${name}-${index}`,
      labels: {
        ...labels,
        'statefulset.kubernetes.io/pod-name': `${name}-${index}`,
        'controller-revision-hash': `${name}-1`,
      },
      container: { ...container, claim: claims[index] ?? '' },
      node: nodeFor(index),
      createdAtMs,
      state,
    }),
  );
  const ready = pods.filter(isReady).length;
  const set = anObject(
    'apps/v1',
    'StatefulSet',
    { namespace, name, createdAtMs, labels },
    {
      spec: {
        replicas: plan.pods.length,
        serviceName: name,
        podManagementPolicy: 'OrderedReady',
        selector: { matchLabels: { app: name } },
        template: { metadata: { labels }, spec: podSpec(container) },
        volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claimSpec(plan) }],
      },
      status: {
        observedGeneration: 1,
        replicas: plan.pods.length,
        readyReplicas: ready,
        availableReplicas: ready,
        updatedReplicas: plan.pods.length,
        currentRevision: `${name}-1`,
        updateRevision: `${name}-1`,
      },
    },
  );
  const bound = plan.claimPhase === 'Bound';
  const claimObjects = claims.map((claim) =>
    anObject(
      'v1',
      'PersistentVolumeClaim',
      { namespace, name: claim, createdAtMs, labels },
      {
        spec: { ...claimSpec(plan), ...(bound ? { volumeName: `pv-${claim}` } : {}) },
        status: { phase: plan.claimPhase, ...(bound ? { capacity: { storage: plan.storage } } : {}) },
      },
    ),
  );
  return [set, ...pods, ...claimObjects];
}

function claimSpec({ storageClass, storage }: StatefulSetPlan): Record<string, unknown> {
  return { accessModes: ['ReadWriteOnce'], storageClassName: storageClass, resources: { requests: { storage } } };
}
