import { expect, test } from 'vitest';
import { cronProblem } from '../../../src/cycle/cron.ts';
import { startSchedule } from '../../../src/cycle/schedule.ts';
import { silentLog } from '../../../src/log.ts';

const NOW_MS = Date.UTC(2026, 10, 21, 12);
const SETTINGS = { agents: '0 * * * *', patrol: '*/5 * * * *', zone: 'UTC' };

/** A schedule whose ticks are handed in; the triggers it fires are listed. */
function aSchedule(lastScheduledEndedAtMs: number | undefined) {
  const asked: string[] = [];
  const crons: { expression: string; tick: () => void; missed: () => void; stopped: boolean }[] = [];
  const schedule = startSchedule({
    settings: SETTINGS,
    trigger: ({ trigger, withAgents }) => {
      asked.push(`${trigger}${withAgents ? ' with agents' : ''}`);
      return Promise.reject(new Error('not run here'));
    },
    lastScheduledEndedAtMs,
    now: () => NOW_MS,
    log: silentLog,
    startCron: ({ expression, tick, missed }) => {
      const cron = { expression, tick, missed, stopped: false };
      crons.push(cron);
      return {
        nextRunsAtMs: (count) => Array.from({ length: count }, (_, index) => NOW_MS + (index + 1) * 300_000),
        [Symbol.dispose]: () => void (cron.stopped = true),
      };
    },
  });
  return { schedule, asked, crons };
}

test.each([
  { last: undefined, first: 'scheduled with agents' },
  { last: NOW_MS - 11 * 60_000, first: 'scheduled with agents' },
  { last: NOW_MS - 9 * 60_000, first: 'patrol' },
])('after a start, with the last scheduled cycle ended at $last, the first is a $first', ({ last, first }) => {
  expect(aSchedule(last).asked).toEqual([first]);
});

test('a tick that was slept through is caught up once', () => {
  const { asked, crons } = aSchedule(undefined);

  crons.find((cron) => cron.expression === SETTINGS.agents)?.missed();

  expect(asked).toEqual(['scheduled with agents', 'scheduled with agents']);
});

test('moved settings stop the old ticks and start the new ones; equal settings change nothing', () => {
  const { schedule, crons } = aSchedule(undefined);

  schedule.follow({ ...SETTINGS });
  expect(crons).toHaveLength(2);

  schedule.follow({ ...SETTINGS, patrol: '* * * * *' });
  expect(crons.map((cron) => cron.stopped)).toEqual([true, true, false, false]);
  schedule[Symbol.dispose]();
  expect(crons.every((cron) => cron.stopped)).toBe(true);
});

test('a process is wedged when the third patrol from now has passed without a cycle', () => {
  expect(aSchedule(undefined).schedule.thirdPatrolAtMs()).toBe(NOW_MS + 900_000);
});

test.each([
  ['61 * * * *', 'is no cron expression'],
  ['never', 'is no cron expression'],
  ['0 9 1 * MON', 'sets both day of month and day of week'],
])('%s: %s', (expression, problem) => {
  expect(cronProblem(expression)).toContain(problem);
});

test.each(['0 * * * *', '@hourly'])('%s is a cron expression', (expression) => {
  expect(cronProblem(expression)).toBeUndefined();
});
