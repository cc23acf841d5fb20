import { PRIORITIES, type Environment, type Priority } from '../domain/severity.ts';
import { parseEnvironment } from './environment.ts';
import type { Answer, Answers } from './evaluate.ts';
import type { PolicyInput, PolicyTask } from './input.ts';
import { limitLabels } from './labels.ts';
import type { PolicyFile, Refusal } from './opa.ts';
import { POLICY_NAMES, type PolicyName } from './policy.ts';

/** The rule that answers, by policy. */
export const RULES: Readonly<Record<PolicyName, string>> = {
  environment: 'environment',
  labels: 'custom_labels',
  priority: 'priority',
};

export type FileNames = Readonly<Record<PolicyName, string>>;

/** What a rule said, as far as it can be used. */
export type Judged<Value> = { readonly value: Value } | Refusal;

/** `undefined`: the policy says nothing (no rule applies, or a word that is no environment of ours). */
export function judgeEnvironment(answer: Answer | undefined, files: FileNames): Judged<Environment | undefined> {
  if (answer === undefined || 'error' in answer) return failure(answer, files.environment);
  return answer.value === undefined || typeof answer.value === 'string'
    ? { value: parseEnvironment(answer.value) }
    : wrong(files.environment, answer.value, 'a text such as "production"');
}

export function judgeLabels(
  answer: Answer | undefined,
  files: FileNames,
): Judged<Readonly<Record<string, readonly string[]>>> {
  if (answer === undefined || 'error' in answer) return failure(answer, files.labels);
  const { value } = answer;
  if (value === undefined) return { value: {} };
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? { value: limitLabels({ ...value }) }
    : wrong(files.labels, value, 'an object {name: value}');
}

export function judgePriority(answer: Answer | undefined, files: FileNames): Judged<Priority> {
  if (answer === undefined || 'error' in answer) return failure(answer, files.priority);
  if (answer.value === undefined) {
    const message = 'no rule applies, and there is no default: add `default priority := "P2"`';
    return { file: files.priority, code: 'rego_undefined', message };
  }
  const priority = PRIORITIES.find((candidate) => candidate === answer.value);
  return priority === undefined
    ? wrong(files.priority, answer.value, `one of ${PRIORITIES.join(', ')}`)
    : { value: priority };
}

/** What a new set of policies must do to be taken: an answer that can be used, for every input of the smoke test. The first trouble of each policy. */
export function judgeSmoke(
  tasks: readonly PolicyTask[],
  answers: readonly Answers[],
  files: FileNames,
): readonly Refusal[] {
  const judges = { environment: judgeEnvironment, labels: judgeLabels, priority: judgePriority };
  return POLICY_NAMES.flatMap((name) => {
    for (const [index, { input, environments }] of tasks.entries()) {
      const answer = answers[index] ?? {};
      // Another one's failure has stopped the test here.
      if (answer[name] === undefined) break;
      const judged = judges[name](answer[name], files);
      if ('value' in judged) continue;
      const said = judgeEnvironment(answer.environment, files);
      const environment = 'value' in said ? (said.value ?? environments.unsaid) : environments.failed;
      return [{ ...judged, message: `${judged.message}. Input: ${shown(name, input, environment)}` }];
    }
    return [];
  });
}

/** Built-in functions that only an OPA server has, such as http.send: the first of each, with the place where it stands. */
export function judgeBuiltins(builtins: readonly string[], files: readonly PolicyFile[]): readonly Refusal[] {
  return builtins
    .filter((name) => !PROVIDED_BUILTINS.includes(name))
    .map((name) => ({
      ...placeOf(name, files),
      code: 'rego_builtin_missing',
      message: `${name} does not exist here: policies see their input alone, no network, no clock, no files. Write the rule without it`,
    }));
}

/** What `@open-policy-agent/opa-wasm` brings besides what is compiled in. */
export const PROVIDED_BUILTINS: readonly string[] = [
  'json.is_valid',
  'sprintf',
  'regex.split',
  'yaml.is_valid',
  'yaml.marshal',
  'yaml.unmarshal',
];

function placeOf(word: string, files: readonly PolicyFile[]): { readonly file: string; readonly line?: number } {
  for (const { name, bytes } of files) {
    const lines = Buffer.from(bytes).toString('utf8').split('\n');
    const index = lines.findIndex((line) => line.replace(/#.*/, '').includes(word));
    if (index !== -1) return { file: name, line: index + 1 };
  }
  return { file: '*.rego' };
}

function wrong(file: string, value: unknown, wanted: string): Refusal {
  return {
    file,
    code: 'rego_result_invalid',
    message: `gives ${cut(JSON.stringify(value), 80)}; it must be ${wanted}`,
  };
}

/** Of `priority.rego:5:1: var assignment conflict`, or of us: took too long, gives too much. */
function failure(answer: { readonly error: string } | undefined, file: string): Refusal {
  const words = answer?.error ?? 'it was not asked';
  const [, place = file, line, column, message = words] = /^([^\s:]+\.rego):(\d+):(\d+): (.*)$/s.exec(words) ?? [];
  const where = { file: place, ...(line !== undefined && { line: Number(line), column: Number(column) }) };
  if (message.includes('conflict')) {
    const remedy = 'two rules give different answers. Make one chain of them with `else`, or keep one `default`';
    return { ...where, code: 'eval_conflict_error', message: `${message}: ${remedy}` };
  }
  if (message.includes('opa_malloc'))
    return { ...where, code: 'rego_too_large', message: 'needs more than 16 MiB of memory' };
  if (/took longer|did not begin/.test(message)) return { ...where, code: 'rego_too_slow', message };
  return { ...where, code: 'eval_error', message: cut(message, 300) };
}

/** The part of an input that a person needs to see why. */
function shown(name: PolicyName, input: PolicyInput, environment: Environment): string {
  const { severity, namespace, pod, tier, reason } = input;
  const { annotations } = pod;
  switch (name) {
    case 'environment':
      return JSON.stringify({ namespace });
    case 'labels':
      return JSON.stringify({ pod: { annotations } });
    case 'priority':
      return JSON.stringify({ severity, environment, namespace, tier, reason });
  }
}

function cut(text: string | undefined, characters: number): string {
  const whole = text ?? 'nothing';
  return whole.length <= characters ? whole : `${whole.slice(0, characters)}…`;
}
