import type { AgentsOutcome, Analysis, Confidence, Correlation, SuspectedChange } from '../domain/agent-report.ts';
import { CONFIDENCES } from '../domain/agent-report.ts';
import type { EvidenceQuote } from '../domain/evidence.ts';
import type { IncidentAnalysis } from '../domain/incident.ts';

/**
 * What the agents said about these findings, on top of what they said before: a cycle that adds nothing to a part keeps the older one.
 *
 * @param findingIds in the order of the card, worst first: the words about the finding that leads the card are the card's words
 * @returns `before` itself when the agents said nothing about them
 */
export function mergeAnalysis(
  before: IncidentAnalysis | undefined,
  agents: AgentsOutcome,
  findingIds: ReadonlySet<string>,
  { cycleId, nowMs }: { readonly cycleId: string; readonly nowMs: number },
): IncidentAnalysis | undefined {
  const about = <Report extends { readonly findingId: string }>(reports: readonly Report[]): readonly Report[] =>
    reports.filter((report) => findingIds.has(report.findingId));
  const order = [...findingIds];
  const analyses = about(agents.analyses).toSorted(
    (left, right) => surestFirst(left, right) || order.indexOf(left.findingId) - order.indexOf(right.findingId),
  );
  const correlations = about(agents.correlations);
  const words = wordsFirst(agents.words, findingIds);
  if (analyses.length + correlations.length + about(agents.verdicts).length === 0 && words === undefined) return before;

  const [leading] = analyses;
  const suspected = correlations.filter(({ verdict }) => verdict !== 'none');
  const evidenceLines = evidenceLinesOf(analyses, correlations);
  const nextSteps = unique(analyses.flatMap((analysis) => analysis.nextSteps));
  return {
    headlineSuffix: words?.headlineSuffix ?? before?.headlineSuffix,
    sections: words?.sections ?? before?.sections ?? [],
    cause: leading?.cause ?? before?.cause,
    confidence: leading?.confidence ?? before?.confidence,
    nextSteps: nextSteps.length > 0 ? nextSteps : (before?.nextSteps ?? []),
    // "None" is an answer too: it clears what an earlier cycle suspected.
    changes: correlations.length > 0 ? distinctChanges(suspected) : (before?.changes ?? []),
    evidenceLines: evidenceLines.length > 0 ? evidenceLines : (before?.evidenceLines ?? []),
    notChecked: analyses.length > 0 ? unique(analyses.flatMap((one) => one.notChecked)) : (before?.notChecked ?? []),
    notes: before?.notes ?? [],
    cycleId,
    modelCalls: agents.usage.calls,
    models: unique(agents.runs.map(({ model }) => model)),
    tokens:
      agents.usage.inputTokens +
      agents.usage.outputTokens +
      agents.usage.cacheReadTokens +
      agents.usage.cacheWriteTokens,
    costUsd: agents.usage.costUsd,
    atMs: nowMs,
  };
}

/** Nearest to the onset first. Findings of one incident often have the same change to blame, and it is one change. */
function distinctChanges(suspected: readonly Correlation[]): readonly SuspectedChange[] {
  const changes = suspected
    .flatMap((correlation) => correlation.changes)
    .toSorted((a, b) => a.minutesBeforeOnset - b.minutesBeforeOnset);
  return [...new Map(changes.toReversed().map((change) => [change.url, change])).values()].toReversed();
}

/** Of several agents' words about one finding the last count. */
function wordsFirst(
  words: AgentsOutcome['words'],
  findingIds: ReadonlySet<string>,
): AgentsOutcome['words'][number] | undefined {
  for (const id of findingIds) {
    const spoken = words.findLast(({ findingId }) => findingId === id);
    if (spoken !== undefined) return spoken;
  }
  return undefined;
}

/** The thread's lines: hypotheses first, then each verified quotation with its id and its source. */
function evidenceLinesOf(analyses: readonly Analysis[], correlations: readonly Correlation[]): readonly string[] {
  const hypotheses = analyses.map(({ agent, confidence, cause }) => `${agent} (${confidence}): ${cause}`);
  const reviews = correlations.map(
    ({ agent, verdict, explanation }) => `${agent}, change as cause: ${verdict}. ${explanation}`,
  );
  const quotes = [...analyses, ...correlations].flatMap(({ evidence }) => evidence);
  return unique([...hypotheses, ...reviews, ...quotes.map(evidenceLine)]);
}

export function evidenceLine({ id, source, quote, atMs }: EvidenceQuote): string {
  const at = atMs === undefined ? '' : ` (${new Date(atMs).toISOString().slice(0, 19)}Z)`;
  return `[${id}] ${source}: ${quote}${at}`;
}

function surestFirst(left: { readonly confidence: Confidence }, right: { readonly confidence: Confidence }): number {
  return CONFIDENCES.indexOf(left.confidence) - CONFIDENCES.indexOf(right.confidence);
}

function unique(lines: readonly string[]): readonly string[] {
  return [...new Set(lines)];
}
