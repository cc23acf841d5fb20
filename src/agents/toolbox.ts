import type { Tool } from '../domain/tool.ts';
import { MonitorError } from '../errors.ts';
import type { EvidenceLog } from './evidence.ts';
import { cut, type Fence } from './fence.ts';
import type { LoopTool } from './loop.ts';

/** One question that an agent asked, for the report. */
export interface AskedTool {
  readonly tool: string;
  readonly source: string;
  readonly evidenceId: string;
  readonly isError: boolean;
}

/** Reads on in results that did not fit; whoever may ask anything may read the whole answer. */
const PAGING_TOOL = 'result_page';
/** Results that one agent may read in one run; behind it the conversation would only grow dear. */
const MAX_RESULT_BYTES = 256 * 1024;
const MAX_INPUT_CHARACTERS = 32 * 1024;
/** With its marks it stays below what the loop passes on of a failure. */
const LONGEST_ERROR_CHARACTERS = 800;

/**
 * The tools of a cycle, each answer with its evidence id and between marks. That a question asked twice is carried out once is the tools' own affair;
 * here its answer keeps its id, and the agent that has it already does not pay for it again.
 *
 * @returns a function that gives one agent its tools and reports each question to `onAsked`
 */
export function createToolbox(
  tools: readonly Tool[],
  evidence: EvidenceLog,
  fence: Fence,
): (names: readonly string[], onAsked: (asked: AskedTool) => void) => LoopTool<never>[] {
  return (names, onAsked) => {
    const offered = tools.filter(({ name }) => names.includes(name));
    const paging =
      offered.length === 0 ? [] : tools.filter(({ name }) => name === PAGING_TOOL && !names.includes(name));
    const seen = new Set<string>();
    let readBytes = 0;

    const run = async (tool: Tool, input: unknown, signal: AbortSignal): Promise<string> => {
      if (readBytes >= MAX_RESULT_BYTES) {
        throw new MonitorError('TOOL_FAILED', 'You have read enough for one run: report with what you have.');
      }
      const question = JSON.stringify(input) ?? '';
      if (question.length > MAX_INPUT_CHARACTERS)
        throw new MonitorError('TOOL_INPUT_INVALID', 'The input is too long.');
      try {
        const { text, source } = await tool.run(input, signal);
        const { id } = evidence.add({ source, text, tool: tool.name, isError: false });
        onAsked({ tool: tool.name, source, evidenceId: id, isError: false });
        if (seen.has(id)) return `Asked before: the answer is ${id} above.`;
        seen.add(id);
        readBytes += Buffer.byteLength(text);
        return `${id}\n${fence.wrap(source, text)}`;
      } catch (error) {
        const source = `${tool.name} ${question.slice(0, 200)}`;
        const text = error instanceof MonitorError ? error.message : 'the tool failed';
        onAsked({
          tool: tool.name,
          source,
          evidenceId: evidence.add({ source, text, tool: tool.name, isError: true }).id,
          isError: true,
        });
        if (!(error instanceof MonitorError)) throw error;
        // Names, a server's own words, what a jq program printed: as foreign as a result.
        const { code, retryable, retryAfterMs } = error;
        const fenced = fence.wrap(`error of ${tool.name}`, cut(text, LONGEST_ERROR_CHARACTERS));
        throw new MonitorError(code, fenced, { retryable, retryAfterMs, cause: error });
      }
    };
    return [...offered, ...paging].map((tool) => ({
      definition: { name: tool.name, description: tool.description, inputSchema: tool.inputSchema, strict: false },
      run: async (input, signal) => ({ text: await run(tool, input, signal), isError: false }),
    }));
  };
}
