import { expect, test } from 'vitest';
import { snapshotKindNames } from '../../../src/cluster/kinds.ts';
import { faults, kindAt, startApiServer, type Fault } from './api-server.ts';
import { NEVER, startReading } from './reading.ts';

const pods = (count: number, namespace = 'shop') =>
  Array.from({ length: count }, (_, index) => ({ metadata: { namespace, name: `pod-${index}` } }));

const read = { kinds: ['Pod'], namespaces: {}, signal: NEVER } as const;

/** Answers as told, one after the other, to the requests for pods; then as usual. */
function inTurn(...script: readonly (Fault | undefined)[]) {
  const rest = [...script];
  return (arrived: { readonly path: string }) => (kindAt(arrived.path)?.name === 'Pod' ? rest.shift() : undefined);
}

/** The last minor version that builds a whole list before it sends it. */
const PAGING = 'v1.32.9';

test('a long list arrives whole, in pages, over kept connections', async () => {
  await using server = await startApiServer({ version: PAGING, objects: { Pod: pods(1_203) } });
  await using reading = await startReading(server.url);

  for (let round = 0; round < 5; round += 1) {
    const snapshot = await reading.reader.takeSnapshot({ namespaces: {}, signal: NEVER });
    expect(new Set(snapshot.objects.Pod.map((pod) => pod.meta.name)).size).toBe(1_203);
    expect(snapshot.gaps).toEqual([]);
  }

  expect(server.listsOf('Pod').map((request) => request.query.get('continue'))).toEqual(
    Array.from({ length: 5 }, () => [null, '500', '1000']).flat(),
  );
  // A page of each kind, two more of pods, the version and the identity.
  expect(server.arrived.length).toBe(5 * (snapshotKindNames().length + 4));
  expect(server.sockets()).toBeLessThanOrEqual(8);
  expect(new Set(server.arrived.map((request) => request.method))).toEqual(new Set(['GET']));
});

test('definitions, which are very large, are asked for in smaller pages, and never in larger ones than set', async () => {
  await using server = await startApiServer({ version: PAGING });
  const limitsWith = async (pageSize: number) => {
    await using reading = await startReading(server.url, { settings: { pageSize } });
    await reading.reader.takeSnapshot({ namespaces: {}, signal: NEVER });
    return (['Pod', 'CustomResourceDefinition'] as const).map((kind) => {
      return server.listsOf(kind).at(-1)?.query.get('limit');
    });
  };

  expect(await limitsWith(500)).toEqual(['500', '50']);
  expect(await limitsWith(20)).toEqual(['20', '20']);
});

test('a list whose pages expire is read again from its start, and no object is there twice', async () => {
  await using server = await startApiServer({
    version: PAGING,
    objects: { Pod: pods(700) },
    faultFor: inTurn(undefined, faults.status(410), undefined, undefined),
  });
  await using reading = await startReading(server.url);

  const snapshot = await reading.reader.takeSnapshot(read);

  expect(snapshot.objects.Pod).toHaveLength(700);
  expect(snapshot.gaps).toEqual([]);
});

test('a list that goes on expiring is a gap after three restarts, and keeps what was read', async () => {
  await using server = await startApiServer({
    version: PAGING,
    objects: { Pod: pods(700) },
    faultFor: (arrived) => (arrived.query.has('continue') ? faults.status(410) : undefined),
  });
  await using reading = await startReading(server.url);

  const snapshot = await reading.reader.takeSnapshot(read);

  expect(snapshot.gaps).toMatchObject([{ resource: 'Pod', cause: 'truncated' }]);
  expect(snapshot.objects.Pod).toHaveLength(500);
  expect(server.listsOf('Pod')).toHaveLength(8);
});

test.each([429, 503])('Retry-After of a %i is kept, also in the next snapshot', async (status) => {
  await using server = await startApiServer({
    faultFor: inTurn(faults.status(status, 'busy', { 'retry-after': '1' })),
  });
  await using reading = await startReading(server.url, { sleepMs: (wishedMs) => wishedMs });

  const snapshot = await reading.reader.takeSnapshot(read);

  const [first, second] = server.listsOf('Pod');
  expect(snapshot.gaps).toEqual([]);
  expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(1_000);
});

test('a server that wants to be left alone for a long time is a gap now, and is left alone until then', async () => {
  let nowMs = 1_000_000;
  await using server = await startApiServer({ faultFor: inTurn(faults.status(429, 'busy', { 'retry-after': '120' })) });
  await using reading = await startReading(server.url, { now: () => nowMs });

  const first = await reading.reader.takeSnapshot(read);
  nowMs += 60_000;
  const second = await reading.reader.takeSnapshot(read);
  nowMs += 60_001;
  const third = await reading.reader.takeSnapshot(read);

  expect(first.gaps).toMatchObject([{ resource: 'Pod', cause: 'refused' }]);
  expect(second.gaps).toMatchObject([
    { cause: 'refused', detail: expect.stringContaining('left alone for another 60 s') },
  ]);
  expect(third.gaps).toEqual([]);
  expect(server.listsOf('Pod')).toHaveLength(2);
});

