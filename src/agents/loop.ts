import pLimit from 'p-limit';
import type { CallModel, ModelBlock, ModelMessage, ModelReply, ToolDefinition } from '../domain/model.ts';
import { addUsage, NO_USAGE, type Usage } from '../domain/usage.ts';
import { messageOf, MonitorError, type ErrorCode } from '../errors.ts';
import type { Logger } from '../log.ts';
import { cut, visibleText } from './fence.ts';

/** What a tool says back; with a `report` the conversation is over. */
export interface ToolAnswer<Report> {
  readonly text: string;
  readonly isError: boolean;
  readonly report?: Report;
}

export interface LoopTool<Report> {
  readonly definition: ToolDefinition;
  /** May throw: the loop turns every throw into an error result, so that no tool can break a conversation. */
  readonly run: (input: unknown, signal: AbortSignal) => Promise<ToolAnswer<Report>>;
}

interface LoopLimits {
  readonly maxTurns: number;
  readonly maxToolCalls: number;
  /** For one answer of the model. */
  readonly maxTokens: number;
  readonly timeoutMs: number;
}

export interface LoopOptions<Report> {
  readonly callModel: CallModel;
  readonly model: string;
  readonly effort: string | undefined;
  readonly system: readonly string[];
  /** The first user message. */
  readonly prompt: string;
  readonly tools: readonly LoopTool<Report>[];
  /** The tool that ends the conversation; named in the nudge. */
  readonly reportTool: string;
  readonly limits: LoopLimits;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

export interface LoopOutcome<Report> {
  /** `undefined` is a failed run, never "nothing found". */
  readonly report: Report | undefined;
  readonly failure: { readonly code: ErrorCode; readonly detail: string } | undefined;
  readonly turns: number;
  readonly usage: Usage;
}

/** Tools of one turn that run side by side. */
const SIDE_BY_SIDE = 8;
const LONGEST_FAILURE = 1_000;

type ToolCall = Extract<ModelBlock, { type: 'tool-call' }>;

/**
 * One conversation: ask the model, run the tools it calls, until it reports or a limit is reached.
 *
 * Only a turn that stopped with `tool_use` runs tools; whatever else a turn contains, a call in it may be half. A conversation that stops
 * without a report is told so once; then it has failed.
 *
 * @throws never for what models, providers and tools do; a bug in `callModel` passes through
 */
export async function runLoop<Report>(options: LoopOptions<Report>): Promise<LoopOutcome<Report>> {
  const { limits, log } = options;
  const timeout = new AbortController();
  const timer = setTimeout(() => {
    timeout.abort(new MonitorError('MODEL_UNAVAILABLE', `no report within ${limits.timeoutMs / 1_000} s`));
  }, limits.timeoutMs);
  const signal = AbortSignal.any([options.signal, timeout.signal]);
  const runTools = toolRunner(options, signal);
  const messages: ModelMessage[] = [{ role: 'user', text: options.prompt }];
  let usage = NO_USAGE;
  let turns = 0;
  let nudged = false;

  const ended = (outcome: Pick<LoopOutcome<Report>, 'report' | 'failure'>): LoopOutcome<Report> => ({
    ...outcome,
    turns,
    usage,
  });
  const failed = (code: ErrorCode, detail: string): LoopOutcome<Report> =>
    ended({ report: undefined, failure: { code, detail } });

  try {
    while (turns < limits.maxTurns) {
      const reply: ModelReply = await unlessAborted(
        options.callModel({
          model: options.model,
          system: options.system,
          tools: options.tools.map((tool) => tool.definition),
          messages: [...messages],
          maxTokens: limits.maxTokens,
          effort: options.effort,
          signal,
        }),
        signal,
      );
      turns += 1;
      usage = addUsage(usage, reply.usage);
      log.debug('model answered', { turn: turns, stopReason: reply.stopReason, usage: reply.usage });

      const calls = reply.blocks.filter((block) => block.type === 'tool-call');
      if (reply.stopReason === 'tool_use' && calls.length > 0) {
        const answers = await runTools(calls);
        const report = answers.find((answer) => answer.report !== undefined)?.report;
        if (report !== undefined) return ended({ report, failure: undefined });
        messages.push(
          { role: 'assistant', blocks: reply.blocks },
          {
            role: 'tool-results',
            results: answers,
            ...(turns === limits.maxTurns - 1 && { text: `This is your last turn: call ${options.reportTool} now.` }),
          },
        );
        continue;
      }
      if (reply.stopReason === 'refusal') return failed('MODEL_REJECTED', 'the model declined to answer (refusal)');
      if (reply.stopReason === 'model_context_window_exceeded') {
        return failed('MODEL_REJECTED', 'the conversation outgrew the context of the model');
      }
      const spoken = withoutCalls(reply.blocks);
      if (spoken.length > 0) messages.push({ role: 'assistant', blocks: spoken });
      if (reply.stopReason === 'pause_turn' && spoken.length > 0) continue;
      if (nudged) return failed('MODEL_OUTPUT_INVALID', `ended without calling ${options.reportTool}`);
      nudged = true;
      messages.push({ role: 'user', text: nudge(reply.stopReason, options.reportTool) });
    }
    return failed('MODEL_OUTPUT_INVALID', `no report within ${limits.maxTurns} turns`);
  } catch (error) {
    if (!(error instanceof MonitorError)) throw error;
    return failed(error.code, error.message);
  } finally {
    clearTimeout(timer);
  }
}

function toolRunner<Report>(
  { tools, limits, reportTool, log }: LoopOptions<Report>,
  signal: AbortSignal,
): (calls: readonly ToolCall[]) => Promise<(ToolAnswer<Report> & { readonly id: string })[]> {
  const byName = new Map(tools.map((tool) => [tool.definition.name, tool]));
  const names = [...byName.keys()].join(', ');
  const limit = pLimit(SIDE_BY_SIDE);
  let used = 0;

  async function run(call: ToolCall): Promise<ToolAnswer<Report>> {
    const tool = byName.get(call.name);
    if (tool === undefined) return refusal(`There is no tool ${call.name}. There are: ${names}.`);
    if (call.name !== reportTool) {
      used += 1;
      if (used > limits.maxToolCalls) {
        return refusal(`All ${limits.maxToolCalls} tool calls are used: call ${reportTool} with what you have.`);
      }
    }
    try {
      return await unlessAborted(tool.run(call.input, signal), signal);
    } catch (error) {
      if (error instanceof MonitorError) return refusal(cut(visibleText(error.message), LONGEST_FAILURE));
      // Foreign messages may hold addresses or keys; they go to the log, which is redacted, and not to the model.
      log.error('a tool failed unexpectedly', { tool: call.name, err: error });
      return refusal('The tool failed.');
    }
  }
  return async (calls) => {
    const answers = await Promise.all(calls.map((call) => limit(async () => ({ ...(await run(call)), id: call.id }))));
    if (signal.aborted) throw abortReason(signal);
    return answers;
  };
}

function refusal(text: string): ToolAnswer<never> {
  return { text, isError: true };
}

/** What may go back of a turn whose calls were not run; thinking alone is no turn. */
function withoutCalls(blocks: readonly ModelBlock[]): readonly ModelBlock[] {
  const kept = blocks.filter((block) => block.type !== 'tool-call');
  return kept.some((block) => block.type === 'text' && block.text.trim() !== '') ? kept : [];
}

function nudge(stopReason: ModelReply['stopReason'], reportTool: string): string {
  const why =
    stopReason === 'max_tokens'
      ? 'Your answer was cut off at its length limit, and nothing in it was carried out. Be brief.'
      : 'Your turn ended without a report, and only a report counts.';
  return `${why} Call ${reportTool} now.`;
}

/** Waits for `work`, but never beyond the signal: a tool or provider that ignores it must not hold the cycle. */
function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(abortReason(signal));
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

function abortReason(signal: AbortSignal): MonitorError {
  const reason: unknown = signal.reason;
  return reason instanceof MonitorError
    ? reason
    : new MonitorError('MODEL_UNAVAILABLE', `stopped: ${messageOf(reason)}`);
}
