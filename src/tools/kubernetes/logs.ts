import * as z from 'zod';
import type { ClusterQueries, ServedKind } from '../../domain/cluster-queries.ts';
import { MonitorError } from '../../errors.ts';
import type { Question } from '../question.ts';
import { durationSchema } from '../time-text.ts';
import { objectsAt, textAt } from './fields.ts';
import { getObject, type KubernetesObject } from './kind.ts';

const POD: ServedKind = { group: '', version: 'v1', kind: 'Pod', resource: 'pods', namespaced: true };
const MAX_BYTES = 1024 * 1024;
const DEFAULT_TAIL = 100;
/** With words to look for, older lines are searched too. */
const SEARCHED_LINES = 5000;

const inputSchema = z.strictObject({
  pod: z.string().max(260).describe('name of the pod'),
  namespace: z.string().max(63),
  container: z.string().max(253).optional().describe('left out: the default container, or the first one'),
  previous: z.boolean().optional().describe('the run before the last restart: why it crashed'),
  since: durationSchema.optional().describe('30m, 2h'),
  grep: z
    .string()
    .max(500)
    .optional()
    .describe('words to look for, alternatives separated by |, upper and lower case alike; not a regular expression'),
  tail: z.int().min(1).max(2000).optional().describe('how many lines from the end; 100 by default'),
});
type LogsInput = z.infer<typeof inputSchema>;

export function logsQuestion({ queries }: { readonly queries: ClusterQueries }): Question<LogsInput> {
  return {
    name: 'k8s_logs',
    description:
      'Reads the log of a container, newest lines last. Example: {"pod": "checkout-api-7d9f-x2x1z", "namespace": "payments", "previous": true, "grep": "error|fatal"}.',
    input: inputSchema,
    async answer(input, signal) {
      const name = input.pod.replace(/^pods?\//, '');
      const pod = await getObject(queries, POD, input.namespace, name, signal);
      const container = containerOf(pod, input.container);
      const tail = input.tail ?? DEFAULT_TAIL;
      const previous = input.previous ?? false;
      const text = await queries
        .logs(
          { namespace: input.namespace, name, container },
          {
            previous,
            tailLines: input.grep === undefined ? tail : SEARCHED_LINES,
            ...(input.since !== undefined && { sinceSeconds: Math.max(1, Math.ceil(input.since / 1000)) }),
            maxBytes: MAX_BYTES,
          },
          signal,
        )
        .catch((error: unknown) => throwGone(error, name));
      const lines = text.split(/\r?\n/).filter((line) => line !== '');
      const shown = (input.grep === undefined ? lines : linesWith(lines, input.grep)).slice(-tail);
      const others = containerNames(pod).filter((other) => other !== container);
      const head = [`container ${container}${previous ? ', its previous run' : ''}`];
      if (others.length > 0) head.push(`others in this pod: ${others.join(', ')}`);
      if (input.grep !== undefined) head.push(`${shown.length} of the last ${lines.length} lines match`);
      return {
        text: [`(${head.join('; ')})`, ...(shown.length === 0 ? ['(no lines)'] : shown)].join('\n'),
        headLines: 1,
        source: sourceOf(input, name, container),
      };
    },
  };
}

/** It was there a moment ago, when its containers were looked up. */
function throwGone(error: unknown, pod: string): never {
  if (!(error instanceof MonitorError) || error.code !== 'CLUSTER_NOT_FOUND') throw error;
  throw new MonitorError('CLUSTER_NOT_FOUND', `Pod "${pod}" is gone: it went while its log was asked for.`, {
    cause: error,
  });
}

function containerNames(pod: KubernetesObject): readonly string[] {
  return ['containers', 'initContainers', 'ephemeralContainers'].flatMap((field) =>
    objectsAt(pod, 'spec', field).map((container) => textAt(container, 'name')),
  );
}

/** @throws {MonitorError} `TOOL_INPUT_INVALID` that names the containers there are */
function containerOf(pod: KubernetesObject, asked: string | undefined): string {
  const names = containerNames(pod);
  if (asked !== undefined) {
    if (names.includes(asked)) return asked;
    throw new MonitorError(
      'TOOL_INPUT_INVALID',
      `The pod has no container "${asked}". Its containers: ${names.join(', ')}.`,
    );
  }
  const preferred = textAt(pod, 'metadata', 'annotations', 'kubectl.kubernetes.io/default-container');
  const found = names.includes(preferred) ? preferred : names[0];
  if (found === undefined) throw new MonitorError('TOOL_FAILED', 'The pod names no containers.');
  return found;
}

/** Plain words: a regular expression of a model's could keep the process busy for hours. */
function linesWith(lines: readonly string[], grep: string): readonly string[] {
  const words = grep
    .toLowerCase()
    .split('|')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  return lines.filter((line) => {
    const text = line.toLowerCase();
    return words.some((word) => text.includes(word));
  });
}

function sourceOf(input: LogsInput, name: string, container: string): string {
  const since = input.since === undefined ? '' : ` --since ${input.since / 1000}s`;
  const grep = input.grep === undefined ? '' : ` | grep ${JSON.stringify(input.grep)}`;
  return `k8s_logs ${input.namespace}/${name} -c ${container}${input.previous === true ? ' --previous' : ''}${since}${grep}`;
}
