import { AppsV1Api, AuthorizationV1Api, BatchV1Api, CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { startSimulatedCluster, type SimulatedCluster } from '../../../src/demo/cluster/server.ts';
import { demoCycles, moments } from '../../../src/demo/cluster/timeline.ts';

const MINUTE_MS = 60_000;
const cycle = (name: (typeof demoCycles)[number]['name']): number =>
  demoCycles.find((each) => each.name === name)?.nowMs ?? Number.NaN;

function clientsOf(cluster: SimulatedCluster) {
  const config = new KubeConfig();
  config.loadFromString(cluster.kubeconfig);
  return {
    core: config.makeApiClient(CoreV1Api),
    apps: config.makeApiClient(AppsV1Api),
    batch: config.makeApiClient(BatchV1Api),
    authorization: config.makeApiClient(AuthorizationV1Api),
  };
}

const get = (cluster: SimulatedCluster, path: string, accept = 'application/json') =>
  fetch(`${cluster.url}${path}`, { headers: { authorization: `Bearer ${cluster.token}`, accept } });

/** `ready/wanted` of the four workloads that have a fault. */
async function readiness(nowMs: number): Promise<Record<string, string>> {
  await using cluster = await startSimulatedCluster({ now: () => nowMs });
  const { apps, core } = clientsOf(cluster);
  const deployments = await apps.listDeploymentForAllNamespaces();
  const sets = await apps.listStatefulSetForAllNamespaces();
  const claims = await core.listPersistentVolumeClaimForAllNamespaces();
  const rows = [...deployments.items, ...sets.items].map((each) => [
    each.metadata?.name ?? '',
    `${each.status?.readyReplicas ?? 0}/${each.spec?.replicas ?? 0}`,
  ]);
  const claim = claims.items.find((each) => each.metadata?.namespace === 'analytics');
  expect(cluster.violations).toEqual([]);
  const { 'checkout-api': checkout, storefront, clickhouse, 'reporting-db': reporting } = Object.fromEntries(rows);
  return { checkout, storefront, clickhouse, reporting, claim: claim?.status?.phase ?? 'none' };
}

test('the four cycles show faults that appear, develop and are repaired', async () => {
  expect(await readiness(moments.longAgo)).toEqual({
    checkout: '3/3',
    storefront: '2/2',
    clickhouse: undefined,
    reporting: '1/1',
    claim: 'none',
  });
  const appeared = { checkout: '0/3', storefront: '1/2', clickhouse: '0/1', reporting: '0/1', claim: 'Pending' };
  expect(await readiness(cycle('appear'))).toEqual(appeared);
  expect(await readiness(cycle('develop'))).toEqual({ ...appeared, storefront: '0/2' });
  const healthy = { checkout: '3/3', storefront: '2/2', clickhouse: '1/1', reporting: '1/1', claim: 'Bound' };
  expect(await readiness(cycle('recover'))).toEqual(healthy);
  expect(await readiness(cycle('confirm'))).toEqual(healthy);
});

test('the clock of the demo is a Sunday night inside the backup window, and the change came 12 minutes before the fault', () => {
  const [appear, , recover, confirm] = demoCycles;

  expect(new Date(appear.nowMs).toUTCString()).toBe('Sun, 22 Nov 2026 02:10:00 GMT');
  expect(new Date(confirm.nowMs).getUTCHours()).toBe(2);
  expect(confirm.nowMs - recover.nowMs).toBeGreaterThanOrEqual(2 * MINUTE_MS);
  expect(moments.checkoutOnset - moments.pullRequestMerged).toBe(12 * MINUTE_MS);
});

test('each fault leaves the traces that a real one leaves', async () => {
  await using cluster = await startSimulatedCluster({ now: () => cycle('appear') });
  const { core, apps } = clientsOf(cluster);

  const pods = await core.listNamespacedPod({ namespace: 'payments', labelSelector: 'app=checkout-api' });
  const status = pods.items[0]?.status?.containerStatuses?.[0];
  expect(status?.state?.waiting?.reason).toBe('CrashLoopBackOff');
  expect(status?.lastState?.terminated).toMatchObject({ reason: 'OOMKilled', exitCode: 137 });
  expect(pods.items[0]?.spec?.containers[0]?.resources?.limits).toEqual({ memory: '256Mi' });
  const sets = await apps.listNamespacedReplicaSet({ namespace: 'payments', labelSelector: 'app=checkout-api' });
  expect(sets.items.map((set) => set.spec?.template?.spec?.containers[0]?.resources?.limits?.['memory'])).toEqual([
    '512Mi',
    '256Mi',
  ]);
  const checkout = await apps.readNamespacedDeployment({ namespace: 'payments', name: 'checkout-api' });
  expect(checkout.metadata?.annotations?.['kubernetes.io/change-cause']).toContain('#123');

  const storefront = await apps.readNamespacedDeployment({ namespace: 'web', name: 'storefront' });
  expect(storefront.status?.conditions?.map((each) => each.reason)).toEqual([
    'MinimumReplicasAvailable',
    'ProgressDeadlineExceeded',
  ]);
  const events = await core.listEventForAllNamespaces({ fieldSelector: 'type=Warning' });
  expect([...new Set(events.items.map((event) => `${event.metadata.namespace ?? ''} ${event.reason ?? ''}`))]).toEqual([
    'payments BackOff',
    'web Failed',
    'analytics FailedScheduling',
    'analytics ProvisioningFailed',
    'databases BackOff',
  ]);
  const waiting = await core.readNamespacedPod({ namespace: 'analytics', name: 'clickhouse-0' });
  expect(waiting.status?.conditions?.[0]).toMatchObject({ type: 'PodScheduled', reason: 'Unschedulable' });
});

test('logs are served for the present and the previous run, and refused where there are none', async () => {
  await using cluster = await startSimulatedCluster({ now: () => cycle('appear') });
  const { core } = clientsOf(cluster);
  const [pod] = (await core.listNamespacedPod({ namespace: 'payments', labelSelector: 'app=checkout-api' })).items;
  const at = { namespace: 'payments', name: pod?.metadata?.name ?? '' };

  expect(await core.readNamespacedPodLog({ ...at, previous: true, tailLines: 1 })).toContain('heap usage 99%');
  expect(await core.readNamespacedPodLog(at)).not.toContain('heap usage');
  await expect(core.readNamespacedPodLog({ ...at, container: 'other' })).rejects.toMatchObject({ code: 400 });
  const [missing] = (await core.listNamespacedPod({ namespace: 'web', fieldSelector: 'status.phase=Pending' })).items;
  const unpulled = { namespace: 'web', name: missing?.metadata?.name ?? '' };
  await expect(core.readNamespacedPodLog(unpulled)).rejects.toMatchObject({ code: 400 });
});

test('a list comes in pages that together are the whole', async () => {
  await using cluster = await startSimulatedCluster({ now: () => cycle('appear') });
  const { core } = clientsOf(cluster);
  const names: string[] = [];
  let next: string | undefined;

  do {
    const page = await core.listPodForAllNamespaces({ limit: 7, ...(next === undefined ? {} : { _continue: next }) });
    expect(page.items.length).toBeLessThanOrEqual(7);
    names.push(...page.items.map((pod) => `${pod.metadata?.namespace ?? ''}/${pod.metadata?.name ?? ''}`));
    next = page.metadata?._continue;
  } while (next !== undefined);

  const whole = await core.listPodForAllNamespaces();
  expect(names).toHaveLength(whole.items.length);
  expect(new Set(names).size).toBe(names.length);
});

test('every owner reference leads to an object with that uid', async () => {
  for (const { nowMs } of demoCycles) {
    await using cluster = await startSimulatedCluster({ now: () => nowMs });
    const { core, apps, batch } = clientsOf(cluster);
    const lists = await Promise.all([
      core.listPodForAllNamespaces(),
      apps.listReplicaSetForAllNamespaces(),
      apps.listDeploymentForAllNamespaces(),
      apps.listStatefulSetForAllNamespaces(),
      apps.listDaemonSetForAllNamespaces(),
      batch.listJobForAllNamespaces(),
      batch.listCronJobForAllNamespaces(),
    ]);
    const objects = lists.flatMap((list) => list.items.map((item) => item.metadata));
    const uids = new Set(objects.map((meta) => meta?.uid));

    const owners = objects.flatMap((meta) => meta?.ownerReferences ?? []);
    expect(owners.length).toBeGreaterThan(10);
    expect(owners.filter((owner) => !uids.has(owner.uid))).toEqual([]);
    expect(uids.size).toBe(objects.length);
  }
});

const Aggregated = z.object({
  items: z.array(z.object({ versions: z.array(z.object({ resources: z.array(z.object({ resource: z.string() })) })) })),
});
const Groups = z.object({
  groups: z.array(z.object({ preferredVersion: z.object({ groupVersion: z.string() }) })),
});
const Resources = z.object({ resources: z.array(z.object({ name: z.string() })) });
const Table = z.object({
  columnDefinitions: z.array(z.object({ name: z.string() })),
  rows: z.array(z.object({ cells: z.array(z.union([z.string(), z.number()])) })),
});

test('discovery is served in both forms, with the same kinds', async () => {
  await using cluster = await startSimulatedCluster({ now: () => cycle('appear') });
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
  const aggregated = async (path: string) =>
    Aggregated.parse(await (await get(cluster, path, accept)).json()).items.flatMap((group) =>
      group.versions.flatMap((version) => version.resources.map((each) => each.resource)),
    );
  const classic = async (path: string) =>
    Resources.parse(await (await get(cluster, path)).json())
      .resources.map((each) => each.name)
      .filter((name) => !name.includes('/'));

  const modern = [...(await aggregated('/api')), ...(await aggregated('/apis'))];
  const { groups } = Groups.parse(await (await get(cluster, '/apis')).json());
  const paths = ['/api/v1', ...groups.map((group) => `/apis/${group.preferredVersion.groupVersion}`)];

  expect(new Set((await Promise.all(paths.map(classic))).flat())).toEqual(new Set(modern));
  expect(modern).toContain('cronjobs');
  expect(await (await get(cluster, '/api')).json()).toMatchObject({ versions: ['v1'] });
});

test('access reviews allow reading and nothing else', async () => {
  await using cluster = await startSimulatedCluster({ now: () => cycle('appear') });
  const { authorization } = clientsOf(cluster);
  const mayI = async (verb: string, resource: string, group = '', subresource = '') =>
    (
      await authorization.createSelfSubjectAccessReview({
        body: { spec: { resourceAttributes: { verb, resource, group, subresource } } },
      })
    ).status?.allowed;

  expect(await mayI('list', 'deployments', 'apps')).toBe(true);
  expect(await mayI('get', 'pods', '', 'log')).toBe(true);
  expect(await mayI('delete', 'pods')).toBe(false);
  expect(await mayI('list', 'secrets')).toBe(false);
  const rules = await authorization.createSelfSubjectRulesReview({ body: { spec: { namespace: 'web' } } });
  expect(new Set(rules.status?.resourceRules.flatMap((rule) => rule.verbs))).toEqual(new Set(['get', 'list', 'watch']));
});

test('tables have the columns of kubectl', async () => {
  await using cluster = await startSimulatedCluster({ now: () => cycle('appear') });
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

  const table = Table.parse(await (await get(cluster, '/api/v1/namespaces/payments/pods', accept)).json());

  expect(table.columnDefinitions.map((column) => column.name)).toEqual([
    'Name',
    'Ready',
    'Status',
    'Restarts',
    'Node',
    'Age',
  ]);
  expect(table.rows.map((row) => row.cells.slice(1, 3))).toContainEqual(['0/1', 'CrashLoopBackOff']);
});

test.each([
  ['an object that is not there', '/api/v1/namespaces/web/pods/ghost', 404],
  ['a kind that is not served', '/api/v1/namespaces/web/secrets', 404],
  ['a namespaced object without its namespace', '/api/v1/pods/x', 404],
  ['a namespaced path of a cluster-wide kind', '/api/v1/namespaces/web/nodes', 404],
  ['an unknown field selector', '/api/v1/pods?fieldSelector=spec.colour=red', 400],
  ['a broken label selector', '/api/v1/pods?labelSelector=a%20b%20c', 400],
  ['a made-up continue token', '/api/v1/pods?limit=5&continue=zzz', 400],
  ['a watch', '/api/v1/pods?watch=true', 400],
])('refuses %s', async (_what, path, status) => {
  await using cluster = await startSimulatedCluster({ now: () => cycle('appear') });

  const response = await get(cluster, path);

  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ kind: 'Status', status: 'Failure', code: status });
  expect(cluster.violations).toHaveLength(1);
});

test('refuses writes, and callers without the token', async () => {
  await using cluster = await startSimulatedCluster({ now: () => cycle('appear') });
  const { core } = clientsOf(cluster);

  await expect(core.deleteNamespacedPod({ namespace: 'web', name: 'x' })).rejects.toMatchObject({ code: 403 });
  expect((await fetch(`${cluster.url}/api/v1/pods`)).status).toBe(401);
  expect((await fetch(`${cluster.url}/readyz`)).status).toBe(200);
});
