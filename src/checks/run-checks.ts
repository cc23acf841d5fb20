import type { CheckedFinding, CheckOutcome, CheckRun, CheckSettings } from '../domain/check.ts';
import type { Finding } from '../domain/finding.ts';
import { IMPACTS } from '../domain/severity.ts';
import type { Gap, ReadName, Snapshot } from '../domain/snapshot.ts';
import { messageOf } from '../errors.ts';
import type { Redact } from '../redact.ts';
import { attach, type FoldedFinding } from './attach.ts';
import { CHECKS } from './catalogue.ts';
import type { Check } from './check.ts';
import { foldByOwner, worstFirst, type Folded } from './fold.ts';
import type { LastKnownOwner } from './owner.ts';
import { isInScope } from './scope.ts';
import { collectedInSlices, eachInSlices, inOnePiece, inTurns, type InSlices } from './slices.ts';
import { createView, type TierOf, type View } from './view.ts';

/** Their words are made, redacted and tied together in a few milliseconds. */
const FINDINGS_AT_ONCE = 25;

/** A patrol runs only the checks that can reach `error`, as the operator's settings have them. */
export type Due = 'all' | 'patrol';

/** The operator's settings for one check; what is left out is the check's own. */
export type SettingsOf = (checkId: string) => Partial<CheckSettings>;

export interface CheckOptions {
  readonly nowMs: number;
  readonly settings: SettingsOf;
  readonly due: Due;
  readonly lastKnownOwner: LastKnownOwner;
  /** What the SREs' text makes of a service; without it nothing has a tier. */
  readonly tierOf?: TierOf;
  /** Every text that a finding takes from the cluster passes through it. */
  readonly redact: Redact;
  /** A check threw: a bug of ours, to be logged. The others go on. */
  readonly onError: (checkId: string, error: unknown) => void;
  readonly checks?: readonly Check[];
}

/**
 * Runs the checks that are due over a snapshot.
 *
 * Unknown is never healthy and never sick: where a kind that a check needs could not be read, it states nothing, and its outcome says so.
 * Findings come worst first, numbered `f1`…, with evidence numbered `e1`… through all of them, symptoms attached to their causes.
 */
export function runChecks(snapshot: Snapshot, options: CheckOptions): CheckRun {
  return inOnePiece(runInSlices(snapshot, options));
}

/**
 * The same, with pauses: together they take tenths of a second in a large cluster, and nobody else had a turn.
 *
 * @param pause lets others go on
 */
export function runChecksInTurns(
  snapshot: Snapshot,
  options: CheckOptions,
  pause: () => Promise<unknown>,
): Promise<CheckRun> {
  return inTurns(runInSlices(snapshot, options), pause);
}

function* runInSlices(snapshot: Snapshot, options: CheckOptions): InSlices<CheckRun> {
  const view = createView(snapshot, options);
  yield* view.prepare();
  const results: CheckResult[] = [];
  for (const check of options.checks ?? CHECKS) {
    results.push(yield* runCheck(check, snapshot, view, options));
    yield;
  }
  const folded = results
    .flatMap(({ outcome, folded: ofCheck }) => ofCheck.map((fold) => ({ ...fold, check: outcome.id })))
    .toSorted((left, right) => worstFirst(left.finding, right.finding));
  yield;
  const number = createNumbering(options.redact);
  const numbered: FoldedFinding[] = [];
  yield* eachInSlices(
    folded,
    ({ finding: { causes = [], ...finding }, objects, check }) => {
      numbered.push({ finding: number(finding, check), objects, causes });
    },
    FINDINGS_AT_ONCE,
  );
  return { findings: yield* attach(numbered, view), outcomes: results.map(({ outcome }) => outcome) };
}

/** The kinds that a cycle has to read for its checks. */
export function kindsFor(due: Due, settings: SettingsOf, checks: readonly Check[] = CHECKS): readonly ReadName[] {
  const running = checks.filter(
    (check) => isDue(check, due, settings(check.id)) && settings(check.id).enabled !== false,
  );
  return [...new Set(running.flatMap(({ needs, uses }) => [...needs, ...uses]))];
}

