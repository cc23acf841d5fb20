import type { CheckOutcome } from '../domain/check.ts';
import type { AssessedFinding } from '../domain/finding.ts';
import type { Incident } from '../domain/incident.ts';
import { severityOf, type Severity } from '../domain/severity.ts';
import { coverageOf, seenBy } from './coverage.ts';
import type { Sighting } from './sightings.ts';

/** Two reads that did not see it must lie this far apart before an incident is over. */
const RESOLVE_AFTER_MS = 2 * 60_000;
export const REOPEN_WITHIN_MS = 24 * 3_600_000;
const FLAP_WINDOW_MS = 3_600_000;

/** What a pass did to an incident. */
type LifeEvent =
  | 'opened'
  | 'reopened'
  | 'seen'
  /** A symptom whose cause is seen now. */
  | 'joined'
  /** Its cause is gone, the symptom stayed. */
  | 'left-alone'
  /** A full read did not see it; a second one decides. */
  | 'absent'
  | 'unknown'
  | 'untouched'
  | 'resolved';

export interface Lived {
  readonly before: Incident | undefined;
  readonly after: Incident;
  readonly event: LifeEvent;
  /** For people. */
  readonly detail: string;
}

/** What a life depends on, of the whole input. */
export interface LifeContext {
  readonly nowMs: number;
  readonly snapshotAtMs: number;
  readonly outcomes: readonly CheckOutcome[];
  readonly inScope: (namespace: string) => boolean;
}

export function openIncident(
  clusterId: string,
  id: string,
  sighting: Sighting,
  { nowMs, snapshotAtMs }: LifeContext,
): Lived {
  const after: Incident = {
    id,
    fingerprint: sighting.fingerprint,
    clusterId,
    owner: sighting.owner,
    family: sighting.family,
    state: 'open',
    severity: 'SEV-4',
    toldSeverity: undefined,
    firstToldAtMs: undefined,
    openedAtMs: nowMs,
    onsetAtMs: onsetOf(sighting.own, nowMs),
    lastSeenAtMs: snapshotAtMs,
    resolvedAtMs: undefined,
    cyclesSeen: 1,
    timesReopened: 0,
    absentSinceMs: undefined,
    unverifiedSinceMs: undefined,
    findings: [...sighting.own, ...sighting.attached],
    checks: [...new Set(sighting.own.map(seenBy))],
    partOf: undefined,
    analysis: undefined,
    channel: undefined,
    recheckAtMs: undefined,
  };
  return { before: undefined, after, event: 'opened', detail: 'first seen by this monitor' };
}

/** @param causeId the open incident of the sighting's cause, when it has one */
export function see(before: Incident, sighting: Sighting, context: LifeContext, causeId: string | undefined): Lived {
  const { nowMs, snapshotAtMs } = context;
  if (before.state === 'resolved') {
    // A read older than the resolution knows nothing new.
    if (isOlder(snapshotAtMs, before.resolvedAtMs ?? 0, nowMs) || causeId !== undefined) {
      return { before, after: before, event: 'untouched', detail: 'resolved after this snapshot was taken' };
    }
    return reopen(before, sighting, context);
  }
  const lastSeenAtMs = before.lastSeenAtMs > nowMs ? 0 : before.lastSeenAtMs;
  const newer = snapshotAtMs > lastSeenAtMs;
  const kept = stillUnseen(before, context);
  const own = [...sighting.own, ...kept.filter((finding) => !sighting.own.some((seen) => sameProblem(seen, finding)))];
  const after: Incident = {
    ...before,
    findings: [...own, ...sighting.attached],
    checks: [...new Set(own.map(seenBy))],
    lastSeenAtMs: Math.max(lastSeenAtMs, snapshotAtMs),
    onsetAtMs: Math.min(before.onsetAtMs, onsetOf(own, nowMs)),
    cyclesSeen: before.cyclesSeen + (newer ? 1 : 0),
    absentSinceMs: undefined,
    unverifiedSinceMs: undefined,
    partOf: causeId,
  };
  if (causeId !== undefined) return { before, after, event: 'joined', detail: `a symptom of ${causeId}` };
  if (before.partOf !== undefined) {
    return { before, after, event: 'left-alone', detail: `${before.partOf} no longer explains it` };
  }
  return { before, after, event: 'seen', detail: `seen in ${after.cyclesSeen} cycles` };
}

/** An open incident that this pass's checks did not report. */
export function miss(before: Incident, context: LifeContext): Lived {
  const { nowMs, snapshotAtMs } = context;
  if (isOlder(snapshotAtMs, before.lastSeenAtMs + 1, nowMs)) {
    return { before, after: before, event: 'untouched', detail: 'seen by a later read than this one' };
  }
  const coverage = coverageOf(before, context.outcomes, context.inScope);
  if (coverage.kind === 'not-due') {
    return { before, after: before, event: 'untouched', detail: 'the checks that saw it were not due in this cycle' };
  }
  if (coverage.kind === 'unknown') {
    const unverifiedSinceMs = before.unverifiedSinceMs ?? snapshotAtMs;
    return { before, after: { ...before, unverifiedSinceMs }, event: 'unknown', detail: coverage.why };
  }
  return missedInFull(before, context);
}

