import type { ClusterQueries, ServedKind } from '../../domain/cluster-queries.ts';
import { messageOf, MonitorError } from '../../errors.ts';

export type KubernetesObject = Readonly<Record<string, unknown>>;

/** Kinds that are asked for most; named where a kind is not served. */
const COMMON =
  'pods, deployments, statefulsets, daemonsets, replicasets, jobs, cronjobs, services, endpointslices, ingresses, nodes, namespaces, events, persistentvolumeclaims, horizontalpodautoscalers, poddisruptionbudgets, resourcequotas, networkpolicies';

const NAMESPACES: ServedKind = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  resource: 'namespaces',
  namespaced: false,
};

/** @throws {MonitorError} `TOOL_INPUT_INVALID` when nothing of that name is served */
export async function kindNamed(queries: ClusterQueries, name: string, signal: AbortSignal): Promise<ServedKind> {
  const kind = await queries.findKind(name, signal);
  if (kind === undefined) {
    throw new MonitorError(
      'TOOL_INPUT_INVALID',
      `This API server serves no kind "${name.slice(0, 100)}". Common kinds: ${COMMON}; others by plural and group, such as applications.argoproj.io.`,
    );
  }
  if (isSecret(kind)) throw new MonitorError('CLUSTER_FORBIDDEN', 'Secrets are never read, whatever RBAC allows.');
  return kind;
}

/** The reader refuses them too; a tool that a model speaks to must not depend on that. */
function isSecret({ kind, resource }: ServedKind): boolean {
  return kind.toLowerCase() === 'secret' || /^secrets(?:\/|$)/i.test(resource);
}

/** @throws {MonitorError} `TOOL_INPUT_INVALID` when one object of a namespaced kind is asked for without its namespace */
export function requireNamespace(kind: ServedKind, namespace: string | undefined): string {
  if (!kind.namespaced) return '';
  if (namespace === undefined) {
    throw new MonitorError('TOOL_INPUT_INVALID', `${kind.kind} is namespaced: give "namespace" together with "name".`);
  }
  return namespace;
}

/** One object; when it is not there, the error names those that are. */
export async function getObject(
  queries: ClusterQueries,
  kind: ServedKind,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<KubernetesObject> {
  try {
    return await queries.get(kind, namespace, name, signal);
  } catch (error) {
    if (!(error instanceof MonitorError) || error.code !== 'CLUSTER_NOT_FOUND') throw error;
    const where = namespace === '' ? '' : ` in namespace ${namespace}`;
    const others = await namesOf(queries, kind, namespace, name, signal);
    throw new MonitorError('TOOL_INPUT_INVALID', `There is no ${kind.kind} "${name}"${where}. ${others}`, {
      cause: error,
    });
  }
}

/** For a question about a namespace that found nothing: whether the namespace exists at all. */
export async function missingNamespace(
  queries: ClusterQueries,
  namespace: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (namespace === '') return undefined;
  try {
    await queries.get(NAMESPACES, '', namespace, signal);
    return undefined;
  } catch (error) {
    if (!(error instanceof MonitorError) || error.code !== 'CLUSTER_NOT_FOUND') return undefined;
    return `There is no namespace "${namespace}". ${await namesOf(queries, NAMESPACES, '', namespace, signal)}`;
  }
}

/** Names of a kind, those that share their beginning with `like` first. */
async function namesOf(
  queries: ClusterQueries,
  kind: ServedKind,
  namespace: string,
  like: string,
  signal: AbortSignal,
): Promise<string> {
  try {
    const { columns, rows } = await queries.table(kind, { namespace, maxRows: 500 }, signal);
    const column = columns.findIndex((title) => title.toLowerCase() === 'name');
    const names = rows.map((row) => row[Math.max(column, 0)] ?? '');
    if (names.length === 0) return 'There are none.';
    const beginning = like.slice(0, 5);
    const sorted = names.toSorted(
      (left, right) => Number(right.startsWith(beginning)) - Number(left.startsWith(beginning)),
    );
    const more = sorted.length > 20 ? ` and ${sorted.length - 20} more` : '';
    return `There are: ${sorted.slice(0, 20).join(', ')}${more}.`;
  } catch (error) {
    return `Which there are cannot be read (${messageOf(error)}).`;
  }
}

/** `deploy/checkout` → kind and name. */
export function splitKindAndName(
  kind: string,
  name: string | undefined,
): { readonly kind: string; readonly name: string | undefined } {
  const [before = '', after] = kind.split('/', 2);
  return name === undefined && after !== undefined && after !== '' ? { kind: before, name: after } : { kind, name };
}
