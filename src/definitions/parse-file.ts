import type { AgentDefinition, DefinitionWarning, Definitions } from '../domain/definitions.ts';
import { decodeText, stripInvisible } from './decode-text.ts';
import type { DefinitionSettings } from './definition-settings.ts';
import { parseAgentFile } from './parse-agent-file.ts';

export const ORCHESTRATOR_FILE = 'CLAUDE.md';

export interface Content {
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

/** What one file is by itself. */
export interface ParsedFile {
  readonly part:
    | { readonly agent: AgentDefinition }
    | { readonly orchestrator: NonNullable<Definitions['orchestrator']> }
    | undefined;
  readonly warnings: readonly DefinitionWarning[];
}

/** Reads one file by its name: `CLAUDE.md` is the orchestrator's, every other one an agent's. Depends on nothing but its parameters. */
export function parseFile(name: string, content: Content, settings: DefinitionSettings): ParsedFile {
  const parsed = name === ORCHESTRATOR_FILE ? parseOrchestrator(content) : parseAgent(name, content, settings);
  const line = conflictLine(content.bytes);
  if (line === undefined) return parsed;
  const message =
    'a conflict of a merge was left here, and both of its sides are read; keep one, and take out the lines of <<<<<<<, ======= and >>>>>>>';
  const outcome = parsed.part === undefined ? 'ignored' : 'accepted';
  // Why a file is refused stands last.
  return { ...parsed, warnings: [{ file: name, line, code: 'merge-conflict', outcome, message }, ...parsed.warnings] };
}

function parseAgent(name: string, content: Content, settings: DefinitionSettings): ParsedFile {
  const { agent, warnings } = parseAgentFile({ name, ...content }, settings);
  return { part: agent && { agent }, warnings };
}

/** Where git wrote the first of two sides. */
function conflictLine(bytes: Uint8Array): number | undefined {
  const text = Buffer.from(bytes).toString('utf8');
  const begin = text.search(/^<{7} /m);
  const middle = begin < 0 ? -1 : text.slice(begin).search(/^={7}\r?$/m);
  if (middle < 0 || !/^>{7} /m.test(text.slice(begin + middle))) return undefined;
  return text.slice(0, begin).split('\n').length;
}

function parseOrchestrator(content: Content): ParsedFile {
  const decoded = decodeText(content.bytes);
  const warning = (code: string, outcome: DefinitionWarning['outcome'], message: string): DefinitionWarning => ({
    file: ORCHESTRATOR_FILE,
    line: undefined,
    code,
    outcome,
    message,
  });
  if (!decoded.ok) return { part: undefined, warnings: [warning(decoded.code, 'rejected', decoded.message)] };
  const text = stripInvisible(decoded.text);
  const seen = `${decoded.invisibleCount} invisible characters were left out; they would be seen by the model only`;
  return {
    part: { orchestrator: { text, sha256: content.sha256 } },
    warnings: decoded.invisibleCount === 0 ? [] : [warning('invisible-characters', 'accepted', seen)],
  };
}
