import { aService, anEvent, type ClusterPart } from './objects.ts';
import type { PodState } from './pods.ts';
import { minutesSince, moments } from './timeline.ts';
import { aDeployment } from './deployments.ts';

const REPOSITORY = 'registry.example.com/web/storefront';
/** The release is 3.4.0; somebody wrote a letter O. */
const WRONG_IMAGE = `${REPOSITORY}:3.4.O`;
const ROLLOUT_DEADLINE_MS = 600_000;

const container = (tag: string) => ({ name: 'web', image: `${REPOSITORY}:${tag}`, memoryLimit: '256Mi', port: 3000 });

/** A tag that does not exist: first the new pods only, then the last old pod is drained and nothing serves any more. */
export function storefront(nowMs: number): ClusterPart {
  const repaired = nowMs >= moments.repaired;
  const broken = !repaired && nowMs >= moments.storefrontOnset;
  const down = broken && nowMs >= moments.storefrontGoesDown;
  const stuckSinceMs = moments.storefrontDeployed + ROLLOUT_DEADLINE_MS;
  const missing: PodState = {
    is: 'image-missing',
    sinceMs: moments.storefrontOnset,
    message: `Back-off pulling image "${WRONG_IMAGE}": ErrImagePull: rpc error: code = NotFound desc = failed to resolve reference "${WRONG_IMAGE}": ${WRONG_IMAGE}: not found`,
  };
  const running = (sinceMs: number): PodState => ({ is: 'running', sinceMs });
  const old = { number: 17, hash: '58c7d9b4f', container: container('3.3.2'), createdAtMs: moments.longAgo };
  const wrong = {
    number: 18,
    hash: '7f6b5c8d4',
    container: container('3.4.O'),
    createdAtMs: moments.storefrontDeployed,
  };
  const right = { number: 19, hash: '9c4d7f6b2', container: container('3.4.0'), createdAtMs: moments.repaired };
  const two = (state: PodState): readonly PodState[] => [state, state];
  const revisions = repaired
    ? [
        { ...old, pods: [] },
        { ...wrong, pods: [] },
        { ...right, pods: two(running(moments.repaired)) },
      ]
    : broken
      ? [
          { ...old, pods: down ? [] : [running(moments.longAgo)] },
          { ...wrong, pods: two(missing) },
        ]
      : [{ ...old, pods: two(running(moments.longAgo)) }];
  const workload = aDeployment({
    namespace: 'web',
    name: 'storefront',
    replicas: 2,
    revisions,
    ...(down ? { unavailableSinceMs: moments.storefrontGoesDown } : {}),
    ...(broken && nowMs >= stuckSinceMs ? { stuckSinceMs } : {}),
  });
  const pods = workload.filter((object) => object.kind === 'Pod');
  const waiting = broken ? pods.filter((pod) => pod.metadata.name.includes(wrong.hash)) : [];
  const events = waiting.map((pod) =>
    anEvent({
      about: pod,
      reason: 'Failed',
      message: `Failed to pull image "${WRONG_IMAGE}": rpc error: code = NotFound desc = ${WRONG_IMAGE}: not found`,
      component: 'kubelet',
      firstAtMs: moments.storefrontOnset,
      lastAtMs: nowMs - 30_000,
      count: 3 + Math.floor(minutesSince(moments.storefrontOnset, nowMs) / 5),
    }),
  );
  const service = aService({ namespace: 'web', name: 'storefront', port: 3000, createdAtMs: moments.longAgo }, pods);
  const drained =
    down && workload[0] !== undefined
      ? [
          anEvent({
            about: workload[0],
            reason: 'ScalingReplicaSet',
            message: `Scaled down replica set storefront-${old.hash} from 1 to 0`,
            component: 'deployment-controller',
            firstAtMs: moments.storefrontGoesDown,
            lastAtMs: moments.storefrontGoesDown,
            count: 1,
            type: 'Normal',
          }),
        ]
      : [];
  const logs = Object.fromEntries(
    pods
      .filter((pod) => !waiting.includes(pod))
      .map((pod) => [`web/${pod.metadata.name}`, { current: ['ready on port 3000', 'GET / 200 12ms'] }]),
  );
  return { objects: [...workload, ...service, ...events, ...drained], logs };
}
