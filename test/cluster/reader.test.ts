import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { snapshotKindNames } from '../../src/cluster/kinds.ts';
import { loadClusterAccess } from '../../src/cluster/kubeconfig.ts';
import { checkPermissions, createReviewAccess, permissionQuestions } from '../../src/cluster/permissions.ts';
import { clusterRules, grantedKinds, namespaceRules, type PolicyRule } from '../../src/cluster/rbac.ts';
import { defaultReadSettings } from '../../src/cluster/read.ts';
import { createClusterReader, type ClusterReader } from '../../src/cluster/reader.ts';
import { silentLog } from '../../src/log.ts';
import { apply } from '../control-plane/builders/apply.ts';
import { aDeployment } from '../control-plane/builders/deployment.ts';
import { aNode } from '../control-plane/builders/node.ts';
import { aService } from '../control-plane/builders/service.ts';
import { controlPlane } from '../control-plane/control-plane.ts';
import { startFakeKubelet } from '../control-plane/fake-kubelet.ts';

const NEVER = new AbortController().signal;
const RBAC = '/apis/rbac.authorization.k8s.io/v1';

let namespace = '';
let account = '';
beforeAll(async () => {
  const server = controlPlane();
  namespace = await server.uniqueNamespace('reader');
  account = await anAccount(namespace);
  await grantEverywhere(namespace, account, clusterRules());
  await apply(
    server,
    aDeployment('api').in(namespace).replicas(3).crashLooping({ pods: 1 }),
    aService('api').in(namespace).withEndpoints('10.9.0.1'),
  );
  await server.adminRequest('POST', `/api/v1/namespaces/${namespace}/secrets`, {
    metadata: { name: 'hidden' },
    stringData: { password: 'canary' },
  });
});

const made: ClusterReader[] = [];
afterAll(async () => {
  for (const reader of made) await reader[Symbol.asyncDispose]();
});

test('the shipped role reads every kind of the table, with no gap, and knows the cluster', async () => {
  const reader = await readerFor(namespace, account);

  const snapshot = await reader.takeSnapshot({ namespaces: {}, signal: NEVER });

  expect(snapshot.gaps).toEqual([]);
  expect(new Set(snapshot.read)).toEqual(new Set(snapshotKindNames()));
  expect(snapshot.cluster.id).toMatch(/^[0-9a-f-]{36}$/);
  expect(snapshot.cluster.version).toMatch(/^v1\./);
  const pods = snapshot.objects.Pod.filter((pod) => pod.meta.namespace === namespace);
  expect(pods).toHaveLength(3);
  expect(pods.flatMap((pod) => pod.containerStatuses).filter((status) => status.waiting !== undefined)).toMatchObject([
    { waiting: { reason: 'CrashLoopBackOff' }, ready: false },
  ]);
  expect(snapshot.objects.Deployment.find((deployment) => deployment.meta.namespace === namespace)).toMatchObject({
    meta: { name: 'api' },
    replicas: 3,
    readyReplicas: 2,
  });
  expect(snapshot.objects.EndpointSlice.find((slice) => slice.meta.namespace === namespace)).toMatchObject({
    serviceName: 'api',
    endpoints: [{ addresses: ['10.9.0.1'] }],
  });
});

test('lists of several pages are the same as lists of one', async () => {
  const whole = await readerFor(namespace, account);
  const paged = await readerFor(namespace, account, 2);
  const request = { kinds: ['Pod', 'ReplicaSet'], namespaces: { include: [namespace] }, signal: NEVER } as const;

  const [expected, actual] = await Promise.all([whole.takeSnapshot(request), paged.takeSnapshot(request)]);

  expect(actual.objects).toEqual(expected.objects);
  expect(actual.objects.Pod).toHaveLength(3);
});

