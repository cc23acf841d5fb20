import type { ClusterQueries } from '../../domain/cluster-queries.ts';
import { ageText } from '../time-text.ts';
import { podSummary } from './containers.ts';
import { at, isObject, objectsAt, tableText, textAt } from './fields.ts';
import type { KubernetesObject } from './kind.ts';

const MAX_BYTES = 16 * 1024 * 1024;
const MAX_CHILDREN = 50;

/** Which kinds an object of this kind makes or stands for, one level at a time. */
const CHILD_KINDS: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['replicasets.apps', 'pods'],
  ReplicaSet: ['pods'],
  StatefulSet: ['pods'],
  DaemonSet: ['pods'],
  Job: ['pods'],
  CronJob: ['jobs.batch', 'pods'],
  ReplicationController: ['pods'],
};

/** A table of what hangs below an object: by owner, for a Service by selector, for a Node what runs on it. */
export async function childrenOf(
  queries: ClusterQueries,
  kind: string,
  object: KubernetesObject,
  nowMs: number,
  signal: AbortSignal,
): Promise<string> {
  const children = await findChildren(queries, kind, object, signal);
  if (children === undefined) return '';
  if (children.length === 0) return '(none)';
  const rows = children.slice(0, MAX_CHILDREN).map(({ kind: childKind, child }) => {
    const created = Date.parse(textAt(child, 'metadata', 'creationTimestamp'));
    return [
      childKind,
      textAt(child, 'metadata', 'name'),
      Number.isNaN(created) ? '' : ageText(nowMs - created),
      childKind === 'Pod' ? podSummary(child) : replicaSummary(child),
    ];
  });
  const more = children.length > MAX_CHILDREN ? `\nand ${children.length - MAX_CHILDREN} more` : '';
  return tableText(['kind', 'name', 'age', 'state'], rows) + more;
}

interface Child {
  readonly kind: string;
  readonly child: KubernetesObject;
}

async function findChildren(
  queries: ClusterQueries,
  kind: string,
  object: KubernetesObject,
  signal: AbortSignal,
): Promise<readonly Child[] | undefined> {
  const namespace = textAt(object, 'metadata', 'namespace');
  if (kind === 'Node') {
    const fieldSelector = `spec.nodeName=${textAt(object, 'metadata', 'name')}`;
    return podsWhere(queries, { namespace: '', fieldSelector }, signal);
  }
  if (kind === 'Service') {
    const labelSelector = selectorText(at(object, 'spec', 'selector'));
    return labelSelector === '' ? [] : podsWhere(queries, { namespace, labelSelector }, signal);
  }
  const childKinds = CHILD_KINDS[kind];
  if (childKinds === undefined) return undefined;
  // The selector only makes the list shorter; who owns what is told by the owner references.
  const labelSelector = selectorText(at(object, 'spec', 'selector', 'matchLabels'));
  const owners = new Set([textAt(object, 'metadata', 'uid')]);
  const found: Child[] = [];
  for (const name of childKinds) {
    const served = await queries.findKind(name, signal);
    if (served === undefined) continue;
    const { items } = await queries.list(
      served,
      { namespace, maxBytes: MAX_BYTES, ...(labelSelector !== '' && { labelSelector }) },
      signal,
    );
    for (const child of items) {
      if (!objectsAt(child, 'metadata', 'ownerReferences').some((owner) => owners.has(textAt(owner, 'uid')))) continue;
      owners.add(textAt(child, 'metadata', 'uid'));
      found.push({ kind: served.kind, child });
    }
  }
  return found;
}

async function podsWhere(
  queries: ClusterQueries,
  where: { readonly namespace: string; readonly labelSelector?: string; readonly fieldSelector?: string },
  signal: AbortSignal,
): Promise<readonly Child[]> {
  const pods = await queries.findKind('pods', signal);
  if (pods === undefined) return [];
  const { items } = await queries.list(pods, { ...where, maxBytes: MAX_BYTES }, signal);
  return items.map((child) => ({ kind: 'Pod', child }));
}

function selectorText(labels: unknown): string {
  return isObject(labels)
    ? Object.entries(labels)
        .map(([key, value]) => `${key}=${String(value)}`)
        .join(',')
    : '';
}

function replicaSummary(object: KubernetesObject): string {
  const wanted = textAt(object, 'spec', 'replicas');
  if (wanted !== '') return `${textAt(object, 'status', 'readyReplicas') || 0} of ${wanted} ready`;
  const counts = ['active', 'succeeded', 'failed'].flatMap((field) => {
    const count = textAt(object, 'status', field);
    return count === '' ? [] : [`${count} ${field}`];
  });
  return counts.join(', ');
}
