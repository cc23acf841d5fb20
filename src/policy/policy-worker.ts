import { parentPort, workerData } from 'node:worker_threads';
import { loadPolicy, type LoadedPolicy } from '@open-policy-agent/opa-wasm';
import { parseEnvironment } from './environment.ts';
import type { Answer, WorkerMessage, WorkerTask } from './evaluate.ts';
import type { PolicyName } from './policy.ts';

/*
 * Policies in a thread that can be ended: WebAssembly has no time limit. Nothing of the process is within their reach: no files, no network,
 * no clock, and memory only up to the limit. Bundled into a string by the build, hence without top-level await.
 */

/** Pages of 64 KiB. */
const MEMORY = { initial: 5, maximum: 256 };
const MAX_ANSWER_CHARACTERS = 64 * 1024;

const ENTRYPOINTS: Readonly<Record<PolicyName, string>> = {
  environment: 'environment/environment',
  labels: 'labels/custom_labels',
  priority: 'priority/priority',
};

async function work({ wasm, tasks, stopAtError }: WorkerTask): Promise<void> {
  let policy = await loadPolicy(wasm, MEMORY);
  tell({ kind: 'ready', builtins: builtinsOf(policy) });
  let hasFailed = false;
  for (const [index, { input, ask, environments }] of tasks.entries()) {
    let environment = environments.unsaid;
    for (const name of ask) {
      const answer = answerOf(policy, name, name === 'priority' ? { ...input, environment } : input);
      hasFailed ||= 'error' in answer;
      // What failed in the middle may have left its memory in any state.
      if ('error' in answer) policy = await loadPolicy(wasm, MEMORY);
      if (name === 'environment') {
        environment = 'error' in answer ? environments.failed : (parseEnvironment(answer.value) ?? environments.unsaid);
      }
      tell({ kind: 'answer', index, name, answer });
    }
    if (hasFailed && stopAtError) return;
  }
}

function answerOf(policy: LoadedPolicy, name: PolicyName, input: unknown): Answer {
  try {
    const results: unknown = policy.evaluate(input, ENTRYPOINTS[name]);
    const first: unknown = Array.isArray(results) ? results[0] : undefined;
    const value: unknown = typeof first === 'object' && first !== null && 'result' in first ? first.result : undefined;
    const characters = JSON.stringify(value)?.length ?? 0;
    return characters > MAX_ANSWER_CHARACTERS
      ? { error: `gives ${characters} characters; at most ${MAX_ANSWER_CHARACTERS} are taken` }
      : { value };
  } catch (error) {
    // The SDK throws texts and objects with a message.
    const words = typeof error === 'object' && error !== null && 'message' in error ? error.message : error;
    return { error: String(words) };
  }
}

/** Names of the built-in functions that the policies expect of whoever runs them. */
function builtinsOf({ wasmInstance, mem }: LoadedPolicy): readonly string[] {
  const exported = 'exports' in wasmInstance ? wasmInstance.exports : {};
  const { builtins, opa_json_dump: dump } = exported;
  if (typeof builtins !== 'function' || typeof dump !== 'function') return [];
  const bytes = new Uint8Array(mem.buffer);
  const start: unknown = dump(builtins());
  if (typeof start !== 'number') return [];
  return Object.keys(JSON.parse(new TextDecoder().decode(bytes.subarray(start, bytes.indexOf(0, start)))));
}

function tell(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}

void work(workerData);
