import { readLines, type LogLimits, type ReadLog } from '../container-logs/read-lines.ts';
import type { ClusterQueries } from '../domain/cluster-queries.ts';
import type { AssessedFinding } from '../domain/finding.ts';
import type { LogsRead } from '../domain/report.ts';
import { decide } from '../incidents/decide.ts';
import type { DecisionInput, DecisionOutcome } from '../incidents/input.ts';
import { runsToRead, withKnownLines, withLines } from '../incidents/log-lines.ts';
import type { Logger } from '../log.ts';
import type { Redact } from '../redact.ts';

/** What people are told within 30 s of its detection waits for its logs no longer than this. */
export const LOG_LIMITS: LogLimits = { maxRequests: 20, atOnce: 8, eachMs: 2_000, totalMs: 5_000 };

/** Of the end of a log: enough for a trace with its causes, and for lines of the greatest length that runtimes write (16 KiB). */
const TAIL_LINES = 400;
const MAX_BYTES = 1024 * 1024;

export interface Decided {
  readonly outcome: DecisionOutcome;
  /** Those of the input, with the lines of their logs among their evidence. */
  readonly findings: readonly AssessedFinding[];
  /** `undefined` where no log was asked for. */
  readonly logs: LogsRead | undefined;
}

/**
 * Decides, reads the logs of what people are to be told, and decides the same again with the lines that were found.
 *
 * Which messages there are, and why, depends on the checks alone: a log adds a quotation, and its trouble a note.
 */
export async function decideWithLogs(
  input: DecisionInput,
  parts: { readonly readLog: ReadLog; readonly redact: Redact; readonly limits: LogLimits; readonly log: Logger },
): Promise<Decided> {
  // The checks' findings come in pass 1; what the agents add has no log of ours.
  if (input.pass === 2) return { outcome: decide(input), findings: input.findings, logs: undefined };
  const incidentIds = repeatable(input.nextIncidentId);
  const decideOn = (findings: readonly AssessedFinding[]): DecisionOutcome =>
    decide({ ...input, findings, nextIncidentId: incidentIds() });

  const findings = withKnownLines(input.findings, input.known);
  const outcome = decideOn(findings);
  const runs = runsToRead(outcome, input.known);
  if (runs.length === 0) return { outcome, findings, logs: undefined };
  const { lines, requests, notes } = await readLines(runs, parts);
  const logs = { requests, notes };
  for (const note of notes) parts.log.debug('log not quoted', { note });
  if (lines.size === 0) return { outcome, findings, logs };
  const withRead = withLines(findings, lines);
  return { outcome: decideOn(withRead), findings: withRead, logs };
}

/** A question for the end of a container's log, tried once: a second try would be of no use to a message that waits. */
export function createReadLog(queries: Pick<ClusterQueries, 'logs'>): ReadLog {
  return ({ namespace, pod, container, previous }, signal) =>
    queries.logs(
      { namespace, name: pod, container },
      { previous, tailLines: TAIL_LINES, maxBytes: MAX_BYTES, tries: 1 },
      signal,
    );
}

/** The same ids in the same order each time it is begun anew, so that the second decision is about the incidents of the first. */
function repeatable(next: () => string): () => () => string {
  const given: string[] = [];
  return () => {
    let at = 0;
    return () => {
      const id = given[at] ?? next();
      given[at] = id;
      at += 1;
      return id;
    };
  };
}
