import { createHash } from 'node:crypto';
import type { AgentDefinition, DefinitionFile, DefinitionWarning, Definitions } from '../domain/definitions.ts';
import type { DefinitionSettings } from './definition-settings.ts';
import { ORCHESTRATOR_FILE, parseFile, type Content, type ParsedFile } from './parse-file.ts';
import { readRules, ruleTexts, type Rules } from './read-rules.ts';

export interface GoodContent extends Content {
  /** Unix time in milliseconds. */
  readonly acceptedAtMs: number;
}

/** One file to make definitions of: what is mounted now, and what was good last. */
export interface Source {
  readonly name: string;
  /** `undefined` when it is mounted but cannot be read, or its volume is broken; `trouble` says why. */
  readonly content: Content | undefined;
  readonly trouble?: { readonly code: string; readonly message: string };
  readonly lastGood: GoodContent | undefined;
}

export interface Assembled {
  readonly definitions: Definitions;
  /** Files whose mounted version was accepted: the next last good ones. */
  readonly accepted: readonly (Content & { readonly name: string })[];
}

/** How single files and the rules in them are read. */
export interface Readers {
  readonly parseFile: (name: string, content: Content) => ParsedFile;
  readonly readRules: (orchestrator: Definitions['orchestrator'], agents: readonly AgentDefinition[]) => Rules;
}

/**
 * Makes one set of definitions out of files. Each is judged alone: a rejected one keeps its last good version, flagged stale, and touches no
 * other. Pure: the same sources and settings give the same set.
 */
export function assembleDefinitions(
  sources: readonly Source[],
  settings: DefinitionSettings,
  readers: Readers = readersFor(settings),
): Assembled {
  const warnings: DefinitionWarning[] = [];
  const files: DefinitionFile[] = [];
  const accepted: (Content & { name: string })[] = [];
  const agents: AgentDefinition[] = [];
  const fileOf = new Map<string, string>();
  const add = (agent: AgentDefinition): void => {
    agents.push(agent);
    fileOf.set(agent.name, agent.fileName);
  };
  let orchestrator: Definitions['orchestrator'];

  for (const source of inOrder(sources)) {
    const use = (content: Content, stale: DefinitionFile['stale']): void => {
      files.push({
        name: source.name,
        sha256: content.sha256,
        bytes: content.bytes.length,
        ...(stale !== undefined && { stale }),
      });
      if (stale === undefined) accepted.push({ name: source.name, bytes: content.bytes, sha256: content.sha256 });
    };
    const mounted =
      source.content === undefined
        ? undefined
        : unlessTwin(readers.parseFile(source.name, source.content), source.name, fileOf);
    if (mounted === undefined && source.trouble !== undefined)
      warnings.push({ file: source.name, line: undefined, outcome: 'rejected', ...source.trouble });
    if (mounted !== undefined) warnings.push(...mounted.warnings);
    if (mounted?.part !== undefined && source.content !== undefined) {
      if ('agent' in mounted.part) add(mounted.part.agent);
      else orchestrator = mounted.part.orchestrator;
      use(source.content, undefined);
      continue;
    }
    if (source.lastGood === undefined) continue;
    const kept = unlessTwin(readers.parseFile(source.name, source.lastGood), source.name, fileOf);
    if (kept.part === undefined) continue;
    if ('agent' in kept.part) add(kept.part.agent);
    else orchestrator = kept.part.orchestrator;
    const cause = mounted?.warnings.at(-1) ?? source.trouble;
    const line = mounted?.warnings.at(-1)?.line;
    use(source.lastGood, {
      code: cause?.code ?? 'rejected',
      ...(line !== undefined && { line }),
      message: `${cause?.message ?? 'rejected'}; the version accepted at ${new Date(source.lastGood.acceptedAtMs).toISOString()} stays in use`,
    });
  }

  if (orchestrator === undefined) {
    warnings.push({
      file: ORCHESTRATOR_FILE,
      line: undefined,
      code: 'no-orchestrator',
      outcome: 'ignored',
      message:
        'there is no usable CLAUDE.md: no tiers, no known issues, and no orchestrator; checks and alerts go on. Give the ConfigMap of the orchestrator a key CLAUDE.md',
    });
  }
  if (agents.length === 0) {
    warnings.push({
      file: '*.md',
      line: undefined,
      code: 'no-agents',
      outcome: 'ignored',
      message:
        'there is no usable agent file: checks and alerts go on without analysis. Give the ConfigMap of the agents a key NAME.md for each',
    });
  }
  const { warnings: ruleWarnings, ...rules } = readers.readRules(orchestrator, agents);
  const revision = createHash('sha256');
  for (const file of files) revision.update(`${file.name}\0${file.sha256}\n`);
  if (settings.policyHash !== undefined) revision.update(`policies\0${settings.policyHash}\n`);
  return {
    definitions: {
      revision: revision.digest('hex'),
      orchestrator,
      agents,
      ...rules,
      files,
      warnings: [...warnings, ...ruleWarnings],
    },
    accepted,
  };
}

/**
 * Definitions of given file contents, with no directory and no history: for `validate` and for replays.
 *
 * @param files by file name; `CLAUDE.md` is the orchestrator's, every other `*.md` an agent's
 */
export function inspectDefinitions(
  files: ReadonlyMap<string, Uint8Array>,
  settings: DefinitionSettings,
): { readonly definitions: Definitions; readonly problems: readonly DefinitionWarning[] } {
  const sources = [...files].map(([name, bytes]) => ({ name, content: contentOf(bytes), lastGood: undefined }));
  const { definitions } = assembleDefinitions(sources, settings);
  return { definitions, problems: definitions.warnings.filter((warning) => warning.outcome === 'rejected') };
}

function contentOf(bytes: Uint8Array): Content {
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

function readersFor(settings: DefinitionSettings): Readers {
  return {
    parseFile: (name, content) => parseFile(name, content, settings),
    readRules: (orchestrator, agents) => readRules(ruleTexts(orchestrator, agents), settings.zone),
  };
}

/** Of two agents with one name the first by file name counts. */
function unlessTwin(parsed: ParsedFile, file: string, fileOf: ReadonlyMap<string, string>): ParsedFile {
  if (parsed.part === undefined || !('agent' in parsed.part)) return parsed;
  const { name } = parsed.part.agent;
  const twin = fileOf.get(name);
  if (twin === undefined) return parsed;
  const message = `the name ${name} is taken by ${twin}, which comes first; rename one`;
  return {
    part: undefined,
    warnings: [...parsed.warnings, { file, line: 1, code: 'duplicate-name', outcome: 'rejected', message }],
  };
}

/** `CLAUDE.md` first, then the agents by file name (code units), so that the first of two equal names is always the same. */
function inOrder(sources: readonly Source[]): readonly Source[] {
  const key = (source: Source): string => (source.name === ORCHESTRATOR_FILE ? '' : source.name);
  return sources.toSorted((left, right) => (key(left) < key(right) ? -1 : key(left) > key(right) ? 1 : 0));
}
