/** The product's own observe and check, as a cycle (`all`) and a patrol (`patrol`) do them: `node product-client.ts KUBECONFIG`. */
import { setImmediate, setTimeout } from 'node:timers/promises';
import { namespacesOfLoosePods, podsToRead } from '../../src/checks/pods-to-read.ts';
import { kindsFor, runChecksInTurns } from '../../src/checks/run-checks.ts';
import { snapshotKindNames } from '../../src/cluster/kinds.ts';
import { loadClusterAccess } from '../../src/cluster/kubeconfig.ts';
import { defaultReadSettings } from '../../src/cluster/read.ts';
import { createClusterReader } from '../../src/cluster/reader.ts';
import { silentLog } from '../../src/log.ts';
import { createRedactor } from '../../src/redact.ts';
import { serveRounds } from './rounds.ts';

const [explicitFile] = process.argv.slice(2);
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

let loose: ReadonlySet<string> | undefined;

serveRounds(async (task) => {
  const due = task === 'patrol' ? 'patrol' : 'all';
  const kinds = kindsFor(due, () => ({}));
  const snapshot = await reader.takeSnapshot({
    kinds: snapshotKindNames().filter((kind) => kinds.includes(kind)),
    namespaces: {},
    ...(due === 'patrol' && {
      podsToRead: (read) => podsToRead(read, { nowMs: Date.now(), loose, open: new Set() }),
    }),
    signal: new AbortController().signal,
  });
  if (snapshot.podNamespaces === undefined) loose = namespacesOfLoosePods(snapshot.objects);
  const startedAtMs = performance.now();
  const { findings } = await runChecksInTurns(
    snapshot,
    {
      nowMs: Date.now(),
      settings: () => ({}),
      due,
      lastKnownOwner: () => undefined,
      redact,
      onError: (checkId, error) => {
        throw new Error(`check ${checkId} failed`, { cause: error });
      },
    },
    setImmediate,
  );
  return {
    objects: Object.values(snapshot.objects).reduce((sum, objects) => sum + objects.length, 0),
    findings: findings.length,
    gaps: snapshot.gaps.length,
    checksMilliseconds: performance.now() - startedAtMs,
  };
});
