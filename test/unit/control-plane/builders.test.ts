import { expect, test } from 'vitest';
import { aDeployment } from '../../control-plane/builders/deployment.ts';
import { aService } from '../../control-plane/builders/service.ts';

const NOW_MS = Date.UTC(2026, 0, 15, 9);

test('the same words make the same objects, with every reference met', () => {
  const build = () => aDeployment('api').in('shop').at(NOW_MS).replicas(2).crashLooping({ pods: 1 }).objects();

  const [deployment, replicaSet, ...rest] = build();

  expect(build()).toEqual([deployment, replicaSet, ...rest]);
  expect(rest.map(({ kind }) => kind)).toEqual(['Pod', 'Event', 'Pod']);
  expect(replicaSet?.metadata.ownerReferences?.[0]?.uid).toBe(deployment?.metadata.uid);
  expect(rest[1]?.['involvedObject']).toMatchObject({ uid: rest[0]?.metadata.uid });
});

test('a builder is a value: words make new ones', () => {
  const healthy = aDeployment('api').at(NOW_MS);
  const broken = healthy.oomKilled({ limit: '128Mi' });

  expect(JSON.stringify(healthy.objects())).not.toContain('OOMKilled');
  expect(JSON.stringify(broken.objects())).toContain('"limits":{"memory":"128Mi"}');
  expect(JSON.stringify(broken.healthy().objects())).not.toContain('OOMKilled');
});

test('a stuck rollout keeps the old pods ready beside the new one', () => {
  const [deployment, ...rest] = aDeployment('api').at(NOW_MS).replicas(3).rolloutStuck({ sinceMs: 900_000 }).objects();

  expect(rest.filter(({ kind }) => kind === 'ReplicaSet')).toHaveLength(2);
  expect(rest.filter(({ kind }) => kind === 'Pod')).toHaveLength(4);
  expect(deployment?.['status']).toMatchObject({ readyReplicas: 3, updatedReplicas: 1, unavailableReplicas: 1 });
  expect(JSON.stringify(deployment)).toContain(
    '"lastTransitionTime":"2026-01-15T08:45:00Z","reason":"ProgressDeadlineExceeded"',
  );
});

test('a slice without endpoints says null, as the API does', () => {
  const [, slice] = aService('api').withoutEndpoints().objects();

  expect(slice).toMatchObject({ kind: 'EndpointSlice', endpoints: null });
});
