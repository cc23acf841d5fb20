import type { Decision, Incident } from '../domain/incident.ts';
import type { Notice } from '../domain/notice.ts';
import { judge } from './judge.ts';
import type { DecisionInput, DecisionOutcome } from './input.ts';
import type { Lived } from './life.ts';
import { livesAfterAgents, livesFromChecks, type LateWords } from './passes.ts';
import { noticeOf, record } from './record.ts';
import { tellingOf } from './tell.ts';

/** A possible known issue holds the first message of a SEV-1/2 for so long after its detection. */
const HOLD_MS = 90_000;

/**
 * What becomes of every incident in this pass, who hears of it, and why or why not.
 *
 * Pure: the past, the clock, ids and everything about people's files are parameters. Pass 1 decides presence, from the checks alone;
 * pass 2 decides words, severity and channel on the incidents as they stand by then, and what the agents alone found.
 */
export function decide(input: DecisionInput): DecisionOutcome {
  const { lives, lateWords } =
    input.pass === 1 ? { lives: livesFromChecks(input), lateWords: [] } : livesAfterAgents(input);
  const recorded = lives.map((lived) => decideOne(lived, input));
  const late = lateWords.map((words) => tellLateWords(words, input));

  const changed = [...recorded, ...late].map(({ incident }) => incident);
  const changedIds = new Set(changed.map(({ id }) => id));
  const untouched = input.known.filter(({ id, state }) => state === 'open' && !changedIds.has(id));
  const closed = new Set(lives.filter(({ event }) => event === 'resolved').map(({ after }) => after.id));
  const incidents = [...changed, ...untouched].filter(({ id, state }) => state === 'open' || closed.has(id));
  const rechecks = incidents.flatMap(({ recheckAtMs }) => (recheckAtMs === undefined ? [] : [recheckAtMs]));
  const ahead = rechecks.filter((atMs) => atMs > input.nowMs);
  return {
    changed,
    incidents,
    decisions: [...recorded, ...late].map(({ decision }) => decision),
    notices: [...recorded, ...late].flatMap(({ notices }) => notices),
    recheckAtMs: ahead.length === 0 ? undefined : Math.min(...ahead),
  };
}

function decideOne(lived: Lived, input: DecisionInput): ReturnType<typeof record> {
  const { after } = lived;
  const waits =
    input.pass === 1 &&
    input.flags.modelCalls &&
    (input.analysis.expected || input.analysis.available) &&
    after.firstToldAtMs === undefined;
  const judgement = judge(after, {
    nowMs: input.nowMs,
    permits: input.permits,
    holdUntilMs: waits ? after.openedAtMs + HOLD_MS : undefined,
  });
  // Once it is over, its severity is what it was.
  const severity = after.state === 'resolved' ? after.severity : judgement.severity;
  const judged: Lived = { ...lived, after: withAnalysisState({ ...after, severity }, lived, input) };
  return record(judged, judgement, tellingOf(judged, judgement, input), input);
}

/** The footer's word on the agents. `pending` stays until the agents' own pass ends it. */
function withAnalysisState(incident: Incident, lived: Lived, input: DecisionInput): Incident {
  const state = analysisStateOf(incident, lived, input);
  if (state === undefined || state === incident.telling?.analysisState) return incident;
  return { ...incident, telling: { ...incident.telling, analysisState: state } };
}

function analysisStateOf(incident: Incident, { event }: Lived, input: DecisionInput): string | undefined {
  const { expected, available, missing } = input.analysis;
  const before = incident.telling?.analysisState;
  if (input.pass === 2) return missing ?? 'done';
  if (event !== 'opened' && event !== 'reopened' && event !== 'seen' && event !== 'left-alone') return before;
  if (incident.analysis !== undefined) return before;
  if (before === 'pending' && (expected || available)) return before;
  const urgent = incident.severity === 'SEV-1' || incident.severity === 'SEV-2';
  if (expected || (available && urgent && event !== 'seen')) return 'pending';
  const settled = before === 'pending' ? undefined : before;
  return missing ?? settled ?? 'with the next scheduled cycle';
}

/** Words for an incident that was resolved while the agents worked go to those who follow its thread. */
function tellLateWords({ incident, text }: LateWords, input: DecisionInput): ReturnType<typeof record> {
  const decision: Decision = {
    incidentId: incident.id,
    cycleId: input.cycleId,
    atMs: input.nowMs,
    pass: input.pass,
    told: false,
    reason: 'ongoing',
    detail: 'resolved while the agents worked: their words went to its thread',
    severity: incident.severity,
    revision: input.revision,
  };
  const { channel } = incident;
  const notices: readonly Notice[] =
    channel === undefined || incident.firstToldAtMs === undefined
      ? []
      : [noticeOf(incident.id, channel, incident, { kind: 'reply', text, broadcast: false }, input)];
  return { incident, decision, notices };
}
