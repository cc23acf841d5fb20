import { parentPort, workerData } from 'node:worker_threads';
import * as sdk from '@open-policy-agent/opa-wasm';
import { parseEnvironment } from './environment.ts';
import type { Answer, Answered, WorkerMessage, WorkerTask } from './evaluate.ts';
import { POLICY_NAMES, type PolicyName } from './policy.ts';

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

/** Answers come in few messages: each costs more than a rule does. */
const TELL_EVERY_MS = 5;

/**
 * Without a promise: the other way asks whether it was given a `Response`, and to answer that Node loads a whole HTTP client into the thread. Its
 * types say otherwise, but it stands on the default export alone.
 */
const { loadPolicySync }: Pick<typeof sdk, 'loadPolicySync'> = Reflect.get(sdk, 'default');

function work({ wasm, tasks, stopAtError, progress }: WorkerTask): void {
  const load = (): sdk.LoadedPolicy => loadPolicySync(wasm, { ...MEMORY });
  let policy = load();
  tell({ kind: 'ready', builtins: builtinsOf(policy) });
  let untold: Answered[] = [];
  let toldAtMs = performance.now();
  const tellAnswers = (): void => {
    if (untold.length > 0) tell({ kind: 'answers', answers: untold });
    untold = [];
    toldAtMs = performance.now();
  };
  let hasFailed = false;
  for (const [index, { input, ask, environments }] of tasks.entries()) {
    let environment = environments.unsaid;
    for (const name of ask) {
      progress[0] = index;
      progress[1] = POLICY_NAMES.indexOf(name);
      const answer = answerOf(policy, name, name === 'priority' ? { ...input, environment } : input);
      hasFailed ||= 'error' in answer;
      // What failed in the middle may have left its memory in any state.
      if ('error' in answer) policy = load();
      if (name === 'environment') {
        environment = 'error' in answer ? environments.failed : (parseEnvironment(answer.value) ?? environments.unsaid);
      }
      untold.push({ index, name, answer });
      if (performance.now() - toldAtMs >= TELL_EVERY_MS) tellAnswers();
    }
    if (hasFailed && stopAtError) break;
  }
  tellAnswers();
}

function answerOf(policy: sdk.LoadedPolicy, name: PolicyName, input: unknown): Answer {
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
function builtinsOf({ wasmInstance, mem }: sdk.LoadedPolicy): readonly string[] {
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

work(workerData);