/** A full read that did not see it: the first starts the clock, a later one ends the incident. */
export function missedInFull(before: Incident, { nowMs, snapshotAtMs }: LifeContext): Lived {
  // A moment that lies ahead was written by a clock that has been set back since: the count begins anew.
  const absentSinceMs =
    before.absentSinceMs !== undefined && before.absentSinceMs <= snapshotAtMs ? before.absentSinceMs : undefined;
  if (absentSinceMs === undefined || snapshotAtMs - absentSinceMs < RESOLVE_AFTER_MS) {
    const after = { ...before, unverifiedSinceMs: undefined, absentSinceMs: absentSinceMs ?? snapshotAtMs };
    return { before, after, event: 'absent', detail: 'not seen in a full read; a second one decides' };
  }
  const after: Incident = {
    ...before,
    state: 'resolved',
    resolvedAtMs: nowMs,
    unverifiedSinceMs: undefined,
    recheckAtMs: undefined,
  };
  const detail = `two full reads, ${minutesBetween(absentSinceMs, snapshotAtMs)} min apart, did not see it`;
  return { before, after, event: 'resolved', detail };
}

function reopen(before: Incident, sighting: Sighting, context: LifeContext): Lived {
  const reopenedAtMs = [...recentReopenings(before, context.nowMs), context.nowMs];
  const { verdicts: _, withheld: __, owed: ___, ...telling } = before.telling ?? {};
  const after: Incident = {
    ...before,
    state: 'open',
    onsetAtMs: onsetOf(sighting.own, context.nowMs),
    lastSeenAtMs: context.snapshotAtMs,
    resolvedAtMs: undefined,
    cyclesSeen: before.cyclesSeen + 1,
    timesReopened: before.timesReopened + 1,
    absentSinceMs: undefined,
    unverifiedSinceMs: undefined,
    findings: [...sighting.own, ...sighting.attached],
    checks: [...new Set(sighting.own.map(seenBy))],
    partOf: undefined,
    telling: { ...telling, reopenedAtMs },
  };
  const ago = minutesBetween(before.resolvedAtMs ?? context.nowMs, context.nowMs);
  const times = after.timesReopened === 1 ? '' : `, ${after.timesReopened} times so far`;
  return { before, after, event: 'reopened', detail: `back ${ago} min after it was resolved${times}` };
}

/** Whether a read comes before a recorded moment; a moment that lies ahead of the clock was recorded by a wrong one and proves nothing. */
function isOlder(snapshotAtMs: number, recordedAtMs: number, nowMs: number): boolean {
  return recordedAtMs <= nowMs + 1 && snapshotAtMs < recordedAtMs;
}

/** Reopenings of the last hour, oldest first. */
export function recentReopenings(incident: Incident, nowMs: number): readonly number[] {
  return (incident.telling?.reopenedAtMs ?? []).filter((atMs) => nowMs - atMs < FLAP_WINDOW_MS);
}

/** Own findings of checks that did not look at its area now: they are neither gone nor confirmed, so they stay. */
function stillUnseen(incident: Incident, { outcomes, inScope }: LifeContext): readonly AssessedFinding[] {
  return ownFindings(incident).filter((finding) => {
    const one = { ...incident, checks: [seenBy(finding)] };
    return coverageOf(one, outcomes, inScope).kind !== 'full';
  });
}

function sameProblem(left: AssessedFinding, right: AssessedFinding): boolean {
  return left.reason === right.reason && left.object.kind === right.object.kind && seenBy(left) === seenBy(right);
}

export function ownFindings(incident: Incident): readonly AssessedFinding[] {
  return incident.findings.filter((finding) => finding.attachedTo === undefined);
}

export function attachedFindings(incident: Incident): readonly AssessedFinding[] {
  return incident.findings.filter((finding) => finding.attachedTo !== undefined);
}

/** The floor without any model; an agent's word without verified evidence counts as SEV-4. */
export function floorOf(finding: AssessedFinding): Severity {
  if (finding.origin === 'agent' && finding.verified !== true) return severityOf('P3');
  return finding.floor;
}

function onsetOf(findings: readonly AssessedFinding[], nowMs: number): number {
  return Math.min(nowMs, ...findings.map((finding) => finding.onsetAtMs));
}

function minutesBetween(fromMs: number, toMs: number): number {
  return Math.round((toMs - fromMs) / 60_000);
}
