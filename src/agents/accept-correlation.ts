import type { Correlation, SuspectedChange } from '../domain/agent-report.ts';
import type { AssessedFinding } from '../domain/finding.ts';
import { verifiedCitations, type EvidenceItem, type EvidenceLog } from './evidence.ts';
import { cut, oneLine, visibleText } from './fence.ts';
import type { CorrelatorReport } from './reports.ts';

type ReportedChange = CorrelatorReport['correlations'][number]['changes'][number];

const LOOK_BACK_MS = 24 * 3_600_000;
const MAX_CHANGES = 3;
const REPOSITORY = /^[\w.-]+\/[\w.-]+$/;
const SHA = /^[0-9a-f]{7,40}$/i;

export interface CorrelationContext {
  readonly agent: string;
  readonly known: readonly AssessedFinding[];
  readonly evidence: EvidenceLog;
  /** `https://github.com` */
  readonly githubUrl: string;
}

/** Turns what a correlator said into changes that GitHub really showed, from before the onset, nearest first. */
export function acceptCorrelations(report: CorrelatorReport, context: CorrelationContext): Correlation[] {
  const results = context.evidence.all().filter((item) => !item.isError && item.tool?.startsWith('github_') === true);
  return report.correlations.flatMap((entry): Correlation[] => {
    const finding = context.known.find(({ id }) => id === entry.finding);
    if (finding === undefined) return [];
    const shown = entry.changes.flatMap((change) => {
      const verified = verifiedChange(change, finding.onsetAtMs, results, context.githubUrl);
      return verified === undefined ? [] : [verified];
    });
    const changes = nearestFirst(shown);
    const evidence = verifiedCitations(entry.evidence, context.evidence);
    const refused = entry.changes.length - shown.length;
    const note =
      refused === 0
        ? ''
        : ` (${refused} named ${refused === 1 ? 'change was' : 'changes were'} left out: not shown by GitHub, or not within 24 h before the onset)`;
    return [
      {
        findingId: finding.id,
        agent: context.agent,
        verdict: verdictOf(entry.verdict, changes.length, evidence.length),
        changes,
        explanation: `${cut(visibleText(entry.explanation).trim(), 800)}${note}`,
        evidence,
      },
    ];
  });
}

/** Without a change there is no suspicion, without a quote there is no likelihood. */
function verdictOf(claimed: Correlation['verdict'], changes: number, quotes: number): Correlation['verdict'] {
  if (changes === 0) return 'none';
  return claimed === 'likely' && quotes === 0 ? 'possible' : claimed;
}

function nearestFirst(changes: readonly SuspectedChange[]): SuspectedChange[] {
  const unique = new Map(changes.map((change) => [`${change.repository} ${change.commit}`, change]));
  return [...unique.values()]
    .toSorted((left, right) => left.minutesBeforeOnset - right.minutesBeforeOnset)
    .slice(0, MAX_CHANGES);
}

/**
 * GitHub must have shown the commit with this time in one line of an answer about this repository, and the pull request in any. Which repository
 * an answer is about stands in the question, which is ours: a commit's message may name any other, and a card must not link there.
 */
function verifiedChange(
  change: ReportedChange,
  onsetAtMs: number,
  results: readonly EvidenceItem[],
  githubUrl: string,
): SuspectedChange | undefined {
  const repository = change.repository.trim();
  const commit = change.commit.trim().toLowerCase();
  const atMs = Date.parse(change.at);
  if (!REPOSITORY.test(repository) || !SHA.test(commit) || Number.isNaN(atMs)) return undefined;
  if (atMs > onsetAtMs || atMs < onsetAtMs - LOOK_BACK_MS) return undefined;
  const inRepository = results.filter(({ source }) =>
    source.toLowerCase().split(' ').includes(repository.toLowerCase()),
  );
  const shown = inRepository.some(({ text }) => showsCommitAt(text, commit, atMs));
  if (!shown) return undefined;
  const pullRequest = inRepository.some(({ text }) => showsPullRequest(text, change.pullRequest))
    ? change.pullRequest
    : null;
  return {
    repository,
    commit,
    pullRequest: pullRequest ?? undefined,
    author: oneLine(change.author, 80),
    title: oneLine(change.title, 160),
    atMs,
    files: change.files.slice(0, 10).map((file) => oneLine(file, 200)),
    minutesBeforeOnset: Math.round((onsetAtMs - atMs) / 60_000),
    url: `${githubUrl}/${repository}/${pullRequest === null ? `commit/${commit}` : `pull/${pullRequest}`}`,
  };
}

function showsCommitAt(text: string, commit: string, atMs: number): boolean {
  const minute = new Date(atMs).toISOString().slice(0, 16);
  return text
    .split('\n')
    .some((line) => line.toLowerCase().includes(commit) && line.replaceAll(/(\d) (\d)/g, '$1T$2').includes(minute));
}

function showsPullRequest(text: string, number: number | null): boolean {
  if (number === null || !Number.isSafeInteger(number) || number < 1) return false;
  return new RegExp(`(?:#|\\bpulls?/|\\bnumber["']?\\s*[:=]\\s*)${number}\\b`, 'i').test(text);
}
