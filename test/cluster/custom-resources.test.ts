import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { allRows, SHIPPED_ROWS } from '../../src/checks/custom-resource/shipped-rows.ts';
import { loadClusterAccess } from '../../src/cluster/kubeconfig.ts';
import { clusterRules } from '../../src/cluster/rbac.ts';
import { defaultReadSettings } from '../../src/cluster/read.ts';
import { createClusterReader } from '../../src/cluster/reader.ts';
import { customResourceName } from '../../src/domain/custom-resource.ts';
import type { CycleReport } from '../../src/domain/report.ts';
import { silentLog } from '../../src/log.ts';
import { customResourceGrants } from '../../src/wiring/custom-resources.ts';
import {
  createCustomObject,
  CUSTOM_KINDS,
  customPath,
  definitionOf,
  defineKinds,
  type CustomKind,
  type CustomObject,
} from '../control-plane/builders/custom-resources.ts';
import type { ControlPlane } from '../control-plane/client.ts';
import { freshControlPlane } from '../control-plane/control-plane.ts';
import { anAccount, grantEverywhere } from '../harness/accounts.ts';
import { runMonitorProgram } from '../harness/command.ts';
import { handClock, HOUR_MS } from '../harness/hand-clock.ts';
import { startMonitor } from '../harness/monitor.ts';

const IDS = SHIPPED_ROWS.map(({ id }) => id);
const DATABASE: CustomKind = {
  group: 'example.com',
  version: 'v1',
  kind: 'Database',
  plural: 'databases',
  scope: 'Namespaced',
};

let server: ControlPlane;
beforeAll(async () => {
  server = await freshControlPlane();
});
afterAll(() => server[Symbol.asyncDispose]());

async function grantedAccount(without = ''): Promise<string> {
  const account = await anAccount(server);
  const rules = clusterRules(customResourceGrants([])).map((rule) => ({
    ...rule,
    resources: rule.resources.filter((resource) => resource !== without),
  }));
  await grantEverywhere(server, account, rules);
  for (let tries = 0; tries < 100; tries += 1) {
    if ((await server.request({ path: '/api/v1/pods?limit=1', token: account.token })).status === 200) break;
    await wait(50);
  }
  return account.token;
}

/** One cycle without agents, in so many hours from now: what the objects say has been so since they were made. */
async function cycleIn(hours: number, token: string): Promise<CycleReport> {
  const definitions = { claudeDir: 'agents', agentsDir: 'agents' };
  await using monitor = await startMonitor({
    server,
    token,
    definitions,
    clock: handClock(Date.now() + hours * HOUR_MS),
  });
  const { report } = await monitor.cycle('manual', { withAgents: false });
  return report;
}

const customOf = ({ checks, findings, gaps }: CycleReport) => ({
  checks: checks.filter(({ id }) => IDS.includes(id)),
  told: findings.filter(({ check }) => IDS.includes(check)),
  gaps: gaps.filter(({ resource }) => resource.includes('.')),
});

/** What each request of one snapshot was for. */
async function requestsOf(token: string, kinds: readonly ReturnType<typeof customResourceName>[]) {
  const requests: string[] = [];
  const explicitFile = await server.kubeconfigFile({ token });
  await using reader = createClusterReader({
    access: loadClusterAccess({ explicitFile, environment: {} }),
    cluster: () => ({ id: 'test', name: 'test' }),
    settings: () => defaultReadSettings,
    readableConfigMaps: () => [],
    now: Date.now,
    sleep: async () => {},
    random: () => 0.5,
    onRequest: ({ kind }) => requests.push(kind),
    log: silentLog,
  });
  const snapshot = await reader.takeSnapshot({
    kinds,
    customResources: allRows([]),
    namespaces: {},
    signal: AbortSignal.timeout(60_000),
  });
  return { snapshot, requests: requests.filter((kind) => kind !== 'Version') };
}

test('a cluster without any of the CRDs: every check is evaluated, nothing is a gap, and one question was asked', async () => {
  const token = await grantedAccount();

  const { checks, told, gaps } = customOf(await cycleIn(2, token));
  const { snapshot, requests } = await requestsOf(token, SHIPPED_ROWS.map(customResourceName));

  expect(checks.map(({ id, evaluated }) => [id, evaluated])).toEqual(IDS.map((id) => [id, 'yes']));
  expect([told, gaps, snapshot.gaps]).toEqual([[], [], []]);
  expect(requests).toEqual(['Discovery']);
});

const now = new Date().toISOString();
const condition = (type: string, status: string, reason: string) => ({
  type,
  status,
  reason,
  message: `${type} is ${status}`,
  lastTransitionTime: now,
});
const conditions = (...list: readonly (readonly [string, string, string])[]) => ({
  conditions: list.map((one) => condition(...one)),
});

