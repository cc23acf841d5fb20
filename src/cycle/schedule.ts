import type { Logger } from '../log.ts';
import type { Ask, Coordinator } from './coordinator.ts';
import { startCron } from './cron.ts';

export interface ScheduleSettings {
  readonly agents: string;
  readonly patrol: string;
  readonly zone: string;
}

export interface Schedule extends Disposable {
  /** Moves the ticks when the settings have moved; otherwise does nothing. */
  readonly follow: (settings: ScheduleSettings) => void;
  /** Unix milliseconds. A process in which no cycle was attempted by then is wedged. */
  readonly thirdPatrolAtMs: () => number;
}

/** A scheduled cycle that ended this recently before a restart is not repeated. */
const RECENT_MS = 10 * 60_000;

/**
 * The clock's part in starting cycles: cron for `scheduled` and `patrol`, the first scheduled cycle at once after a start,
 * and one catch-up for ticks that were slept through.
 *
 * @param lastScheduledEndedAtMs when a scheduled cycle last ended, from the store; `undefined` when none ever did
 */
export function startSchedule(options: {
  readonly settings: ScheduleSettings;
  /** `undefined`: this ask is left out. */
  readonly trigger: (ask: Ask) => ReturnType<Coordinator['trigger']> | undefined;
  readonly lastScheduledEndedAtMs: number | undefined;
  readonly now: () => number;
  readonly log: Logger;
  /** How ticks come about; real cron by default. */
  readonly startCron?: typeof startCron;
}): Schedule {
  const { log } = options;
  const cron = options.startCron ?? startCron;
  const ask = (what: Ask): void => void options.trigger(what)?.catch(() => undefined); // the coordinator has logged it
  const scheduled: Ask = { trigger: 'scheduled', withAgents: true };
  const patrol: Ask = { trigger: 'patrol', withAgents: false };

  let thirdPatrolAtMs = (): number => Number.POSITIVE_INFINITY;
  const begin = ({ agents, patrol: patrolExpression, zone }: ScheduleSettings): DisposableStack => {
    const tasks = new DisposableStack();
    for (const [expression, what] of [
      [agents, scheduled],
      [patrolExpression, patrol],
    ] as const) {
      const missed = (): void => {
        log.warn('missed a tick, catching up once', { trigger: what.trigger });
        ask(what);
      };
      const task = tasks.use(cron({ expression, zone, tick: () => ask(what), missed, log }));
      if (what.trigger === 'patrol') thirdPatrolAtMs = () => task.nextRunsAtMs(3).at(-1) ?? Number.POSITIVE_INFINITY;
    }
    return tasks;
  };

  let current = options.settings;
  let tasks = begin(current);
  const last = options.lastScheduledEndedAtMs;
  const recent = last !== undefined && options.now() - last < RECENT_MS;
  ask(recent ? patrol : scheduled);

  return {
    follow: (settings) => {
      if (JSON.stringify(settings) === JSON.stringify(current)) return;
      log.info('schedule moved', { ...settings });
      tasks.dispose();
      current = settings;
      tasks = begin(settings);
    },
    thirdPatrolAtMs: () => thirdPatrolAtMs(),
    [Symbol.dispose]: () => tasks.dispose(),
  };
}
