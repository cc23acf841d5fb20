import type { Analysis } from '../domain/agent-report.ts';
import type { EvidenceQuote } from '../domain/evidence.ts';
import { REASONS, FAMILIES, type AssessedFinding, type Family, type Finding, type Reason } from '../domain/finding.ts';
import type { ObjectRef } from '../domain/object-ref.ts';
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
}

export interface AnalysisContext {
  readonly agent: string;
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

/** Turns what an analyzer said into what is proven: citations looked up, confidence capped, problems matched with those the checks know. */
export function acceptAnalysis(report: AnalyzerReport, context: AnalysisContext): AcceptedAnalysis {
  const analyses: Analysis[] = [];
  const findings: Finding[] = [];
  const verified: EvidenceQuote[] = [];
  for (const entry of report.findings.slice(0, MAX_ENTRIES)) {
    const evidence = verifiedCitations(entry.evidence, context.evidence);
    const known = knownFinding(entry, [...context.known, ...findings]);
    const finding = known ?? newFinding(entry, evidence, context);
    if (known === undefined) findings.push(finding);
    const gap = relevantGap(context.gaps, finding.family, finding.object.namespace);
    verified.push(...evidence);
    analyses.push({
      findingId: finding.id,
      agent: context.agent,
      cause: cut(visibleText(entry.cause).trim(), 800),
      confidence: cappedConfidence(entry.confidence, evidence, gap !== undefined),
      evidence,
      nextSteps: lines(entry.nextSteps, MAX_NEXT_STEPS),
      notChecked: [...lines([...entry.notChecked, ...report.notChecked], MAX_ITEMS), ...gapLines(gap)],
    });
  }
  return { analyses, findings, verified };
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

/** The finding that is meant: by its id, or because it is the same problem of the same object or owner under another id. */
function knownFinding<Known extends Finding>(entry: Reported, known: readonly Known[]): Known | undefined {
  if (entry.finding !== null) {
    const byId = known.find(({ id }) => id === entry.finding);
    if (byId !== undefined) return byId;
  }
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

function newFinding(entry: Reported, evidence: readonly EvidenceQuote[], context: AnalysisContext): Finding {
  const object: ObjectRef = {
    apiVersion: API_VERSIONS[entry.object.kind] ?? 'v1',
    kind: oneLine(entry.object.kind, 63),
    namespace: oneLine(entry.object.namespace, 63),
    name: oneLine(entry.object.name, 253),
  };
  const facts = context.objectFacts(object);
  return {
    id: context.nextFindingId(),
    origin: 'agent',
    check: context.agent,
    ...reasonOf(entry.reason),
    impact: entry.impact,
    object,
    owner: facts?.owner ?? { kind: object.kind, namespace: object.namespace, name: object.name },
    title: oneLine(entry.title, 240),
    onsetAtMs: onsetOf(entry.onset, context.nowMs),
    evidence,
    nextSteps: lines(entry.nextSteps, MAX_NEXT_STEPS),
    labels: facts?.labels ?? {},
    annotations: facts?.annotations ?? {},
    images: facts?.images ?? [],
    serviceNames: facts?.serviceNames ?? [],
    verified: evidence.length > 0,
  };
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
