import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { runChecks } from '../../../src/checks/run-checks.ts';
import { loadClusterAccess } from '../../../src/cluster/kubeconfig.ts';
import { defaultReadSettings } from '../../../src/cluster/read.ts';
import { createClusterReader } from '../../../src/cluster/reader.ts';
import { startSimulatedCluster } from '../../../src/demo/cluster/server.ts';
import { demoCycles, moments } from '../../../src/demo/cluster/timeline.ts';
import type { CheckedFinding } from '../../../src/domain/check.ts';
import { nameOf } from '../../../src/domain/object-ref.ts';
import { silentLog } from '../../../src/log.ts';

/** What the product's own reader and checks find in the simulated cluster at an instant, symptoms left out. */
async function findingsAt(nowMs: number): Promise<readonly CheckedFinding[]> {
  await using cluster = await startSimulatedCluster({ now: () => nowMs });
  await using stack = new AsyncDisposableStack();
  const directory = await mkdtemp(path.join(tmpdir(), 'k8s-monitor-demo-'));
  stack.defer(() => rm(directory, { recursive: true }));
  const explicitFile = path.join(directory, 'kubeconfig');
  await writeFile(explicitFile, cluster.kubeconfig);
  const reader = stack.use(
    createClusterReader({
      access: loadClusterAccess({ explicitFile, environment: {} }),
      cluster: () => ({ id: undefined, name: 'demo' }),
      settings: () => defaultReadSettings,
      readableConfigMaps: () => [],
      now: () => nowMs,
      sleep: async (durationMs, signal) => setTimeout(durationMs, undefined, { signal }),
      random: () => 0.5,
      onRequest: () => undefined,
      log: silentLog,
    }),
  );

  const snapshot = await reader.takeSnapshot({ namespaces: {}, signal: AbortSignal.timeout(10_000) });

  expect(snapshot.gaps).toEqual([]);
  expect(snapshot.cluster.version).toBe('v1.36.0');
  const run = runChecks(snapshot, {
    nowMs,
    settings: () => ({}),
    due: 'all',
    lastKnownOwner: () => undefined,
    redact: (text) => text,
    onError: (_check, error) => {
      throw error;
    },
  });
  expect(cluster.violations).toEqual([]);
  return run.findings.filter((finding) => finding.attachedTo === undefined);
}

const summary = (findings: readonly CheckedFinding[]): readonly string[] =>
  [...new Set(findings.map(({ owner, family, impact }) => `${impact} ${family} ${nameOf(owner)}`))].toSorted((a, b) =>
    a.localeCompare(b),
  );

test('before anything happens, and after everything is repaired, the checks find nothing', async () => {
  const [, , recover, confirm] = demoCycles;

  expect(summary(await findingsAt(moments.longAgo + 3_600_000))).toEqual([]);
  expect(summary(await findingsAt(recover.nowMs))).toEqual([]);
  expect(summary(await findingsAt(confirm.nowMs))).toEqual([]);
});

test('four faults appear, and the storefront goes worse', async () => {
  const [appear, develop] = demoCycles;

  expect(summary(await findingsAt(appear.nowMs))).toMatchInlineSnapshot(`
    [
      "critical workload Deployment payments/checkout-api",
      "critical workload StatefulSet databases/reporting-db",
      "error volume PersistentVolumeClaim analytics/data-clickhouse-0",
      "error workload Deployment web/storefront",
    ]
  `);
  expect(summary(await findingsAt(develop.nowMs))).toMatchInlineSnapshot(`
    [
      "critical workload Deployment payments/checkout-api",
      "critical workload Deployment web/storefront",
      "critical workload StatefulSet databases/reporting-db",
      "error volume PersistentVolumeClaim analytics/data-clickhouse-0",
    ]
  `);
});

test('the checkout is told as killed for its memory, since twelve minutes after the merge', async () => {
  const findings = await findingsAt(demoCycles[0].nowMs);

  const checkout = findings.find(({ owner }) => owner.name === 'checkout-api');
  expect(checkout).toMatchObject({ reason: 'OOMKilled', impact: 'critical', onsetAtMs: moments.checkoutOnset });
});