/** Of each project one kind that is sick, and its nearest healthy twin. */
const CASES: readonly {
  readonly check: string;
  readonly sick: Pick<CustomObject, 'spec' | 'status'>;
  readonly healthy: Pick<CustomObject, 'spec' | 'status' | 'annotations'>;
}[] = [
  {
    check: 'argocd-application',
    sick: { status: { health: { status: 'Degraded', lastTransitionTime: now }, sync: { status: 'Synced' } } },
    healthy: {
      status: {
        health: { status: 'Healthy' },
        sync: { status: 'OutOfSync' },
        operationState: { phase: 'Succeeded', finishedAt: now },
      },
    },
  },
  {
    check: 'argo-rollout',
    sick: { status: { phase: 'Degraded', message: 'RolloutAborted: metric failed' } },
    healthy: { status: { phase: 'Paused', pauseConditions: [{ reason: 'CanaryPauseStep', startTime: now }] } },
  },
  {
    check: 'flux-helmrelease',
    sick: { status: conditions(['Ready', 'False', 'UpgradeFailed']) },
    healthy: { spec: { suspend: true }, status: conditions(['Ready', 'False', 'UpgradeFailed']) },
  },
  {
    check: 'cert-manager-certificate',
    sick: { status: conditions(['Ready', 'False', 'DoesNotExist']) },
    healthy: {
      status: {
        ...conditions(['Ready', 'True', 'Ready']),
        notAfter: new Date(Date.now() + 30 * 24 * HOUR_MS).toISOString(),
        renewalTime: new Date(Date.now() + 24 * HOUR_MS).toISOString(),
      },
    },
  },
  {
    check: 'gateway',
    sick: {
      status: { listeners: [{ name: 'https', ...conditions(['ResolvedRefs', 'False', 'InvalidCertificateRef']) }] },
    },
    healthy: { status: conditions(['Accepted', 'True', 'Accepted'], ['Programmed', 'True', 'Programmed']) },
  },
  {
    check: 'gateway-http-route',
    sick: {
      status: {
        parents: [
          {
            parentRef: { name: 'edge' },
            controllerName: 'x',
            ...conditions(['ResolvedRefs', 'False', 'BackendNotFound']),
          },
        ],
      },
    },
    healthy: {
      status: {
        parents: [
          { parentRef: { name: 'edge' }, controllerName: 'x', ...conditions(['ResolvedRefs', 'True', 'ResolvedRefs']) },
        ],
      },
    },
  },
  {
    check: 'olm-clusterserviceversion',
    sick: { status: { phase: 'Failed', message: 'install strategy failed', lastTransitionTime: now } },
    healthy: { status: { phase: 'Succeeded', conditions: [{ phase: 'Failed', reason: 'ComponentUnhealthy' }] } },
  },
  {
    check: 'keda-scaledobject',
    sick: { status: { conditions: [{ type: 'Ready', status: 'False', reason: 'TriggerError' }] } },
    healthy: {
      status: {
        conditions: [
          { type: 'Ready', status: 'True' },
          { type: 'Active', status: 'False' },
        ],
      },
    },
  },
  {
    check: 'crossplane-provider',
    sick: {
      status: conditions(
        ['Installed', 'True', 'ActivePackageRevision'],
        ['Healthy', 'False', 'UnhealthyPackageRevision'],
      ),
    },
    healthy: {
      status: conditions(['Installed', 'True', 'ActivePackageRevision'], ['Healthy', 'True', 'HealthyPackageRevision']),
    },
  },
  {
    check: 'kubevela-application',
    sick: { status: { status: 'workflowFailed', workflow: { message: 'step failed', endTime: now } } },
    healthy: { status: { status: 'workflowSuspending', workflow: { startTime: now } } },
  },
];

test('with the CRDs: of each project the sick one is told and its healthy twin is not', async () => {
  const namespace = await server.uniqueNamespace('prod-custom');
  await defineKinds(server, CUSTOM_KINDS);
  for (const { check, sick, healthy } of CASES) {
    const row = SHIPPED_ROWS.find(({ id }) => id === check);
    const kind = CUSTOM_KINDS.find((one) => one.kind === row?.kind && one.group === row.group);
    if (kind === undefined) throw new Error(`there is no kind for ${check}`);
    const area = kind.scope === 'Namespaced' ? { namespace } : {};
    await createCustomObject(server, { kind, name: 'sick', ...area, ...sick });
    await createCustomObject(server, { kind, name: 'healthy', ...area, ...healthy });
  }

  const { checks, told, gaps } = customOf(await cycleIn(2, await grantedAccount()));

  expect(gaps).toEqual([]);
  expect(checks.filter(({ evaluated }) => evaluated !== 'yes')).toEqual([]);
  expect(told.map(({ check, object }) => `${check} ${object.name}`).toSorted()).toEqual(
    CASES.map(({ check }) => `${check} sick`).toSorted(),
  );
}, 120_000);

test('the account may not list one of the kinds: that check is not evaluated and names the right, all others are as before', async () => {
  const { checks, told, gaps } = customOf(await cycleIn(2, await grantedAccount('scaledobjects')));

  const blind = checks.filter(({ evaluated }) => evaluated !== 'yes');
  expect(blind).toMatchObject([
    { id: 'keda-scaledobject', evaluated: 'no', gaps: [{ resource: 'ScaledObject.keda.sh', cause: 'forbidden' }] },
  ]);
  expect(gaps.map(({ detail }) => detail)).toEqual([
    expect.stringContaining('grant "list" on "scaledobjects" (apiGroup "keda.sh") in a ClusterRole'),
  ]);
  expect(told).toHaveLength(CASES.length - 1);
});

