import type { Verdict } from '../domain/agent-report.ts';
import type { AssessedFinding } from '../domain/finding.ts';
import type { Incident, SilentReason, StandingVerdict } from '../domain/incident.ts';
import { compareSeverity, worstSeverity, type Severity } from '../domain/severity.ts';
import type { Permits } from './input.ts';
import { attachedFindings, floorOf, ownFindings } from './life.ts';

/** Why something is withheld, and until when if that is known. */
export interface Withheld {
  readonly reason: SilentReason;
  readonly detail: string;
  readonly untilMs: number | undefined;
}

/** One finding after its verdict and its hold. */
interface Judged {
  readonly finding: AssessedFinding;
  readonly severity: Severity;
  readonly withheld: Withheld | undefined;
  /** What code made of the verdict, for the card. */
  readonly notes: readonly string[];
  readonly channel: string | undefined;
}

/** A whole incident: the worst of what may be said. */
export interface Judgement {
  readonly severity: Severity;
  /** Set when nothing of it may be said now. */
  readonly withheld: Withheld | undefined;
  readonly notes: readonly string[];
  readonly channel: string | undefined;
}

export interface JudgeContext {
  readonly nowMs: number;
  readonly permits: Permits;
  /** A possible known issue holds until then; `undefined` when nothing is to be waited for. */
  readonly holdUntilMs: number | undefined;
}

/**
 * Law 5 in code: a verdict raises freely; what it takes away needs a passage of the SREs' own text, asked for anew in every pass, so that
 * an edit of the file ends it.
 */
export function judge(incident: Incident, context: JudgeContext): Judgement {
  const standing = incident.telling?.verdicts ?? [];
  const own = ownFindings(incident).map((finding) =>
    judgeFinding(
      finding,
      standing.find((candidate) => candidate.reason === finding.reason),
      context,
    ),
  );
  const symptoms = attachedFindings(incident).map((finding) => judgeFinding(finding, undefined, context));
  const speaking = own.filter((judged) => judged.withheld === undefined);
  // A cause is as bad as the worst of what it takes down, and a symptom of a silenced cause is explained by it.
  const heard = speaking.length === 0 ? [] : [...speaking, ...heardSymptoms(symptoms, own)];
  const severity =
    worstSeverity((heard.length > 0 ? heard : own).map((judged) => judged.severity)) ?? incident.severity;
  const notes = [...new Set(own.flatMap((judged) => judged.notes))];
  const channel = own.find((judged) => judged.channel !== undefined)?.channel;
  return { severity, withheld: speaking.length > 0 ? undefined : soonest(own), notes, channel };
}

/** The symptoms whose cause, at the far end of the chain, is not withheld: what is held back is not told through what it does. */
function heardSymptoms(symptoms: readonly Judged[], own: readonly Judged[]): readonly Judged[] {
  const causes = new Map(symptoms.map(({ finding }) => [finding.id, finding.attachedTo]));
  const held = new Set(own.filter(({ withheld }) => withheld !== undefined).map(({ finding }) => finding.id));
  return symptoms.filter(({ finding, withheld }) => {
    let cause = finding.attachedTo;
    // A chain has no more links than there are symptoms.
    for (let links = symptoms.length; links > 0 && cause !== undefined && causes.has(cause); links -= 1) {
      cause = causes.get(cause);
    }
    return withheld === undefined && !held.has(cause ?? '');
  });
}

