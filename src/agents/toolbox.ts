import type { Tool } from '../domain/tool.ts';
import { messageOf, MonitorError } from '../errors.ts';
import type { EvidenceItem, EvidenceLog } from './evidence.ts';
import type { Fence } from './fence.ts';
import type { LoopTool } from './loop.ts';

/** One question that an agent asked, for the report. */
export interface AskedTool {
  readonly tool: string;
  readonly source: string;
  readonly evidenceId: string;
  readonly isError: boolean;
}

/** Results that one agent may read in one run; behind it the conversation would only grow dear. */
const MAX_RESULT_BYTES = 256 * 1024;
const MAX_INPUT_CHARACTERS = 32 * 1024;

/**
 * The tools of a cycle. A question that was asked before, by whichever agent, is not asked again: its answer keeps its id.
 *
 * @returns a function that gives one agent its tools and reports each question to `onAsked`
 */
export function createToolbox(
  tools: readonly Tool[],
  evidence: EvidenceLog,
  fence: Fence,
): (names: readonly string[], onAsked: (asked: AskedTool) => void) => LoopTool<never>[] {
  const answers = new Map<string, Promise<EvidenceItem & { readonly handle?: string }>>();

  async function ask(
    tool: Tool,
    input: unknown,
    signal: AbortSignal,
  ): Promise<EvidenceItem & { readonly handle?: string }> {
    const { text, source, handle } = await tool.run(input, signal);
    const item = evidence.add({ source, text, tool: tool.name, isError: false });
    return handle === undefined ? item : { ...item, handle };
  }

  return (names, onAsked) => {
    const seen = new Set<string>();
    let readBytes = 0;
    return tools
      .filter((tool) => names.includes(tool.name))
      .map((tool) => ({
        definition: {
          name: tool.name,
          description: tool.description,
          inputSchema: tool.inputSchema,
          strict: false,
        },
        run: async (input, signal) => {
          if (readBytes >= MAX_RESULT_BYTES) {
            throw new MonitorError('TOOL_FAILED', 'You have read enough for one run: report with what you have.');
          }
          const key = `${tool.name} ${canonical(input)}`;
          if (key.length > MAX_INPUT_CHARACTERS) throw new MonitorError('TOOL_INPUT_INVALID', 'The input is too long.');
          const pending = answers.get(key) ?? ask(tool, input, signal);
          answers.set(key, pending);
          try {
            const { id, source, text, handle } = await pending;
            onAsked({ tool: tool.name, source, evidenceId: id, isError: false });
            if (seen.has(id)) return { text: `Asked before: the answer is ${id} above.`, isError: false };
            seen.add(id);
            readBytes += Buffer.byteLength(text);
            const more = handle === undefined ? '' : `\nThere is more: handle ${handle}.`;
            return { text: `${id}\n${fence.wrap(source, text)}${more}`, isError: false };
          } catch (error) {
            answers.delete(key);
            const message = error instanceof MonitorError ? error.message : 'the tool failed';
            const item = evidence.add({ source: tool.name, text: message, tool: tool.name, isError: true });
            onAsked({
              tool: tool.name,
              source: `${tool.name} ${key.slice(tool.name.length + 1, 200)}`,
              evidenceId: item.id,
              isError: true,
            });
            if (!(error instanceof MonitorError)) throw error;
            return { text: `Failed: ${fence.plain(messageOf(error), 1_000)}`, isError: true };
          }
        },
      }));
  };
}

/** JSON with sorted keys: the same question in another order is the same question. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`;
}
