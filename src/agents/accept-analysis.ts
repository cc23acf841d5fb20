import type { Analysis } from '../domain/agent-report.ts';
import type { EvidenceQuote } from '../domain/evidence.ts';
import { REASONS, FAMILIES, type AssessedFinding, type Family, type Finding, type Reason } from '../domain/finding.ts';
import type { ObjectRef } from '../domain/object-ref.ts';
import { IMPACTS } from '../domain/severity.ts';
import type { Gap } from '../domain/snapshot.ts';
import { cappedConfidence, relevantGap, verifiedCitations, type EvidenceLog } from './evidence.ts';
import { cut, oneLine, visibleText } from './fence.ts';
import type { ObjectFacts } from './input.ts';
import type { AnalyzerReport } from './reports.ts';

export interface AcceptedAnalysis {
  readonly analyses: readonly Analysis[];
  /** Problems that no check had seen. */
  readonly findings: readonly Finding[];
  readonly verified: readonly EvidenceQuote[];
  /** What was not taken because of the cap, for people; `undefined` when everything was. */
  readonly notTaken: string | undefined;
}

export interface AnalysisContext {
  readonly agent: string;
  /** Findings of its own that earlier reports of this agent brought into the cycle. */
  readonly alreadyTaken: number;
  readonly known: readonly AssessedFinding[];
  readonly evidence: EvidenceLog;
  readonly gaps: readonly Gap[];
  readonly nowMs: number;
  readonly nextFindingId: () => string;
  readonly objectFacts: (object: ObjectRef) => ObjectFacts | undefined;
}

type Reported = AnalyzerReport['findings'][number];

const MAX_ENTRIES = 50;
const MAX_ITEMS = 5;
const MAX_NEXT_STEPS = 3;
/** Each finding of an agent's own is an incident of its own: more than a few in one cycle are noise. */
const MAX_OWN_FINDINGS = 5;

/** Turns what an analyzer said into what is proven: citations looked up, confidence capped, problems matched with those the checks know. */
export function acceptAnalysis(report: AnalyzerReport, context: AnalysisContext): AcceptedAnalysis {
  const matched = matchWithKnown(report.findings, context);
  const own = [...new Set(matched.flatMap(({ known, problem }) => (known === undefined ? [problem] : [])))];
  const taken = new Set(worstFirst(own).slice(0, Math.max(0, MAX_OWN_FINDINGS - context.alreadyTaken)));
  const notTaken = notTakenText(own.length - taken.size);

  const analyses: Analysis[] = [];
  const findings = new Map<Problem, Finding>();
  const verified: EvidenceQuote[] = [];
  const accepted = matched.filter(({ known, problem }) => known !== undefined || taken.has(problem));
  for (const { entry, known, problem } of accepted.slice(0, MAX_ENTRIES)) {
    const citations = verifiedCitations(entry.evidence, context.evidence);
    const about = known ?? findings.get(problem) ?? problem;
    const evidence =
      known === undefined || known.origin === 'agent' ? citations.filter((quote) => names(quote, about)) : citations;
    const finding = known ?? findings.get(problem) ?? newFinding(problem, evidence, context);
    if (known === undefined) findings.set(problem, finding);
    const gap = relevantGap(context.gaps, finding.family, finding.object.namespace);
    verified.push(...evidence);
    analyses.push({
      findingId: finding.id,
      agent: context.agent,
      cause: cut(visibleText(entry.cause).trim(), 800),
      confidence: cappedConfidence(entry.confidence, evidence, gap !== undefined),
      evidence,
      nextSteps: lines(entry.nextSteps, MAX_NEXT_STEPS),
      notChecked: [
        ...lines([...entry.notChecked, ...report.notChecked], MAX_ITEMS),
        ...gapLines(gap),
        ...(notTaken === undefined ? [] : [notTaken]),
      ],
    });
  }
  return { analyses, findings: [...findings.values()], verified, notTaken };
}

/** A problem that no check had seen, before it is known whether it is taken. */
type Problem = Omit<Finding, 'id' | 'evidence' | 'verified'>;

interface Matched {
  readonly entry: Reported;
  readonly known: Finding | undefined;
  /** One object for all entries about the same new problem. */
  readonly problem: Problem;
}

function matchWithKnown(entries: readonly Reported[], context: AnalysisContext): readonly Matched[] {
  const problems: Problem[] = [];
  return entries.map((entry) => {
    const known = context.known.find(({ id }) => id === entry.finding) ?? sameProblem(entry, context.known);
    const problem = sameProblem(entry, problems) ?? problemOf(entry, context);
    if (known === undefined && !problems.includes(problem)) problems.push(problem);
    return { entry, known, problem };
  });
}

