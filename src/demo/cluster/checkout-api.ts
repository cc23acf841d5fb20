import { crashesUntil } from './back-off.ts';
import { aService, anEvent, type ClusterPart } from './objects.ts';
import type { PodState } from './pods.ts';
import { minutesSince, moments } from './timeline.ts';
import { aDeployment } from './deployments.ts';

const container = (memoryLimit: string) => ({
  name: 'api',
  image: 'registry.example.com/payments/checkout-api:2.9.1',
  memoryLimit,
  port: 8080,
});

/** A pull request halved the memory limit; under load the service is killed for it, all three pods of it. */
export function checkoutApi(nowMs: number): ClusterPart {
  const repaired = nowMs >= moments.repaired;
  const broken = !repaired && nowMs >= moments.checkoutOnset;
  const minutes = minutesSince(moments.checkoutOnset, nowMs);
  const killed: PodState = {
    is: 'crashing',
    sinceMs: moments.checkoutOnset,
    ...crashesUntil(nowMs, { sinceMs: moments.checkoutOnset, runMs: 12_000 }),
    reason: 'OOMKilled',
    exitCode: 137,
  };
  const before = { number: 41, hash: '7d9f8c6b5', container: container('512Mi'), createdAtMs: moments.longAgo };
  const changed = {
    number: 42,
    hash: '6b8d4f7c9',
    container: container('256Mi'),
    createdAtMs: moments.checkoutDeployed,
  };
  const running = (sinceMs: number): PodState => ({ is: 'running', sinceMs });
  const revisions =
    nowMs < moments.checkoutDeployed
      ? [{ ...before, pods: three(running(moments.longAgo)) }]
      : repaired
        ? [
            { ...changed, pods: [] },
            {
              ...before,
              number: 43,
              pods: three(running(moments.repaired)),
              podsCreatedAtMs: moments.repaired,
            },
          ]
        : [
            { ...before, pods: [] },
            { ...changed, pods: three(broken ? killed : running(moments.checkoutDeployed)) },
          ];
  const workload = aDeployment({
    namespace: 'payments',
    name: 'checkout-api',
    replicas: 3,
    revisions,
    annotations: {
      'kubernetes.io/change-cause': repaired
        ? 'kubectl rollout undo deployment/checkout-api'
        : 'Merge pull request #123: right-size checkout-api memory',
      'app.kubernetes.io/source': 'https://github.com/acme/shop',
    },
    ...(broken ? { unavailableSinceMs: moments.checkoutOnset } : {}),
  });
  const pods = workload.filter((object) => object.kind === 'Pod');
  const events = !broken
    ? []
    : pods.flatMap((pod) => [
        anEvent({
          about: pod,
          reason: 'BackOff',
          message: 'Back-off restarting failed container api in pod ' + pod.metadata.name,
          component: 'kubelet',
          firstAtMs: moments.checkoutOnset,
          lastAtMs: nowMs - 20_000,
          count: 4 + minutes,
        }),
      ]);
  const logs = Object.fromEntries(
    pods.map((pod) => [
      `payments/${pod.metadata.name}`,
      broken ? { current: STARTING, previous: [...STARTING, ...GROWING] } : { current: [...STARTING, ...SERVING] },
    ]),
  );
  const service = aService(
    { namespace: 'payments', name: 'checkout-api', port: 8080, createdAtMs: moments.longAgo },
    pods,
  );
  return { objects: [...workload, ...service, ...events], logs };
}

const three = (state: PodState): readonly PodState[] => [state, state, state];

const STARTING = [
  'INFO  checkout-api 2.9.1 starting, heap limit from cgroup',
  'INFO  loading price catalogue: 184,211 entries',
];
const GROWING = [
  'INFO  price catalogue in memory: 231 MiB',
  'WARN  heap usage 94% of limit after warm-up',
  'INFO  accepting requests on :8080',
  'WARN  heap usage 99% of limit, full collection took 1.8 s',
];
const SERVING = ['INFO  price catalogue in memory: 231 MiB', 'INFO  accepting requests on :8080'];
