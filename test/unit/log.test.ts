import { expect, test } from 'vitest';
import { MonitorError } from '../../src/errors.ts';
import { createLogger } from '../../src/log.ts';
import { createRedactor } from '../../src/redact.ts';
import { Secret } from '../../src/secret.ts';

function aLog(level: 'debug' | 'info' = 'info') {
  const lines: string[] = [];
  const log = createLogger({
    level,
    sink: { write: (line) => void lines.push(line) },
    redact: createRedactor(() => [new Secret('canary-token')]),
    now: () => Date.UTC(2026, 10, 21),
  });
  return { log, lines };
}

test('a line is JSON with time, level, constant message and the fields of its parents', () => {
  const { log, lines } = aLog();

  log.child({ cycle: 'c1' }).warn('kind could not be read', { kind: 'Pod' });

  expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
    { level: 'warn', time: '2026-11-21T00:00:00.000Z', cycle: 'c1', kind: 'Pod', msg: 'kind could not be read' },
  ]);
});

test('an error shows code and causes, but not what hangs on it, and no secret whatever its shape', () => {
  const { log, lines } = aLog();
  const cause = Object.assign(new Error('401 for canary-token'), { headers: { authorization: 'x' } });

  log.error('call failed', {
    err: new MonitorError('MODEL_REJECTED', 'refused', { cause }),
    deep: { list: ['canary-token'] },
  });

  expect(lines.join()).toContain('"code":"MODEL_REJECTED"');
  expect(lines.join()).toContain('401 for [redacted]');
  expect(lines.join()).not.toMatch(/canary-token|headers/);
});

test('a bug shows its stack, a failure that was planned for does not', () => {
  const { log, lines } = aLog();

  log.error('a bug', { err: new Error('boom', { cause: new MonitorError('CLUSTER_REFUSED', 'no') }) });
  log.warn('expected', { err: new MonitorError('DELIVERY_UNAVAILABLE', 'away', { cause: new Error('ECONNREFUSED') }) });

  expect(lines.map((line) => line.includes('"stack"'))).toEqual([true, false]);
});

test('a changed level is in force at the next line, in children too', () => {
  const { log, lines } = aLog();
  const child = log.child({ room: 'x' });

  child.debug('unseen');
  log.setLevel('debug');
  child.debug('seen');
  log.setLevel('info');
  child.debug('unseen again');

  expect(lines).toHaveLength(1);
});