test("an operator's row: `permissions` names the right that is missing; with it `once` finds what is sick, and so does the next patrol of a running monitor", async () => {
  const namespace = await server.uniqueNamespace('prod-database');
  await defineKinds(server, [DATABASE]);
  const area = { kind: DATABASE, namespace };
  await createCustomObject(server, { ...area, name: 'sick', status: { phase: 'Failed', message: 'no primary' } });
  await createCustomObject(server, { ...area, name: 'well', status: { phase: 'Running' } });
  const account = await anAccount(server);
  await grantEverywhere(server, account);
  const directory = await mkdtemp(join(tmpdir(), 'k8s-monitor-custom-'));
  const config = join(directory, 'config.yaml');
  await writeFile(
    config,
    `custom_resources:
  - kind: Database
    group: example.com
    plural: databases
    grace: 0s
    sick:
      - field: status.phase
        is: [Failed]
        message: [status.message]
        impact: error
`,
  );
  const flags = [
    '--config',
    config,
    '--data-dir',
    join(directory, 'data'),
    '--reports-dir',
    join(directory, 'reports'),
  ];
  const variables = { KUBECONFIG: await server.kubeconfigFile({ token: account.token }) };

  const refused = await runMonitorProgram(['permissions', '--config', config], variables);
  await grantEverywhere(server, account, [
    { apiGroups: ['example.com'], resources: ['databases'], verbs: ['get', 'list', 'watch'] },
  ]);
  await expect
    .poll(async () => (await server.request({ path: customPath(DATABASE), token: account.token })).status)
    .toBe(200);
  const once = await runMonitorProgram(['once', '--no-agents', '--dry-run', '--output', 'json', ...flags], variables);
  // A running monitor takes the row up with its next cycle.
  await using monitor = await startMonitor({
    server,
    token: account.token,
    definitions: { claudeDir: 'agents', agentsDir: 'agents' },
    clock: handClock(Date.now() + HOUR_MS),
  });
  const idsIn = async () =>
    (await monitor.cycle('patrol')).report.checks.filter(({ id }) => id === 'databases.example.com');
  const before = await idsIn();
  await copyFile(config, monitor.configFile);
  const after = await idsIn();
  await rm(directory, { recursive: true, force: true });

  expect(before).toEqual([]);
  expect(after).toMatchObject([{ evaluated: 'yes', findings: 1 }]);
  expect(refused.code).not.toBe(0);
  expect(refused.stdout).toMatch(/✗ list, get databases\.example\.com/);
  const report: CycleReport = JSON.parse(once.stdout);
  expect(report.findings.filter(({ check }) => check === 'databases.example.com')).toMatchObject([
    {
      object: { kind: 'Database', namespace, name: 'sick' },
      title: 'phase is Failed: no primary',
      reason: 'ResourceNotReady',
    },
  ]);
}, 120_000);

test('five hundred objects come in two pages, and the last one is judged like the first', async () => {
  const namespace = await server.uniqueNamespace('many');
  const kind = CUSTOM_KINDS.find(({ kind: name }) => name === 'Bucket');
  if (kind === undefined) throw new Error('there is no kind');
  const names = Array.from({ length: 500 }, (_, index) => `bucket-${String(index).padStart(3, '0')}`);
  for (let at = 0; at < names.length; at += 50) {
    await Promise.all(names.slice(at, at + 50).map((name) => createCustomObject(server, { kind, namespace, name })));
  }
  await server.adminRequest(
    'PATCH',
    `${customPath(kind, namespace)}/bucket-499/status`,
    { status: conditions(['Stalled', 'True', 'BadSpec']) },
    'application/merge-patch+json',
  );

  const token = await grantedAccount();
  const { snapshot, requests } = await requestsOf(token, ['Bucket.source.toolkit.fluxcd.io']);
  const { told } = customOf(await cycleIn(2, token));

  expect(requests).toEqual(['Discovery', 'Bucket.source.toolkit.fluxcd.io', 'Bucket.source.toolkit.fluxcd.io']);
  expect(snapshot.custom.get('Bucket.source.toolkit.fluxcd.io')).toHaveLength(500);
  expect(told.filter(({ check }) => check === 'flux-bucket').map(({ object }) => object.name)).toEqual(['bucket-499']);
}, 120_000);

test('every shipped row has a definition here, of its group, plural and scope', () => {
  const known = CUSTOM_KINDS.map(definitionOf).map(
    ({ spec: { group, names, scope } }) => `${names.kind}.${group} ${names.plural} ${scope}`,
  );
  const shipped = SHIPPED_ROWS.map(
    (row) => `${customResourceName(row)} ${row.plural} ${row.namespaced ? 'Namespaced' : 'Cluster'}`,
  );

  expect(known.toSorted()).toEqual(shipped.toSorted());
});