function judgeFinding(finding: AssessedFinding, standing: StandingVerdict | undefined, context: JudgeContext): Judged {
  const floor = floorOf(finding);
  const quiet = { finding, severity: floor, notes: [], channel: undefined };
  if (finding.origin === 'agent' && finding.verified !== true) {
    return { ...quiet, withheld: held(finding, floor, context), notes: ['unverified: no quoted evidence was found'] };
  }
  if (standing === undefined) return { ...quiet, withheld: held(finding, floor, context) };

  const { verdict } = standing;
  const worse = compareSeverity(verdict.severity, floor) < 0;
  const lower = compareSeverity(verdict.severity, floor) > 0;
  const grown = compareSeverity(floor, standing.floor) < 0;
  const raised = worse ? [`${verdict.agent} raised ${floor} to ${verdict.severity}: ${verdict.reason}`] : [];
  const spoken = { ...quiet, channel: verdict.channel, notes: raised, severity: worse ? verdict.severity : floor };
  const hold = held(finding, spoken.severity, context);
  // A model may speak before a tolerance is over, never into a known issue's window.
  const early = worse && verdict.notify && hold?.reason === 'within-tolerance';
  const withheld = early ? undefined : hold;
  if (!lower && verdict.notify) return { ...spoken, withheld };
  if (grown)
    return {
      ...spoken,
      withheld,
      notes: [`it grew to ${floor} since ${verdict.agent} judged it at ${standing.floor}`],
    };

  const permission = verdict.rule === undefined ? { refusal: 'it quoted no rule' } : context.permits(verdict, finding);
  const passage = permission.passage;
  const quoted =
    passage === undefined ? `"${verdict.rule ?? ''}"` : `"${passage.text}" (${passage.file}:${passage.line})`;
  const refused = (wish: string): string =>
    `${verdict.agent} wanted ${wish}; refused: ${permission.refusal ?? 'the quoted rule does not say so'}`;
  const notes = [...raised];
  let severity = spoken.severity;
  if (lower && permission.lowerTo !== undefined) {
    severity = better(floor, worst(verdict.severity, permission.lowerTo));
    if (severity !== floor) notes.push(`lowered from ${floor} to ${severity} by ${quoted}`);
  } else if (lower) {
    notes.push(refused(`${verdict.severity}`));
  }
  if (verdict.notify) return { ...spoken, severity, withheld, notes };
  if (permission.silence === true) {
    const rule: Withheld = { reason: 'quoted-rule', detail: `silenced by ${quoted}`, untilMs: undefined };
    return { ...spoken, severity, withheld: withheld ?? rule, notes };
  }
  if (permission.delayMs !== undefined) {
    const untilMs = finding.onsetAtMs + permission.delayMs;
    const rule: Withheld = { reason: 'quoted-rule', detail: `delayed by ${quoted}`, untilMs };
    return { ...spoken, severity, withheld: withheld ?? (untilMs > context.nowMs ? rule : undefined), notes };
  }
  notes.push(refused('to notify nobody'));
  return { ...spoken, severity, withheld, notes };
}

/** What the SREs' own text says without any model. */
function held(finding: AssessedFinding, severity: Severity, context: JudgeContext): Withheld | undefined {
  const { hold } = finding;
  if (hold === undefined) return undefined;
  const quoted = `"${hold.text}" (${hold.file}:${hold.line})`;
  switch (hold.kind) {
    case 'known-issue':
      if (hold.untilMs !== undefined && hold.untilMs <= context.nowMs) return undefined;
      return { reason: 'known-issue', detail: `known issue ${quoted}`, untilMs: hold.untilMs };
    case 'within-tolerance':
      if (hold.untilMs <= context.nowMs) return undefined;
      return { reason: 'within-tolerance', detail: `tolerated by ${quoted}`, untilMs: hold.untilMs };
    case 'possible-known-issue': {
      const urgent = severity === 'SEV-1' || severity === 'SEV-2';
      if (!urgent || context.holdUntilMs === undefined || context.holdUntilMs <= context.nowMs) return undefined;
      return { reason: 'held', detail: `waits for a verdict on ${quoted}`, untilMs: context.holdUntilMs };
    }
  }
}

/** Of several reasons to wait, the one that ends first is the one to look at again; one without an end comes last. */
function soonest(judged: readonly Judged[]): Withheld | undefined {
  return judged
    .flatMap(({ withheld }) => (withheld === undefined ? [] : [withheld]))
    .toSorted((left, right) => (left.untilMs ?? Infinity) - (right.untilMs ?? Infinity))[0];
}

function worst(left: Severity, right: Severity): Severity {
  return compareSeverity(left, right) < 0 ? left : right;
}

function better(left: Severity, right: Severity): Severity {
  return compareSeverity(left, right) < 0 ? right : left;
}

/** The verdicts of this cycle on top of those that stand: the newest word about a reason counts. */
export function standingVerdicts(
  incident: Incident,
  verdicts: readonly Verdict[],
  findingsById: ReadonlyMap<string, AssessedFinding>,
  nowMs: number,
): readonly StandingVerdict[] {
  const spoken = verdicts.flatMap((verdict): readonly StandingVerdict[] => {
    const finding = findingsById.get(verdict.findingId);
    return finding === undefined ? [] : [{ reason: finding.reason, verdict, atMs: nowMs, floor: floorOf(finding) }];
  });
  const old = (incident.telling?.verdicts ?? []).filter(
    (standing) => !spoken.some((fresh) => fresh.reason === standing.reason),
  );
  // Several findings of one reason: the word that is loudest counts.
  const loudest = Map.groupBy(spoken, ({ reason }) => reason)
    .values()
    .map((group) => group.toSorted(louderFirst)[0])
    .filter((standing) => standing !== undefined);
  return [...old, ...loudest];
}

function louderFirst(left: StandingVerdict, right: StandingVerdict): number {
  if (left.verdict.notify !== right.verdict.notify) return left.verdict.notify ? -1 : 1;
  return compareSeverity(left.verdict.severity, right.verdict.severity);
}
