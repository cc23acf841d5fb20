import { clockText } from '../domain/clock-text.ts';
import type { Card } from '../domain/card.ts';
import type { AssessedFinding } from '../domain/finding.ts';
import type { Incident } from '../domain/incident.ts';
import { nameOf } from '../domain/object-ref.ts';
import { compareSeverity, IMPACTS } from '../domain/severity.ts';
import { evidenceLine } from './analysis.ts';
import { attachedFindings, ownFindings } from './life.ts';

/** What a card shows beyond its incident. */
export interface CardContext {
  readonly clusterName: string;
  readonly cycleId: string;
  readonly revision: string;
  readonly nowMs: number;
  readonly state: Card['state'];
  readonly lead: string | undefined;
  /** Notes of code: refused rules, raised and lowered severities. */
  readonly notes: readonly string[];
  readonly notChecked: readonly string[];
  readonly contacts: readonly string[];
}

/** One incident as people see it: facts by code, words by the notifier where there are some, else by the template. */
export function cardOf(incident: Incident, context: CardContext): Card {
  const own = worstFirst(ownFindings(incident));
  const [leading] = own;
  const { owner, analysis } = incident;
  const resolved = context.state === 'resolved';
  const steps = [...(analysis?.nextSteps ?? []), ...own.flatMap((finding) => finding.nextSteps)];
  return {
    state: context.state,
    severity: incident.severity,
    headline: resolved ? `${shortName(incident)} recovered` : `${shortName(incident)}: ${headlineTitle(leading)}`,
    headlineSuffix: resolved ? undefined : analysis?.headlineSuffix,
    cluster: context.clusterName,
    namespace: owner.namespace,
    object: `${owner.kind}/${owner.name}`,
    tier: leading?.tier,
    environment: leading?.environment ?? 'unknown',
    reason: leading?.reason ?? incident.family,
    onsetAtMs: incident.onsetAtMs,
    cyclesSeen: incident.cyclesSeen,
    origin: originOf(own, incident),
    lead: context.lead,
    sections: sectionsOf(incident, own),
    nextSteps: [...new Set(steps)].slice(0, 3),
    changes: analysis?.changes ?? [],
    attached: worstFirst(attachedFindings(incident)).map(statementOf),
    notChecked: [...new Set([...context.notChecked, ...(analysis?.notChecked ?? [])])],
    stateLines: [...stateLinesOf(incident, leading, context.nowMs), ...context.notes],
    contacts: context.contacts,
    footer: {
      incidentId: incident.id,
      cycleId: context.cycleId,
      revision: context.revision.slice(0, 8),
      ...(analysis?.cycleId !== undefined && { analysedInCycle: analysis.cycleId }),
      modelCalls: analysis?.modelCalls ?? 0,
      models: analysis?.models ?? [],
      tokens: analysis?.tokens ?? 0,
      costUsd: analysis?.costUsd ?? 0,
      analysis: incident.telling?.analysisState ?? 'not due',
    },
  };
}

/** Lines for the first reply of the thread: what the agents found, then what the checks quote; each quotation once. */
export function evidenceLines(incident: Incident): readonly string[] {
  const checked = worstFirst(ownFindings(incident)).flatMap((finding) => finding.evidence.map(evidenceLine));
  const lines = [...(incident.analysis?.evidenceLines ?? []), ...checked];
  return [...new Map(lines.toReversed().map((line) => [withoutEvidenceId(line), line])).values()].toReversed();
}

/** Evidence ids are new in every cycle; the same quotation under another id is the same quotation. */
export function withoutEvidenceId(line: string): string {
  return line.replace(/^\[e\d+\] /, '');
}

/** `payments/checkout-api`, or `Node worker-1` where there is no namespace. */
export function shortName({ owner }: Incident): string {
  return owner.namespace === '' ? nameOf(owner) : `${owner.namespace}/${owner.name}`;
}

