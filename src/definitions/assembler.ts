import { setImmediate as breath } from 'node:timers/promises';
import type { AgentDefinition, Definitions, DefinitionWarning } from '../domain/definitions.ts';
import { assembleDefinitions, type Assembled, type Source } from './assemble.ts';
import type { DefinitionSettings } from './definition-settings.ts';
import { ORCHESTRATOR_FILE, type Content, type ParsedFile } from './parse-file.ts';
import { parseInThread, THREAD_LIMITS } from './parse-in-thread.ts';
import { runTask, type ParseResult, type ParseTask } from './parse-task.ts';
import { isPolicyAgent, type Rules } from './read-rules.ts';

export type Assemble = (sources: readonly Source[], settings: DefinitionSettings) => Promise<Assembled>;

/** What is read in this thread must be small: nothing can end it. */
const SMALL_FRONT_MATTER_BYTES = 2 * 1024;
const SMALL_FILE_BYTES = 64 * 1024;
const SMALL_RULES_CHARACTERS = 16 * 1024;
const SMALL_RULES_LINES = 300;
/** So long this thread reads before it lets others have their turn: the loop also serves Slack and probes. */
const TURN_MS = 10;
/** Reading it again at every pin would hold up every edit of another file; a machine under load passes. */
const SLOW_AGAIN_AFTER_MS = 10 * 60_000;

const NO_RULES: Rules = {
  tiers: [],
  knownIssues: [],
  tolerances: [],
  channels: [],
  contacts: [],
  read: [],
  warnings: [],
};
const UNHURRIED = { ...THREAD_LIMITS, budgetMs: 10_000, patienceMs: 10_000 };
const UNREAD: ParsedFile = { part: undefined, warnings: [] };

/**
 * Builds the assembly of definitions that never holds the loop: what did not change since the last time, or is as it was before the last change,
 * is not read again; small files are read in turns of milliseconds, and the others in a thread with a time limit. A file that takes too long
 * is rejected, so its last good version stays, and is tried again ten minutes later.
 *
 * @param parse reads in a thread; `undefined` for what took too long
 * @param nowMs of a clock that never goes back
 */
export function createAssembler(
  parse: typeof parseInThread = parseInThread,
  nowMs: () => number = () => performance.now(),
): Assemble {
  /** What the last assembly used, by what it was made of. */
  let remembered = new Map<string, ParseResult>();
  /** What the last different one used: an edit that is taken back costs nothing. */
  let before: ReadonlyMap<string, ParseResult> = new Map();
  /** What took too long, and when it may be tried again. */
  const slowUntilMs = new Map<string, number>();
  return async (sources, settings) => {
    const used = new Map<string, ParseResult>();
    const startedAtMs = nowMs();
    for (const [key, untilMs] of slowUntilMs) if (untilMs <= startedAtMs) slowUntilMs.delete(key);
    const suffix = `\0${settingsKey(settings)}`;
    // Each round finds what the one before could not know: the last good version of a rejected file, the rules of the chosen ones.
    for (;;) {
      const wanted = new Map<string, ParseTask>();
      const ask = (key: string, task: ParseTask): ParseResult | undefined => {
        const known = used.get(key) ?? remembered.get(key) ?? before.get(key);
        if (known !== undefined) used.set(key, known);
        else if (!slowUntilMs.has(key)) wanted.set(key, task);
        return known;
      };
      const assembled = assembleDefinitions(sources, settings, {
        parseFile: (name, content) => {
          const key = keyOf(name, content) + suffix;
          if (slowUntilMs.has(key)) return { part: undefined, warnings: [tooSlow(name)] };
          const known = ask(key, { kind: 'file', name, content });
          return known?.kind === 'file' ? known.parsed : UNREAD;
        },
        readRules: (orchestrator, agents) => {
          if (wanted.size > 0) return NO_RULES;
          const known = ask(...rulesTask(orchestrator, agents, suffix));
          return known?.kind === 'rules' ? known.rules : NO_RULES;
        },
      });
      if (wanted.size === 0) {
        if (used.size !== remembered.size || [...used.keys()].some((key) => !remembered.has(key))) before = remembered;
        remembered = used;
        return assembled;
      }
      const { own = [], threaded = [] } = Object.groupBy(wanted, ([, task]) => (isSmall(task) ? 'own' : 'threaded'));
      const [results] = await Promise.all([
        threaded.length === 0
          ? []
          : parse(
              threaded.map(([, task]) => task),
              settings,
            ),
        readInTurns(own, settings, (key, result) => used.set(key, result)),
      ]);
      for (const [index, [key, task]] of threaded.entries()) {
        const result = results[index];
        const again = result ?? (wasGood(task) ? (await parse([task], settings, UNHURRIED))[0] : undefined);
        if (again !== undefined) used.set(key, again);
        else for (const culprit of await culprits(key, task)) slowUntilMs.set(culprit, nowMs() + SLOW_AGAIN_AFTER_MS);
      }

      /** What was accepted before is slow because the machine is. */
      function wasGood(task: ParseTask): boolean {
        const shas = new Set(sources.flatMap(({ lastGood }) => (lastGood === undefined ? [] : [lastGood.sha256])));
        if (task.kind === 'file') return shas.has(task.content.sha256);
        const parts = [task.orchestrator, ...task.agents].flatMap((part) => (part === undefined ? [] : [part.sha256]));
        return parts.every((sha256) => shas.has(sha256));
      }

      /** Rules that are too slow are one file's fault: the text that is slow alone, else the one that came on top. */
      async function culprits(key: string, task: ParseTask): Promise<readonly string[]> {
        if (task.kind === 'file') return [key];
        const policy = task.agents[0];
        const { orchestrator } = task;
        const isOwn =
          policy === undefined ||
          (orchestrator !== undefined && (await parse([{ ...task, agents: [] }], settings))[0] === undefined);
        const file = isOwn ? ORCHESTRATOR_FILE : policy.fileName;
        const names = sources.flatMap(({ name, content, lastGood }) => (name === file ? [content, lastGood] : []));
        const sha256 = isOwn ? orchestrator?.sha256 : policy.sha256;
        const guilty = names.filter((content) => content !== undefined && content.sha256 === sha256);
        return [key, ...guilty.flatMap((content) => (content === undefined ? [] : [keyOf(file, content) + suffix]))];
      }
    }
  };
}

