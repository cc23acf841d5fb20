import { expect, test } from 'vitest';
import type { GapCause, KindName } from '../../../src/domain/snapshot.ts';
import { snapshotKindNames } from '../../../src/cluster/kinds.ts';
import { faults, kindAt, startApiServer, type Fault } from './api-server.ts';
import { NEVER, startReading } from './reading.ts';

const CAUSES: readonly (readonly [string, Fault, GapCause])[] = [
  ['401', faults.status(401), 'unauthorized'],
  ['403', faults.status(403, 'User "sa" cannot list'), 'forbidden'],
  ['404', faults.status(404), 'not-served'],
  ['410', faults.status(410), 'truncated'],
  ['429', faults.status(429), 'refused'],
  ['500', faults.status(500), 'refused'],
  ['503', faults.status(503), 'refused'],
  ['a redirect', faults.status(302, 'moved', { location: 'http://127.0.0.1:1/' }), 'refused'],
  ['silence', faults.silence, 'timeout'],
  ['headers and then silence', faults.headersThenSilence, 'timeout'],
  ['a reset in the middle of the body', faults.resetMidBody, 'unreachable'],
  ['truncated JSON', faults.body('{"kind":"PodList","metadata":{},"items":[{"metadata":'), 'malformed'],
  ['an empty 200', faults.body(''), 'malformed'],
  ['HTML with 200', faults.body('<html>sign in</html>', 'text/html'), 'malformed'],
  ['a list of another kind', faults.body('{"kind":"SecretList","metadata":{},"items":[]}'), 'malformed'],
  ['JSON null', faults.body('null'), 'malformed'],
  ['items that are no list', faults.body('{"kind":"PodList","metadata":{},"items":"none"}'), 'malformed'],
];

const CELLS = CAUSES.flatMap(([name, fault, cause]) =>
  snapshotKindNames().map((kind) => ({ name, fault, cause, kind })),
);

test.concurrent.each(CELLS)('$kind with $name is unknown, and nothing else is', async ({ kind, fault, cause }) => {
  await using server = await startApiServer({
    faultFor: (arrived) => (kindAt(arrived.path)?.name === kind ? fault : undefined),
  });
  await using reading = await startReading(server.url);

  const snapshot = await reading.reader.takeSnapshot({ namespaces: {}, signal: NEVER });

  expect(snapshot.gaps).toHaveLength(1);
  expect(snapshot.gaps[0]).toMatchObject({ resource: kind, cause });
  expect(snapshot.read).toEqual(snapshotKindNames());
});

test('every other kind is read completely while one fails', async () => {
  const failing: KindName = 'ReplicaSet';
  await using server = await startApiServer({
    objects: { Pod: [{ metadata: { namespace: 'a', name: 'p' } }], Node: [{ metadata: { name: 'n' } }] },
    faultFor: (arrived) => (kindAt(arrived.path)?.name === failing ? faults.status(500) : undefined),
  });
  await using reading = await startReading(server.url);

  const snapshot = await reading.reader.takeSnapshot({ namespaces: {}, signal: NEVER });

  expect(snapshot.objects.Pod).toHaveLength(1);
  expect(snapshot.objects.Node).toHaveLength(1);
  expect(server.listsOf(failing)).toHaveLength(3);
});

test('a refused kind names the account and the permission that is missing', async () => {
  await using server = await startApiServer({
    faultFor: (arrived) =>
      kindAt(arrived.path)?.name === 'Deployment'
        ? faults.status(403, 'deployments.apps is forbidden: User "system:serviceaccount:mon:sa" cannot list resource')
        : undefined,
  });
  await using reading = await startReading(server.url);

  const snapshot = await reading.reader.takeSnapshot({ namespaces: {}, signal: NEVER });

  expect(snapshot.gaps).toEqual([
    {
      resource: 'Deployment',
      cause: 'forbidden',
      detail:
        'list deployments at the cluster scope is forbidden for system:serviceaccount:mon:sa: grant "list" on "deployments" (apiGroup "apps") in a ClusterRole',
    },
  ]);
  expect(server.listsOf('Deployment')).toHaveLength(1);
});

test('a list that hangs does not stop the kinds that wait behind it', async () => {
  const hanging = new Set<string>(snapshotKindNames().slice(0, 5));
  await using server = await startApiServer({
    faultFor: (arrived) => (hanging.has(kindAt(arrived.path)?.name ?? '') ? faults.silence : undefined),
  });
  await using reading = await startReading(server.url);

  const snapshot = await reading.reader.takeSnapshot({ namespaces: {}, signal: NEVER });

  expect(new Set(snapshot.gaps.map((gap) => gap.resource))).toEqual(hanging);
});

test('a server that accepts and then says nothing is noticed once, not kind by kind', async () => {
  await using server = await startApiServer({ faultFor: () => faults.silence });
  await using reading = await startReading(server.url);

  const snapshot = await reading.reader.takeSnapshot({ namespaces: {}, signal: NEVER });

  // Each kind, and which cluster this is.
  expect(snapshot.gaps).toHaveLength(snapshotKindNames().length + 1);
  expect(new Set(snapshot.gaps.map((gap) => gap.cause))).toEqual(new Set(['timeout']));
  // The first five lists, and at most one more in each place that fell free before the verdict.
  expect(snapshotKindNames().flatMap((kind) => server.listsOf(kind)).length).toBeLessThanOrEqual(9);
});

test('an API server that is away makes every kind unreachable at once, and the next snapshot is whole again', async () => {
  const server = await startApiServer({});
  const { url } = server;
  await using reading = await startReading(url);
  await reading.reader.takeSnapshot({ kinds: ['Pod'], namespaces: {}, signal: NEVER });
  await server[Symbol.asyncDispose]();

  const snapshot = await reading.reader.takeSnapshot({ namespaces: {}, signal: NEVER });

  expect(new Set(snapshot.gaps.map((gap) => gap.cause))).toEqual(new Set(['unreachable']));
  expect(new Set(snapshot.gaps.map((gap) => gap.resource))).toEqual(new Set(snapshotKindNames()));
  expect(snapshot.cluster).toEqual({ id: 'cluster-uid', name: 'test', version: 'v1.99.0' });
});
