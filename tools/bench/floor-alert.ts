import { setTimeout as wait } from 'node:timers/promises';
import type { Benchmark } from './measurement.ts';
import { oneIncidentState, startSmallCluster } from './small-cluster.ts';

const GIVE_UP_MS = 60_000;
const LOOK_EVERY_MS = 2;

/** How long people wait for the first message when the model accepts every request and then says nothing. */
export const benchFloorAlert: Benchmark = async ({ say }) => {
  await using small = await startSmallCluster({
    state: oneIncidentState,
    script: () => ({ fault: { kind: 'hang' } }),
    delivery: 'live',
  });
  const startedAtMs = performance.now();
  const cycle = small.monitor.app.trigger({ trigger: 'scheduled', withAgents: true }).catch(() => undefined);
  const arrived = (): boolean =>
    ['critical-alerts', 'alerts'].some((channel) => small.slack.messages(channel).length > 0);
  while (!arrived() && performance.now() - startedAtMs < GIVE_UP_MS) await wait(LOOK_EVERY_MS);
  const reachedMs = performance.now() - startedAtMs;
  const asked = small.claude.requests.length;
  say(
    `the first message arrived ${reachedMs.toFixed(0)} ms after the cycle began; the model was asked ${asked} times and hangs`,
  );
  // Ends with the monitor, which gives the model up.
  void cycle;
  return [
    {
      what: 'floor alert after detection, model hanging',
      unit: 'seconds',
      reached: reachedMs / 1_000,
      limit: 30,
      note: 'from the beginning of the cycle, so detection is in it',
    },
  ];
};
