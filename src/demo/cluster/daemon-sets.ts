import { anObject, type KubernetesObject } from './objects.ts';
import { aPod, NODES, podSpec, podSuffix, type ContainerPlan, type PodState } from './pods.ts';
import { moments } from './timeline.ts';

/** A DaemonSet with one running pod on each node. */
export function aDaemonSet(namespace: string, name: string, container: ContainerPlan): readonly KubernetesObject[] {
  const labels = { app: name };
  const state: PodState = { is: 'running', sinceMs: moments.longAgo };
  const counts = {
    desiredNumberScheduled: NODES.length,
    currentNumberScheduled: NODES.length,
    updatedNumberScheduled: NODES.length,
    numberReady: NODES.length,
    numberAvailable: NODES.length,
    numberMisscheduled: 0,
    observedGeneration: 1,
  };
  const set = anObject(
    'apps/v1',
    'DaemonSet',
    { namespace, name, createdAtMs: moments.longAgo, labels },
    {
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec(container) } },
      status: counts,
    },
  );
  const pods = NODES.map((node, index) =>
    aPod({
      owner: set,
      name: `${name}-${podSuffix(index)}`,
      labels,
      container,
      node,
      createdAtMs: moments.longAgo,
      state,
    }),
  );
  return [set, ...pods];
}