async function readInTurns(
  tasks: readonly (readonly [string, ParseTask])[],
  settings: DefinitionSettings,
  onRead: (key: string, result: ParseResult) => void,
): Promise<void> {
  let beganMs = performance.now();
  for (const [key, task] of tasks) {
    if (performance.now() - beganMs >= TURN_MS) {
      await breath();
      beganMs = performance.now();
    }
    onRead(key, runTask(task, settings));
  }
}

function tooSlow(file: string): DefinitionWarning {
  const message = `reading it took more than ${THREAD_LIMITS.budgetMs} ms of processor time, and more than ${THREAD_LIMITS.patienceMs} ms the second time; make it shorter or simpler`;
  return { file, line: undefined, code: 'too-slow', outcome: 'rejected', message };
}

function rulesTask(
  orchestrator: Definitions['orchestrator'],
  agents: readonly AgentDefinition[],
  suffix: string,
): [string, ParseTask] {
  const policy = agents.filter(isPolicyAgent).slice(0, 1);
  const key = `rules\0${orchestrator?.sha256 ?? ''}\0${policy.map(({ fileName, sha256 }) => `${fileName}\0${sha256}`).join('\0')}`;
  return [key + suffix, { kind: 'rules', orchestrator, agents: policy }];
}

function keyOf(name: string, { sha256 }: Content): string {
  return `${name}\0${sha256}`;
}

function isSmall(task: ParseTask): boolean {
  if (task.kind === 'rules') {
    const text = [task.orchestrator?.text ?? '', ...task.agents.map(({ body }) => body)].join('\n');
    return text.length <= SMALL_RULES_CHARACTERS && text.split('\n', SMALL_RULES_LINES + 1).length <= SMALL_RULES_LINES;
  }
  // `CLAUDE.md` is only decoded here.
  if (task.name === ORCHESTRATOR_FILE) return true;
  const { bytes } = task.content;
  const end = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf('\n---');
  return bytes.length <= SMALL_FILE_BYTES && (end === -1 ? bytes.length : end) <= SMALL_FRONT_MATTER_BYTES;
}

/** Everything of the settings that an agent file is read by. */
function settingsKey(settings: DefinitionSettings): string {
  const models = Object.entries(settings.env).filter(([name]) => name.endsWith('_MODEL'));
  return JSON.stringify({ ...settings, env: models, policyHash: undefined });
}
