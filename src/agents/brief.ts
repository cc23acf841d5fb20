import type { Analysis, Correlation, Verdict } from '../domain/agent-report.ts';
import type { EvidenceQuote } from '../domain/evidence.ts';

/** Reports as other agents read them: the same words about several findings stand once, evidence by its id. */
export interface Brief {
  readonly analyses?: readonly object[];
  readonly correlations?: readonly object[];
  readonly decisions?: readonly object[];
}

export function briefOf(reports: {
  readonly analyses?: readonly Analysis[];
  readonly correlations?: readonly Correlation[];
  readonly decisions?: readonly Verdict[];
}): Brief {
  const { analyses = [], correlations = [], decisions = [] } = reports;
  return {
    ...(analyses.length > 0 && { analyses: grouped(analyses, briefAnalysis) }),
    ...(correlations.length > 0 && { correlations: grouped(correlations, briefCorrelation) }),
    ...(decisions.length > 0 && { decisions: grouped(decisions, briefVerdict) }),
  };
}

/**
 * What the cited evidence says, each quote once.
 *
 * @param shown ids whose quotes the reader has before him already
 */
export function quotesOf(
  reports: readonly { readonly evidence: readonly EvidenceQuote[] }[],
  shown: ReadonlySet<string>,
): Readonly<Record<string, readonly string[]>> {
  const cited = reports.flatMap(({ evidence }) => evidence).filter(({ id }) => !shown.has(id));
  const byId = Map.groupBy(cited, ({ id }) => id);
  return Object.fromEntries(
    [...byId].map(([id, quotes]) => [
      id,
      [...new Set([quotes[0]?.source ?? '', ...quotes.map(({ quote }) => quote)])].filter((text) => text !== ''),
    ]),
  );
}

function briefAnalysis({ cause, confidence, evidence, nextSteps, notChecked }: Analysis): object {
  return { cause, confidence, evidence: idsOf(evidence), nextSteps: some(nextSteps), notChecked: some(notChecked) };
}

function briefCorrelation({ verdict, explanation, changes, evidence }: Correlation): object {
  // Without links and moments: code writes both, and minutes before the onset are what judging needs.
  const brief = changes.map(({ repository, commit, pullRequest, author, title, files, minutesBeforeOnset }) => ({
    repository,
    commit,
    pullRequest,
    author,
    title,
    files: some(files),
    minutesBeforeOnset,
  }));
  return { verdict, explanation, changes: some(brief), evidence: idsOf(evidence) };
}

function briefVerdict({ findingId: _finding, agent: _agent, ...verdict }: Verdict): object {
  return verdict;
}

function idsOf(evidence: readonly EvidenceQuote[]): readonly string[] {
  return [...new Set(evidence.map(({ id }) => id))];
}

/** An empty list is left out of the JSON. */
function some<Item>(list: readonly Item[]): readonly Item[] | undefined {
  return list.length === 0 ? undefined : list;
}

function grouped<Report extends { readonly findingId: string }>(
  reports: readonly Report[],
  brief: (report: Report) => object,
): readonly object[] {
  const same = Map.groupBy(reports, (report) => JSON.stringify(brief(report)));
  return [...same.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ findings: group.map(({ findingId }) => findingId), ...brief(first) }];
  });
}
