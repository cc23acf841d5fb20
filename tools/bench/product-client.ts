/** The product's own observe and check, as a cycle does them: `node product-client.ts KUBECONFIG KIND…`. */
import { setTimeout } from 'node:timers/promises';
import { runChecks } from '../../src/checks/run-checks.ts';
import { snapshotKindNames } from '../../src/cluster/kinds.ts';
import { loadClusterAccess } from '../../src/cluster/kubeconfig.ts';
import { defaultReadSettings } from '../../src/cluster/read.ts';
import { createClusterReader } from '../../src/cluster/reader.ts';
import { silentLog } from '../../src/log.ts';
import { createRedactor } from '../../src/redact.ts';
import { serveRounds } from './rounds.ts';

const [explicitFile, ...wanted] = process.argv.slice(2);
const reader = createClusterReader({
  access: loadClusterAccess({ explicitFile, environment: {} }),
  cluster: () => ({ id: undefined, name: 'bench' }),
  settings: () => defaultReadSettings,
  readableConfigMaps: () => [],
  now: Date.now,
  sleep: (durationMs, signal) => setTimeout(durationMs, undefined, { signal }),
  random: Math.random,
  onRequest: () => undefined,
  log: silentLog,
});
const redact = createRedactor(() => []);

serveRounds(async () => {
  const snapshot = await reader.takeSnapshot({
    kinds: snapshotKindNames().filter((kind) => wanted.includes(kind)),
    namespaces: {},
    signal: new AbortController().signal,
  });
  const { findings } = runChecks(snapshot, {
    nowMs: Date.now(),
    settings: () => ({}),
    due: 'all',
    lastKnownOwner: () => undefined,
    redact,
    onError: (checkId, error) => {
      throw new Error(`check ${checkId} failed`, { cause: error });
    },
  });
  return {
    objects: Object.values(snapshot.objects).reduce((sum, objects) => sum + objects.length, 0),
    findings: findings.length,
    gaps: snapshot.gaps.length,
  };
});
