import type { Confidence } from '../domain/agent-report.ts';
import type { EvidenceQuote } from '../domain/evidence.ts';
import type { Family, Finding } from '../domain/finding.ts';
import type { Gap } from '../domain/snapshot.ts';
import { visibleText } from './fence.ts';

/** Something that may be cited: a quote of a check, or a whole tool result. */
export interface EvidenceItem {
  /** `e1`…, unique in the cycle. */
  readonly id: string;
  readonly source: string;
  /** Redacted, as the model saw it. */
  readonly text: string;
  /** The tool that answered; `undefined` for what a check quoted. */
  readonly tool: string | undefined;
  /** A question that failed has an id, for the report, but proves nothing. */
  readonly isError: boolean;
  readonly atMs?: number;
}

export interface EvidenceLog {
  /** An answer that is word for word an earlier one, to the same question, keeps its id. */
  readonly add: (item: Omit<EvidenceItem, 'id'>) => EvidenceItem;
  readonly get: (id: string) => EvidenceItem | undefined;
  readonly all: () => readonly EvidenceItem[];
}

/** A claim's footnote as the model wrote it. */
export interface Citation {
  readonly id: string;
  readonly quote: string;
}

const SHORTEST_QUOTE = 12;
const LONGEST_QUOTE = 500;

/** Numbers go on behind those of the checks, so that an id means one thing in a whole cycle. */
export function createEvidenceLog(findings: readonly Finding[]): EvidenceLog {
  const items = new Map<string, EvidenceItem>();
  const answers = new Map<string, EvidenceItem>();
  let last = 0;
  for (const { id, source, quote, atMs } of findings.flatMap((finding) => finding.evidence)) {
    items.set(id, { id, source, text: quote, tool: undefined, isError: false, ...(atMs !== undefined && { atMs }) });
    last = Math.max(last, Number(/^e(\d+)$/.exec(id)?.[1] ?? 0));
  }
  return {
    add: (item) => {
      const key = JSON.stringify([item.tool, item.source, item.text, item.isError]);
      const same = answers.get(key);
      if (same !== undefined) return same;
      last += 1;
      const added = { ...item, id: `e${last}` };
      items.set(added.id, added);
      answers.set(key, added);
      return added;
    },
    get: (id) => items.get(id),
    all: () => [...items.values()],
  };
}

/** The citations that hold: the id exists, and the quote really stands in what it names. Each quote counts once. */
export function verifiedCitations(citations: readonly Citation[], log: EvidenceLog): EvidenceQuote[] {
  const verified = new Map<string, EvidenceQuote>();
  for (const citation of citations) {
    const item = log.get(citation.id.trim().replaceAll(/^\[|\]$/g, ''));
    const quote = normalised(citation.quote);
    if (item === undefined || item.isError) continue;
    if (quote.length < SHORTEST_QUOTE || !normalised(item.text).includes(quote)) continue;
    verified.set(`${item.id} ${quote}`, {
      id: item.id,
      source: item.source,
      quote: quote.slice(0, LONGEST_QUOTE),
      ...(item.atMs !== undefined && { atMs: item.atMs }),
    });
  }
  return [...verified.values()];
}

/** White space and invisible characters aside, quotes are compared to the letter. */
function normalised(text: string): string {
  return visibleText(text).replaceAll(/\s+/g, ' ').trim();
}

/** A program's own words about why it failed. One such line is as good as two circumstances. */
const ERROR_MESSAGE =
  /\b(?:error|exception|fatal|panic|failed|failure|denied|refused|forbidden|unauthorized|invalid|unable|cannot|could not|no such|not found|timed? ?out|OOMKilled|out of memory|back-?off|exceeded)\b/i;

/** What remains of the model's confidence when only proof counts. */
export function cappedConfidence(
  claimed: Confidence,
  verified: readonly EvidenceQuote[],
  hasRelevantGap: boolean,
): Confidence {
  if (verified.length === 0) return 'Inconclusive';
  if (claimed !== 'High') return claimed;
  const proven = verified.length >= 2 || verified.some(({ quote }) => ERROR_MESSAGE.test(quote));
  return proven && !hasRelevantGap ? 'High' : 'Medium';
}

const KINDS_BEHIND: Partial<Record<Family, readonly string[]>> = {
  workload: ['Pod', 'Node', 'Event', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'PersistentVolumeClaim'],
  job: ['Pod', 'Node', 'Event', 'Job', 'CronJob'],
  node: ['Pod', 'Node', 'Event'],
  volume: ['Pod', 'Event', 'PersistentVolumeClaim', 'PersistentVolume', 'StorageClass'],
  network: ['Pod', 'Service', 'EndpointSlice', 'Ingress', 'NetworkPolicy', 'Event'],
};

/** The gap behind which the real cause could hide; `undefined` when everything that matters could be read. */
export function relevantGap(gaps: readonly Gap[], family: Family, namespace: string): Gap | undefined {
  const kinds = KINDS_BEHIND[family];
  return gaps.find(
    (gap) =>
      (gap.namespace === undefined || namespace === '' || gap.namespace === namespace) &&
      (kinds === undefined || kinds.includes(gap.resource)),
  );
}
