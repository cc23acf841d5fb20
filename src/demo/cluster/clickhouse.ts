import { anEvent, anObject, type ClusterPart } from './objects.ts';
import { minutesSince, moments } from './timeline.ts';
import { aStatefulSet } from './stateful-sets.ts';

const CLASS = 'fast-ssd';
const UNSCHEDULABLE =
  '0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.';

/** A StatefulSet that asks for a storage class which nobody has created: its claim waits, and its pod with it. */
export function clickhouse(nowMs: number): ClusterPart {
  if (nowMs < moments.claimAsked) return { objects: [] };
  const repaired = nowMs >= moments.repaired;
  const objects = aStatefulSet({
    namespace: 'analytics',
    name: 'clickhouse',
    container: {
      name: 'clickhouse',
      image: 'registry.example.com/analytics/clickhouse:25.8',
      memoryLimit: '1Gi',
      port: 8123,
    },
    pods: [
      repaired
        ? { is: 'running', sinceMs: moments.repaired }
        : { is: 'unschedulable', sinceMs: moments.claimAsked, message: UNSCHEDULABLE },
    ],
    createdAtMs: moments.claimAsked,
    storageClass: CLASS,
    storage: '200Gi',
    claimPhase: repaired ? 'Bound' : 'Pending',
  });
  if (repaired) {
    const storageClass = anObject(
      'storage.k8s.io/v1',
      'StorageClass',
      { name: CLASS, createdAtMs: moments.repaired },
      { provisioner: 'ebs.csi.example.com', reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' },
    );
    return {
      objects: [...objects, storageClass],
      logs: { 'analytics/clickhouse-0': { current: ['Ready for connections.'] } },
    };
  }
  const minutes = minutesSince(moments.claimAsked, nowMs);
  const times = { firstAtMs: moments.claimAsked, lastAtMs: nowMs - 15_000, count: 1 + minutes };
  const events = objects.flatMap((about) => {
    if (about.kind === 'Pod') {
      return [
        anEvent({
          about,
          reason: 'FailedScheduling',
          message: UNSCHEDULABLE,
          component: 'default-scheduler',
          ...times,
        }),
      ];
    }
    if (about.kind !== 'PersistentVolumeClaim') return [];
    const message = `storageclass.storage.k8s.io "${CLASS}" not found`;
    return [
      anEvent({ about, reason: 'ProvisioningFailed', message, component: 'persistentvolume-controller', ...times }),
    ];
  });
  return { objects: [...objects, ...events] };
}
