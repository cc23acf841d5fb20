/** The checks alone, over a cluster that is made in memory: `node checks-client.ts PODS NODES SERVICES BROKEN`; a round answers `healthy` or `broken`. */
import { setImmediate } from 'node:timers/promises';
import { CHECKS } from '../../src/checks/catalogue.ts';
import type { Check } from '../../src/checks/check.ts';
import { runChecksInTurns } from '../../src/checks/run-checks.ts';
import { snapshotKindNames, snapshotKinds } from '../../src/cluster/kinds.ts';
import type { KindName, Snapshot } from '../../src/domain/snapshot.ts';
import { createRedactor } from '../../src/redact.ts';
import { clusterObjects } from '../../test/control-plane/seed/seed-cluster.ts';
import { aSnapshot } from '../../test/builders/kubernetes.ts';
import { serveRounds } from './rounds.ts';

const [pods = 0, nodes = 0, services = 0, broken = 0] = process.argv.slice(2).map(Number);
const redact = createRedactor(() => []);

serveRounds(async (task) => {
  // New objects each time, as each cycle has them: what is remembered of one must be worked out again.
  const snapshot = snapshotOf(task === 'broken' ? broken : 0);
  const checks = new Map<string, number>();
  const turns = { milliseconds: 0, cpuMilliseconds: 0 };
  const started = { atMs: performance.now(), cpuMs: cpuMs() };
  let turn = started;
  const endTurn = (): void => {
    turns.milliseconds = Math.max(turns.milliseconds, performance.now() - turn.atMs);
    turns.cpuMilliseconds = Math.max(turns.cpuMilliseconds, cpuMs() - turn.cpuMs);
  };
  const { findings } = await runChecksInTurns(
    snapshot,
    {
      nowMs: snapshot.takenAtMs,
      settings: () => ({}),
      due: 'all',
      lastKnownOwner: () => undefined,
      redact,
      checks: CHECKS.map((check) => timed(check, checks)),
      onError: (checkId, error) => {
        throw new Error(`check ${checkId} failed`, { cause: error });
      },
    },
    async () => {
      endTurn();
      await setImmediate();
      turn = { atMs: performance.now(), cpuMs: cpuMs() };
    },
  );
  endTurn();
  return {
    objects: Object.values(snapshot.objects).reduce((sum, objects) => sum + objects.length, 0),
    findings: findings.length,
    checksMilliseconds: performance.now() - started.atMs,
    checksCpuMilliseconds: cpuMs() - started.cpuMs,
    longestTurnMilliseconds: turns.milliseconds,
    longestTurnCpuMilliseconds: turns.cpuMilliseconds,
    millisecondsByCheck: Object.fromEntries(checks),
  };
});

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** The same check, which notes how long it takes to state its findings. */
function timed(check: Check, spent: Map<string, number>): Check {
  return {
    ...check,
    *run(view) {
      let startedAtMs = performance.now();
      for (const finding of check.run(view)) {
        note();
        yield finding;
        startedAtMs = performance.now();
      }
      note();

      function note(): void {
        spent.set(check.id, (spent.get(check.id) ?? 0) + performance.now() - startedAtMs);
      }
    },
  };
}

function snapshotOf(brokenPods: number): Snapshot {
  const objects = Object.fromEntries(snapshotKindNames().map((kind) => [kind, [] as unknown[]]));
  const takenAtMs = Date.now();
  for (const object of clusterObjects({ pods, nodes, services, broken: brokenPods, nowMs: takenAtMs - 3_600_000 })) {
    // As it would come: no text is shared with another object.
    const raw = JSON.parse(JSON.stringify(object));
    objects[object.kind]?.push(snapshotKinds[object.kind as KindName].project(raw));
  }
  return aSnapshot(objects, { takenAtMs });
}
