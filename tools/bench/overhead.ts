import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Benchmark } from './measurement.ts';
import { median } from './rounds.ts';
import { oneIncidentState, startSmallCluster } from './small-cluster.ts';

const CYCLES = 5;

/** What a cycle takes beside waiting: its time minus the time in which any request to model, API server or GitHub was under way. */
export const benchOverhead: Benchmark = async ({ say }) => {
  const overheadMs: number[] = [];
  for (let index = 0; index < CYCLES; index += 1) {
    // Each on an empty database, so that all find the same incident for the first time.
    await using small = await startSmallCluster({ state: oneIncidentState });
    using waiting = watchRequests();
    const startedAtMs = performance.now();
    const { report } = await small.monitor.app.trigger({ trigger: 'scheduled', withAgents: true });
    const totalMs = performance.now() - startedAtMs;
    const waitedMs = waiting.milliseconds();
    small.assertNoViolations();
    if (report.agents.length < 5 || report.agents.some(({ status }) => status !== 'reported'))
      throw new Error(`not every agent reported: ${JSON.stringify(report.agents)}`);
    overheadMs.push(totalMs - waitedMs);
    say(
      `cycle ${index + 1}: ${totalMs.toFixed(0)} ms, of which ${waitedMs.toFixed(0)} ms waiting for ${waiting.requests()} requests`,
    );
  }
  return [
    {
      what: 'orchestrator overhead: one incident, all roles',
      unit: 'milliseconds',
      reached: median(overheadMs),
      limit: 250,
      note: `of ${CYCLES} cycles the slowest ${Math.max(...overheadMs).toFixed(0)} ms`,
    },
  ];
};

interface Waiting extends Disposable {
  /** Wall time so far in which at least one request was under way. */
  readonly milliseconds: () => number;
  readonly requests: () => number;
}

/** Follows every request that leaves this process by fetch or undici. */
function watchRequests(): Waiting {
  const underWay = new Set<unknown>();
  let requests = 0;
  let sinceMs = 0;
  let totalMs = 0;
  const requestOf = (message: unknown): unknown =>
    typeof message === 'object' && message !== null && 'request' in message ? message.request : undefined;
  const begin = (message: unknown): void => {
    if (underWay.size === 0) sinceMs = performance.now();
    underWay.add(requestOf(message));
    requests += 1;
  };
  const end = (message: unknown): void => {
    if (underWay.delete(requestOf(message)) && underWay.size === 0) totalMs += performance.now() - sinceMs;
  };
  const listeners = [
    ['undici:request:create', begin],
    ['undici:request:trailers', end],
    ['undici:request:error', end],
  ] as const;
  for (const [channel, listener] of listeners) subscribe(channel, listener);
  return {
    milliseconds: () => totalMs,
    requests: () => requests,
    [Symbol.dispose]: () => {
      for (const [channel, listener] of listeners) unsubscribe(channel, listener);
    },
  };
}
