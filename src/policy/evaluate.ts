import { Worker } from 'node:worker_threads';
import { messageOf } from '../errors.ts';
import { parseEnvironment } from './environment.ts';
import type { PolicyTask } from './input.ts';
import { POLICY_NAMES, type PolicyName } from './policy.ts';

/**
 * The bundled text of `policy-worker.ts`, put here by the build: a single file has no second one to start a thread from.
 * Running from source there is none, and the thread is started from its file.
 */
declare const POLICY_WORKER_SOURCE: string | undefined;

/** What a rule said: `value` is `undefined` where no rule applies. */
export type Answer = { readonly value: unknown } | { readonly error: string };
export type Answers = Readonly<Partial<Record<PolicyName, Answer>>>;

interface Evaluated {
  /** One for each task, complete; with `stopAtError` only up to the first error. */
  readonly answers: readonly Answers[];
  /** Built-in functions that the policies expect of us. */
  readonly builtins: readonly string[];
}

export interface EvaluationLimits {
  /** For one rule on one input. Policies take microseconds; the rest is for a machine under load. */
  readonly ruleMs: number;
  /** For everything together: an alert must not wait for it. */
  readonly totalMs: number;
  /** For the thread to begin. */
  readonly startMs: number;
}
export const EVALUATION_LIMITS: EvaluationLimits = { ruleMs: 1_000, totalMs: 5_000, startMs: 5_000 };

export interface WorkerTask {
  readonly wasm: Uint8Array<ArrayBuffer>;
  readonly tasks: readonly PolicyTask[];
  readonly stopAtError: boolean;
  /** Shared: which task, and which of `POLICY_NAMES`, is asked right now. */
  readonly progress: Int32Array<SharedArrayBuffer>;
}
/** What one rule said about the task at `index`. */
export interface Answered {
  readonly index: number;
  readonly name: PolicyName;
  readonly answer: Answer;
}
export type WorkerMessage =
  | { readonly kind: 'ready'; readonly builtins: readonly string[] }
  | { readonly kind: 'answers'; readonly answers: readonly Answered[] };

/**
 * @param options.stopAtError behind the first error nothing is asked
 * @param options.totalMs instead of the usual limit
 */
export type Evaluate = (
  wasm: Uint8Array<ArrayBuffer>,
  tasks: readonly PolicyTask[],
  options?: { readonly stopAtError?: boolean; readonly totalMs?: number },
) => Promise<Evaluated>;

/**
 * Asks compiled policies in a thread of their own. A rule that takes too long fails for its input alone: the thread is ended, and a new one goes
 * on behind it. Never rejects: what could not be asked is an error among the answers.
 */
export function createEvaluate(limits = EVALUATION_LIMITS): Evaluate {
  return async (wasm, tasks, { stopAtError = false, totalMs = limits.totalMs } = {}) => {
    const answers: Partial<Record<PolicyName, Answer>>[] = tasks.map(() => ({}));
    const openIn = (index: number): PolicyName | undefined =>
      tasks[index]?.ask.find((name) => answers[index]?.[name] === undefined);
    const fail = (index: number, name: PolicyName | undefined, error: string): void => {
      if (name !== undefined) (answers[index] ??= {})[name] ??= { error };
    };
    const deadline = performance.now() + totalMs;
    let builtins: readonly string[] = [];
    let first = 0;
    while (first < tasks.length && performance.now() < deadline) {
      const offset = first;
      const rest = tasks.slice(offset).map((task, index) => remaining(task, answers[offset + index] ?? {}));
      const progress = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
      const trouble = await runWorker({ wasm, tasks: rest, stopAtError, progress }, limits, deadline, (message) => {
        if (message.kind === 'ready') builtins = message.builtins;
        else for (const { index, name, answer } of message.answers) (answers[offset + index] ??= {})[name] = answer;
      });
      if (stopAtError && answers.some(hasError)) break;
      while (first < tasks.length && openIn(first) === undefined) first += 1;
      if (first === tasks.length) break;
      // The rule that stood in the way; what was not told before it, and the others of its input, are asked again.
      const [index = 0, rule = 0] = progress;
      const name = POLICY_NAMES[rule];
      const isOpen =
        name !== undefined && rest[index]?.ask.includes(name) && answers[offset + index]?.[name] === undefined;
      const words = trouble ?? 'the thread of the policies ended early';
      if (isOpen) fail(offset + index, name, words);
      else fail(first, openIn(first), words);
      if (stopAtError) break;
    }
    for (; first < tasks.length && !(stopAtError && answers.some(hasError)); first += 1) {
      while (openIn(first) !== undefined)
        fail(first, openIn(first), `the policies took longer than ${totalMs} ms together`);
    }
    return { answers, builtins };
  };
}

/** What of a task was not answered yet. */
function remaining(task: PolicyTask, answers: Answers): PolicyTask {
  const { environment } = answers;
  const { unsaid, failed } = task.environments;
  const said =
    environment === undefined ? unsaid : 'error' in environment ? failed : parseEnvironment(environment.value);
  return {
    ...task,
    ask: task.ask.filter((name) => answers[name] === undefined),
    environments: { unsaid: said ?? unsaid, failed },
  };
}

function hasError(answers: Answers): boolean {
  return Object.values(answers).some((answer) => 'error' in answer);
}

/** Resolves with why the thread did not get to its end; `undefined` when it did. */
async function runWorker(
  work: WorkerTask,
  limits: EvaluationLimits,
  deadline: number,
  onMessage: (message: WorkerMessage) => void,
): Promise<string | undefined> {
  const worker = startWorker(work);
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<string | undefined>((resolve) => {
      let messages = 0;
      const giveUpAfter = (ms: number, words: string): void => {
        const before = messages;
        clearTimeout(timer);
        // Where this thread itself was held up, what came in the meantime is read first.
        const giveUp = (): void => void setImmediate(() => messages === before && resolve(words));
        timer = setTimeout(giveUp, Math.max(0, Math.min(ms, deadline - performance.now())));
      };
      giveUpAfter(limits.startMs, `the policies did not begin within ${limits.startMs} ms`);
      worker.on('message', (message: WorkerMessage) => {
        messages += 1;
        onMessage(message);
        giveUpAfter(limits.ruleMs, `took longer than ${limits.ruleMs} ms`);
      });
      worker.once('error', (error) => resolve(`failed or needed too much memory (${messageOf(error)})`));
      worker.once('exit', () => resolve(undefined));
    });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}

function startWorker(workerData: WorkerTask): Worker {
  const options = { workerData, env: {}, stdout: true, stderr: true, resourceLimits: { maxOldGenerationSizeMb: 128 } };
  return typeof POLICY_WORKER_SOURCE === 'string'
    ? new Worker(POLICY_WORKER_SOURCE, { ...options, eval: true })
    : new Worker(new URL('./policy-worker.ts', import.meta.url), options);
}
