import type { CheckOutcome } from '../domain/check.ts';
import type { AssessedFinding } from '../domain/finding.ts';
import type { Incident } from '../domain/incident.ts';
import { nameOf } from '../domain/object-ref.ts';
import { compareSeverity } from '../domain/severity.ts';
import type { Gap } from '../domain/snapshot.ts';
import { cut, oneLine, type Fence } from './fence.ts';
import type { AgentsInput } from './input.ts';

/** Findings, gaps and quotes beyond these are counted, not listed: a bad day must not buy a bigger prompt. */
const MAX_FINDINGS = 40;
const MAX_GAPS = 15;
const MAX_QUOTES = 3;
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

type DigestInput = Pick<AgentsInput, 'cycleId' | 'cluster' | 'incidents' | 'decisions' | 'gaps' | 'checks'>;

/** The volatile part of a prompt: where and when, what is known, what is unknown. */
export function digestOf(
  input: DigestInput,
  findings: readonly AssessedFinding[],
  nowMs: number,
  fence: Fence,
): string {
  const { cluster } = input;
  const facts = cluster.facts === undefined ? '' : `, ${cluster.facts}`;
  return [
    `Cycle: ${input.cycleId}`,
    `Now: ${isoOf(nowMs)} (${WEEKDAYS[new Date(nowMs).getUTCDay()] ?? ''}, UTC)`,
    `Cluster: ${oneLine(cluster.name, 100)}, Kubernetes ${oneLine(cluster.version, 40)}${facts}`,
    checksLine(input.checks),
    gapsPart(input.gaps, fence),
    findingsPart(findings, input, nowMs, fence),
  ].join('\n');
}

function checksLine(checks: readonly CheckOutcome[]): string {
  const incomplete = checks.filter(({ evaluated }) => evaluated === 'no' || evaluated === 'partly');
  const evaluated = checks.filter((check) => check.evaluated === 'yes').length;
  if (incomplete.length === 0) return `Checks: ${evaluated} evaluated`;
  const names = incomplete.map(({ id, evaluated: how }) => `${id} (${how === 'no' ? 'not' : 'partly'} evaluated)`);
  return `Checks: ${evaluated} evaluated; ${names.join(', ')}`;
}

function gapsPart(gaps: readonly Gap[], fence: Fence): string {
  if (gaps.length === 0) return 'Gaps: none';
  const lines = gaps
    .slice(0, MAX_GAPS)
    .map(
      (gap) =>
        `- ${gap.resource}${gap.namespace === undefined ? '' : ` in ${gap.namespace}`}: ${gap.cause}, ${oneLine(gap.detail, 160)}`,
    );
  if (gaps.length > MAX_GAPS) lines.push(`- and ${gaps.length - MAX_GAPS} more`);
  return `Gaps: ${gaps.length}, neither healthy nor broken but unknown\n${fence.wrap('gaps', lines.join('\n'))}`;
}

function findingsPart(
  findings: readonly AssessedFinding[],
  input: Pick<DigestInput, 'incidents' | 'decisions'>,
  nowMs: number,
  fence: Fence,
): string {
  if (findings.length === 0) return 'Findings: none';
  const entries = worstOf(findings).map((finding) => entryOf(finding, input, nowMs));
  if (findings.length > MAX_FINDINGS) entries.push(`and ${findings.length - MAX_FINDINGS} more, none worse than these`);
  return `Findings: ${findings.length}\n${fence.wrap('findings', entries.join('\n'))}`;
}

function entryOf(
  finding: AssessedFinding,
  { incidents, decisions }: Pick<DigestInput, 'incidents' | 'decisions'>,
  nowMs: number,
): string {
  const incident = incidentOf(finding, incidents);
  const decision = incident && decisions.findLast((each) => each.incidentId === incident.id);
  const minutes = Math.max(0, Math.round((nowMs - finding.onsetAtMs) / 60_000));
  const head = [
    finding.id,
    `floor ${finding.floor}`,
    `tier ${finding.tier ?? 'none'}`,
    finding.environment,
    `${finding.reason} (${finding.family}, ${finding.impact})`,
    nameOf(finding.object),
    ...(nameOf(finding.owner) === nameOf(finding.object) ? [] : [`owner ${nameOf(finding.owner)}`]),
    `since ${isoOf(finding.onsetAtMs)}, ${minutes} min`,
    ...(finding.attachedTo === undefined ? [] : [`symptom of ${finding.attachedTo}`]),
    ...(finding.origin === 'agent'
      ? [finding.verified === true ? 'found by an agent' : 'found by an agent, unverified']
      : []),
    ...(incident === undefined ? ['new'] : [`${incident.id}, seen in ${incident.cyclesSeen} cycles`]),
    ...(decision === undefined ? [] : [decision.told ? `told: ${decision.reason}` : `not told: ${decision.reason}`]),
  ];
  const hold = finding.hold;
  return [
    head.join(' | '),
    `  ${oneLine(finding.title, 240)}`,
    ...finding.evidence
      .slice(0, MAX_QUOTES)
      .map(({ id, source, quote }) => `  ${id} ${oneLine(source, 160)}: "${cut(quote.trim(), 240)}"`),
    ...(hold === undefined ? [] : [`  ${hold.kind} by ${hold.file}:${hold.line}: "${oneLine(hold.text, 300)}"`]),
  ].join('\n');
}

/** Ids of the evidence whose quotes stand in the digest of these findings. */
export function quotedInDigest(findings: readonly AssessedFinding[]): ReadonlySet<string> {
  const listed = worstOf(findings);
  return new Set(listed.flatMap(({ evidence }) => evidence.slice(0, MAX_QUOTES).map(({ id }) => id)));
}

/** Those that are listed, worst first. */
function worstOf(findings: readonly AssessedFinding[]): readonly AssessedFinding[] {
  return findings.toSorted((left, right) => compareSeverity(left.floor, right.floor)).slice(0, MAX_FINDINGS);
}

/** The open incident that this finding belongs to. */
export function incidentOf(finding: AssessedFinding, incidents: readonly Incident[]): Incident | undefined {
  return incidents.find(
    (incident) =>
      incident.state === 'open' &&
      incident.family === finding.family &&
      incident.owner.kind === finding.owner.kind &&
      incident.owner.namespace === finding.owner.namespace &&
      incident.owner.name === finding.owner.name,
  );
}

function isoOf(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.\d+Z$/, 'Z');
}
