import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { REPLAY_VERSION } from '../../domain/replay.ts';
import type { CycleReport } from '../../domain/report.ts';
import { MonitorError, messageOf } from '../../errors.ts';
import type { RecordedCycles } from '../../store/recorded-cycles.ts';
import type { ReplayableReport } from '../../wiring/replay-cycle.ts';
import { recordedId } from '../cycle-id.ts';

export interface FoundCycles {
  /** Oldest first, each once. Read one by one: two weeks of patrols are more than a pod has room for. */
  readonly cycles: readonly { readonly id: string; readonly load: () => Promise<CycleReport | undefined> }[];
  /** Only these are of interest; `undefined`: all. */
  readonly incidents: ReadonlySet<string> | undefined;
}

interface Wanted {
  readonly id: string;
  readonly load: () => Promise<CycleReport | undefined>;
  readonly incident?: string;
}

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const GRAMMAR =
  'a cycle is named by its id, by an incident’s id (the newest cycle that tells of it), by a report’s file, by last, last:20, or by a time such as 24h';

/**
 * The recorded cycles that are meant: `last`, `last:20`, `24h`, an id of a cycle or an incident, or a file as `once --output json` writes it.
 *
 * @throws {MonitorError} `REPORT_NOT_FOUND`, `REPORT_NOT_REPLAYABLE`
 */
export async function findCycles(
  words: readonly string[],
  parts: { readonly recorded: RecordedCycles | undefined; readonly database: string; readonly nowMs: number },
): Promise<FoundCycles> {
  const wanted: Wanted[] = [];
  for (const word of words) wanted.push(...(await cyclesMeant(word, parts)));
  const cycles = new Map(wanted.map(({ id, load }) => [id, { id, load }]));
  const incidents = wanted.map(({ incident }) => incident);
  return {
    // An id begins with the moment at which its cycle began.
    cycles: [...cycles.values()].toSorted((left, right) => (left.id < right.id ? -1 : 1)),
    incidents: incidents.every((incident) => incident !== undefined) ? new Set(incidents) : undefined,
  };
}

async function cyclesMeant(
  word: string,
  parts: { readonly recorded: RecordedCycles | undefined; readonly database: string; readonly nowMs: number },
): Promise<readonly Wanted[]> {
  if (word.endsWith('.json') && existsSync(word)) return [fromFile(word)];
  if (word.includes('/') || word.endsWith('.json')) {
    throw new MonitorError('REPORT_NOT_FOUND', `--against ${word}: there is no such file; ${GRAMMAR}`);
  }
  const { recorded, database, nowMs } = parts;
  if (recorded === undefined) {
    throw new MonitorError(
      'REPORT_NOT_FOUND',
      `--against ${word}: there is no database at ${database}: name its directory with --data-dir, or give the file of a report`,
    );
  }
  const many = (ids: readonly string[]): readonly Wanted[] => {
    if (ids.length === 0) throw unknown(word, database);
    return ids.map((id) => ({ id, load: () => recorded.report(id) }));
  };
  const [, count] = /^last(?::([1-9]\d{0,4}))?$/.exec(word) ?? [];
  if (/^last(?::|$)/.test(word)) {
    if (word !== 'last' && count === undefined) throw unknown(word, database);
    return many(await recorded.newest(Number(count ?? 1)));
  }
  const [, amount, unit] = /^(\d{1,4})([mhd])$/.exec(word) ?? [];
  if (amount !== undefined && unit !== undefined) {
    const sinceMs = nowMs - Number(amount) * (UNIT_MS[unit] ?? 0);
    return many(await recorded.since(sinceMs));
  }
  const id = recordedId(word);
  const report = await recorded.report(id);
  if (report === undefined) throw unknown(word, database);
  return [one(report, id, id.startsWith('INC-') ? id : undefined)];
}

function fromFile(path: string): Wanted {
  const report = parseReport(path);
  if (isReplayable(report) || !basename(path).startsWith('INC-')) return one(report, path);
  // The file of an incident is a part of its cycle's, which lies beside it.
  const whole = join(dirname(path), `${report.cycle.id.replaceAll(':', '-')}.json`);
  const incident = basename(path, '.json');
  if (!existsSync(whole)) {
    throw new MonitorError(
      'REPORT_NOT_REPLAYABLE',
      `${path} is the part of one incident in cycle ${report.cycle.id}, and the report of the whole cycle is not beside it: give that one, or the id with --data-dir`,
    );
  }
  return one(parseReport(whole), whole, incident);
}

/**
 * A cycle that is named by itself must be usable; one of many is left out.
 *
 * @throws {MonitorError} `REPORT_NOT_REPLAYABLE`
 */
function one(report: CycleReport, name: string, incident?: string): Wanted {
  if (!isReplayable(report)) throw notReplayable(name, report);
  return {
    id: report.cycle.id,
    load: () => Promise.resolve(report),
    ...(incident !== undefined && { incident }),
  };
}

function parseReport(path: string): CycleReport {
  try {
    const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (isReport(parsed)) return parsed;
  } catch (error) {
    throw new MonitorError('REPORT_NOT_REPLAYABLE', `${path} cannot be read as a report: ${messageOf(error)}`, {
      cause: error,
    });
  }
  throw new MonitorError(
    'REPORT_NOT_REPLAYABLE',
    `${path} is no report of a cycle: give a file that \`once --output json\` or \`report ID\` wrote`,
  );
}

/** Written by `once`, `report` or a cycle; what else has this shape is a person's own work. */
function isReport(value: unknown): value is CycleReport {
  if (typeof value !== 'object' || value === null) return false;
  const has = (key: string, kind: 'list' | 'object'): boolean => {
    const part: unknown = Reflect.get(value, key);
    return kind === 'list' ? Array.isArray(part) : typeof part === 'object' && part !== null;
  };
  const lists = ['findings', 'incidents', 'decisions', 'checks', 'agents'].every((key) => has(key, 'list'));
  return lists && has('cycle', 'object') && has('definitions', 'object');
}

export function isReplayable(report: CycleReport): report is ReplayableReport {
  return report.replay?.version === REPLAY_VERSION;
}

export function notReplayable(name: string, { replay }: CycleReport): MonitorError {
  const why =
    replay === undefined
      ? 'was recorded by a version of k8s-monitor that did not record what a replay needs (open incidents, times, settings)'
      : `was recorded in version ${String(replay.version)} of what a replay needs, and this k8s-monitor reads version ${REPLAY_VERSION}`;
  return new MonitorError('REPORT_NOT_REPLAYABLE', `${name} ${why}: take a cycle that this version has recorded`);
}

function unknown(word: string, database: string): MonitorError {
  return new MonitorError('REPORT_NOT_FOUND', `--against ${word}: no such cycle in ${database}; ${GRAMMAR}`);
}
