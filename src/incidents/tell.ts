import { clockText } from '../domain/clock-text.ts';
import type { Card } from '../domain/card.ts';
import type { AssessedFinding } from '../domain/finding.ts';
import type { DecisionReason, Incident, TellReason } from '../domain/incident.ts';
import { compareSeverity, IMPACTS, type Impact } from '../domain/severity.ts';
import { nextOpening, type TimeWindow } from '../domain/time-window.ts';
import { worstFirst } from './card.ts';
import type { Judgement, Withheld } from './judge.ts';
import { ownFindings, recentReopenings, type Lived } from './life.ts';

/** From so many reopenings within an hour on, coming back is no news. */
const FLAPS_TO_DAMP = 3;
/** What people heard counts as eased only after this long, so that a severity that swings is told once. */
export const EASED_AFTER_MS = 3_600_000;
/** Reasons that follow from another one: moving to them is no new cause. */
const CONSEQUENCES: ReadonlySet<string> = new Set(['ReplicasShort', 'RolloutStuck', 'NoEndpoints']);

/** Whether and why people hear of an incident now. */
export interface Telling {
  readonly told: boolean;
  readonly reason: DecisionReason;
  readonly detail: string;
  /** What the card would show. */
  readonly state: Card['state'];
  /** Whether the card may change in this pass, where there is one. */
  readonly edit: boolean;
  /** A reply that the channel sees too. */
  readonly broadcast: boolean;
  readonly owed: TellReason | undefined;
  readonly withheld: Withheld | undefined;
  readonly recheckAtMs: number | undefined;
}

interface TellContext {
  readonly nowMs: number;
  readonly businessHours: TimeWindow;
}

/** The policy: the order of these questions is the order of their weight. The incident carries its judged severity already. */
export function tellingOf(lived: Lived, judgement: Judgement, context: TellContext): Telling {
  const { after, event, detail } = lived;
  const wasTold = after.firstToldAtMs !== undefined;
  const owedBefore = after.telling?.owed;
  const silent = (reason: DecisionReason, why: string, more: Partial<Telling> = {}): Telling => ({
    told: false,
    reason,
    detail: why,
    state: 'open',
    edit: true,
    broadcast: false,
    owed: owedBefore,
    withheld: undefined,
    recheckAtMs: undefined,
    ...more,
  });

  if (event === 'resolved') return endingOf(lived, judgement, context.nowMs, silent);
  if (after.partOf !== undefined) {
    return silent('grouped', `part of ${after.partOf}`, { state: 'part-of', owed: undefined });
  }

  const news = newsOf(lived, judgement);
  const owed = wasTold ? (news?.reason ?? owedBefore) : undefined;
  const { withheld } = judgement;
  if (withheld !== undefined) {
    return silent(withheld.reason, withheld.detail, {
      state: 'silenced',
      // A card that says "resolved" keeps saying so until people must hear that it is back.
      edit: after.telling?.shownState !== 'resolved',
      owed,
      withheld,
      recheckAtMs: withheld.untilMs,
    });
  }
  // Something that the last full read did not see is not announced as being there.
  if (after.absentSinceMs !== undefined) return silent('ongoing', detail);

  const tell =
    news ?? (owedBefore === undefined || !wasTold ? undefined : { reason: owedBefore, why: `owed: ${detail}` });
  if (tell === undefined) return silent('ongoing', detail);
  if (after.severity === 'SEV-4') {
    return silent('below-threshold', 'SEV-4 goes to the digest only', { owed: undefined });
  }
  if (after.severity === 'SEV-3') {
    const opensAtMs = nextOpening(context.businessHours, context.nowMs);
    if (opensAtMs !== context.nowMs) {
      const when =
        opensAtMs === undefined ? 'and there are none' : `which begin ${clockText(opensAtMs, context.nowMs)}`;
      const why = `SEV-3 waits for business hours, ${when}`;
      const waits: Withheld = { reason: 'outside-hours', detail: why, untilMs: opensAtMs };
      return silent('outside-hours', why, { owed, withheld: waits, recheckAtMs: opensAtMs });
    }
  }
  const flaps = recentReopenings(after, context.nowMs).length;
  if (wasTold && flaps >= FLAPS_TO_DAMP && tell.reason !== 'worse' && tell.reason !== 'first-seen') {
    return silent('flapping', `came back ${flaps} times in an hour: its card is edited, nobody is called`, {
      owed: undefined,
    });
  }
  return {
    ...silent(tell.reason, tell.why),
    told: true,
    owed: undefined,
    // The first message is loud by itself; a changed cause is for those who follow the thread.
    broadcast: wasTold && tell.reason !== 'cause-changed',
  };
}

function endingOf(
  { after, detail }: Lived,
  judgement: Judgement,
  nowMs: number,
  silent: (reason: DecisionReason, why: string, more?: Partial<Telling>) => Telling,
): Telling {
  const over = { state: 'resolved', owed: undefined } as const;
  const shown = after.telling?.shownState;
  if (after.firstToldAtMs === undefined || shown === 'resolved') {
    const reason = judgement.withheld?.reason ?? after.telling?.withheld?.reason;
    return silent(
      reason ?? (after.severity === 'SEV-4' ? 'below-threshold' : 'ongoing'),
      `${detail}; nobody had been told`,
      { ...over, edit: false },
    );
  }
  if (after.partOf !== undefined) return silent('grouped', detail, over);
  const flaps = recentReopenings(after, nowMs).length;
  if (flaps >= FLAPS_TO_DAMP) return silent('flapping', `${detail}; came back ${flaps} times in an hour`, over);
  return { ...silent('resolved', detail, over), told: true };
}

/** What is new for people, whatever the hour. */
function newsOf(
  { before, after, event, detail }: Lived,
  judgement: Judgement,
): { readonly reason: TellReason; readonly why: string } | undefined {
  if (after.firstToldAtMs === undefined) return { reason: 'first-seen', why: detail };
  if (event === 'left-alone') return { reason: 'first-seen', why: detail };
  if (event === 'reopened') return { reason: 'reopened', why: detail };
  const told = after.toldSeverity;
  if (told !== undefined && compareSeverity(judgement.severity, told) < 0) {
    return { reason: 'worse', why: `${told} → ${judgement.severity}` };
  }
  const toldImpact = after.telling?.toldImpact;
  const impact = impactOf(after);
  if (toldImpact !== undefined && IMPACTS.indexOf(impact) < IMPACTS.indexOf(toldImpact)) {
    return { reason: 'worse', why: `impact ${toldImpact} → ${impact}` };
  }
  const [leading] = worstFirst(ownFindings(after));
  if (before !== undefined && leading !== undefined && isNewCause(leading, after)) {
    const [was] = worstFirst(ownFindings(before));
    return { reason: 'cause-changed', why: `${was?.reason ?? 'another cause'} → ${leading.reason}` };
  }
  return undefined;
}

function isNewCause(leading: AssessedFinding, incident: Incident): boolean {
  const told = incident.telling?.toldReasons ?? [];
  return told.length > 0 && !told.includes(leading.reason) && !CONSEQUENCES.has(leading.reason);
}

/** The worst that is really lost. */
export function impactOf(incident: Incident): Impact {
  return (
    ownFindings(incident)
      .map(({ impact }) => impact)
      .toSorted((a, b) => IMPACTS.indexOf(a) - IMPACTS.indexOf(b))[0] ?? 'info'
  );
}
