import type { DefinitionWarning, Definitions } from '../domain/definitions.ts';
import type { DirectoryRead } from '../domain/mounted-directory.ts';
import { messageOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { GoodContent, Source } from './assemble.ts';
import { createAssembler, type Assemble } from './assembler.ts';
import type { DefinitionSettings } from './definition-settings.ts';
import { ORCHESTRATOR_FILE } from './parse-file.ts';
import { createJudge, type DefinitionsDecided } from './verdicts.ts';

/** Where the last good version of each file survives a restart. */
interface LastGood {
  load(): Promise<ReadonlyMap<string, GoodContent>>;
  save(file: string, content: GoodContent): Promise<void>;
  forget(file: string): Promise<void>;
}

export interface DefinitionsOptions {
  /** Reads the directory of `CLAUDE.md` and nothing else of it. */
  readonly readClaudeDir: () => Promise<DirectoryRead>;
  /** Reads the `*.md` of the agents' directory, without `CLAUDE.md`. */
  readonly readAgentsDir: () => Promise<DirectoryRead>;
  readonly lastGood: LastGood;
  readonly settings: () => DefinitionSettings;
  /** Left out: with the parse budget of this product. */
  readonly assemble?: Assemble;
  /** Hears what became of each file that changed, once, whoever looked first; what it promises is waited for before the files are kept. */
  readonly onDecided?: (decided: DefinitionsDecided) => Promise<void> | void;
  readonly now: () => number;
  readonly log: Logger;
}

/** Which names each of the two readers should accept, also where both look at one directory. */
export const isOrchestratorFile = (name: string): boolean => name === ORCHESTRATOR_FILE;
export const isAgentFile = (name: string): boolean => name.endsWith('.md') && name !== ORCHESTRATOR_FILE;

export interface DefinitionsSource {
  /** Reads both directories afresh, as one set that never changes afterwards. Never throws for what stands in a file or a directory. */
  pin(): Promise<Definitions>;
}

/** Builds the one place that turns mounted Markdown into the definitions of a cycle. */
export function createDefinitions(options: DefinitionsOptions): DefinitionsSource {
  const { lastGood, now, log, assemble = createAssembler() } = options;
  let known: Map<string, GoodContent> | undefined;
  /** Changes that the store has not taken yet. */
  const unsaved = new Set<string>();
  let lastWarnings: ReadonlySet<string> = new Set();
  let pinning: Promise<unknown> = Promise.resolve();
  const judge = createJudge();
  let last: Definitions | undefined;

  const pin = async (): Promise<Definitions> => {
    known ??= await loadKnown();
    const good = known;
    const reads = [await options.readClaudeDir(), await options.readAgentsDir()] as const;
    const sources = [...sourcesOf(reads[0], good, isOrchestratorFile), ...sourcesOf(reads[1], good, isAgentFile)];
    const before = last ?? (await beforeRestart(good));
    const { definitions: assembled, accepted } = await assemble(sources, options.settings());
    const unread = [
      ...(reads[0].kind === 'read' ? [] : ['no-orchestrator']),
      ...(reads[1].kind === 'read' ? [] : ['no-agents']),
    ];
    // A directory that cannot be read has been named with its remedy; what follows from it is no second trouble.
    const others = assembled.warnings.filter(({ code }) => !unread.includes(code));
    const warnings = [...reads.flatMap(warningsOf), ...others];
    const definitions = { ...assembled, warnings };

    for (const name of good.keys()) {
      if (sources.some((source) => source.name === name)) continue;
      good.delete(name);
      unsaved.add(name);
    }
    for (const { name, bytes, sha256 } of accepted) {
      if (good.get(name)?.sha256 === sha256) continue;
      good.set(name, { bytes, sha256, acceptedAtMs: now() });
      unsaved.add(name);
    }
    logPinned(definitions);
    const verdicts = judge({ before, after: definitions, accepted, sources });
    last = definitions;
    const textOf = (file: string): string | undefined => textIn(good.get(file)?.bytes);
    // Told, then kept: a process that is killed in between tells it again at its next start, and never loses it.
    if (verdicts.length > 0) await options.onDecided?.({ verdicts, before, after: definitions, textOf });
    await saveUnsaved(good);
    return definitions;
  };

  /** What an earlier process had in force: the last good version of every file. */
  async function beforeRestart(good: ReadonlyMap<string, GoodContent>): Promise<Definitions | undefined> {
    if (options.onDecided === undefined || good.size === 0) return undefined;
    const sources = [...good].map(([name, content]) => ({ name, content, lastGood: undefined }));
    return (await assemble(sources, options.settings())).definitions;
  }

  async function loadKnown(): Promise<Map<string, GoodContent>> {
    try {
      return new Map(await lastGood.load());
    } catch (error) {
      log.warn('last good definitions could not be loaded', { err: messageOf(error) });
      return new Map();
    }
  }

  async function saveUnsaved(good: ReadonlyMap<string, GoodContent>): Promise<void> {
    for (const name of unsaved) {
      const content = good.get(name);
      try {
        await (content === undefined ? lastGood.forget(name) : lastGood.save(name, content));
        unsaved.delete(name);
      } catch (error) {
        log.warn('last good definition could not be saved', { file: name, err: messageOf(error) });
      }
    }
  }

  function logPinned({ orchestrator, agents, revision, warnings }: Definitions): void {
    if (orchestrator !== undefined) {
      log.info('Loading orchestrator context from CLAUDE.md', { revision, sha256: orchestrator.sha256 });
    }
    if (agents.length > 0) {
      log.info(`Discovered agents: ${agents.map((agent) => agent.name).join(', ')}`, {
        revision,
        agents: agents.length,
      });
    }
    // A warning is news once; it stays in the report as long as it holds.
    const keys = new Set(warnings.map((warning) => JSON.stringify(warning)));
    for (const warning of warnings) {
      if (lastWarnings.has(JSON.stringify(warning))) continue;
      const { message: remark, ...fields } = warning;
      if (warning.outcome === 'accepted') log.info('definition remark', { ...fields, remark });
      else log.warn('definition warning', { ...fields, remark });
    }
    lastWarnings = keys;
  }

  return {
    // One after the other, so that two cycles that begin together agree on what was good last.
    pin: () => {
      const next = pinning.then(pin);
      pinning = next.catch(() => undefined);
      return next;
    },
  };
}

function textIn(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');
}

/** What a directory offers; a broken or missing one offers the last good files it had, never an empty set. */
function sourcesOf(
  read: DirectoryRead,
  good: ReadonlyMap<string, GoodContent>,
  belongs: (name: string) => boolean,
): readonly Source[] {
  if (read.kind === 'read') {
    const files = read.files.filter(({ name }) => belongs(name));
    const unreadable = read.unreadable.filter(({ name }) => belongs(name));
    return [
      ...files.map(({ name, bytes, sha256 }) => ({ name, content: { bytes, sha256 }, lastGood: good.get(name) })),
      ...unreadable.map(({ name, code, message }) => ({
        name,
        content: undefined,
        trouble: { code, message },
        lastGood: good.get(name),
      })),
    ];
  }
  const trouble = { code: read.kind === 'missing' ? 'directory-missing' : 'volume-broken', message: read.message };
  return [...good]
    .filter(([name]) => belongs(name))
    .map(([name, content]) => ({ name, content: undefined, trouble, lastGood: content }));
}

function warningsOf(read: DirectoryRead): readonly DefinitionWarning[] {
  const line = undefined;
  if (read.kind === 'broken') {
    const message = `${read.message}; the last good files stay in use. Restart the pod if it does not mend itself`;
    return [{ file: read.directory, line, code: 'volume-broken', outcome: 'rejected', message }];
  }
  if (read.kind === 'missing') {
    const message = `${read.message}; mount the ConfigMap there, or name the directory in the settings`;
    return [{ file: read.directory, line, code: 'directory-missing', outcome: 'rejected', message }];
  }
  return read.files
    .filter((file) => file.frozen)
    .map((file) => ({
      file: file.name,
      line,
      code: 'never-updated',
      outcome: 'accepted',
      message: 'mounted as a single file (subPath), so edits of its ConfigMap never arrive; mount the whole directory',
    }));
}
