import { expect, test } from 'vitest';
import { MonitorError } from '../../../src/errors.ts';
import { silentLog } from '../../../src/log.ts';
import { createProcessHealth } from '../../../src/wiring/process-health.ts';

const FULL = new MonitorError('STORE_UNUSABLE', 'the disk is full');

function aProcess(nowMs: () => number = () => 0) {
  const lines: string[] = [];
  const log = {
    ...silentLog,
    info: (line: string) => void lines.push(line),
    error: (line: string) => void lines.push(line),
  };
  return { lines, ...createProcessHealth({ now: nowMs, log }) };
}

test('a process is well until the moment by which a cycle must have begun has passed', () => {
  let nowMs = 0;
  const { health, noteAttempt } = aProcess(() => nowMs);
  expect(health().ok).toBe(true);

  noteAttempt(1_000);
  nowMs = 1_000;
  expect(health().ok).toBe(true);
  nowMs = 1_001;
  expect(health()).toEqual({ ok: false, reasons: [expect.stringContaining('no cycle was attempted')] });
  noteAttempt(2_000);
  expect(health().ok).toBe(true);
});

test('a store that takes nothing takes the process out of service, and is logged when it begins and ends', () => {
  const { ready, noteStore, lines } = aProcess();
  noteStore(FULL);
  noteStore(FULL);
  expect(ready()).toEqual({ ok: false, reasons: ['the store takes nothing: the disk is full'] });

  noteStore(undefined);
  noteStore(undefined);
  expect(ready()).toEqual({ ok: true, reasons: [] });
  expect(lines).toEqual(['the store takes nothing, telling from memory', 'the store works again']);
});

test('trouble with Slack is shown and leaves the process in service', () => {
  const { ready, noteDelivery } = aProcess();
  noteDelivery([{ scope: 'token', channel: undefined, message: 'the token was refused', sinceMs: 0 }]);

  expect(ready()).toEqual({ ok: true, reasons: ['slack: the token was refused'] });
});

test('a Slack that cannot be reached is named after a minute, with what waits, until it answers', () => {
  const sinceMs = Date.UTC(2026, 10, 21, 12, 41);
  let nowMs = sinceMs + 60_000;
  const { ready, noteUnreached } = aProcess(() => nowMs);
  noteUnreached({ sinceMs, waiting: 3 });
  expect(ready()).toEqual({ ok: true, reasons: [] });

  nowMs += 1;
  expect(ready()).toEqual({
    ok: true,
    reasons: ['slack could not be reached since 12:41 UTC, 3 notices wait'],
  });
  noteUnreached({ sinceMs, waiting: 1 });
  expect(ready().reasons).toEqual([expect.stringMatching(/, 1 notice waits$/)]);
  noteUnreached(undefined);
  expect(ready().reasons).toEqual([]);
});