interface CheckResult {
  readonly outcome: CheckOutcome;
  readonly folded: readonly Folded[];
}

function* runCheck(check: Check, snapshot: Snapshot, view: View, options: CheckOptions): InSlices<CheckResult> {
  const { id, family, needs, settledBy = [] } = check;
  const settings = options.settings(id);
  const without = (evaluated: CheckOutcome['evaluated'], gaps: readonly Gap[] = []): CheckResult => ({
    outcome: { id, family, evaluated, gaps, findings: 0 },
    folded: [],
  });
  if (settings.enabled === false) return without('switched-off');
  if (!isDue(check, options.due, settings) || needs.some((kind) => !snapshot.read.includes(kind))) {
    return without('not-due');
  }
  const gaps = snapshot.gaps.filter(({ resource }) => needs.some((kind) => kind === resource));
  if (gaps.some(({ namespace }) => namespace === undefined)) return without('no', gaps);
  const onlyIn = needs.includes('Pod') ? snapshot.podNamespaces : undefined;

  try {
    const graceMs = settings.graceMs ?? check.graceMs;
    const unknown = new Set(gaps.map(({ namespace }) => namespace));
    const stated = yield* collectedInSlices(check.run(view), FINDINGS_AT_ONCE);
    const inPlace = stated
      .filter(({ object }) => !unknown.has(object.namespace) && isInScope(scopeOf(object), snapshot))
      .filter(({ object }) => onlyIn?.has(object.namespace) ?? true)
      .map((finding) => ({
        ...finding,
        onsetAtMs: plausibleOnset(finding.onsetAtMs, options.nowMs, graceMs),
        impact: settings.impact ?? finding.impact,
      }));
    const folded = foldByOwner(inPlace).filter(({ finding }) => options.nowMs - finding.onsetAtMs >= graceMs);
    const unsettled = snapshot.gaps.filter(({ resource }) => settledBy.some((kind) => kind === resource));
    const evaluated = gaps.length + unsettled.length === 0 ? 'yes' : 'partly';
    const outcome = { id, family, evaluated, gaps: [...gaps, ...unsettled], findings: folded.length } as const;
    return { outcome: onlyIn === undefined ? outcome : { ...outcome, onlyIn: [...onlyIn].toSorted() }, folded };
  } catch (error) {
    options.onError(id, error);
    const detail = `check ${id} failed: ${messageOf(error)}`;
    return without('no', [{ resource: needs[0] ?? id, cause: 'malformed', detail: options.redact(detail) }]);
  }
}

/**
 * A clock that runs ahead of ours must not make ages negative. Where it is ahead by more than the grace, one of the two is wrong, and the age
 * is not known: the trouble counts as old enough, for an open incident must not be resolved because our clock was set back.
 */
function plausibleOnset(onsetAtMs: number, nowMs: number, graceMs: number): number {
  return onsetAtMs > nowMs + graceMs ? nowMs - graceMs : Math.min(onsetAtMs, nowMs);
}

function isDue(check: Check, due: Due, settings: Partial<CheckSettings>): boolean {
  const worst = settings.impact ?? check.worstImpact;
  return due === 'all' || IMPACTS.indexOf(worst) <= IMPACTS.indexOf('error');
}

/** A Namespace stands in its own scope, though the API keeps it outside of all. */
function scopeOf({ kind, namespace, name }: CheckedFinding['object']): string {
  return kind === 'Namespace' ? name : namespace;
}

function createNumbering(redact: Redact): (finding: CheckedFinding, check: string) => Finding {
  let findings = 0;
  let evidence = 0;
  return (finding, check) => ({
    ...finding,
    id: `f${String(++findings)}`,
    origin: 'check',
    check,
    title: redact(finding.title),
    evidence: finding.evidence.map((quote) => ({ ...quote, id: `e${String(++evidence)}`, quote: redact(quote.quote) })),
  });
}