function worstFirst(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((left, right) => IMPACTS.indexOf(left.impact) - IMPACTS.indexOf(right.impact));
}

function notTakenText(count: number): string | undefined {
  if (count === 0) return undefined;
  return `${count} more ${count === 1 ? 'finding' : 'findings'} of this agent ${count === 1 ? 'was' : 'were'} not taken: at most ${MAX_OWN_FINDINGS} a cycle`;
}

/** What controllers append to the names of their Pods and Jobs: an ordinal or a time, a hash, random letters. */
const GENERATED = '(?:-[0-9]{1,10})?(?:-[bcdfghjklmnpqrstvwxz2456789]{5,10}){0,2}';

/** Whether a quote is about the object at all: words that only stand somewhere prove nothing about an object which code did not find. */
function names({ source, quote }: EvidenceQuote, { object, owner }: Pick<Finding, 'object' | 'owner'>): boolean {
  return [object.name, owner.name].some(
    (name) =>
      name !== '' &&
      new RegExp(
        String.raw`(?<![\w.-])${name.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}${GENERATED}(?!-?\w|\.\w)`,
      ).test(`${source}\n${quote}`),
  );
}

function lines(texts: readonly string[], atMost: number): string[] {
  return texts
    .map((text) => oneLine(text, 300))
    .filter((text) => text !== '')
    .slice(0, atMost);
}

function gapLines(gap: Gap | undefined): string[] {
  if (gap === undefined) return [];
  return [`${gap.resource}${gap.namespace === undefined ? '' : ` in ${gap.namespace}`}: ${gap.detail}`];
}

/** The same problem of the same object or owner. */
function sameProblem<Known extends Problem>(entry: Reported, known: readonly Known[]): Known | undefined {
  const { family, reason } = reasonOf(entry.reason);
  const { kind, namespace, name } = entry.object;
  const same = (other: { kind: string; namespace: string; name: string }): boolean =>
    other.kind.toLowerCase() === kind.toLowerCase() && other.namespace === namespace && other.name === name;
  return known.find(
    (finding) =>
      finding.family === family &&
      (family !== 'other' || finding.reason === reason) &&
      (same(finding.object) || same(finding.owner)),
  );
}

function problemOf(entry: Reported, context: AnalysisContext): Problem {
  const object: ObjectRef = {
    apiVersion: API_VERSIONS[entry.object.kind] ?? 'v1',
    kind: oneLine(entry.object.kind, 63),
    namespace: oneLine(entry.object.namespace, 63),
    name: oneLine(entry.object.name, 253),
  };
  const facts = context.objectFacts(object);
  return {
    origin: 'agent',
    check: context.agent,
    ...reasonOf(entry.reason),
    impact: entry.impact,
    object,
    owner: facts?.owner ?? { kind: object.kind, namespace: object.namespace, name: object.name },
    title: oneLine(entry.title, 240),
    onsetAtMs: onsetOf(entry.onset, context.nowMs),
    nextSteps: lines(entry.nextSteps, MAX_NEXT_STEPS),
    labels: facts?.labels ?? {},
    annotations: facts?.annotations ?? {},
    images: facts?.images ?? [],
    serviceNames: facts?.serviceNames ?? [],
  };
}

function newFinding(problem: Problem, evidence: readonly EvidenceQuote[], context: AnalysisContext): Finding {
  return { ...problem, id: context.nextFindingId(), evidence, verified: evidence.length > 0 };
}

/** A reason of the closed lists with its family; anything else is `Other` with a slug. */
export function reasonOf(reason: string): { readonly family: Family; readonly reason: Reason } {
  for (const family of FAMILIES) {
    const known = REASONS[family].find((candidate) => candidate.toLowerCase() === reason.trim().toLowerCase());
    if (known !== undefined) return { family, reason: known };
  }
  const slug = reason
    .replace(/^other:/i, '')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40);
  return { family: 'other', reason: `Other:${slug === '' ? 'unnamed' : slug}` };
}

function onsetOf(onset: string | null, nowMs: number): number {
  const atMs = onset === null ? Number.NaN : Date.parse(onset);
  return Number.isNaN(atMs) || atMs > nowMs ? nowMs : atMs;
}

const API_VERSIONS: Readonly<Record<string, string>> = {
  Deployment: 'apps/v1',
  ReplicaSet: 'apps/v1',
  StatefulSet: 'apps/v1',
  DaemonSet: 'apps/v1',
  Job: 'batch/v1',
  CronJob: 'batch/v1',
  Ingress: 'networking.k8s.io/v1',
  NetworkPolicy: 'networking.k8s.io/v1',
  HorizontalPodAutoscaler: 'autoscaling/v2',
  PodDisruptionBudget: 'policy/v1',
  StorageClass: 'storage.k8s.io/v1',
};