test('an account without a role sees nothing, and every gap names it and what to grant', async () => {
  const nobody = await anAccount(namespace);
  const reader = await readerFor(namespace, nobody);

  const snapshot = await reader.takeSnapshot({ namespaces: {}, signal: NEVER });

  expect(new Set(snapshot.gaps.map((gap) => gap.cause))).toEqual(new Set(['forbidden']));
  expect(snapshot.gaps).toHaveLength(snapshotKindNames().length + 1);
  expect(snapshot.gaps.find((gap) => gap.resource === 'Deployment')?.detail).toBe(
    `list deployments at the cluster scope is forbidden for system:serviceaccount:${namespace}:${nobody}: grant "list" on "deployments" (apiGroup "apps") in a ClusterRole`,
  );
});

test('with a Role in one of two included namespaces, the other is the gap', async () => {
  const other = await controlPlane().uniqueNamespace('reader');
  const reader = await readerFor(namespace, await anAccountBoundTo(namespace));

  const snapshot = await reader.takeSnapshot({ namespaces: { include: [namespace, other] }, signal: NEVER });

  expect(snapshot.objects.Pod).toHaveLength(3);
  const gaps = snapshot.gaps.filter((gap) => gap.resource !== 'Cluster');
  expect(gaps.every((gap) => gap.namespace === other && gap.cause === 'forbidden')).toBe(true);
  expect(gaps.map((gap) => gap.resource)).toEqual(expect.arrayContaining(['Pod', 'Deployment', 'Event']));
  expect(snapshot.read).not.toContain('Node');
});

test('the permissions report agrees with what RBAC grants', async () => {
  const [whole, single] = await Promise.all([
    reportFor(namespace, account, undefined),
    reportFor(namespace, await anAccountBoundTo(namespace), [namespace, 'elsewhere']),
  ]);

  expect(whole.filter((row) => !row.allowed)).toEqual([]);
  expect(whole).toHaveLength(grantedKinds().length * 2 + 1);
  expect(new Set(single.filter((row) => row.allowed).map((row) => row.namespace))).toEqual(new Set([namespace]));
  expect(new Set(single.filter((row) => !row.allowed).map((row) => row.namespace))).toEqual(new Set(['elsewhere']));
});

test.each([
  ['deploy', 'deployments', 'apps'],
  ['po', 'pods', ''],
  ['events', 'events', ''],
  ['HorizontalPodAutoscaler', 'horizontalpodautoscalers', 'autoscaling'],
  ['customresourcedefinitions.apiextensions.k8s.io', 'customresourcedefinitions', 'apiextensions.k8s.io'],
])('discovery finds %s', async (name, resource, group) => {
  const { queries } = await readerFor(namespace, account);

  expect(await queries.findKind(name, NEVER)).toMatchObject({ resource, group });
});

test('every kind of the table is served as the table says', async () => {
  const { queries } = await readerFor(namespace, account);

  for (const { kind, group, version, resource, namespaced } of grantedKinds()) {
    const name = group === '' ? resource : `${resource}.${group}`;
    expect(await queries.findKind(name, NEVER)).toEqual({ kind, group, version, resource, namespaced });
  }
});

test('a table, an object and a list come as the server has them', async () => {
  const { queries } = await readerFor(namespace, account);
  const deployments = await queries.findKind('deploy', NEVER);
  if (deployments === undefined) throw new Error('Deployments are served');

  const table = await queries.table(deployments, { namespace, maxRows: 10 }, NEVER);
  const object = await queries.get(deployments, namespace, 'api', NEVER);
  const { items } = await queries.list(deployments, { namespace, maxBytes: 1_000_000 }, NEVER);

  expect(table.columns.slice(0, 2)).toEqual(['Name', 'Ready']);
  expect(table.rows[0]?.slice(0, 2)).toEqual(['api', '2/3']);
  expect(object).toMatchObject({ kind: 'Deployment', metadata: { name: 'api', namespace } });
  expect(JSON.stringify(object)).not.toContain('managedFields');
  expect(items).toMatchObject([{ kind: 'Deployment', metadata: { name: 'api' } }]);
  await expect(queries.get(deployments, namespace, 'gone', NEVER)).rejects.toMatchObject({ code: 'CLUSTER_NOT_FOUND' });
});