test('a server that streams lists is asked for whole ones', async () => {
  await using server = await startApiServer({ version: 'v1.33.0', objects: { Pod: pods(1_203) } });
  await using reading = await startReading(server.url);

  const snapshot = await reading.reader.takeSnapshot(read);

  expect(snapshot.objects.Pod).toHaveLength(1_203);
  expect(server.listsOf('Pod').map((request) => request.query.get('limit'))).toEqual([null]);
});

test('a whole list that would have to be held, because it came as JSON, is read in pages after all', async () => {
  await using server = await startApiServer({ objects: { Pod: pods(1_203) } });
  await using reading = await startReading(server.url, { settings: { maxPageBytes: 50_000 } });

  const snapshot = await reading.reader.takeSnapshot(read);

  expect(snapshot.gaps).toEqual([]);
  expect(snapshot.objects.Pod).toHaveLength(1_203);
  expect(server.listsOf('Pod').map((request) => request.query.get('continue'))).toEqual([null, null, '500', '1000']);
});

test('a failing list is tried three times with growing, jittered waits', async () => {
  await using server = await startApiServer({ faultFor: inTurn(faults.status(500), faults.resetMidBody) });
  await using reading = await startReading(server.url);

  const snapshot = await reading.reader.takeSnapshot(read);

  expect(snapshot.gaps).toEqual([]);
  expect(reading.waits).toEqual([50, 100]);
  expect(reading.seen.filter((request) => request.kind === 'Pod').map((request) => request.status)).toEqual([
    500,
    'broken-connection',
    200,
  ]);
});

test('24 rotated tokens cost at most one more call each, and no snapshot', async () => {
  let accepted = 'token-1';
  const refuseOlder: Fault = faults.status(401, 'Unauthorized');
  await using server = await startApiServer({
    faultFor: (arrived) => (arrived.authorization === `Bearer ${accepted}` ? undefined : refuseOlder),
  });
  await using reading = await startReading(server.url);

  for (let rotation = 1; rotation <= 24; rotation += 1) {
    accepted = `token-${rotation}`;
    await reading.rotateToken(`${accepted}\n`);
    const snapshot = await reading.reader.takeSnapshot({ namespaces: {}, signal: NEVER });
    expect(snapshot.gaps).toEqual([]);
  }

  const perRotation = server.arrived.length / 24;
  expect(perRotation).toBeLessThanOrEqual(2 * (snapshotKindNames().length + 2));
  // Those that were under way with the older token; none was refused twice.
  expect(reading.seen.filter((request) => request.status === 401).length).toBeLessThanOrEqual(24 * 7);
});

test('a token that is refused for good is a gap of each kind, after two more tries', async () => {
  await using server = await startApiServer({ faultFor: () => faults.status(401, 'Unauthorized') });
  await using reading = await startReading(server.url);

  const snapshot = await reading.reader.takeSnapshot(read);

  expect(snapshot.gaps).toMatchObject([
    { resource: 'Pod', cause: 'unauthorized' },
    { resource: 'Cluster', cause: 'unauthorized' },
  ]);
  expect(server.listsOf('Pod')).toHaveLength(3);
  expect(JSON.stringify(snapshot)).not.toContain('token-1');
});

test('giving up ends the snapshot at once, with the reason of the one who gave up', async () => {
  await using server = await startApiServer({ faultFor: () => faults.headersThenSilence });
  await using reading = await startReading(server.url, { settings: { idleMs: 20_000, deadlineMs: 20_000 } });
  const giveUp = new AbortController();

  const snapshot = reading.reader.takeSnapshot({ namespaces: {}, signal: giveUp.signal });
  await expect.poll(() => server.arrived.length).toBeGreaterThan(1);
  giveUp.abort(new Error('shutting down'));

  await expect(snapshot).rejects.toThrow('shutting down');
});

