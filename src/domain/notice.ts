import type { Card, MonitorCard } from './card.ts';
import type { Severity } from './severity.ts';

/** What a message shall become. All three are idempotent for a given id, so that a crash repeats and never loses. */
export type NoticeContent =
  /** The incident's one message shows this card: posted when it has none yet, else edited in place. */
  | { readonly kind: 'card'; readonly card: Card }
  /** The first reply in its thread shows the evidence: posted once, edited later. Plain lines, no markup. */
  | { readonly kind: 'evidence'; readonly lines: readonly string[] }
  /** A new reply, such as `SEV-3 → SEV-1: …`; `broadcast` shows it in the channel too. */
  | { readonly kind: 'reply'; readonly text: string; readonly broadcast: boolean }
  | { readonly kind: 'monitor'; readonly card: MonitorCard };

/** One thing to tell: one outbox row, committed together with the decision behind it. */
export interface Notice {
  /** Delivery id, unique; it travels in the message's metadata. */
  readonly id: string;
  /** The incident's id, or `monitor:KEY`. Notices of one subject are delivered in order. */
  readonly subject: string;
  readonly channel: string;
  readonly severity: Severity | 'monitor';
  readonly content: NoticeContent;
  readonly decidedAtMs: number;
  /** Business hours, backoff: not before. */
  readonly notBeforeMs: number;
}
