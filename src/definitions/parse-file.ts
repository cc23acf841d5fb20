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
  if (name === ORCHESTRATOR_FILE) return parseOrchestrator(content);
  const { agent, warnings } = parseAgentFile({ name, ...content }, settings);
  return { part: agent && { agent }, warnings };
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
