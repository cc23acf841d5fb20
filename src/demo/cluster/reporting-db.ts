import { crashesUntil } from './back-off.ts';
import { anEvent, type ClusterPart } from './objects.ts';
import type { PodState } from './pods.ts';
import { minutesSince, moments } from './timeline.ts';
import { aStatefulSet } from './stateful-sets.ts';

/** The reporting database restarts while its weekly backup runs; `CLAUDE.md` knows it and says not to alert. */
export function reportingDb(nowMs: number): ClusterPart {
  const restarting = nowMs >= moments.backupBegins && nowMs < moments.backupEnds;
  const minutes = minutesSince(moments.backupBegins, nowMs);
  const state: PodState = restarting
    ? {
        is: 'crashing',
        sinceMs: moments.backupBegins,
        ...crashesUntil(nowMs, { sinceMs: moments.backupBegins, runMs: 15_000 }),
        reason: 'Error',
        exitCode: 1,
      }
    : { is: 'running', sinceMs: nowMs >= moments.backupEnds ? moments.backupEnds : moments.longAgo };
  const objects = aStatefulSet({
    namespace: 'databases',
    name: 'reporting-db',
    container: {
      name: 'postgres',
      image: 'registry.example.com/databases/postgres:18.1',
      memoryLimit: '2Gi',
      port: 5432,
    },
    pods: [state],
    createdAtMs: moments.longAgo,
    storageClass: 'standard',
    storage: '500Gi',
    claimPhase: 'Bound',
  });
  const pod = objects.find((object) => object.kind === 'Pod');
  const events =
    restarting && pod !== undefined
      ? [
          anEvent({
            about: pod,
            reason: 'BackOff',
            message: 'Back-off restarting failed container postgres in pod reporting-db-0',
            component: 'kubelet',
            firstAtMs: moments.backupBegins,
            lastAtMs: nowMs - 30_000,
            count: 2 + minutes,
          }),
        ]
      : [];
  const backup = [
    'LOG:  weekly base backup requested',
    'LOG:  received fast shutdown request',
    'LOG:  database system is shut down',
  ];
  const serving = ['LOG:  database system is ready to accept connections'];
  return {
    objects: [...objects, ...events],
    logs: {
      'databases/reporting-db-0': restarting
        ? { current: serving, previous: [...serving, ...backup] }
        : { current: serving },
    },
  };
}
