import type { DeliveryOutcome } from './attempt.ts';

/** Slack has not answered since then. */
export interface Unreached {
  /** Of the first try that failed, Unix milliseconds. */
  readonly sinceMs: number;
  /** Notices in the outbox. */
  readonly waiting: number;
}

/** Whether Slack answers at all; a refusal is an answer too. */
export interface Reach {
  note(result: DeliveryOutcome['result']): void;
  isLost(): boolean;
  report(counts: { readonly pending: number; readonly sending: number; readonly parked: number }): void;
}

export function createReach(options: {
  readonly now: () => number;
  readonly onUnreached: (unreached: Unreached | undefined) => void;
}): Reach {
  let sinceMs: number | undefined;
  return {
    note(result) {
      if (result === 'DELIVERY_UNAVAILABLE' || result === 'DELIVERY_AMBIGUOUS') {
        sinceMs ??= options.now();
      } else if (sinceMs !== undefined && isAnswer(result)) {
        sinceMs = undefined;
        options.onUnreached(undefined);
      }
    },
    isLost: () => sinceMs !== undefined,
    report({ pending, sending, parked }) {
      if (sinceMs !== undefined) options.onUnreached({ sinceMs, waiting: pending + sending + parked });
    },
  };
}

/** A bug, a store that fails and what need not be said any more say nothing about Slack. */
function isAnswer(result: DeliveryOutcome['result']): boolean {
  return result.startsWith('DELIVERY_') || ['posted', 'edited', 'replied', 'found'].includes(result);
}
