import type { Answers, Evaluate } from './evaluate.ts';
import { reasonTasks, smokeTasks } from './input.ts';
import { judgeBuiltins, judgeSmoke, type FileNames } from './judge.ts';
import type { Compile, Compiled, PolicyFile, Refusal } from './opa.ts';
import { POLICY_NAMES } from './policy.ts';

/** A test file of `opa test` has no place among what is in force. */
export const isPolicyFile = (name: string): boolean => /^[\w.-]+\.rego$/.test(name) && !name.endsWith('_test.rego');

/** Nobody waits for it but the next cycle, and a good set must not be refused by a machine that is slow. */
const SMOKE_MS = 20_000;

export type Tried =
  | Exclude<Compiled, { kind: 'compiled' }>
  /** With what it answers over the matrix of inputs, which is the same for every set. */
  | (Extract<Compiled, { kind: 'compiled' }> & { readonly answers: readonly Answers[] });

/** Compiles a set of policies and tries it over the matrix of inputs: nothing is taken that would fail for the first incident. */
export function createTryPolicies({
  compile,
  evaluate,
}: {
  readonly compile: Compile;
  readonly evaluate: Evaluate;
}): (files: readonly PolicyFile[], names: FileNames) => Promise<Tried> {
  return async (files, names) => {
    const absent = POLICY_NAMES.filter((name) => !files.some((file) => file.name === names[name]));
    if (absent.length > 0) return { kind: 'refused', refusals: absent.map((name) => missing(names[name])) };
    const compiled = await compile(files);
    if (compiled.kind !== 'compiled') return compiled;
    const everySet = smokeTasks();
    const tasks = [...everySet, ...reasonTasks(files.map(({ bytes }) => Buffer.from(bytes).toString('utf8')))];
    const { answers, builtins } = await evaluate(compiled.wasm, tasks, { stopAtError: true, totalMs: SMOKE_MS });
    const unknown = judgeBuiltins(builtins, files);
    const refusals = unknown.length > 0 ? unknown : judgeSmoke(tasks, answers, names);
    return refusals.length > 0
      ? { kind: 'refused', refusals }
      : { ...compiled, answers: answers.slice(0, everySet.length) };
  };
}

function missing(file: string): Refusal {
  return {
    file,
    code: 'rego_file_missing',
    message:
      'is not in the directory; the three policies are one set. Put it back, or correct its name under `rego` in config.yaml',
  };
}