test('with included namespaces each is listed alone, and one that is refused is the only gap', async () => {
  await using server = await startApiServer({
    objects: { Pod: [...pods(2, 'shop'), ...pods(3, 'bank'), ...pods(4, 'other')] },
    faultFor: (arrived) =>
      arrived.path === '/api/v1/namespaces/bank/pods' ? faults.status(403, 'User "sa" cannot list') : undefined,
  });
  await using reading = await startReading(server.url);

  const snapshot = await reading.reader.takeSnapshot({
    kinds: ['Pod', 'Node', 'StorageClass'],
    namespaces: { include: ['shop', 'bank', 'shop'] },
    signal: NEVER,
  });

  expect(snapshot.objects.Pod.map((pod) => pod.meta.namespace)).toEqual(['shop', 'shop']);
  expect(snapshot.gaps).toEqual([
    {
      resource: 'Pod',
      namespace: 'bank',
      cause: 'forbidden',
      detail: 'list pods in namespace bank is forbidden for sa: grant "list" on "pods" (apiGroup "") in a Role in bank',
    },
  ]);
  expect(snapshot.read).toEqual(['Pod']);
  expect(snapshot.includedNamespaces).toEqual(['shop', 'bank']);
  expect(server.listsOf('Node')).toEqual([]);
});

test('a cluster-wide refusal is one gap, without asking namespace by namespace', async () => {
  await using server = await startApiServer({
    faultFor: (arrived) => (kindAt(arrived.path)?.name === 'Pod' ? faults.status(403) : undefined),
  });
  await using reading = await startReading(server.url);

  const snapshot = await reading.reader.takeSnapshot(read);

  expect(snapshot.gaps).toHaveLength(1);
  expect(server.listsOf('Pod')).toHaveLength(1);
});

test('excluded namespaces leave neither objects nor gaps', async () => {
  await using server = await startApiServer({
    objects: {
      Pod: [...pods(2, 'shop'), ...pods(2, 'sandbox'), { metadata: { namespace: 'sandbox', name: 7 } }],
      Namespace: [{ metadata: { name: 'shop' } }, { metadata: { name: 'sandbox' } }],
    },
  });
  await using reading = await startReading(server.url);

  const snapshot = await reading.reader.takeSnapshot({
    kinds: ['Pod', 'Namespace'],
    namespaces: { exclude: ['sandbox'] },
    signal: NEVER,
  });

  expect(snapshot.objects.Pod.map((pod) => pod.meta.namespace)).toEqual(['shop', 'shop']);
  expect(snapshot.objects.Namespace.map((namespace) => namespace.meta.name)).toEqual(['shop']);
  expect(snapshot.gaps).toEqual([]);
});

test('objects that cannot be understood are skipped and make their namespace unknown', async () => {
  const broken = [
    { metadata: { namespace: 'shop', name: 'odd' }, status: { containerStatuses: 'none' } },
    { metadata: { namespace: 'shop', name: 'odder' }, spec: 7 },
    { metadata: { namespace: 'shop', name: 'fine' } },
    { metadata: { namespace: 'bank' } },
    null,
  ];
  await using server = await startApiServer({ objects: { Pod: broken.map((item) => item ?? Object(null)) } });
  await using reading = await startReading(server.url);

  const snapshot = await reading.reader.takeSnapshot(read);

  expect(snapshot.objects.Pod.map((pod) => pod.meta.name)).toEqual(['fine']);
  expect(snapshot.gaps).toEqual([
    {
      resource: 'Pod',
      namespace: 'shop',
      cause: 'malformed',
      detail: 'Pod odd and 1 more cannot be understood: status.containerStatuses is not a list',
    },
    {
      resource: 'Pod',
      namespace: 'bank',
      cause: 'malformed',
      detail: 'Pod an object without a name cannot be understood: metadata.name is missing',
    },
    {
      resource: 'Pod',
      cause: 'malformed',
      detail: 'Pod an object without a name cannot be understood: metadata.name is missing',
    },
  ]);
});

test.each([406, 415])('what refuses protobuf with a %i gets asked for JSON, from then on', async (status) => {
  await using server = await startApiServer({
    objects: { Pod: pods(700) },
    faultFor: (arrived) => (arrived.accept.includes('protobuf') ? faults.status(status) : undefined),
  });
  await using reading = await startReading(server.url);

  const first = await reading.reader.takeSnapshot({ namespaces: {}, signal: NEVER });
  const refused = server.arrived.filter((request) => request.accept.includes('protobuf')).length;
  const second = await reading.reader.takeSnapshot({ namespaces: {}, signal: NEVER });

  expect([first.gaps, second.gaps]).toEqual([[], []]);
  expect([first, second].map((snapshot) => snapshot.objects.Pod.length)).toEqual([700, 700]);
  expect(refused).toBeGreaterThan(0);
  expect(refused).toBeLessThanOrEqual(5);
  expect(server.arrived.filter((request) => request.accept.includes('protobuf'))).toHaveLength(refused);
});

test('what refuses JSON too is a gap', async () => {
  await using server = await startApiServer({ faultFor: inTurn(faults.status(406), faults.status(406)) });
  await using reading = await startReading(server.url);

  const snapshot = await reading.reader.takeSnapshot(read);

  expect(snapshot.gaps).toMatchObject([{ resource: 'Pod', cause: 'refused' }]);
  expect(server.listsOf('Pod').map((request) => request.accept)).toEqual([
    'application/vnd.kubernetes.protobuf, application/json',
    'application/json',
  ]);
});

