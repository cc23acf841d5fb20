import { expect, test } from 'vitest';
import { readLines, type LogLimits, type ReadLog } from '../../../src/container-logs/read-lines.ts';
import { logSource, type ContainerRun } from '../../../src/domain/container-run.ts';
import { MonitorError } from '../../../src/errors.ts';
import { createRedactor } from '../../../src/redact.ts';

const LIMITS: LogLimits = { maxRequests: 20, atOnce: 4, eachMs: 200, totalMs: 400 };
const redact = createRedactor(() => []);

const aRun = (pod: string, previous = true): ContainerRun => ({ namespace: 'shop', pod, container: 'app', previous });
const runs = (count: number): readonly ContainerRun[] => Array.from({ length: count }, (_, at) => aRun(`api-${at}`));

/** Reads, and remembers what was asked. */
async function read(wanted: readonly ContainerRun[], readLog: ReadLog, limits: Partial<LogLimits> = {}) {
  const asked: string[] = [];
  const startedAtMs = performance.now();
  const result = await readLines(wanted, {
    readLog: (run, signal) => {
      asked.push(logSource(run));
      return readLog(run, signal);
    },
    redact,
    limits: { ...LIMITS, ...limits },
  });
  return { ...result, asked, tookMs: performance.now() - startedAtMs };
}

const untilAborted: ReadLog = (_, signal) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

test('the decisive line of each log, by the run that was wanted', async () => {
  const { lines, notes, requests } = await read(runs(2), ({ pod }) => Promise.resolve(`starting\npanic: ${pod}\n`));

  expect([...lines.values()].map(({ line }) => line)).toEqual(['panic: api-0', 'panic: api-1']);
  expect([...lines.keys()][0]).toBe('k8s_logs shop/api-0 -c app --previous');
  expect([requests, notes]).toEqual([2, []]);
});

test('no more requests than a cycle may make, the first ones first', async () => {
  const { asked, notes } = await read(runs(25), () => Promise.resolve('panic: x\n'));

  expect(asked).toHaveLength(20);
  expect(asked).not.toContain(logSource(aRun('api-20')));
  expect(notes).toEqual(['5 more logs were not read: 20 requests are all that a cycle makes']);
});

test('an account that may not read logs asks once, and the note names the permission', async () => {
  const message =
    'get pods/log in namespace shop is forbidden: grant "get" on "pods/log" (apiGroup "") in a Role in shop';
  const { asked, notes, lines } = await read(runs(25), () =>
    Promise.reject(new MonitorError('CLUSTER_FORBIDDEN', message)),
  );

  expect(asked).toHaveLength(1);
  expect(lines.size).toBe(0);
  expect(notes).toEqual([expect.stringContaining('grant "get" on "pods/log"')]);
});

test('where the run before is gone, the present one answers, and the line says so', async () => {
  const { lines, requests } = await read([aRun('api')], ({ previous }) =>
    previous
      ? Promise.reject(new MonitorError('CLUSTER_REFUSED', 'the API server answered 400: previous not found'))
      : Promise.resolve('FATAL no disk\n'),
  );

  expect(lines.get(logSource(aRun('api')))).toEqual({ run: aRun('api', false), line: 'FATAL no disk' });
  expect(requests).toBe(2);
});

test.each([
  ['the pod is gone', new MonitorError('CLUSTER_NOT_FOUND', 'pods "api" not found'), 1],
  ['the kubelet does not answer', new MonitorError('CLUSTER_REFUSED', 'answered 502', { retryable: true }), 1],
  ['neither run has a log', new MonitorError('CLUSTER_REFUSED', 'answered 400: waiting to start'), 2],
  ['a bug of ours', new TypeError('x is not a function'), 1],
])('%s: a note, and nothing else', async (_, error, requests) => {
  const result = await read([aRun('api')], () => Promise.reject(error));

  expect(result).toMatchObject({ requests, lines: new Map() });
  expect(result.notes).toEqual([expect.stringContaining(error.message)]);
});

test.each([
  ['', 'it is empty'],
  ['\u0000\u0001\u0002\u0003\n', 'it holds no text'],
])('a log without words: %j', async (log, note) => {
  const { notes } = await read([aRun('api')], () => Promise.resolve(log));

  expect(notes).toEqual([`k8s_logs shop/api -c app --previous: ${note}`]);
});

test('one that hangs costs its own time, and the others are read', async () => {
  const { lines, notes, tookMs } = await read(runs(10), (run, signal) =>
    run.pod === 'api-3' ? untilAborted(run, signal) : Promise.resolve('panic: x\n'),
  );

  expect(lines.size).toBe(9);
  expect(notes).toEqual(['k8s_logs shop/api-3 -c app --previous: no answer within 0.2 s']);
  expect(tookMs).toBeLessThan(390);
});

test.each([
  ['heed their signal', untilAborted],
  ['do not', () => new Promise<string>(() => undefined)],
] as const)('when all hang and %s, it is over when the time is over', async (_, readLog) => {
  const { lines, notes, tookMs } = await read(runs(20), readLog);

  expect(lines.size).toBe(0);
  expect(notes.at(-1)).toMatch(/^\d+ more logs were not read: 0\.4 s were over$/);
  expect(tookMs).toBeLessThan(900);
});

test.each([
  ['on the line', 'FATAL: cannot log in with password=hunter2secret to db\n'],
  ['escaped in JSON', '{"level":"fatal","msg":"no login with \\u0070assword=hunter2secret"}\n'],
  [
    'among lines that only together are a key',
    'FATAL bad key -----BEGIN PRIVATE KEY-----\nhunter2secrethunter2secret\nERROR x',
  ],
])('a credential %s is masked', async (_, log) => {
  const { lines } = await read([aRun('api')], () => Promise.resolve(log));

  const [found] = [...lines.values()];
  expect(found?.line).toContain('[redacted]');
  expect(found?.line).not.toContain('hunter2');
});
