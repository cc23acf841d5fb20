import type { Notice } from '../../domain/notice.ts';
import { isLate } from '../card-words.ts';
import { clockText } from '../../domain/clock-text.ts';
import { slackTime } from './slack-time.ts';
import { section, type Block } from './blocks.ts';
import { cardBlocks, cardLine, cardPlainText, trimmedCardBlocks } from './card.ts';
import { evidenceBlocks, evidencePlainText } from './evidence.ts';
import { monitorBlocks, monitorLine, monitorPlainText } from './monitor-card.ts';
import { escapeLineWithin, escapeWithin } from './text.ts';

/** What a message says, ready for Slack. */
export interface SlackContent {
  /** Shown in push notifications, and in the channel where there are no blocks. */
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly metadata: {
    readonly event_type: string;
    readonly event_payload: { readonly delivery_id: string; readonly subject: string };
  };
}

/** From the full card down to one line without a word from the cluster, which cannot be refused for its content. */
export const RUNGS = ['full', 'trimmed', 'plain', 'static'] as const;
export type Rung = (typeof RUNGS)[number];

export const METADATA_EVENT_TYPE = 'k8s_monitor_notice';

/**
 * @param nowMs Unix milliseconds; a message more than five minutes after its decision says when it was decided
 * @param detached the reply's own message is gone, so it stands in the channel and must say what it is about
 */
export function renderNotice(notice: Notice, nowMs: number, rung: Rung = 'full', detached = false): SlackContent {
  return {
    ...renderContent(notice, nowMs, rung, detached),
    metadata: {
      event_type: METADATA_EVENT_TYPE,
      event_payload: { delivery_id: notice.id, subject: notice.subject },
    },
  };
}

function renderContent(
  notice: Notice,
  nowMs: number,
  rung: Rung,
  detached: boolean,
): { readonly text: string; readonly blocks: readonly Block[] } {
  const { content } = notice;
  if (rung === 'static') return { text: staticLine(notice), blocks: [] };
  const late = isLate(notice.decidedAtMs, nowMs);
  const decided = late
    ? `_Late: decided ${slackTime(notice.decidedAtMs, nowMs)}, delivered ${slackTime(nowMs, nowMs)}_`
    : undefined;
  const decidedPlain = late
    ? `Late: decided ${clockText(notice.decidedAtMs, nowMs)}, delivered ${clockText(nowMs, nowMs)}`
    : undefined;
  switch (content.kind) {
    case 'card':
      if (rung === 'plain') return { text: cardPlainText(content.card, nowMs, decidedPlain), blocks: [] };
      return {
        text: cardLine(content.card, nowMs),
        blocks:
          rung === 'full' ? cardBlocks(content.card, nowMs, decided) : trimmedCardBlocks(content.card, nowMs, decided),
      };
    case 'monitor':
      return {
        text: rung === 'full' ? monitorLine(content.card, nowMs) : monitorPlainText(content.card, nowMs),
        blocks: rung === 'full' ? monitorBlocks(content.card, nowMs, decided) : [],
      };
    case 'evidence':
      return {
        text:
          rung === 'full'
            ? `Evidence for ${escapeLineWithin(notice.subject, 60)}`
            : evidencePlainText(content.lines, notice.subject),
        blocks: rung === 'full' ? evidenceBlocks(content.lines, notice.subject) : [],
      };
    case 'reply': {
      const about = detached ? `${escapeLineWithin(notice.subject, 60)}: ` : '';
      const words = about + (escapeWithin(content.text, 2000) || '(no words)');
      const marked = decided === undefined ? words : `${words}\n${decided}`;
      const plain = decidedPlain === undefined ? words : `${words}\n${decidedPlain}`;
      return { text: plain, blocks: rung === 'full' ? [section(marked)] : [] };
    }
  }
}

/** Made of our own ids only. */
function staticLine({ severity, subject }: Notice): string {
  const id = subject.replace(/[^A-Za-z0-9:_./-]/g, '').slice(0, 80);
  const what = severity === 'monitor' ? 'The monitor has trouble' : `${severity} incident`;
  return `${what} ${id}: Slack refused its text. Read it with: k8s-monitor report ${id}`;
}
