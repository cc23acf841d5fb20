import { Worker } from 'node:worker_threads';
import pLimit from 'p-limit';
import { MonitorError } from '../../errors.ts';

/**
 * The bundled text of `jq-worker.ts`, put here by the build: a single file has no second one to start a thread from.
 * Running from source there is none, and the thread is started from its file.
 */
declare const JQ_WORKER_SOURCE: string | undefined;

/** Programs take milliseconds; one that takes seconds loops. */
const DEADLINE_MS = 5000;
const MAX_PROGRAM_CHARACTERS = 8192;
const MAX_OUTPUT_CHARACTERS = 4 * 1024 * 1024;

/**
 * Runs a jq program over JSON text, as `jq -rc` would.
 *
 * @throws {MonitorError} `TOOL_INPUT_INVALID` with jq's own words for a program that does not compile or fails;
 *   `TOOL_FAILED` for one that takes too long or too much memory
 */
export type RunJq = (input: string, program: string, signal: AbortSignal) => Promise<string>;

/** What the thread is given. */
export interface JqTask {
  /** JSON text. */
  readonly input: string;
  readonly program: string;
}

export function createRunJq(deadlineMs = DEADLINE_MS): RunJq {
  // Each thread may hold the input several times over.
  const limit = pLimit(2);
  return (input, program, signal) => limit(() => run(input, program, signal));

  async function run(input: string, program: string, signal: AbortSignal): Promise<string> {
    if (program.length > MAX_PROGRAM_CHARACTERS) {
      throw new MonitorError('TOOL_INPUT_INVALID', `A jq program has at most ${MAX_PROGRAM_CHARACTERS} characters.`);
    }
    signal.throwIfAborted();
    const worker = startWorker({ input, program });
    const late = AbortSignal.timeout(deadlineMs);
    const ended = AbortSignal.any([signal, late]);
    try {
      const { stdout, stderr, exitCode } = await resultOf(worker, ended);
      if (exitCode !== 0) {
        const words = stderr.trim().slice(0, 500) || `exit code ${exitCode}`;
        throw new MonitorError('TOOL_INPUT_INVALID', `jq refused the program or failed in it: ${words}`);
      }
      return stdout.length > MAX_OUTPUT_CHARACTERS ? stdout.slice(0, MAX_OUTPUT_CHARACTERS) : stdout;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof MonitorError) throw error;
      const why = late.aborted ? `took longer than ${deadlineMs} ms` : 'used too much memory or failed';
      throw new MonitorError('TOOL_FAILED', `The jq program ${why}: make it simpler, or select fewer objects.`, {
        cause: error,
      });
    } finally {
      await worker.terminate();
    }
  }
}

interface JqResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

function resultOf(worker: Worker, signal: AbortSignal): Promise<JqResult> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new Error('the jq thread was ended'));
    signal.addEventListener('abort', abort, { once: true });
    worker.once('message', (result: JqResult) => resolve(result));
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the jq thread ended with ${code}`)));
  });
}

function startWorker(workerData: JqTask): Worker {
  const options = { workerData, env: {}, stdout: true, stderr: true, resourceLimits: { maxOldGenerationSizeMb: 512 } };
  return typeof JQ_WORKER_SOURCE === 'string'
    ? new Worker(JQ_WORKER_SOURCE, { ...options, eval: true })
    : new Worker(new URL('./jq-worker.ts', import.meta.url), options);
}
