import { aDeployment } from '../../../control-plane/builders/deployment.ts';
import { aService } from '../../../control-plane/builders/service.ts';
import type { CheckCase } from '../case.ts';

const check = 'crash-loop';

export const crashLoopCases: readonly CheckCase[] = [
  {
    check,
    name: 'every replica exits with an error, and the Service has nobody left',
    objects: ({ namespace, nowMs }) => [
      aDeployment('api')
        .in(namespace)
        .at(nowMs)
        .replicas(2)
        .crashLooping({ exitCode: 3, sinceMs: 20 * 60_000 }),
      aService('api').in(namespace).withUnreadyEndpoints(),
    ],
    finds: [
      { check, reason: 'CrashLoop', impact: 'critical', owner: 'Deployment api', title: /exit code 3/ },
      { check: 'service-without-endpoints', reason: 'NoEndpoints', attachedTo: check },
    ],
  },
  {
    check,
    name: 'a container that failed once, an hour ago, and runs since',
    objects: ({ namespace, nowMs }) => [
      aDeployment('api')
        .in(namespace)
        .at(nowMs)
        .restarting({ restarts: 1, sinceMs: 60 * 60_000 }),
    ],
    finds: [],
  },
];
