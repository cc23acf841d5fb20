import * as z from 'zod';
import type { ClusterQueries, ServedKind } from '../../domain/cluster-queries.ts';
import type { Question } from '../question.ts';
import { ageText, durationSchema } from '../time-text.ts';
import { tableText, textAt } from './fields.ts';
import { kindNamed, missingNamespace, splitKindAndName, type KubernetesObject } from './kind.ts';

const EVENT: ServedKind = { group: '', version: 'v1', kind: 'Event', resource: 'events', namespaced: true };
const MAX_BYTES = 8 * 1024 * 1024;

const inputSchema = z.strictObject({
  namespace: z.string().max(63).optional().describe('left out: all namespaces'),
  kind: z.string().max(200).optional().describe('of the object that the events are about: Pod, Node'),
  name: z.string().max(253).optional().describe('of the object that the events are about'),
  type: z.enum(['Warning', 'Normal']).optional(),
  reason: z.string().max(100).optional().describe('FailedScheduling, BackOff'),
  since: durationSchema.optional().describe('1h: only what was seen since then'),
});
type EventsInput = z.infer<typeof inputSchema>;

export function eventsQuestion({
  queries,
  now,
}: {
  readonly queries: ClusterQueries;
  readonly now: () => number;
}): Question<EventsInput> {
  return {
    name: 'k8s_events',
    description:
      'Reads events, newest first. Example: {"namespace": "payments", "type": "Warning", "since": "1h"}, or {"namespace": "payments", "kind": "Pod", "name": "checkout-api-7d9f-x2x1z"}.',
    input: inputSchema,
    async answer(given, signal) {
      const input = { ...given, ...(given.kind !== undefined && splitKindAndName(given.kind, given.name)) };
      const kind = input.kind === undefined ? undefined : (await kindNamed(queries, input.kind, signal)).kind;
      const { text, count } = await readEvents(queries, { ...input, kind }, now(), signal);
      const source = [
        'k8s_events',
        input.namespace === undefined ? '-A' : `-n ${input.namespace}`,
        kind,
        input.name,
        input.type,
        input.reason,
      ]
        .filter((part) => part !== undefined)
        .join(' ');
      if (count > 0) return { text, source, headLines: 1, rows: true };
      const missing = await missingNamespace(queries, input.namespace ?? '', signal);
      return { text: missing ?? 'There are no such events (events are kept for about an hour).', source };
    },
  };
}

/** Events about an object or a namespace as a table, newest first. */
export async function readEvents(
  queries: ClusterQueries,
  about: {
    readonly namespace?: string | undefined;
    readonly kind?: string | undefined;
    readonly name?: string | undefined;
    readonly uid?: string | undefined;
    readonly type?: string | undefined;
    readonly reason?: string | undefined;
    readonly since?: number | undefined;
  },
  nowMs: number,
  signal: AbortSignal,
): Promise<{ readonly text: string; readonly count: number }> {
  const selector = [
    ['involvedObject.kind', about.kind],
    ['involvedObject.name', about.name],
    ['involvedObject.uid', about.uid],
    ['type', about.type],
    ['reason', about.reason],
  ].flatMap(([field, value]) => (value === undefined ? [] : [`${field}=${value}`]));
  const { items, truncated } = await queries.list(
    EVENT,
    {
      namespace: about.namespace ?? '',
      maxBytes: MAX_BYTES,
      ...(selector.length > 0 && { fieldSelector: selector.join(',') }),
    },
    signal,
  );
  const oldestMs = about.since === undefined ? 0 : nowMs - about.since;
  const events = items
    .map((event) => ({ event, atMs: lastSeenMs(event) }))
    .filter(({ atMs }) => atMs >= oldestMs)
    .toSorted((left, right) => right.atMs - left.atMs);
  const rows = events.map(({ event, atMs }) => [
    atMs === 0 ? '?' : ageText(nowMs - atMs),
    textAt(event, 'type'),
    textAt(event, 'reason'),
    `${textAt(event, 'involvedObject', 'kind')} ${objectName(event)}`,
    textAt(event, 'count') || textAt(event, 'series', 'count') || '1',
    textAt(event, 'message').slice(0, 1000),
  ]);
  const cut = truncated ? `\n(there are more than these ${rows.length}: narrow the question)` : '';
  return { text: tableText(['last', 'type', 'reason', 'object', 'count', 'message'], rows) + cut, count: rows.length };
}

function objectName(event: KubernetesObject): string {
  const namespace = textAt(event, 'involvedObject', 'namespace');
  const name = textAt(event, 'involvedObject', 'name');
  return namespace === '' ? name : `${namespace}/${name}`;
}

/** Old and new events keep their times in different fields. */
function lastSeenMs(event: KubernetesObject): number {
  const times = [
    textAt(event, 'series', 'lastObservedTime'),
    textAt(event, 'lastTimestamp'),
    textAt(event, 'eventTime'),
    textAt(event, 'metadata', 'creationTimestamp'),
  ].map((text) => Date.parse(text));
  return times.find((time) => !Number.isNaN(time)) ?? 0;
}