/** What merely follows from another reason, and what only shows that it keeps happening; any other says why. */
const FOLLOWS: readonly string[] = ['CrashLoop', 'ProbeFailing', 'RolloutStuck', 'ReplicasShort', 'NoEndpoints'];

/** The worst first; of equals the one that says why, then the one that began first. */
export function worstFirst(findings: readonly AssessedFinding[]): readonly AssessedFinding[] {
  return findings.toSorted(
    (left, right) =>
      compareSeverity(left.floor, right.floor) ||
      IMPACTS.indexOf(left.impact) - IMPACTS.indexOf(right.impact) ||
      FOLLOWS.indexOf(left.reason) - FOLLOWS.indexOf(right.reason) ||
      left.onsetAtMs - right.onsetAtMs,
  );
}

/** `47 min`, `3 h 5 min`, `2 d 4 h`. */
function durationText(durationMs: number): string {
  const minutes = Math.max(0, Math.round(durationMs / 60_000));
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours % 24 === 0 ? `${hours / 24} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** A headline is read on a phone: what stands in parentheses (limits, exit codes, counts) stays in the sections and the thread. */
export function headlineTitle(finding: AssessedFinding | undefined): string {
  const title = finding?.title ?? 'no finding';
  return title.replaceAll(/ \([^()]*\)/g, '').trim() || title;
}

/** `Deployment payments/api: 0 of 3 replicas ready: …`: replicas are its owner's, and which of the pods it is stands in the evidence. */
function statementOf({ object, owner, title }: AssessedFinding): string {
  return `${nameOf(object.kind === 'Pod' ? owner : object)}: ${title}`;
}

function originOf(own: readonly AssessedFinding[], incident: Incident): Card['origin'] {
  if (own.length > 0 && own.every((finding) => finding.origin === 'agent')) return 'AI';
  return incident.analysis === undefined ? 'rule' : 'rule + AI';
}

function sectionsOf(incident: Incident, own: readonly AssessedFinding[]): Card['sections'] {
  const { analysis } = incident;
  if (analysis !== undefined && analysis.sections.length > 0) return analysis.sections;
  const telling = own.filter(({ reason }) => !FOLLOWS.includes(reason));
  const said = telling.length > 0 ? telling : own;
  const happening = said.slice(0, 3).map(statementOf);
  const quotes = said.flatMap((finding) => finding.evidence).slice(0, 3);
  return [
    { heading: "What's happening", text: [...new Set(happening)].join('\n') },
    ...(analysis?.cause === undefined
      ? []
      : [{ heading: `Likely cause (${analysis.confidence ?? 'Inconclusive'})`, text: analysis.cause }]),
    ...(quotes.length === 0
      ? []
      : [{ heading: 'Evidence', text: quotes.map(({ source, quote }) => `${source}: ${quote}`).join('\n') }]),
  ].filter((section) => section.text !== '');
}

function stateLinesOf(incident: Incident, leading: AssessedFinding | undefined, nowMs: number): readonly string[] {
  const { absentSinceMs, analysis, resolvedAtMs, unverifiedSinceMs, timesReopened } = incident;
  return [
    // It was over when the first read did not see it; the second only proves it.
    ...(incident.state === 'resolved' && resolvedAtMs !== undefined
      ? [
          `resolved after ${durationText((absentSinceMs ?? resolvedAtMs) - incident.onsetAtMs)}, verified in 2 full reads`,
        ]
      : []),
    ...(incident.state === 'open' &&
    analysis?.aboutTitle !== undefined &&
    analysis.aboutTitle !== headlineTitle(leading)
      ? [`it has changed since the agents wrote this at ${clockText(analysis.atMs, nowMs)}`]
      : []),
    ...(unverifiedSinceMs === undefined ? [] : [`not verified since ${clockText(unverifiedSinceMs, nowMs)}`]),
    ...(timesReopened === 0 ? [] : [timesReopened === 1 ? 'came back once' : `came back ${timesReopened} times`]),
  ];
}
