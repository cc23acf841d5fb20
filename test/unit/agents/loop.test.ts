import { expect, test } from 'vitest';
import { runLoop, type LoopTool } from '../../../src/agents/loop.ts';
import type { ModelBlock, ModelReply, ModelRequest, StopReason } from '../../../src/domain/model.ts';
import { NO_USAGE } from '../../../src/domain/usage.ts';
import { MonitorError } from '../../../src/errors.ts';
import { silentLog } from '../../../src/log.ts';

interface Turn {
  readonly stop?: StopReason;
  readonly calls?: readonly { readonly name: string; readonly input?: unknown }[];
  readonly text?: string;
}

const report: LoopTool<string> = {
  definition: { name: 'report', description: '', inputSchema: {}, strict: true },
  run: (input) =>
    Promise.resolve(
      input === 'bad'
        ? { text: 'Not accepted: input: wrong', isError: true }
        : { text: 'Accepted.', isError: false, report: 'the report' },
    ),
};
const tool = (name: string, run: LoopTool<string>['run']): LoopTool<string> => ({
  definition: { name, description: '', inputSchema: {}, strict: false },
  run,
});
const REPORT: Turn = { calls: [{ name: 'report' }] };

async function play(
  turns: readonly Turn[],
  {
    tools = [],
    limits = {},
    callModel,
    signal = new AbortController().signal,
  }: {
    tools?: readonly LoopTool<string>[];
    limits?: Partial<Parameters<typeof runLoop>[0]['limits']>;
    callModel?: Parameters<typeof runLoop>[0]['callModel'];
    signal?: AbortSignal;
  } = {},
) {
  const requests: ModelRequest[] = [];
  const outcome = await runLoop<string>({
    callModel:
      callModel ??
      ((request) => {
        const turn = turns[requests.length];
        requests.push(request);
        if (turn === undefined) return Promise.reject(new Error('no more turns'));
        return Promise.resolve(replyOf(turn, requests.length));
      }),
    model: 'claude-haiku-5-5',
    effort: undefined,
    system: ['s'],
    prompt: 'p',
    tools: [...tools, report],
    reportTool: 'report',
    limits: { maxTurns: 5, maxToolCalls: 4, maxTokens: 100, timeoutMs: 2_000, ...limits },
    signal,
    log: silentLog,
  });
  return { outcome, requests };
}

function replyOf({ stop, calls = [], text }: Turn, turn: number): ModelReply {
  const blocks: ModelBlock[] = calls.map(({ name, input = {} }, index) => ({
    type: 'tool-call',
    id: `t${turn}-${index}`,
    name,
    input,
  }));
  if (text !== undefined) blocks.unshift({ type: 'text', text });
  return {
    model: 'm',
    blocks,
    stopReason: stop ?? (calls.length > 0 ? 'tool_use' : 'end_turn'),
    usage: { ...NO_USAGE, calls: 1 },
  };
}

test('tools of one turn run side by side and answer in the order of the calls', async () => {
  const started: string[] = [];
  const meet = Promise.withResolvers<void>();
  const slow = tool('slow', async () => {
    started.push('slow');
    await meet.promise;
    return { text: 'slow answer', isError: false };
  });
  const fast = tool('fast', () => {
    started.push('fast');
    meet.resolve();
    return Promise.resolve({ text: 'fast answer', isError: false });
  });
  const { outcome, requests } = await play([{ calls: [{ name: 'slow' }, { name: 'fast' }] }, REPORT], {
    tools: [slow, fast],
  });
  expect(started).toEqual(['slow', 'fast']);
  expect(requests[1]?.messages.at(-1)).toMatchObject({
    results: [
      { id: 't1-0', text: 'slow answer' },
      { id: 't1-1', text: 'fast answer' },
    ],
  });
  expect(outcome).toMatchObject({ report: 'the report', failure: undefined, turns: 2, usage: { calls: 2 } });
});

test.each([
  'end_turn',
  'max_tokens',
  'stop_sequence',
  'pause_turn',
  'refusal',
  'model_context_window_exceeded',
] as const)('no tool runs from a turn that stopped with %s', async (stop) => {
  let ran = 0;
  const counted = tool('counted', () => {
    ran += 1;
    return Promise.resolve({ text: '', isError: false });
  });
  const { outcome } = await play([{ stop, text: 'hm', calls: [{ name: 'counted' }, { name: 'report' }] }, REPORT], {
    tools: [counted],
  });
  expect(ran).toBe(0);
  const ends = stop === 'refusal' || stop === 'model_context_window_exceeded';
  expect(outcome.report).toBe(ends ? undefined : 'the report');
  expect(outcome.turns).toBe(ends ? 1 : 2);
});

