import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { defaultReadSettings } from '../../../src/cluster/read.ts';
import { startSlackStandIn } from '../../../src/demo/stand-ins/slack.ts';
import { apply } from '../../control-plane/builders/apply.ts';
import { aDeployment } from '../../control-plane/builders/deployment.ts';
import { aJob } from '../../control-plane/builders/job.ts';
import { controlPlane } from '../../control-plane/control-plane.ts';
import { anAccount, grantIn } from '../../harness/accounts.ts';
import { handClock, HOUR_MS, MINUTE_MS } from '../../harness/hand-clock.ts';
import { startMonitor } from '../../harness/monitor.ts';
import { promiseHeld } from '../../harness/promises.ts';
import { wordsOf, writesTo } from '../../harness/slack-view.ts';

const DAY_MS = 24 * HOUR_MS;
const wallMs = Date.now();

/** Where the monitor's clock stands, cycle by cycle, while the server's goes on as ever. */
const STORIES: readonly (readonly [name: string, startsAtMs: number, steps: readonly number[]])[] = [
  ['ten minutes behind the server', wallMs - 10 * MINUTE_MS, [5, 5, 5, 5].map((minutes) => minutes * MINUTE_MS)],
  ['ten minutes ahead of the server', wallMs + 10 * MINUTE_MS, [5, 5, 5, 5].map((minutes) => minutes * MINUTE_MS)],
  ['set back and forth by ten minutes', wallMs, [-10, 20, -10, 5, -10, 20].map((minutes) => minutes * MINUTE_MS)],
  ['through the end of summer time', Date.UTC(2026, 9, 25, 0, 40), Array.from({ length: 8 }, () => 10 * MINUTE_MS)],
  ['through the begin of summer time', Date.UTC(2027, 2, 28, 0, 40), Array.from({ length: 8 }, () => 10 * MINUTE_MS)],
  ['through the end of the year', Date.UTC(2026, 11, 31, 23, 45), Array.from({ length: 6 }, () => 5 * MINUTE_MS)],
  ['a year ahead and back', wallMs, [365 * DAY_MS, 5 * MINUTE_MS, -365 * DAY_MS, 5 * MINUTE_MS]],
  ['a year behind and back', wallMs, [-365 * DAY_MS, 5 * MINUTE_MS, 365 * DAY_MS, 5 * MINUTE_MS]],
];

let cycles = 0;

test.each(STORIES.map(([name, startsAtMs, steps]) => ({ name, startsAtMs, steps })))(
  'K10: with a clock $name no age is negative and nothing is resolved',
  async ({ startsAtMs, steps }) => {
    const server = controlPlane();
    const namespace = await server.uniqueNamespace('prod');
    const account = await anAccount(server, namespace);
    await grantIn(server, account, namespace);
    // Conditions by the kubelet's clock, which is the server's, and long enough ago for every grace.
    await apply(
      server,
      aDeployment('api')
        .in(namespace)
        .replicas(2)
        .at(wallMs)
        .crashLooping({ sinceMs: 30 * MINUTE_MS }),
      aJob('migration')
        .in(namespace)
        .at(wallMs)
        .failed({ sinceMs: 30 * MINUTE_MS }),
    );
    const clock = handClock(startsAtMs);
    await using slack = await startSlackStandIn({ now: clock.now });
    await using monitor = await startMonitor({
      server,
      token: account.token,
      definitions: { claudeDir: 'agents', agentsDir: 'agents' },
      config: `cluster_id: test\nschedule:\n  timezone: Europe/Berlin\nnamespaces:\n  include: [${namespace}]\n`,
      clock,
      slack,
      app: {
        clusterReads: { settings: defaultReadSettings, sleep: async () => undefined },
        sleepBetweenMessages: () => wait(2),
      },
    });
    const known = new Set<string>();

    for (const step of [0, ...steps]) {
      clock.advance(step);
      const { report } = await monitor.cycle('manual', { withAgents: false });
      cycles += 1;

      for (const { id } of report.incidents) known.add(id);
      expect(report.gaps).toEqual([]);
      expect(report.incidents.filter(({ state }) => state !== 'open')).toEqual([]);
      expect(report.incidents.map(({ id }) => id).toSorted()).toEqual([...known].toSorted());
      for (const { onsetAt } of report.findings) {
        expect(Date.parse(onsetAt)).toBeLessThanOrEqual(clock.now());
      }
      expect(Date.parse(report.cycle.endedAt)).toBeGreaterThanOrEqual(Date.parse(report.cycle.startedAt));
    }

    const told = writesTo(slack).map(({ text }) => text);
    const cards = ['critical-alerts', 'alerts'].flatMap((channel) => slack.messages(channel)).map(wordsOf);
    for (const text of [...told, ...cards]) {
      expect(text).not.toMatch(/(?<![\w.:-])[-−]\d+(?:\.\d+)? ?(?:ms|s|m|min|h|d|days?|hours?|minutes?|seconds?)\b/);
      expect(text).not.toMatch(/RESOLVED|recovered|NaN|Invalid/);
    }
    expect(monitor.log.filter(({ level }) => level === 'error')).toEqual([]);
    expect(slack.violations).toEqual([]);
  },
);

test('K10: all of them', async () => {
  expect(cycles).toBe(STORIES.reduce((sum, [, , steps]) => sum + steps.length + 1, 0));
  await promiseHeld('K10', cycles, `cycles in ${STORIES.length} clocks that go wrong`);
});
