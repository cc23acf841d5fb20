import type { AgentsOutcome } from '../domain/agent-report.ts';
import type { AssessedFinding } from '../domain/finding.ts';
import type { Incident } from '../domain/incident.ts';
import { isServerTrouble } from '../domain/snapshot.ts';
import { mergeAnalysis } from './analysis.ts';
import { headlineTitle, worstFirst } from './card.ts';
import { agentsOnly, seenBy } from './coverage.ts';
import type { DecisionInput } from './input.ts';
import { standingVerdicts } from './judge.ts';
import {
  attachedFindings,
  miss,
  missedInFull,
  openIncident,
  ownFindings,
  REOPEN_WITHIN_MS,
  see,
  type Lived,
} from './life.ts';
import { sightingsOf, type Sighting } from './sightings.ts';

/** Words about an incident that was resolved while the agents worked. */
export interface LateWords {
  readonly incident: Incident;
  readonly text: string;
}

/** Pass 1: what the checks saw, and what they looked for in vain. */
export function livesFromChecks(input: DecisionInput): readonly Lived[] {
  const sightings = sightingsOf(input.clusterId, input.findings);
  const known = latestByFingerprint(input);
  const lives = new Map<string, Lived>();
  for (const sighting of sightings.values()) {
    if (sighting.cause !== undefined) continue;
    const before = known.get(sighting.fingerprint);
    lives.set(
      sighting.fingerprint,
      before === undefined
        ? openIncident(input.clusterId, input.nextIncidentId(), sighting, input)
        : see(before, sighting, input, undefined),
    );
  }
  for (const sighting of sightings.values()) {
    if (sighting.cause === undefined) continue;
    const before = known.get(sighting.fingerprint);
    const causeId = lives.get(sighting.cause)?.after.id;
    if (before?.state !== 'open') continue;
    lives.set(sighting.fingerprint, see(before, sighting, input, causeId));
  }
  for (const incident of known.values()) {
    if (incident.state === 'open' && !lives.has(incident.fingerprint)) {
      lives.set(incident.fingerprint, miss(incident, input));
    }
  }
  return [...lives.values()].filter(({ after, event }) => after.state === 'open' || event === 'resolved');
}

/** Pass 2: words and verdicts on what is there, and what the agents alone found or no longer find. */
export function livesAfterAgents(input: DecisionInput): {
  readonly lives: readonly Lived[];
  readonly lateWords: readonly LateWords[];
} {
  const { agents } = input;
  if (agents === undefined) return { lives: [], lateWords: [] };
  const sightings = sightingsOf(input.clusterId, input.findings);
  const known = latestByFingerprint(input);
  const findingsById = new Map(input.findings.map((finding) => [finding.id, finding]));
  const lives: Lived[] = [];
  const lateWords: LateWords[] = [];
  for (const sighting of sightings.values()) {
    const before = known.get(sighting.fingerprint);
    const found = sighting.own.filter(({ origin }) => origin === 'agent');
    const lived = foundByAgents(before, sighting, found, input);
    if (lived === undefined) continue;
    const own = worstFirst(sighting.own);
    const ids = new Set(own.map(({ id }) => id));
    const merged = mergeAnalysis(lived.after.analysis, agents, ids, input);
    const [leading] = own;
    const analysis =
      merged === undefined || merged === lived.after.analysis || leading === undefined
        ? merged
        : { ...merged, aboutTitle: headlineTitle(leading) };
    const spoken = agents.verdicts.filter(({ findingId }) => ids.has(findingId));
    const reports = analysis !== lived.after.analysis;
    if (lived.after.state === 'resolved') {
      const text = reports ? wordsFor(agents, ids) : '';
      if (text !== '') lateWords.push({ incident: { ...lived.after, analysis }, text });
      continue;
    }
    if (found.length === 0 && !reports && !isFocus(lived.after, input)) continue;
    const verdicts = standingVerdicts(lived.after, spoken, findingsById, input.nowMs);
    const telling = verdicts.length === 0 ? lived.after.telling : { ...lived.after.telling, verdicts };
    lives.push({ ...lived, after: { ...lived.after, analysis, ...(telling !== undefined && { telling }) } });
  }
  for (const incident of known.values()) {
    const names = agentsOnly(incident);
    if (incident.state !== 'open' || names === undefined || sightings.has(incident.fingerprint)) continue;
    const lived = missedByAgents(incident, names, agents, input);
    if (lived !== undefined) lives.push(lived);
  }
  return { lives, lateWords };
}

