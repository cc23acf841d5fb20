import { expect, test } from 'vitest';
import { controlPlane, freshControlPlane } from '../control-plane/control-plane.ts';
import { reseedWorkloads, seedCluster } from '../control-plane/seed/seed-cluster.ts';

const SIZE = { nodes: 4, pods: 25, services: 10, broken: 5, nowMs: Date.UTC(2026, 0, 15, 9) };

interface List {
  readonly items: readonly {
    readonly status?: { readonly conditions?: readonly { type: string; status: string }[] };
  }[];
}

test('a seeded cluster has the size that was asked for, broken and repaired', async () => {
  await using server = await freshControlPlane();
  const list = async (path: string): Promise<List['items']> => ((await server.adminRequest('GET', path)) as List).items;
  const unreadyPods = async (): Promise<number> =>
    (await list('/api/v1/pods')).filter(
      ({ status }) => !status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True'),
    ).length;

  await seedCluster(server, SIZE);

  expect(await list('/api/v1/nodes')).toHaveLength(4);
  expect(await list('/api/v1/pods')).toHaveLength(25);
  expect(await unreadyPods()).toBe(5);
  expect(await list('/apis/apps/v1/deployments')).toHaveLength(10);
  expect(await list('/apis/apps/v1/replicasets')).toHaveLength(10);
  expect(await list('/api/v1/services')).toHaveLength(10 + 1); // and `kubernetes`
  expect(await list('/apis/discovery.k8s.io/v1/endpointslices')).toHaveLength(10 + 1);
  await reseedWorkloads(server, { ...SIZE, broken: 0 });
  await expect.poll(unreadyPods).toBe(0);
});

test('what is seeded past the API is what the API itself accepts', async () => {
  await using server = await freshControlPlane();
  await seedCluster(server, SIZE);
  const namespace = await controlPlane().uniqueNamespace('seed');

  for (const [path, plural] of [
    ['/api/v1/nodes/worker-0', 'nodes'],
    ['/apis/apps/v1/namespaces/team-0/deployments/service-0', 'deployments'],
    ['/apis/apps/v1/namespaces/team-1/deployments/service-1', 'deployments'],
  ] as const) {
    const seeded = (await server.adminRequest('GET', path)) as { metadata: Record<string, unknown> };
    const { name, labels, annotations } = seeded.metadata;
    const body = { ...seeded, metadata: { name: `${namespace}-${String(name)}`, labels, annotations } };
    const collection = plural === 'nodes' ? '/api/v1/nodes' : `/apis/apps/v1/namespaces/${namespace}/${plural}`;
    await controlPlane().adminRequest('POST', collection, body);
    const { status } = await server.request({
      method: 'PUT',
      path: `${path}/status`,
      body: { ...seeded, metadata: { name } },
    });
    expect(status).toBe(200);
  }
  const pods = (await server.adminRequest('GET', '/api/v1/pods')) as { items: { metadata: Record<string, unknown> }[] };
  for (const pod of pods.items) {
    const { name, labels } = pod.metadata;
    const place = `/api/v1/namespaces/${namespace}/pods`;
    await controlPlane().adminRequest('POST', place, { ...pod, metadata: { name, labels, namespace } });
    await controlPlane().adminRequest('PUT', `${place}/${String(name)}/status`, {
      ...pod,
      metadata: { name, labels, namespace },
    });
  }
});
