/** Something that only a person can mend, and what waits for it. */
export interface DeliveryProblem {
  /** The whole token, or this channel. */
  readonly scope: 'token' | 'channel';
  readonly channel: string | undefined;
  /** One sentence with the field and the remedy. */
  readonly message: string;
  readonly sinceMs: number;
}

interface Standstill extends DeliveryProblem {
  /** The next message may try it then. */
  readonly probeAtMs: number;
  readonly tokenVersion: number;
}

/** One probe in five minutes; hammering a closed door gets an app switched off. */
export const PROBE_INTERVAL_MS = 5 * 60_000;
/** A silence asked for that is longer than this is shown as a problem. */
const LONG_SILENCE_MS = 15 * 60_000;

/** Keeps what must not be tried now: closed doors until they are probed, and channels that asked for silence. */
export interface Standstills {
  /** When a message to this channel may go; `nowMs` or earlier means at once. */
  freeAtMs(channel: string): number;
  /** The message about to go is the probe of whatever was closed: the next one waits again. */
  beginProbe(channel: string): void;
  close(scope: 'token' | 'channel', channel: string, message: string): void;
  silence(channel: string, untilMs: number): void;
  /** A message went through. */
  open(channel: string): void;
  problems(): readonly DeliveryProblem[];
}

/**
 * @param options.tokenVersion changes with the token; a new one opens every door that the old one found closed
 * @param options.onChange hears the problems whenever they change
 */
export function createStandstills(options: {
  readonly now: () => number;
  readonly tokenVersion: () => number;
  readonly onChange: (problems: readonly DeliveryProblem[]) => void;
}): Standstills {
  const { now, tokenVersion, onChange } = options;
  const closed = new Map<string, Standstill>();
  const silentUntilMs = new Map<string, number>();
  // No channel's name is empty.
  const keyOf = (scope: 'token' | 'channel', channel: string): string => (scope === 'token' ? '' : channel);

  const problems = (): readonly DeliveryProblem[] => [
    ...[...closed.values()].map(({ scope, channel, message, sinceMs }) => ({ scope, channel, message, sinceMs })),
    ...[...silentUntilMs]
      .filter(([, untilMs]) => untilMs - now() > LONG_SILENCE_MS)
      .map(([channel, untilMs]) => ({
        scope: 'channel' as const,
        channel,
        message: `Slack asks for silence in "${channel}" for another ${Math.ceil((untilMs - now()) / 60_000)} minutes`,
        sinceMs: now(),
      })),
  ];

  function remove(keys: readonly string[]): void {
    const removed = keys.filter((key) => closed.delete(key));
    if (removed.length > 0) onChange(problems());
  }

  /** Doors found closed with an older token are open until proven otherwise. */
  function dropOutdated(): void {
    if (closed.size === 0) return;
    const version = tokenVersion();
    remove([...closed].filter(([, each]) => each.tokenVersion !== version).map(([key]) => key));
  }

  const doors = (channel: string): readonly Standstill[] =>
    ['', channel].flatMap((key) => {
      const door = closed.get(key);
      return door === undefined ? [] : [door];
    });

  return {
    freeAtMs(channel) {
      dropOutdated();
      return Math.max(silentUntilMs.get(channel) ?? 0, ...doors(channel).map(({ probeAtMs }) => probeAtMs));
    },
    beginProbe(channel) {
      for (const door of doors(channel)) {
        closed.set(keyOf(door.scope, channel), { ...door, probeAtMs: now() + PROBE_INTERVAL_MS });
      }
    },
    close(scope, channel, message) {
      const key = keyOf(scope, channel);
      const before = closed.get(key);
      closed.set(key, {
        scope,
        channel: scope === 'token' ? undefined : channel,
        message,
        sinceMs: before?.sinceMs ?? now(),
        probeAtMs: now() + PROBE_INTERVAL_MS,
        tokenVersion: tokenVersion(),
      });
      if (before?.message !== message) onChange(problems());
    },
    silence(channel, untilMs) {
      silentUntilMs.set(channel, Math.max(silentUntilMs.get(channel) ?? 0, untilMs));
      if (untilMs - now() > LONG_SILENCE_MS) onChange(problems());
    },
    open(channel) {
      silentUntilMs.delete(channel);
      remove(['', channel]);
    },
    problems,
  };
}
