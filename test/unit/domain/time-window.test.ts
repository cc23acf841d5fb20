import { expect, test } from 'vitest';
import { isOpen, nextClosing, nextOpening, type TimeWindow } from '../../../src/domain/time-window.ts';

const SUNDAY_BACKUP: TimeWindow = { days: [0], startMinute: 120, endMinute: 180, zone: 'Europe/Berlin' };
const OVERNIGHT: TimeWindow = { days: [6], startMinute: 1380, endMinute: 60, zone: 'UTC' };
const at = (iso: string): number => Date.parse(iso);

test.each([
  ['its first minute', SUNDAY_BACKUP, '2026-11-22T01:00:00Z', true],
  ['the minute before', SUNDAY_BACKUP, '2026-11-22T00:59:59Z', false],
  ['its end is outside', SUNDAY_BACKUP, '2026-11-22T02:00:00Z', false],
  ['in summer the zone has moved', SUNDAY_BACKUP, '2026-07-05T00:30:00Z', true],
  ['another weekday', SUNDAY_BACKUP, '2026-11-23T01:30:00Z', false],
  ['before midnight', OVERNIGHT, '2026-11-21T23:30:00Z', true],
  ['after midnight, which belongs to the day it began on', OVERNIGHT, '2026-11-22T00:30:00Z', true],
  ['the same hour of another night', OVERNIGHT, '2026-11-23T00:30:00Z', false],
])('%s', (_name, window, iso, open) => {
  expect(isOpen(window, at(iso))).toBe(open);
});

test('it opens and closes at its edges', () => {
  expect(nextOpening(SUNDAY_BACKUP, at('2026-11-21T12:00:30Z'))).toBe(at('2026-11-22T01:00:00Z'));
  expect(nextClosing(SUNDAY_BACKUP, at('2026-11-22T01:10:30Z'))).toBe(at('2026-11-22T02:00:00Z'));
  expect(nextClosing(OVERNIGHT, at('2026-11-21T23:30:00Z'))).toBe(at('2026-11-22T01:00:00Z'));
});

test('a window without days never opens, one of the whole week never closes', () => {
  expect(nextOpening({ ...OVERNIGHT, days: [] }, at('2026-11-21T12:00:00Z'))).toBeUndefined();
  expect(
    nextClosing(
      { days: [0, 1, 2, 3, 4, 5, 6], startMinute: 0, endMinute: 1440, zone: 'UTC' },
      at('2026-11-21T12:00:00Z'),
    ),
  ).toBeUndefined();
});
