import { stringify } from 'yaml';
import * as z from 'zod';
import type { ClusterQueries, ServedKind } from '../../domain/cluster-queries.ts';
import type { Redact } from '../../redact.ts';
import type { Answer, Question } from '../question.ts';
import { tableText } from './fields.ts';
import type { RunJq } from './jq.ts';
import { getObject, kindNamed, missingNamespace, requireNamespace, splitKindAndName } from './kind.ts';
import { redactedJson } from './redact-object.ts';

/** What jq and the long outputs may chew on. */
const MAX_BYTES = 32 * 1024 * 1024;
const MAX_TABLE_ROWS = 2000;

const inputSchema = z.strictObject({
  kind: z
    .string()
    .max(200)
    .describe('kind, plural or short name, with group for custom resources: pods, deploy, applications.argoproj.io'),
  name: z.string().max(253).optional().describe('one object; a namespaced kind then needs "namespace"'),
  namespace: z.string().max(63).optional().describe('left out: all namespaces'),
  labelSelector: z.string().max(1000).optional().describe('app=checkout,tier!=cache'),
  fieldSelector: z.string().max(1000).optional().describe('status.phase=Pending'),
  output: z.enum(['table', 'yaml', 'json']).optional().describe('table by default: the columns of kubectl get'),
  jq: z
    .string()
    .max(8192)
    .optional()
    .describe(
      'a jq program over what kubectl get -o json prints: {"items": […]}, or the object itself when "name" is given',
    ),
});
type GetInput = z.infer<typeof inputSchema>;

export function getQuestion({
  queries,
  redact,
  runJq,
}: {
  readonly queries: ClusterQueries;
  readonly redact: Redact;
  readonly runJq: RunJq;
}): Question<GetInput> {
  async function readTable(input: GetInput, kind: ServedKind, signal: AbortSignal): Promise<Omit<Answer, 'source'>> {
    const namespace = input.name === undefined ? namespaceOf(input, kind) : requireNamespace(kind, input.namespace);
    // A table's "not found" would not name what there is.
    if (input.name !== undefined) await getObject(queries, kind, namespace, input.name, signal);
    const { columns, rows, truncated } = await queries.table(
      kind,
      { namespace, maxRows: MAX_TABLE_ROWS, ...picked(input, ['name', 'labelSelector', 'fieldSelector']) },
      signal,
    );
    if (rows.length === 0) return { text: await nothing(kind, namespace, input, signal) };
    const cut = truncated ? `\n(there are more than these ${rows.length}: narrow the question)` : '';
    return { text: tableText(columns, rows) + cut, headLines: 1, rows: true };
  }

  async function readObjects(input: GetInput, kind: ServedKind, signal: AbortSignal): Promise<Omit<Answer, 'source'>> {
    const { texts, truncated, namespace } = await readJson(input, kind, signal);
    if (texts.length === 0 && input.jq === undefined) return { text: await nothing(kind, namespace, input, signal) };
    const json =
      input.name === undefined
        ? `{"apiVersion":"v1","kind":"List","items":[${texts.join(',')}]}`
        : (texts[0] ?? 'null');
    const cut = truncated ? `(only the first ${texts.length} objects, 32 MiB of them)\n` : '';
    if (input.jq !== undefined) {
      const found = await runJq(json, input.jq, signal);
      // An empty answer of a program over nothing must not read as "all is well".
      const hint =
        found.trim() === '' ? `(the program printed nothing; it read ${texts.length} objects)` : found.trimEnd();
      return { text: cut + hint, rows: true };
    }
    const value: unknown = JSON.parse(json);
    const text =
      input.output === 'yaml'
        ? stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })
        : JSON.stringify(value, undefined, 1);
    return { text: cut + text };
  }

  async function readJson(
    input: GetInput,
    kind: ServedKind,
    signal: AbortSignal,
  ): Promise<{ readonly texts: readonly string[]; readonly truncated: boolean; readonly namespace: string }> {
    if (input.name !== undefined) {
      const namespace = requireNamespace(kind, input.namespace);
      const object = await getObject(queries, kind, namespace, input.name, signal);
      return { texts: await redactedJson([object], redact, signal), truncated: false, namespace };
    }
    const namespace = namespaceOf(input, kind);
    const { items, truncated } = await queries.list(
      kind,
      { namespace, maxBytes: MAX_BYTES, ...picked(input, ['labelSelector', 'fieldSelector']) },
      signal,
    );
    return { texts: await redactedJson(items, redact, signal), truncated, namespace };
  }

  async function nothing(kind: ServedKind, namespace: string, input: GetInput, signal: AbortSignal): Promise<string> {
    const missing = await missingNamespace(queries, namespace, signal);
    if (missing !== undefined) return missing;
    const where = namespace === '' ? '' : ` in namespace ${namespace}`;
    const selected =
      input.labelSelector === undefined && input.fieldSelector === undefined ? '' : ' that match the selector';
    return `There are no ${kind.resource}${where}${selected}.`;
  }

  return {
    name: 'k8s_get',
    description:
      'Reads objects of the cluster, like kubectl get. Example: {"kind": "pods", "namespace": "payments"}; with a jq program: {"kind": "pods", "jq": ".items[] | select(.status.phase != \\"Running\\") | .metadata.name"}. Secrets cannot be read.',
    input: inputSchema,
    async answer(given, signal) {
      const input = { ...given, ...splitKindAndName(given.kind, given.name) };
      const kind = await kindNamed(queries, input.kind, signal);
      const isTable = input.jq === undefined && (input.output ?? 'table') === 'table';
      const answer = await (isTable ? readTable(input, kind, signal) : readObjects(input, kind, signal));
      return { ...answer, source: sourceOf(input, kind) };
    },
  };
}

function namespaceOf(input: GetInput, kind: ServedKind): string {
  return kind.namespaced ? (input.namespace ?? '') : '';
}

/** `exactOptionalPropertyTypes`: a key that is there but undefined is not a key that is left out. */
function picked<Key extends 'name' | 'labelSelector' | 'fieldSelector'>(
  input: GetInput,
  keys: readonly Key[],
): { readonly [Name in Key]?: string } {
  const found: { [Name in Key]?: string } = {};
  for (const key of keys) {
    const value: string | undefined = input[key];
    if (value !== undefined) found[key] = value;
  }
  return found;
}

function sourceOf(input: GetInput, { resource }: ServedKind): string {
  return [
    `k8s_get ${resource}`,
    input.name,
    input.namespace === undefined ? undefined : `-n ${input.namespace}`,
    input.labelSelector === undefined ? undefined : `-l ${input.labelSelector}`,
    input.fieldSelector === undefined ? undefined : `--field-selector ${input.fieldSelector}`,
    input.jq === undefined ? input.output && `-o ${input.output}` : `| jq '${input.jq.slice(0, 200)}'`,
  ]
    .filter((part) => part !== undefined)
    .join(' ')
    .replace(/\s+/g, ' ');
}