test('protobuf that breaks off is a gap, and the kinds beside it are read', async () => {
  await using server = await startApiServer({
    objects: { Service: [{ metadata: { namespace: 'shop', name: 'api' } }] },
    faultFor: inTurn(faults.body('k8s\0\n', 'application/vnd.kubernetes.protobuf')),
  });
  await using reading = await startReading(server.url);

  const snapshot = await reading.reader.takeSnapshot({ kinds: ['Pod', 'Service'], namespaces: {}, signal: NEVER });

  expect(snapshot.gaps).toMatchObject([
    { resource: 'Pod', cause: 'malformed', detail: expect.stringContaining('only a part of it') },
  ]);
  expect(snapshot.objects.Service).toHaveLength(1);
});

test('a page above the byte limit and a list without an end are gaps', async () => {
  await using server = await startApiServer({
    objects: { Pod: pods(400) },
    faultFor: (arrived) =>
      kindAt(arrived.path)?.name === 'Service'
        ? faults.body('{"kind":"ServiceList","metadata":{"continue":"again"},"items":[]}')
        : undefined,
  });
  await using reading = await startReading(server.url, { settings: { maxPageBytes: 4_000 } });

  const snapshot = await reading.reader.takeSnapshot({ kinds: ['Pod', 'Service'], namespaces: {}, signal: NEVER });

  expect(snapshot.gaps).toMatchObject([
    { resource: 'Pod', cause: 'truncated' },
    { resource: 'Service', cause: 'truncated' },
  ]);
});

test('where kube-system cannot be read, the cluster is unknown and the remedy is said', async () => {
  await using server = await startApiServer({
    faultFor: (arrived) => (arrived.path.endsWith('/kube-system') ? faults.status(403) : undefined),
  });
  await using reading = await startReading(server.url);

  const snapshot = await reading.reader.takeSnapshot(read);

  expect(snapshot.cluster.id).toBe('');
  expect(snapshot.gaps).toMatchObject([
    { resource: 'Cluster', cause: 'forbidden', detail: expect.stringContaining('set cluster_id in config.yaml') },
  ]);
});

test('pods are read last, and only where they are wanted', async () => {
  await using server = await startApiServer({
    objects: { Pod: [...pods(2, 'shop'), ...pods(3, 'bank')], Node: [{ metadata: { name: 'n' } }] },
  });
  await using reading = await startReading(server.url);
  const nodesSeen: number[] = [];

  const snapshot = await reading.reader.takeSnapshot({
    kinds: ['Pod', 'Node'],
    namespaces: { exclude: ['kube-system'] },
    podsToRead: ({ objects }) => {
      nodesSeen.push(objects.Node.length);
      return new Set(['bank', 'kube-system']);
    },
    signal: NEVER,
  });

  expect(nodesSeen).toEqual([1]);
  expect(snapshot.podNamespaces).toEqual(new Set(['bank']));
  expect(snapshot.objects.Pod.map(({ meta }) => meta.namespace)).toEqual(['bank', 'bank', 'bank']);
  expect(server.listsOf('Pod').map(({ path }) => path)).toEqual(['/api/v1/namespaces/bank/pods']);
});

test.each([
  ['all are wanted', 'all' as const],
  ['very many are wanted', new Set(Array.from({ length: 21 }, (_, index) => `namespace-${index}`))],
])('where %s, pods come as one list', async (_what, wanted) => {
  await using server = await startApiServer({ objects: { Pod: pods(2, 'shop') } });
  await using reading = await startReading(server.url);

  const snapshot = await reading.reader.takeSnapshot({ ...read, podsToRead: () => wanted });

  expect(snapshot.podNamespaces).toBeUndefined();
  expect(snapshot.objects.Pod).toHaveLength(2);
  expect(server.listsOf('Pod').map(({ path }) => path)).toEqual(['/api/v1/pods']);
});

test('where pods are refused in one of the wanted namespaces, all are asked for, so that the gap says how far it goes', async () => {
  await using server = await startApiServer({
    objects: { Pod: pods(2, 'shop') },
    faultFor: (arrived) => (kindAt(arrived.path)?.name === 'Pod' ? faults.status(403, 'no pods') : undefined),
  });
  await using reading = await startReading(server.url);

  const snapshot = await reading.reader.takeSnapshot({ ...read, podsToRead: () => new Set(['shop']) });

  expect(snapshot.podNamespaces).toBeUndefined();
  expect(snapshot.gaps).toMatchObject([{ resource: 'Pod', cause: 'forbidden' }]);
  expect(snapshot.gaps[0]).not.toHaveProperty('namespace');
});
