import { Worker } from 'node:worker_threads';
import type { DefinitionSettings } from './definition-settings.ts';
import type { ParseResult, ParseTask } from './parse-task.ts';
import { whenOver } from './thread-budget.ts';

/**
 * The bundled text of `parse-worker.ts`, put here by the build: a single file has no second one to start a thread from.
 * Running from source there is none, and the thread is started from its file.
 */
declare const PARSE_WORKER_SOURCE: string | undefined;

export interface WorkerTask {
  readonly tasks: readonly ParseTask[];
  readonly settings: DefinitionSettings;
}
/** `cpuMs`: processor time that the thread had used so far. */
export type WorkerMessage =
  | { readonly kind: 'begins'; readonly index: number; readonly cpuMs: number }
  | { readonly kind: 'done'; readonly index: number; readonly cpuMs: number; readonly result: ParseResult };

export interface ThreadLimits {
  /** Processor time for one file or the rules of all: a machine under load, or a pod at its CPU limit, is not the author's fault. */
  readonly budgetMs: number;
  /** The same for the second and last try, in a thread that has just started. */
  readonly patienceMs: number;
  /** By the clock: for the thread to begin with its first task, and for one task whatever it uses. */
  readonly longestMs: number;
}
export const THREAD_LIMITS: ThreadLimits = { budgetMs: 250, patienceMs: 1_000, longestMs: 10_000 };

/**
 * Reads in one thread, one after the other. What takes longer than its budget is tried once more with more patience and then given up; what
 * stands behind it goes on in a new thread. Never rejects.
 *
 * @returns one for each task; `undefined` for one that was given up
 */
export async function parseInThread(
  tasks: readonly ParseTask[],
  settings: DefinitionSettings,
  limits: ThreadLimits = THREAD_LIMITS,
): Promise<readonly (ParseResult | undefined)[]> {
  const results: (ParseResult | undefined)[] = tasks.map(() => undefined);
  let first = 0;
  let isSecondTry = false;
  while (first < tasks.length) {
    const offset = first;
    const work = { tasks: tasks.slice(offset), settings: withoutSecrets(settings) };
    await runThread(work, limits, isSecondTry ? limits.patienceMs : limits.budgetMs, (index, result) => {
      results[offset + index] = result;
      first = offset + index + 1;
    });
    if (first === offset && isSecondTry) {
      first += 1;
      isSecondTry = false;
    } else isSecondTry = true;
  }
  return results;
}

/** Ends when all is read, a task takes too long, or the thread fails. */
async function runThread(
  work: WorkerTask,
  limits: ThreadLimits,
  firstMs: number,
  onDone: (index: number, result: ParseResult) => void,
): Promise<void> {
  const options = {
    workerData: work,
    env: {},
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: 128 },
  };
  const worker =
    typeof PARSE_WORKER_SOURCE === 'string'
      ? new Worker(PARSE_WORKER_SOURCE, { ...options, eval: true })
      : new Worker(new URL('./parse-worker.ts', import.meta.url), options);
  let giveUp: Disposable | undefined;
  try {
    await new Promise<void>((resolve) => {
      const giveUpAfter = (budgetMs: number, since: { readonly cpuMs: number } | undefined): void => {
        giveUp?.[Symbol.dispose]();
        giveUp = whenOver(worker, { budgetMs, longestMs: limits.longestMs, since }, resolve);
      };
      giveUpAfter(limits.longestMs, undefined);
      let isFirst = true;
      worker.on('message', (message: WorkerMessage) => {
        if (message.kind === 'done') {
          onDone(message.index, message.result);
          isFirst = false;
        }
        // Only what is tried for the second time gets more.
        giveUpAfter(isFirst ? firstMs : limits.budgetMs, message);
      });
      worker.once('error', () => resolve());
      worker.once('exit', () => resolve());
    });
  } finally {
    giveUp?.[Symbol.dispose]();
    await worker.terminate();
  }
}

/** A thread that reads text of others is given no more than the names of models. */
function withoutSecrets(settings: DefinitionSettings): DefinitionSettings {
  const env = Object.fromEntries(Object.entries(settings.env).filter(([name]) => name.endsWith('_MODEL')));
  return { ...settings, env };
}
