import { expect, test } from 'vitest';
import { apply } from '../control-plane/builders/apply.ts';
import { aClaim } from '../control-plane/builders/claim.ts';
import { aDeployment } from '../control-plane/builders/deployment.ts';
import { anEvent } from '../control-plane/builders/event.ts';
import { aJob } from '../control-plane/builders/job.ts';
import type { Builder, KubeObject } from '../control-plane/builders/kube-object.ts';
import { aNode } from '../control-plane/builders/node.ts';
import { aPod } from '../control-plane/builders/pod.ts';
import { objectPath } from '../control-plane/builders/resource-paths.ts';
import { aService } from '../control-plane/builders/service.ts';
import { aStatefulSet } from '../control-plane/builders/stateful-set.ts';
import { controlPlane } from '../control-plane/control-plane.ts';
import { startFakeKubelet } from '../control-plane/fake-kubelet.ts';

const NOW_MS = Date.UTC(2026, 0, 15, 9);

const cases: readonly { readonly name: string; readonly build: (namespace: string) => Builder }[] = [
  { name: 'a healthy deployment', build: (at) => aDeployment('api').in(at).replicas(2) },
  { name: 'a crash loop', build: (at) => aDeployment('api').in(at).replicas(3).crashLooping({ pods: 1 }) },
  { name: 'an OOM kill', build: (at) => aDeployment('api').in(at).oomKilled({ limit: '128Mi' }) },
  { name: 'restarts', build: (at) => aDeployment('api').in(at).restarting() },
  {
    name: 'an image that cannot be pulled',
    build: (at) => aDeployment('api').in(at).imagePullFailing({ reason: 'ErrImagePull' }),
  },
  { name: 'a missing secret', build: (at) => aDeployment('api').in(at).configError() },
  { name: 'a pod without a node', build: (at) => aDeployment('api').in(at).mounting('data').unschedulable() },
  { name: 'a failing probe', build: (at) => aDeployment('api').in(at).probeFailing() },
  { name: 'a stuck rollout', build: (at) => aDeployment('api').in(at).replicas(3).imagePullFailing().rolloutStuck() },
  { name: 'a stateful set', build: (at) => aStatefulSet('db').in(at).replicas(2).crashLooping({ pods: 1 }) },
  { name: 'a bare pod', build: (at) => aPod('alone').in(at).crashLooping() },
  { name: 'a failed job', build: (at) => aJob('migrate').in(at).failed() },
  { name: 'a job past its deadline', build: (at) => aJob('migrate').in(at).failed({ reason: 'DeadlineExceeded' }) },
  { name: 'a pending claim', build: (at) => aClaim('data').in(at).pending() },
  { name: 'a service without endpoints', build: (at) => aService('api').in(at).withoutEndpoints() },
  { name: 'a service with unready endpoints', build: (at) => aService('api').in(at).withUnreadyEndpoints() },
  { name: 'a node that fell silent', build: (at) => aNode(`node-${at}`).notReady({ status: 'Unknown' }) },
  { name: 'a node under pressure', build: (at) => aNode(`node-${at}`).underPressure('MemoryPressure').cordoned() },
];

test.each(cases)('the server keeps $name as it was built, and its repair', async ({ build }) => {
  const server = controlPlane();
  const builder = build(await server.uniqueNamespace('builders'));

  const applied = await apply(server, builder);
  const broken = await Promise.all(applied.objects.map(read));
  await applied.heal();
  const healed = await Promise.all(applied.objects.map(read));
  await applied.delete();

  expect(broken.map(essence)).toMatchObject(builder.objects().map(essence));
  expect(healed.map(essence)).toMatchObject(builder.healthy().objects().map(essence));
  for (const gone of healed) expect((await server.request({ path: objectPath(gone) })).status).toBe(404);
});

test('owners are the real ones, from the pod up to the deployment', async () => {
  const server = controlPlane();
  const builder = aDeployment('api')
    .in(await server.uniqueNamespace('owners'))
    .crashLooping();

  const { objects } = await apply(server, builder);

  const [deployment, replicaSet, pod, event] = objects;
  expect(replicaSet?.metadata.ownerReferences?.[0]).toMatchObject({ name: 'api', uid: deployment?.metadata.uid });
  expect(pod?.metadata.ownerReferences?.[0]).toMatchObject({ kind: 'ReplicaSet', uid: replicaSet?.metadata.uid });
  expect(event?.['involvedObject']).toMatchObject({ kind: 'Pod', uid: pod?.metadata.uid });
});

test('times are those that the caller chose', async () => {
  const server = controlPlane();
  const namespace = await server.uniqueNamespace('times');
  const deployment = aDeployment('api').in(namespace).at(NOW_MS).crashLooping({ sinceMs: 3_600_000 });
  const [about] = deployment.objects();
  if (about === undefined) throw new Error('a deployment has objects');
  const event = anEvent({ about, reason: 'Testing', message: 'x', firstAtMs: NOW_MS - 60_000, lastAtMs: NOW_MS });

  const { objects } = await apply(server, deployment, event);

  const told = objects.at(-1);
  expect(JSON.stringify(objects[0]?.['status'])).toContain('2026-01-15T08:00:00Z');
  expect(told).toMatchObject({ firstTimestamp: '2026-01-15T08:59:00Z', lastTimestamp: '2026-01-15T09:00:00Z' });
});

test('logs come through the API server from the fake kubelet', async () => {
  const server = controlPlane();
  const namespace = await server.uniqueNamespace('logs');
  await using kubelet = await startFakeKubelet(server.connection);
  const nodeName = `node-${namespace}`;
  await apply(server, aNode(nodeName).servedBy(kubelet), aPod('web').in(namespace).on(nodeName).crashLooping());
  kubelet.setLogs({ namespace, pod: 'web', container: 'app' }, 'one\ntwo\nthree\n');
  kubelet.setLogs({ namespace, pod: 'web', container: 'app', previous: true }, 'panic: out of ideas\n');

  const tail = await server.kubectl(['logs', 'web', '-n', namespace, '--tail=2']);
  const previous = await server.kubectl(['logs', 'web', '-n', namespace, '--previous']);

  expect(tail).toBe('two\nthree\n');
  expect(previous).toBe('panic: out of ideas\n');
  expect(kubelet.asked[0]).toContain(`/containerLogs/${namespace}/web/app?`);
});

async function read(object: KubeObject): Promise<KubeObject> {
  return (await controlPlane().adminRequest('GET', objectPath(object))) as KubeObject;
}

/** What must be on the server as it was built: all but what the server itself decides. */
function essence(object: KubeObject): Record<string, unknown> {
  const { kind, spec, status, involvedObject: _involved, metadata, ...rest } = object;
  const taints = kind === 'Node' ? ((spec as { taints?: unknown }).taints ?? []) : undefined;
  return { ...rest, kind, name: metadata.name, status, ...(taints !== undefined && { taints }) };
}
