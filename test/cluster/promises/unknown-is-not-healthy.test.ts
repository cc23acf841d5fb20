import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHECKS } from '../../../src/checks/catalogue.ts';
import { resourcePath, snapshotKindNames, snapshotKinds } from '../../../src/cluster/kinds.ts';
import { defaultReadSettings } from '../../../src/cluster/read.ts';
import type { CycleResult } from '../../../src/cycle/cycle.ts';
import { startSlackStandIn } from '../../../src/demo/stand-ins/slack.ts';
import type { GapCause, KindName, Snapshot } from '../../../src/domain/snapshot.ts';
import type { ControlPlane } from '../../control-plane/client.ts';
import { freshControlPlane } from '../../control-plane/control-plane.ts';
import { anAccount, grantEverywhere, type Account } from '../../harness/accounts.ts';
import { startFaultProxy } from '../../harness/fault-proxy.ts';
import { empty, html, refusal, resetMidBody, silence, truncated, type Fault } from '../../harness/faults.ts';
import { handClock, HOUR_MS, MINUTE_MS } from '../../harness/hand-clock.ts';
import { startMonitor } from '../../harness/monitor.ts';
import { isFullSize, promiseHeld } from '../../harness/promises.ts';
import { wordsOf, writesTo } from '../../harness/slack-view.ts';
import { applyTroubles } from '../../harness/troubled-cluster.ts';

const FAULTS: readonly (readonly [name: string, fault: Fault, cause: GapCause])[] = [
  ['401', refusal(401), 'unauthorized'],
  ['403', refusal(403), 'forbidden'],
  ['404', refusal(404), 'not-served'],
  ['410', refusal(410), 'truncated'],
  ['429', refusal(429, { 'retry-after': '1' }), 'refused'],
  ['500', refusal(500), 'refused'],
  ['503', refusal(503), 'refused'],
  ['silence', silence, 'timeout'],
  ['a reset in the middle of the body', resetMidBody, 'unreachable'],
  ['a body cut in half', truncated, 'malformed'],
  ['an empty 200', empty, 'malformed'],
  ['a 200 with HTML', html, 'malformed'],
];

/** Silence costs this much of real time, and nothing else waits. */
const SILENCE_MS = 500;
const NAMESPACE = 'prod-shop';
const everyKind = { namespaces: {}, signal: new AbortController().signal };
const beginsAtMs = Date.now() + HOUR_MS;

let server: ControlPlane;
let account: Account;
let cells = 0;
let cycles = 0;
beforeAll(async () => {
  server = await freshControlPlane();
  account = await anAccount(server);
  await grantEverywhere(server, account);
  await server.adminRequest('POST', '/api/v1/namespaces', { metadata: { name: NAMESPACE } });
  await applyTroubles(server, NAMESPACE, beginsAtMs);
});
afterAll(() => server[Symbol.asyncDispose]());

/** In `npm test` every kind and every fault has its turn; in `npm run gates` every pair of them. */
const kindsFor = (fault: number): readonly KindName[] =>
  snapshotKindNames().filter((_, kind) => isFullSize || kind % FAULTS.length === fault);

