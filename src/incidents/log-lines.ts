import { isLogSource, logSource, type ContainerRun } from '../domain/container-run.ts';
import type { EvidenceQuote } from '../domain/evidence.ts';
import type { AssessedFinding } from '../domain/finding.ts';
import type { Incident } from '../domain/incident.ts';
import { nameOf } from '../domain/object-ref.ts';
import { compareSeverity } from '../domain/severity.ts';
import { worstFirst } from './card.ts';
import type { DecisionOutcome } from './input.ts';
import { ownFindings } from './life.ts';

/** The first three quotations of a finding are what a card and a prompt show. */
const LAST_SHOWN = 2;

/** A line of a log, and the run that it is of. */
export interface LogLine {
  readonly run: ContainerRun;
  readonly line: string;
}

/** The findings with the lines that their incidents have quoted before, for as long as the container is in the same trouble. */
export function withKnownLines(
  findings: readonly AssessedFinding[],
  known: readonly Incident[],
): readonly AssessedFinding[] {
  const quotes = new Map<string, EvidenceQuote>();
  for (const finding of findings) {
    const incident = known.find((candidate) => candidate.state === 'open' && isOwn(finding, candidate));
    const before = incident && sameTrouble(finding, incident);
    const quote = before?.evidence.find(({ source }) => isLogSource(source));
    if (quote !== undefined) quotes.set(finding.id, quote);
  }
  return quoted(findings, ({ id }) => quotes.get(id));
}

/**
 * The logs behind what people are told now: those of a message that is new or says something else, and those of a container whose trouble has
 * changed since its card was written. What is unchanged, silenced or part of another incident is not read.
 *
 * @returns the most severe incidents first, and of each first the log of what leads its card; each log once
 */
export function runsToRead(outcome: DecisionOutcome, known: readonly Incident[]): readonly ContainerRun[] {
  const told = new Set(outcome.decisions.filter(isTold).map(({ incidentId }) => incidentId));
  const shown = new Set(
    outcome.notices.flatMap(({ subject, content }) =>
      content.kind === 'card' && content.card.state === 'open' ? [subject] : [],
    ),
  );
  const before = new Map(known.map((incident) => [incident.id, incident]));
  const wanted = outcome.incidents
    .filter(({ id, state }) => state === 'open' && (told.has(id) || shown.has(id)))
    .flatMap((incident) => {
      const past = before.get(incident.id);
      return worstFirst(ownFindings(incident))
        .filter((finding) => finding.origin === 'check' && finding.logOf !== undefined)
        .filter((finding) => told.has(incident.id) || past === undefined || sameTrouble(finding, past) === undefined)
        .map(({ logOf }, rank) => ({ logOf, rank, incident }));
    })
    .toSorted(
      (left, right) =>
        compareSeverity(left.incident.severity, right.incident.severity) ||
        left.rank - right.rank ||
        Number(told.has(right.incident.id)) - Number(told.has(left.incident.id)) ||
        left.incident.onsetAtMs - right.incident.onsetAtMs,
    )
    .flatMap(({ logOf }) => (logOf === undefined ? [] : [logOf]));
  return [...new Map(wanted.toReversed().map((run) => [logSource(run), run])).values()].toReversed();
}

/** The findings with what was read for them now; a line that was read takes the place of an older one. */
export function withLines(
  findings: readonly AssessedFinding[],
  lines: ReadonlyMap<string, LogLine>,
): readonly AssessedFinding[] {
  const fresh = findings.map((finding) =>
    lineOf(finding, lines) === undefined
      ? finding
      : { ...finding, evidence: finding.evidence.filter(({ source }) => !isLogSource(source)) },
  );
  return quoted(fresh, (finding) => {
    const read = lineOf(finding, lines);
    return read && { source: logSource(read.run), quote: read.line };
  });
}

function lineOf({ origin, logOf }: AssessedFinding, lines: ReadonlyMap<string, LogLine>): LogLine | undefined {
  return origin === 'check' && logOf !== undefined ? lines.get(logSource(logOf)) : undefined;
}

/** Puts a quotation into each finding that gets one, numbered behind all others, unless its words stand there already. */
function quoted(
  findings: readonly AssessedFinding[],
  quoteOf: (finding: AssessedFinding) => Omit<EvidenceQuote, 'id'> | undefined,
): readonly AssessedFinding[] {
  let last = Math.max(0, ...findings.flatMap(({ evidence }) => evidence.map(({ id }) => Number(id.slice(1)) || 0)));
  return findings.map((finding) => {
    const quote = quoteOf(finding);
    if (quote === undefined || finding.evidence.some((other) => oneLine(other.quote).includes(oneLine(quote.quote)))) {
      return finding;
    }
    last += 1;
    const at = placeIn(finding.evidence);
    return { ...finding, evidence: finding.evidence.toSpliced(at, 0, { ...quote, id: `e${last}` }) };
  });
}

/** Behind how the container ended, or behind the first fact. */
function placeIn(evidence: readonly EvidenceQuote[]): number {
  const end = evidence.findIndex(({ source }) => source.endsWith('.terminated'));
  return Math.min(LAST_SHOWN, Math.max(end, 0) + 1, evidence.length);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

function isTold({ told, reason }: DecisionOutcome['decisions'][number]): boolean {
  return reason !== 'resolved' && (told || reason === 'switched-off');
}

function isOwn(finding: AssessedFinding, { owner, family }: Incident): boolean {
  return finding.family === family && nameOf(finding.owner) === nameOf(owner);
}

/** The finding of an earlier cycle that says the same of the same container: who it is about and how it ended, counts aside. */
function sameTrouble(finding: AssessedFinding, incident: Incident): AssessedFinding | undefined {
  const { logOf } = finding;
  if (finding.origin !== 'check' || logOf === undefined) return undefined;
  return ownFindings(incident).find(
    (before) =>
      before.check === finding.check &&
      before.reason === finding.reason &&
      before.logOf?.pod === logOf.pod &&
      before.logOf.container === logOf.container &&
      endIn(before) === endIn(finding),
  );
}

function endIn({ evidence }: AssessedFinding): string | undefined {
  return evidence.find(({ source }) => source.endsWith('.terminated'))?.quote;
}