test('a refusal is a failed run that says so', async () => {
  const { outcome } = await play([{ stop: 'refusal' }]);
  expect(outcome).toMatchObject({ report: undefined, failure: { code: 'MODEL_REJECTED', detail: /declined/ } });
});

test('who ends without a report is told so once', async () => {
  const { outcome, requests } = await play([{ text: 'All fine.' }, REPORT]);
  expect(outcome.report).toBe('the report');
  expect(requests[1]?.messages.slice(1)).toMatchObject([
    { role: 'assistant' },
    { role: 'user', text: /Call report now/ },
  ]);
});

test('the second end without a report is a failed run', async () => {
  const { outcome } = await play([{ text: 'All fine.' }, { text: 'Really.' }]);
  expect(outcome.failure).toEqual({ code: 'MODEL_OUTPUT_INVALID', detail: 'ended without calling report' });
});

test('an empty turn does not go back, only the nudge', async () => {
  const { requests } = await play([{}, REPORT]);
  expect(requests[1]?.messages.map(({ role }) => role)).toEqual(['user', 'user']);
});

test('a paused turn goes on without a nudge', async () => {
  const { requests } = await play([{ stop: 'pause_turn', text: 'still at it' }, REPORT]);
  expect(requests[1]?.messages.map(({ role }) => role)).toEqual(['user', 'assistant']);
});

test.each([
  {
    what: 'an unknown tool',
    call: { name: 'exec' },
    text: /There is no tool exec\. There are: throws, breaks, report/,
  },
  { what: 'a tool that refuses its input', call: { name: 'throws' }, text: /kind: is required/ },
  { what: 'a tool with a bug', call: { name: 'breaks' }, text: /^The tool failed\.$/ },
  { what: 'a report that is not accepted', call: { name: 'report', input: 'bad' }, text: /Not accepted/ },
])('$what is answered with an error that the model may mend', async ({ call, text }) => {
  const throws = tool('throws', () => Promise.reject(new MonitorError('TOOL_INPUT_INVALID', 'kind: is required')));
  const breaks = tool('breaks', () => Promise.reject(new TypeError('secret.internal:8080 is not a function')));
  const { outcome, requests } = await play([{ calls: [call] }, REPORT], { tools: [throws, breaks] });
  expect(requests[1]?.messages.at(-1)).toMatchObject({ results: [{ isError: true, text }] });
  expect(outcome.report).toBe('the report');
});

test('calls beyond the limit are refused, the report is not', async () => {
  let ran = 0;
  const counted = tool('counted', () => {
    ran += 1;
    return Promise.resolve({ text: '', isError: false });
  });
  const flood = Array.from({ length: 200 }, () => ({ name: 'counted' }));
  const { outcome } = await play([{ calls: flood }, REPORT], { tools: [counted] });
  expect(ran).toBe(4);
  expect(outcome.report).toBe('the report');
});

test('the turns are bounded, and the last one is announced', async () => {
  const loop = { calls: [{ name: 'nothing' }] };
  const { outcome, requests } = await play([loop, loop, loop, loop, loop, loop]);
  expect(requests).toHaveLength(5);
  expect(requests[4]?.messages.at(-1)).toMatchObject({ text: 'This is your last turn: call report now.' });
  expect(outcome.failure).toEqual({ code: 'MODEL_OUTPUT_INVALID', detail: 'no report within 5 turns' });
});

test('a model that never answers is left after the time of the agent, although it ignores the signal', async () => {
  const { outcome } = await play([], { callModel: () => new Promise(() => undefined), limits: { timeoutMs: 40 } });
  expect(outcome).toMatchObject({
    turns: 0,
    failure: { code: 'MODEL_UNAVAILABLE', detail: 'no report within 0.04 s' },
  });
});

test('a tool that never answers is left with the agent', async () => {
  const hang = tool('hang', () => new Promise(() => undefined));
  const { outcome } = await play([{ calls: [{ name: 'hang' }] }, REPORT], { tools: [hang], limits: { timeoutMs: 40 } });
  expect(outcome).toMatchObject({ turns: 1, failure: { code: 'MODEL_UNAVAILABLE' } });
});

test('a failure of the model ends the run with its code', async () => {
  const callModel = () => Promise.reject(new MonitorError('BUDGET_SPENT', 'the budget of the cycle is spent'));
  const { outcome } = await play([], { callModel });
  expect(outcome.failure).toEqual({ code: 'BUDGET_SPENT', detail: 'the budget of the cycle is spent' });
});

test('a bug passes through', async () => {
  await expect(play([])).rejects.toThrow('no more turns');
});
