import { clockText } from '../domain/clock-text.ts';
import type { Card } from '../domain/card.ts';
import type { Decision, Incident, TellingMemory } from '../domain/incident.ts';
import type { Notice, NoticeContent } from '../domain/notice.ts';
import { compareSeverity, IMPACTS } from '../domain/severity.ts';
import { cardOf, evidenceLines, shortName, withoutEvidenceId, worstFirst } from './card.ts';
import { gapsOf } from './coverage.ts';
import { digestOf } from './identity.ts';
import type { DecisionInput } from './input.ts';
import type { Judgement, Withheld } from './judge.ts';
import { ownFindings, type Lived } from './life.ts';
import { EASED_AFTER_MS, impactOf, type Telling } from './tell.ts';

export interface Recorded {
  readonly incident: Incident;
  readonly decision: Decision;
  readonly notices: readonly Notice[];
}

/** Reasons that people should read first when a message comes late; waiting 90 s for a verdict is not late. */
const WORTH_A_LEAD: ReadonlySet<string> = new Set(['known-issue', 'within-tolerance', 'quoted-rule', 'outside-hours']);

/** Turns a decision into the incident to store, its row and what is to be sent: together, so that none of them can disagree. */
export function record(lived: Lived, judgement: Judgement, telling: Telling, input: DecisionInput): Recorded {
  const { nowMs } = input;
  const speaks = telling.told || lived.after.firstToldAtMs !== undefined;
  const remembered = remember(lived.after, telling, nowMs);
  const channel = remembered.channel ?? input.channelFor(remembered.severity, remembered, judgement.channel);
  const withChannel: Incident = speaks ? { ...remembered, channel } : remembered;

  const contents = speaks ? contentsOf(withChannel, judgement, telling, input) : [];
  const shown = contents.reduce(rememberShown(nowMs), withChannel);
  return {
    incident: shown,
    decision: { ...decisionOf(shown, telling, input), ...addressOf(shown, channel, judgement, telling, input) },
    notices: contents.map((content) => noticeOf(shown.id, channel, shown, content, input)),
  };
}

export function noticeOf(
  subject: string,
  channel: string,
  incident: Incident,
  content: NoticeContent,
  { nowMs, nextNoticeId }: Pick<DecisionInput, 'nowMs' | 'nextNoticeId'>,
): Notice {
  return {
    id: nextNoticeId(),
    subject,
    channel,
    severity: incident.severity,
    content,
    decidedAtMs: nowMs,
    notBeforeMs: nowMs,
  };
}

/** The decision's row. With notifications switched off the message waits in the outbox, and the row says so. */
function decisionOf(incident: Incident, telling: Telling, input: DecisionInput): Decision {
  const off = telling.told && !input.flags.notifications;
  return {
    incidentId: incident.id,
    cycleId: input.cycleId,
    atMs: input.nowMs,
    pass: input.pass,
    told: telling.told && !off,
    reason: off ? 'switched-off' : telling.reason,
    detail: off ? `${telling.reason} (${telling.detail}) waits until notifications are switched on` : telling.detail,
    severity: incident.severity,
    revision: input.revision,
  };
}

/** What the card says besides: to whom and where, and what became of verdicts. */
function addressOf(
  incident: Incident,
  channel: string,
  { notes }: Judgement,
  { withheld }: Telling,
  input: DecisionInput,
): Pick<Decision, 'channel' | 'contacts' | 'notes' | 'untilMs'> {
  return {
    channel,
    contacts: input.contactsFor(incident.severity, incident),
    ...(notes.length > 0 && { notes }),
    ...(withheld?.untilMs !== undefined && { untilMs: withheld.untilMs }),
  };
}

function remember(incident: Incident, telling: Telling, nowMs: number): Incident {
  const { owed: _, ...memory } = incident.telling ?? {};
  const next: TellingMemory = {
    ...memory,
    ...(telling.owed !== undefined && { owed: telling.owed }),
    ...lateness(incident, telling.withheld, telling.owed !== undefined, nowMs),
  };
  const kept: Incident = { ...incident, recheckAtMs: telling.recheckAtMs, telling: next };
  if (telling.told && telling.reason !== 'resolved') {
    const { easedSinceMs: __, ...rest } = next;
    const reasons = ownFindings(incident).map(({ reason }) => reason);
    return {
      ...kept,
      firstToldAtMs: incident.firstToldAtMs ?? nowMs,
      toldSeverity: incident.severity,
      telling: {
        ...rest,
        toldImpact: impactOf(incident),
        toldReasons: [...new Set([...(memory.toldReasons ?? []), ...reasons])],
      },
    };
  }
  return incident.state === 'open' ? easing(kept, nowMs) : kept;
}

