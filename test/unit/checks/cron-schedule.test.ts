import { expect, test } from 'vitest';
import { nextRun, parseCron, runsBetween, zoneOffset } from '../../../src/checks/job/cron-schedule.ts';

function next(schedule: string, after: string, timeZone = ''): string | undefined {
  const parsed = parseCron(schedule);
  const offset = zoneOffset(timeZone);
  if (parsed === undefined || offset === undefined) return 'unknown';
  const atMs = nextRun(parsed, offset, Date.parse(after));
  return atMs === undefined ? undefined : new Date(atMs).toISOString().slice(0, 16);
}

test.each([
  ['0 * * * *', '2026-11-21T18:00:00Z', '2026-11-21T19:00'],
  ['0 * * * *', '2026-11-21T17:59:59Z', '2026-11-21T18:00'],
  ['*/15 * * * *', '2026-11-21T18:46:00Z', '2026-11-21T19:00'],
  ['30 1 * * *', '2026-11-21T01:30:00Z', '2026-11-22T01:30'],
  ['0 9-17/4 * * mon-fri', '2026-11-21T18:00:00Z', '2026-11-23T09:00'],
  ['0 0 1 JAN *', '2026-11-21T18:00:00Z', '2027-01-01T00:00'],
  ['0 0 29 2 *', '2026-11-21T18:00:00Z', '2028-02-29T00:00'],
  ['5/20 0 * * *', '2026-11-21T00:25:00Z', '2026-11-21T00:45'],
  ['@weekly', '2026-11-21T18:00:00Z', '2026-11-22T00:00'],
  // Without a star either day field may match, with one both must.
  ['0 0 13 * 5', '2026-11-21T18:00:00Z', '2026-11-27T00:00'],
  ['0 0 13 * *', '2026-11-21T18:00:00Z', '2026-12-13T00:00'],
  ['0 0 */2 * 1', '2026-11-21T18:00:00Z', '2026-11-23T00:00'],
])('%s after %s is %s', (schedule, after, expected) => {
  expect(next(schedule, after)).toBe(expected);
});

test.each([
  ['0 2 * * *', '2026-11-21T18:00:00Z', 'Asia/Kolkata', '2026-11-21T20:30'],
  ['0 2 * * *', '2026-11-21T18:00:00Z', 'America/New_York', '2026-11-22T07:00'],
  // The clock jumps from 02:00 to 03:00 on 29 March: 02:30 does not come that day.
  ['30 2 * * *', '2026-03-28T12:00:00Z', 'Europe/Berlin', '2026-03-30T00:30'],
  // 02:30 comes twice on 25 October: the first counts, and only once.
  ['30 2 * * *', '2026-10-24T12:00:00Z', 'Europe/Berlin', '2026-10-25T00:30'],
  ['30 2 * * *', '2026-10-25T00:30:00Z', 'Europe/Berlin', '2026-10-26T01:30'],
])('%s after %s in %s is %s', (schedule, after, timeZone, expected) => {
  expect(next(schedule, after, timeZone)).toBe(expected);
});

test('a day that never comes has no next run', () => {
  expect(next('0 0 30 2 *', '2026-11-21T18:00:00Z')).toBeUndefined();
});

test.each([
  '',
  '* * * *',
  '* * * * * *',
  '60 * * * *',
  '* * 0 * *',
  '* * * * 7',
  '5-1 * * * *',
  '*/0 * * * *',
  '@every 5m',
  'TZ=UTC 0 * * * *',
  'a * * * *',
])('"%s" is no schedule of five fields', (schedule) => {
  expect(parseCron(schedule)).toBeUndefined();
});

test('a zone that does not exist is unknown', () => {
  expect(zoneOffset('Mars/Olympus')).toBeUndefined();
});

test('runs are counted after the one moment, up to the other, up to a limit', () => {
  const hourly = parseCron('@hourly');
  const count = (limit: number) =>
    hourly && runsBetween(hourly, () => 0, Date.UTC(2026, 10, 21, 1), Date.UTC(2026, 10, 21, 5), limit);

  expect(count(100)).toBe(4);
  expect(count(2)).toBe(2);
});
