import { stringify } from 'yaml';
import * as z from 'zod';
import type { ClusterQueries } from '../../domain/cluster-queries.ts';
import { messageOf, MonitorError } from '../../errors.ts';
import type { Redact } from '../../redact.ts';
import type { Question } from '../question.ts';
import { ageText } from '../time-text.ts';
import { childrenOf } from './children.ts';
import { containerLines } from './containers.ts';
import { readEvents } from './events.ts';
import { at, isObject, objectsAt, tableText, textAt } from './fields.ts';
import { getObject, kindNamed, requireNamespace, splitKindAndName, type KubernetesObject } from './kind.ts';
import { hideEnvironment, redactedJson } from './redact-object.ts';

const MAX_OWNERS = 4;

const inputSchema = z.strictObject({
  kind: z.string().max(200).describe('kind, plural or short name: deploy, Pod, node'),
  name: z.string().max(253).optional().describe('name of the object; may also stand in "kind" as deploy/checkout'),
  namespace: z.string().max(63).optional().describe('left out for cluster-wide kinds'),
});
type DescribeInput = z.infer<typeof inputSchema>;

export function describeQuestion({
  queries,
  redact,
  now,
}: {
  readonly queries: ClusterQueries;
  readonly redact: Redact;
  readonly now: () => number;
}): Question<DescribeInput> {
  return {
    name: 'k8s_describe',
    description:
      'Everything about one object at once: owners, children, conditions, containers with their states, events, spec. Example: {"kind": "deploy", "name": "checkout-api", "namespace": "payments"}.',
    input: inputSchema,
    async answer(given, signal) {
      const { kind: kindName, name } = splitKindAndName(given.kind, given.name);
      if (name === undefined) {
        throw new MonitorError('TOOL_INPUT_INVALID', 'k8s_describe needs "name"; k8s_get lists what there is.');
      }
      const kind = await kindNamed(queries, kindName, signal);
      const namespace = requireNamespace(kind, given.namespace);
      const object = await getObject(queries, kind, namespace, name, signal);
      const uid = textAt(object, 'metadata', 'uid');
      const nowMs = now();
      const [owners, children, events, [body = '{}']] = await Promise.all([
        ownersOf(queries, object, namespace, signal),
        section(() => childrenOf(queries, kind.kind, object, nowMs, signal)),
        section(async () => {
          const about = { namespace, kind: kind.kind, name, ...(uid !== '' && kind.kind !== 'Node' && { uid }) };
          const { text, count } = await readEvents(queries, about, nowMs, signal);
          return count === 0 ? '(none; they are kept for about an hour)' : text;
        }),
        redactedJson([object], redact, signal),
      ]);
      const parts: readonly (readonly [string, string])[] = [
        [`${kind.kind} ${namespace === '' ? name : `${namespace}/${name}`}`, factsOf(object, nowMs)],
        ['Owners', owners],
        ['Conditions', conditionsOf(object, nowMs)],
        ['Containers', containerLines(object, nowMs).join('\n')],
        ['Children', children],
        ['Events', events],
        ['Spec and status', bodyOf(body)],
      ];
      return {
        text: parts
          .filter(([, text]) => text !== '')
          .map(([title, text]) => `## ${title}\n${text}`)
          .join('\n\n'),
        source: `k8s_describe ${kind.resource} ${name}${namespace === '' ? '' : ` -n ${namespace}`}`,
      };
    },
  };
}

/** What cannot be read of an object's surroundings is said in its place. */
async function section(read: () => Promise<string>): Promise<string> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof MonitorError)) throw error;
    return `(could not be read: ${messageOf(error)})`;
  }
}

async function ownersOf(
  queries: ClusterQueries,
  object: KubernetesObject,
  namespace: string,
  signal: AbortSignal,
): Promise<string> {
  const names: string[] = [];
  let current: KubernetesObject = object;
  for (let depth = 0; depth < MAX_OWNERS; depth += 1) {
    const references = objectsAt(current, 'metadata', 'ownerReferences');
    const reference = references.find((each) => each['controller'] === true) ?? references[0];
    if (reference === undefined) break;
    const name = textAt(reference, 'name');
    const kindName = textAt(reference, 'kind');
    const [group = ''] = textAt(reference, 'apiVersion').includes('/')
      ? textAt(reference, 'apiVersion').split('/')
      : [];
    try {
      const kind =
        (await queries.findKind(group === '' ? kindName : `${kindName}.${group}`, signal)) ??
        (await queries.findKind(kindName, signal));
      if (kind === undefined) {
        names.push(`${kindName} ${name} (its kind is not served)`);
        break;
      }
      current = await queries.get(kind, kind.namespaced ? namespace : '', name, signal);
      names.push(`${kindName} ${name}`);
    } catch (error) {
      if (!(error instanceof MonitorError)) throw error;
      names.push(`${kindName} ${name} (could not be read: ${messageOf(error)})`);
      break;
    }
  }
  return names.join(' → ');
}

function factsOf(object: KubernetesObject, nowMs: number): string {
  const created = Date.parse(textAt(object, 'metadata', 'creationTimestamp'));
  const deleted = textAt(object, 'metadata', 'deletionTimestamp');
  const labels = at(object, 'metadata', 'labels');
  return [
    Number.isNaN(created) ? '' : `age ${ageText(nowMs - created)}`,
    deleted === '' ? '' : `being deleted since ${deleted}`,
    isObject(labels)
      ? `labels ${Object.entries(labels)
          .map(([key, value]) => `${key}=${String(value)}`)
          .join(', ')}`
      : '',
    textAt(object, 'spec', 'replicas') === ''
      ? ''
      : `replicas ${textAt(object, 'spec', 'replicas')} wanted, ${textAt(object, 'status', 'readyReplicas') || 0} ready, ${textAt(object, 'status', 'updatedReplicas') || 0} updated`,
    textAt(object, 'status', 'phase') === '' ? '' : `phase ${textAt(object, 'status', 'phase')}`,
  ]
    .filter((fact) => fact !== '')
    .join('\n');
}

function conditionsOf(object: KubernetesObject, nowMs: number): string {
  const rows = objectsAt(object, 'status', 'conditions').map((condition) => {
    const changed = Date.parse(textAt(condition, 'lastTransitionTime'));
    return [
      textAt(condition, 'type'),
      textAt(condition, 'status'),
      textAt(condition, 'reason'),
      Number.isNaN(changed) ? '' : ageText(nowMs - changed),
      textAt(condition, 'message').slice(0, 1000),
    ];
  });
  return rows.length === 0 ? '' : tableText(['type', 'status', 'reason', 'for', 'message'], rows);
}

/** Labels, conditions and container states stand above already. */
function bodyOf(json: string): string {
  const body: unknown = JSON.parse(json);
  if (!isObject(body)) return '';
  const { apiVersion: _apiVersion, kind: _kind, metadata, status, ...rest } = body;
  const annotations = at(metadata, 'annotations');
  const statusRest = isObject(status)
    ? Object.fromEntries(
        Object.entries(status).filter(
          ([key]) =>
            !['conditions', 'containerStatuses', 'initContainerStatuses', 'phase', 'managedFields'].includes(key),
        ),
      )
    : {};
  const shown = {
    ...(isObject(annotations) && Object.keys(annotations).length > 0 && { annotations }),
    ...rest,
    ...(Object.keys(statusRest).length > 0 && { status: statusRest }),
  };
  return stringify(hideEnvironment(shown), { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd();
}