/** @returns `undefined` where the agents' pass has nothing to say about it: presence is the checks' own */
function foundByAgents(
  before: Incident | undefined,
  sighting: Sighting,
  found: readonly AssessedFinding[],
  input: DecisionInput,
): Lived | undefined {
  const alone: Sighting = { ...sighting, own: found, attached: [] };
  if (before === undefined) {
    if (found.length === 0 || found.length < sighting.own.length) return undefined;
    return openIncident(input.clusterId, input.nextIncidentId(), alone, input);
  }
  if (before.state === 'resolved') {
    const byAgents = found.length > 0 && agentsOnly(before) !== undefined;
    return byAgents
      ? see(before, alone, input, undefined)
      : { before, after: before, event: 'untouched', detail: 'resolved while the agents worked' };
  }
  if (found.length === 0) return { before, after: before, event: 'untouched', detail: 'the agents have spoken' };
  const reporters = new Set(found.map(seenBy));
  const own = [...ownFindings(before).filter((finding) => !reporters.has(seenBy(finding))), ...found];
  const after: Incident = {
    ...before,
    findings: [...own, ...attachedFindings(before)],
    checks: [...new Set(own.map(seenBy))],
    ...(agentsOnly(before) !== undefined && {
      lastSeenAtMs: Math.max(before.lastSeenAtMs, input.snapshotAtMs),
      cyclesSeen: before.cyclesSeen + (input.snapshotAtMs > before.lastSeenAtMs ? 1 : 0),
      absentSinceMs: undefined,
      unverifiedSinceMs: undefined,
    }),
  };
  return { before, after, event: 'seen', detail: `reported by ${found.map(({ check }) => check).join(', ')}` };
}

/**
 * An agent's own finding is absent when a later run of the same agent, asked about everything, reported without it (or when its file is gone).
 * As with checks, two such reads end it; a run that failed or did not happen says nothing.
 */
function missedByAgents(
  incident: Incident,
  names: readonly string[],
  agents: AgentsOutcome,
  input: DecisionInput,
): Lived | undefined {
  if (input.focus !== undefined || input.snapshotAtMs <= incident.lastSeenAtMs) return undefined;
  const silent = names.find((name) => !reportedOrGone(name, agents));
  const why = silent === undefined ? unseeable(incident, input) : `agent ${silent} did not report`;
  if (why === undefined) return missedInFull(incident, input);
  return {
    before: incident,
    after: { ...incident, unverifiedSinceMs: incident.unverifiedSinceMs ?? input.snapshotAtMs },
    event: 'unknown',
    detail: why,
  };
}

/** Why an agent's silence says nothing: out of scope, or a server that did not answer the checks did not answer the agent either. */
function unseeable({ owner }: Incident, { outcomes, inScope }: DecisionInput): string | undefined {
  if (!inScope(owner.namespace)) return `namespace ${owner.namespace} is no longer in scope`;
  return outcomes
    .flatMap(({ gaps }) => gaps)
    .find(
      ({ cause, namespace }) =>
        isServerTrouble(cause) && (namespace === undefined || owner.namespace === '' || namespace === owner.namespace),
    )?.detail;
}

function reportedOrGone(name: string, agents: AgentsOutcome): boolean {
  const runs = agents.runs.filter((run) => run.name === name);
  if (runs.length > 0) return runs.some((run) => run.status === 'reported' && couldLook(run));
  const listed = agents.notCalled.some((agent) => agent.name === name);
  return agents.missing === undefined && !listed;
}

/** A report after questions that all failed is one about nothing. */
function couldLook({ toolCalls }: AgentsOutcome['runs'][number]): boolean {
  return toolCalls.length === 0 || toolCalls.some(({ isError }) => !isError);
}

function isFocus(incident: Incident, { focus }: DecisionInput): boolean {
  return focus === undefined || focus.includes(incident.id);
}

/** The open incident of each identity, else the one that was resolved last within the time in which it can come back. */
function latestByFingerprint({ known, nowMs }: DecisionInput): ReadonlyMap<string, Incident> {
  const endOf = ({ resolvedAtMs }: Incident): number => resolvedAtMs ?? Number.MAX_SAFE_INTEGER;
  const usable = known.filter(
    ({ state, resolvedAtMs }) =>
      state === 'open' || (resolvedAtMs !== undefined && nowMs - resolvedAtMs < REOPEN_WITHIN_MS),
  );
  // Later entries of a map win: open ones last, behind those that were resolved, oldest first.
  const ordered = usable.toSorted((left, right) => endOf(left) - endOf(right));
  return new Map(ordered.map((incident) => [incident.fingerprint, incident]));
}

function wordsFor(agents: AgentsOutcome, ids: ReadonlySet<string>): string {
  const sections = agents.words.filter(({ findingId }) => ids.has(findingId)).flatMap((words) => words.sections);
  const causes = agents.analyses.filter(({ findingId }) => ids.has(findingId));
  const lines =
    sections.length > 0
      ? sections.map(({ heading, text }) => `${heading}: ${text}`)
      : causes.map(({ cause, confidence }) => `Likely cause (${confidence}): ${cause}`);
  return lines.join('\n');
}
