import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { DefinitionSettings } from '../../src/definitions/definition-settings.ts';
import { parseAgentFile } from '../../src/definitions/parse-agent-file.ts';
import { KNOWN_TOOLS } from '../../src/definitions/tool-grants.ts';
import type { AgentDefinition, DefinitionWarning } from '../../src/domain/definitions.ts';

/** The settings as shipped: no bounds, every tool configured. */
const SETTINGS: DefinitionSettings = {
  env: {},
  tools: KNOWN_TOOLS,
  toolCeiling: undefined,
  modelAliases: { haiku: 'haiku-id-1', sonnet: 'sonnet-id-1', opus: 'opus-id-1' },
  modelAllowList: undefined,
  defaultModel: 'sonnet',
  zone: 'UTC',
};

export interface CorpusFile {
  /** Below the folder that was given. */
  readonly path: string;
  readonly outcome: DefinitionWarning['outcome'];
  readonly agent: AgentDefinition | undefined;
  /** `code` or `code:line` of each thing to remark, the decisive one last. */
  readonly reasons: readonly string[];
  readonly message: string | undefined;
  readonly bytes: number;
  readonly elapsedMs: number;
}

/** Reads every `*.md` below a folder, as an agent file of its own, in the order of their paths. Follows no links. */
export function readCorpus(folder: string): readonly CorpusFile[] {
  return markdownIn(folder)
    .toSorted()
    .map((path) => {
      const bytes = readFileSync(path);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const startedAt = performance.now();
      const { outcome, agent, warnings } = parseAgentFile({ name: path, bytes, sha256 }, SETTINGS);
      return {
        path: relative(folder, path),
        outcome,
        agent,
        reasons: warnings.map(({ code, line }) => (line === undefined ? code : `${code}:${line}`)),
        // A lenient one says first why it is none of the accepted; what ends a file comes last.
        message: warnings.at(outcome === 'lenient' ? 0 : -1)?.message,
        bytes: bytes.length,
        elapsedMs: performance.now() - startedAt,
      };
    });
}

function markdownIn(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const state = lstatSync(path);
    if (state.isDirectory()) return name.startsWith('.') || name === 'node_modules' ? [] : markdownIn(path);
    return state.isFile() && name.endsWith('.md') ? [path] : [];
  });
}

/** One line for each file, and the summary. */
export function corpusLines(files: readonly CorpusFile[]): readonly string[] {
  const width = Math.max(0, ...files.map(({ path }) => path.length));
  const lines = files.map(({ path, outcome, reasons, elapsedMs, message }) => {
    const why =
      outcome === 'accepted'
        ? reasons.join(' ')
        : `${reasons.join(' ')}${message === undefined ? '' : ` (${message})`}`;
    return `${outcome.padEnd(8)} ${elapsedMs.toFixed(1).padStart(7)} ms  ${path.padEnd(width)}  ${why}`.trimEnd();
  });
  const times = files.map(({ elapsedMs }) => elapsedMs).toSorted((one, other) => one - other);
  const at = (share: number): string =>
    (times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(1);
  const count = (outcome: CorpusFile['outcome']): number => files.filter((file) => file.outcome === outcome).length;
  const codes = Map.groupBy(
    files.flatMap(({ reasons }) => [...new Set(reasons.map((reason) => reason.replace(/:\d+$/, '')))]),
    (code) => code,
  );
  const frequent = [...codes]
    .map(([code, list]) => `${code} ${list.length}`)
    .toSorted((one, other) => Number(other.split(' ')[1]) - Number(one.split(' ')[1]) || one.localeCompare(other));
  return [
    ...lines,
    '',
    `${files.length} files: ${count('accepted')} accepted, ${count('lenient')} lenient, ${count('ignored')} ignored, ${count('rejected')} rejected`,
    `time per file: median ${at(0.5)} ms, p99 ${at(0.99)} ms, worst ${at(1)} ms; ${times.reduce((sum, one) => sum + one, 0).toFixed(0)} ms together`,
    ...(frequent.length === 0 ? [] : [`reasons, files each: ${frequent.join(', ')}`]),
  ];
}