/** Remembers since when, and why, people were not told; only for what they have yet to hear. */
function lateness(
  incident: Incident,
  withheld: Withheld | undefined,
  owed: boolean,
  nowMs: number,
): Pick<TellingMemory, 'withheld'> {
  if (withheld === undefined || !WORTH_A_LEAD.has(withheld.reason)) return {};
  if (incident.firstToldAtMs !== undefined && !owed) return {};
  const { reason, detail } = withheld;
  return { withheld: { reason, detail, sinceMs: incident.telling?.withheld?.sinceMs ?? nowMs } };
}

/** What people heard is lowered only after an hour of being better, so that a swing is not "worse" again and again. */
function easing(incident: Incident, nowMs: number): Incident {
  const { toldSeverity, telling } = incident;
  if (toldSeverity === undefined || telling?.toldImpact === undefined) return incident;
  const impact = impactOf(incident);
  const better =
    compareSeverity(incident.severity, toldSeverity) > 0 ||
    IMPACTS.indexOf(impact) > IMPACTS.indexOf(telling.toldImpact);
  const { easedSinceMs, ...rest } = telling;
  if (!better) return { ...incident, telling: rest };
  if (nowMs - (easedSinceMs ?? nowMs) < EASED_AFTER_MS) {
    return { ...incident, telling: { ...rest, easedSinceMs: easedSinceMs ?? nowMs } };
  }
  return { ...incident, toldSeverity: incident.severity, telling: { ...rest, toldImpact: impact } };
}

/** What must be sent: only what differs from what stands there. */
function contentsOf(
  incident: Incident,
  judgement: Judgement,
  telling: Telling,
  input: DecisionInput,
): readonly NoticeContent[] {
  const memory = incident.telling;
  const contents: NoticeContent[] = [];
  if (telling.edit) {
    const card = cardOf(incident, {
      clusterName: input.clusterName,
      cycleId: input.cycleId,
      revision: input.revision,
      nowMs: input.nowMs,
      state: telling.state,
      lead: leadOf(incident, telling, input.nowMs),
      notes: judgement.notes,
      notChecked: gapsOf(incident, input.outcomes),
      contacts: input.contactsFor(incident.severity, incident),
    });
    if (cardDigest(card, incident, input.nowMs) !== memory?.shownCard) contents.push({ kind: 'card', card });
    const lines = evidenceLines(incident);
    if (telling.state === 'open' && lines.length > 0 && evidenceDigest(lines) !== memory?.shownEvidence) {
      contents.push({ kind: 'evidence', lines });
    }
  }
  if (telling.told && (telling.broadcast || telling.reason === 'cause-changed')) {
    contents.push({ kind: 'reply', text: replyOf(incident, telling), broadcast: telling.broadcast });
  }
  return contents;
}

function rememberShown(nowMs: number): (incident: Incident, content: NoticeContent) => Incident {
  return (incident, content) => {
    if (content.kind === 'card') {
      const shownCard = cardDigest(content.card, incident, nowMs);
      return { ...incident, telling: { ...incident.telling, shownCard, shownState: content.card.state } };
    }
    if (content.kind === 'evidence') {
      return { ...incident, telling: { ...incident.telling, shownEvidence: evidenceDigest(content.lines) } };
    }
    return incident;
  };
}

/** What makes a card worth an edit. The count of cycles alone is: at the second sighting, then once an hour. */
function cardDigest(card: Card, incident: Incident, nowMs: number): string {
  const { cyclesSeen, footer, ...rest } = card;
  const { cycleId: _, revision: __, ...cost } = footer;
  const hours = Math.floor((nowMs - incident.openedAtMs) / 3_600_000);
  return digestOf({ ...rest, cost, age: card.state === 'open' ? [Math.min(cyclesSeen, 2), hours] : [] });
}

function evidenceDigest(lines: readonly string[]): string {
  return digestOf(lines.map(withoutEvidenceId));
}

function leadOf(incident: Incident, telling: Telling, nowMs: number): string | undefined {
  const { withheld } = incident.telling ?? {};
  switch (telling.state) {
    case 'part-of':
      return `Part of ${incident.partOf ?? 'another incident'}.`;
    case 'silenced':
      return `Silenced: ${telling.detail}.`;
    case 'resolved':
      return undefined;
    case 'open':
      return withheld === undefined
        ? undefined
        : `Told late: ${withheld.detail}; withheld since ${clockText(withheld.sinceMs, nowMs)}.`;
  }
}

function replyOf(incident: Incident, telling: Telling): string {
  const [leading] = worstFirst(ownFindings(incident));
  const what = `${shortName(incident)}: ${leading?.title ?? incident.family}`;
  const before: Partial<Record<typeof telling.reason, string>> = {
    worse: telling.detail,
    reopened: `${incident.severity}, back again (${telling.detail})`,
    'cause-changed': `New leading cause, ${telling.detail}`,
  };
  return `${before[telling.reason] ?? `${incident.severity}, ${telling.detail}`}: ${what}`;
}