test.each(FAULTS.map(([name, fault, cause], index) => ({ name, fault, cause, kinds: kindsFor(index) })))(
  'K1, K2: with $name a kind is unknown with its cause, nothing is resolved or healthy, and every other kind is whole',
  async ({ name, fault, cause, kinds }) => {
    const clock = handClock(beginsAtMs);
    await using proxy = await startFaultProxy(server, { now: clock.now });
    await using slack = await startSlackStandIn({ now: clock.now });
    await using monitor = await startMonitor({
      server: proxy,
      token: account.token,
      definitions: { claudeDir: 'agents', agentsDir: 'agents' },
      clock,
      slack,
      app: {
        clusterReads: {
          settings: { ...defaultReadSettings, ...(name === 'silence' && { idleMs: SILENCE_MS }) },
          sleep: async () => undefined,
        },
        sleepBetweenMessages: () => wait(2),
      },
    });
    const cycle = (): Promise<CycleResult> => {
      clock.advance(3 * MINUTE_MS);
      return monitor.cycle('manual', { withAgents: false });
    };
    const cards = (): readonly string[] =>
      ['critical-alerts', 'alerts'].flatMap((channel) => slack.messages(channel)).map(wordsOf);
    const before = await cycle();
    const cardsOf = (ids: readonly string[]): readonly string[] =>
      cards().filter((words) => ids.some((id) => words.includes(id)));
    const whole = await monitor.app.cluster.takeSnapshot(everyKind);
    const posts = (): number => writesTo(slack).filter(({ method }) => method === 'chat.postMessage').length;
    const postsBefore = posts();
    expect(before.report.gaps).toEqual([]);
    expect(before.report.incidents.length).toBeGreaterThan(5);

    for (const kind of kinds) {
      const path = resourcePath(snapshotKinds[kind]);
      const cell = `${kind} with ${name}`;
      const gap = [`${kind} ${cause}`];
      proxy.follow(({ url }) => (url.pathname === path ? fault : undefined));
      const faulted = await monitor.app.cluster.takeSnapshot(everyKind);
      expect(causesIn(faulted.gaps), cell).toEqual(gap);
      expect(otherThan(whole, faulted, kind), cell).toEqual([]);
      cells += 1;
      // A kind that no check reads yet is no part of a cycle.
      if (!before.snapshot.read.includes(kind)) continue;

      // Twice, three minutes apart: an area that was taken for empty would now be resolved.
      await cycle();
      const { report, snapshot } = await cycle();

      expect(causesIn(report.gaps), cell).toEqual(gap);
      expect(otherThan(before.snapshot, snapshot, kind), cell).toEqual([]);
      expect(statesIn(report), cell).toEqual(statesIn(before.report));
      for (const { id, needs, settledBy = [] } of CHECKS) {
        const outcomeIn = ({ checks }: CycleResult['report']) => checks.find((check) => check.id === id)?.evaluated;
        const blind = needs.includes(kind) ? 'no' : settledBy.includes(kind) ? 'partly' : outcomeIn(before.report);
        expect([id, outcomeIn(report)], cell).toEqual([id, blind]);
      }
      for (const card of cards()) expect(card, cell).not.toMatch(/recovered|RESOLVED|\bhealthy\b/);
      for (const card of cardsOf(blindIncidents(before.report, kind))) {
        expect(card, cell).toMatch(/not verified since \d\d:\d\d/);
        expect(card, cell).toContain(`${kind}: `);
      }
      cycles += 2;
    }

    proxy.follow(() => undefined);
    const after = await cycle();
    expect(after.report.gaps).toEqual([]);
    expect(statesIn(after.report)).toEqual(statesIn(before.report));
    expect(posts() - postsBefore, 'of the monitor itself').toBeLessThanOrEqual(2);
    for (const card of cards()) expect(card).not.toContain('not verified');
    expect(monitor.log.filter(({ level }) => level === 'error')).toEqual([]);
    expect(slack.violations).toEqual([]);
  },
  600_000,
);

test('K1, K2: every kind and every fault had its turn', async () => {
  const all = snapshotKindNames().length * (isFullSize ? FAULTS.length : 1);
  expect(cells).toBe(all);
  await promiseHeld('K1', cells, `${snapshotKindNames().length} kinds × ${FAULTS.length} faults, in ${cycles} cycles`);
  await promiseHeld('K2', cells, 'every other kind whole in each of these');
});

/** Objects of every other kind that only one of the two has. */
function otherThan(one: Snapshot, other: Snapshot, kind: KindName): readonly string[] {
  const namesIn = ({ objects }: Snapshot): ReadonlySet<string> =>
    new Set(
      snapshotKindNames()
        .filter((name) => name !== kind)
        .flatMap((name) => objects[name].map(({ meta }) => `${name} ${meta.namespace}/${meta.name} ${meta.uid}`)),
    );
  return [...namesIn(one).symmetricDifference(namesIn(other))];
}

function causesIn(gaps: Snapshot['gaps']): readonly string[] {
  return [...new Set(gaps.map(({ resource, cause }) => `${resource} ${cause}`))];
}

/** With state, sorted. */
function statesIn({ incidents }: CycleResult['report']): readonly string[] {
  return incidents.map(({ id, state }) => `${id} ${state}`).toSorted();
}

/** Incidents that only checks told of which cannot look without this kind. */
function blindIncidents({ incidents, findings }: CycleResult['report'], kind: KindName): readonly string[] {
  const blind = new Set(CHECKS.filter(({ needs }) => needs.includes(kind)).map(({ id }) => id));
  return incidents
    .filter(({ findings: ids }) =>
      findings.filter(({ id }) => ids.includes(id)).every(({ check }) => check !== undefined && blind.has(check)),
    )
    .map(({ id }) => id);
}
