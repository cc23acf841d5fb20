import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { loadClusterAccess } from '../../../src/cluster/kubeconfig.ts';
import { defaultReadSettings, type ReadSettings } from '../../../src/cluster/read.ts';
import { createClusterReader, type ClusterReader } from '../../../src/cluster/reader.ts';
import { silentLog } from '../../../src/log.ts';
import { controlPlane } from '../../control-plane/control-plane.ts';
import { anAccount, grantEverywhere } from '../../harness/accounts.ts';
import { startFaultProxy, type FaultProxy } from '../../harness/fault-proxy.ts';
import { drip, latency, refusal, resetAtOnce } from '../../harness/faults.ts';
import { handClock, SECOND_MS } from '../../harness/hand-clock.ts';
import { promiseCases, promiseHeld } from '../../harness/promises.ts';

const NEVER = new AbortController().signal;
const clock = handClock(Date.UTC(2026, 10, 21, 12));

let token = '';
let proxy: FaultProxy;
let reader: ClusterReader;
beforeAll(async () => {
  const server = controlPlane();
  const account = await anAccount(server, await server.uniqueNamespace('polite'));
  await grantEverywhere(server, account);
  ({ token } = account);
});

/** A reader whose waits pass on the hand clock. */
async function start(limits: Partial<ReadSettings> = {}): Promise<void> {
  proxy = await startFaultProxy(controlPlane(), { now: clock.now });
  reader = createClusterReader({
    access: loadClusterAccess({ explicitFile: await proxy.kubeconfigFile({ token }), environment: {} }),
    cluster: () => ({ id: 'test', name: 'test' }),
    settings: () => ({ ...defaultReadSettings, ...limits }),
    readableConfigMaps: () => [],
    now: clock.now,
    sleep: async (ms) => {
      clock.advance(ms);
      await wait(0);
    },
    random: Math.random,
    onRequest: () => undefined,
    log: silentLog,
  });
}

test('K7: at most five requests are on their way at once, over at most twenty connections in fifty cycles', async () => {
  await start();
  await using _reader = reader;
  await using _proxy = proxy;
  const cycles = promiseCases(10, 50);
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    // A server that takes its time shows how many wait for it.
    proxy.follow(() => (cycle % 5 === 0 ? latency(20) : undefined));
    expect((await reader.takeSnapshot({ namespaces: {}, signal: NEVER })).gaps).toEqual([]);
  }

  expect(proxy.mostInFlight()).toBe(5);
  expect(proxy.connections()).toBeLessThanOrEqual(20);
  await promiseHeld('K7', cycles, `cycles, ${proxy.seen.length} requests, ${proxy.connections()} connections`);
}, 300_000);

const asDate = (): string => new Date(clock.now() + 7_400).toUTCString();
const VALUES: readonly (readonly [value: () => string | undefined, waitMs: () => number])[] = [
  [() => '0', () => 0],
  [() => '1', () => SECOND_MS],
  [() => '2', () => 2 * SECOND_MS],
  [() => '45', () => 45 * SECOND_MS],
  [() => undefined, () => 0],
  [() => 'soon', () => 0],
  [() => '-3', () => 0],
  [asDate, () => Date.parse(asDate()) - clock.now()],
];

test('K7: a server that asks to be left alone is left alone for as long as it asked', async () => {
  await start();
  await using _reader = reader;
  await using _proxy = proxy;
  const responses = promiseCases(80, 4_000);
  const path = '/api/v1/nodes';
  let answered = 0;
  let violations = 0;
  let notBeforeMs = 0;
  proxy.follow(({ url, atMs }) => {
    if (url.pathname !== path) return undefined;
    if (atMs < notBeforeMs) violations += 1;
    notBeforeMs = 0;
    // Up to three in a row, then the list.
    if (Math.random() < 0.2) return undefined;
    const [value, waitMs] = VALUES[answered++ % VALUES.length] ?? [];
    const header = value?.();
    notBeforeMs = clock.now() + (waitMs?.() ?? 0);
    return refusal(answered % 2 === 0 ? 429 : 503, header === undefined ? {} : { 'retry-after': header });
  });

  while (answered < responses) {
    await reader.takeSnapshot({ kinds: ['Node'], namespaces: {}, signal: NEVER });
    clock.advance(Math.random() * 10 * SECOND_MS);
  }

  expect(violations).toBe(0);
  await promiseHeld('K7', answered, 'answers with Retry-After 0, 1, 2, 45, none, nonsense and a date: 0 violations');
}, 300_000);

test('a list that drips is given up at its deadline, a connection that is reset at once is tried again, and all else is whole', async () => {
  await start({ deadlineMs: 3_000 });
  await using _reader = reader;
  await using _proxy = proxy;
  let resets = 0;
  proxy.follow(({ url }) => {
    if (url.pathname === '/api/v1/nodes') return drip(100);
    return url.pathname === '/api/v1/services' && (resets += 1) < 3 ? resetAtOnce : undefined;
  });

  const snapshot = await reader.takeSnapshot({ kinds: ['Node', 'Service', 'Pod'], namespaces: {}, signal: NEVER });

  expect(snapshot.gaps.map(({ resource, cause }) => [resource, cause])).toEqual([['Node', 'timeout']]);
  expect(resets).toBe(3);
  expect(snapshot.objects.Service.map(({ meta }) => meta.name)).toContain('kubernetes');
});