test('a Secret is refused also to an account that may read everything', async () => {
  const almighty = await anAccount(namespace);
  await grantEverywhere(namespace, almighty, [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]);
  const { queries } = await readerFor(namespace, almighty);
  const secrets = { group: '', version: 'v1', kind: 'Secret', resource: 'secrets', namespaced: true };

  await expect(queries.findKind('secret', NEVER)).rejects.toMatchObject({ code: 'CLUSTER_FORBIDDEN' });
  await expect(queries.get(secrets, namespace, 'hidden', NEVER)).rejects.toMatchObject({ code: 'CLUSTER_FORBIDDEN' });
});

test('logs come from the kubelet, and a missing previous container is a refusal with its reason', async () => {
  const server = controlPlane();
  await using kubelet = await startFakeKubelet(server.connection);
  const node = `node-${namespace}`;
  await apply(server, aNode(node).servedBy(kubelet), aDeployment('web').in(namespace).replicas(1).on(node));
  const reader = await readerFor(namespace, account);
  const snapshot = await reader.takeSnapshot({ kinds: ['Pod'], namespaces: {}, signal: NEVER });
  const pod = snapshot.objects.Pod.find((candidate) => candidate.nodeName === node);
  const container = pod?.containers[0]?.name ?? '';
  const name = pod?.meta.name ?? '';
  kubelet.setLogs({ namespace, pod: name, container }, 'first\nsecond\n');
  const options = { previous: false, tailLines: 1, maxBytes: 1_000 };

  const text = await reader.queries.logs({ namespace, name, container }, options, NEVER);
  const previous = reader.queries.logs({ namespace, name, container }, { ...options, previous: true }, NEVER);

  expect(text).toBe('second\n');
  await expect(previous).rejects.toMatchObject({ code: 'CLUSTER_REFUSED' });
});

async function readerFor(place: string, name: string, pageSize = 500): Promise<ClusterReader> {
  const reader = createClusterReader({
    access: await accessFor(place, name),
    cluster: () => ({ id: undefined, name: 'test' }),
    settings: () => ({ ...defaultReadSettings, pageSize }),
    readableConfigMaps: () => [],
    now: Date.now,
    sleep: (durationMs, signal) => setTimeout(durationMs, undefined, { signal }),
    random: Math.random,
    onRequest: () => undefined,
    log: silentLog,
  });
  made.push(reader);
  return reader;
}

async function reportFor(place: string, name: string, included: readonly string[] | undefined) {
  const { kubeConfig } = await accessFor(place, name);
  return checkPermissions(permissionQuestions(included), createReviewAccess(kubeConfig));
}

async function accessFor(place: string, name: string) {
  const server = controlPlane();
  const token = await server.mintToken(place, name);
  return loadClusterAccess({ explicitFile: await server.kubeconfigFile({ token, namespace: place }), environment: {} });
}

let accounts = 0;
async function anAccount(place: string): Promise<string> {
  const name = `account-${++accounts}`;
  await controlPlane().adminRequest('POST', `/api/v1/namespaces/${place}/serviceaccounts`, { metadata: { name } });
  return name;
}

async function grantEverywhere(place: string, name: string, rules: readonly PolicyRule[]): Promise<void> {
  const metadata = { name: `${place}-${name}` };
  await controlPlane().adminRequest('POST', `${RBAC}/clusterroles`, { metadata, rules });
  await controlPlane().adminRequest('POST', `${RBAC}/clusterrolebindings`, {
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: metadata.name },
    subjects: [{ kind: 'ServiceAccount', name, namespace: place }],
  });
}

async function anAccountBoundTo(place: string): Promise<string> {
  const name = await anAccount(place);
  const metadata = { name };
  const at = `${RBAC}/namespaces/${place}`;
  await controlPlane().adminRequest('POST', `${at}/roles`, { metadata, rules: namespaceRules() });
  await controlPlane().adminRequest('POST', `${at}/rolebindings`, {
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace: place }],
  });
  return name;
}
