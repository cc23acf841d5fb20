import { expect, test } from 'vitest';
import { sendJson } from '../../../src/demo/stand-ins/loopback-server.ts';
import { faults, startApiServer, type Arrived, type Fault } from './api-server.ts';
import { NEVER, startReading } from './reading.ts';

const SECRET = { group: '', version: 'v1', kind: 'Secret', resource: 'secrets', namespaced: true };
const POD = { group: '', version: 'v1', kind: 'Pod', resource: 'pods', namespaced: true };
const CONFIG_MAP = { group: '', version: 'v1', kind: 'ConfigMap', resource: 'configmaps', namespaced: true };

const json =
  (body: unknown): Fault =>
  (_arrived, response) =>
    sendJson(response, 200, body);

function resource(name: string, kind: string, more: object = {}) {
  return {
    resource: name,
    responseKind: { kind },
    scope: 'Namespaced',
    singularResource: kind.toLowerCase(),
    verbs: ['get', 'list'],
    ...more,
  };
}

const AGGREGATED: Readonly<Record<string, unknown>> = {
  '/api': {
    kind: 'APIGroupDiscoveryList',
    items: [
      {
        metadata: {},
        versions: [
          {
            version: 'v1',
            resources: [
              resource('pods', 'Pod', { shortNames: ['po'], subresources: [{ subresource: 'log' }] }),
              resource('secrets', 'Secret'),
              resource('bindings', 'Binding', { verbs: ['create'] }),
              resource('events', 'Event', { shortNames: ['ev'] }),
            ],
          },
        ],
      },
    ],
  },
  '/apis': {
    kind: 'APIGroupDiscoveryList',
    items: [
      {
        metadata: { name: 'apps' },
        versions: [{ version: 'v1', resources: [resource('deployments', 'Deployment', { shortNames: ['deploy'] })] }],
      },
      { metadata: { name: 'events.k8s.io' }, versions: [{ version: 'v1', resources: [resource('events', 'Event')] }] },
      { metadata: { name: 'metrics.k8s.io' }, versions: [{ version: 'v1beta1', freshness: 'Stale', resources: [] }] },
    ],
  },
};

const CLASSIC: Readonly<Record<string, unknown>> = {
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/api/v1': {
    kind: 'APIResourceList',
    resources: [
      { name: 'pods', singularName: 'pod', kind: 'Pod', namespaced: true, verbs: ['get', 'list'], shortNames: ['po'] },
      { name: 'pods/log', singularName: '', kind: 'Pod', namespaced: true, verbs: ['get'] },
      { name: 'secrets', singularName: 'secret', kind: 'Secret', namespaced: true, verbs: ['get', 'list'] },
    ],
  },
  '/apis': {
    kind: 'APIGroupList',
    groups: [
      { name: 'apps', versions: [{ version: 'v1' }] },
      { name: 'metrics.k8s.io', versions: [{ version: 'v1beta1' }] },
    ],
  },
  '/apis/apps/v1': {
    kind: 'APIResourceList',
    resources: [
      {
        name: 'deployments',
        singularName: 'deployment',
        kind: 'Deployment',
        namespaced: true,
        verbs: ['get', 'list'],
        shortNames: ['deploy'],
      },
    ],
  },
};

/** Discovery from a table; `/apis/metrics.k8s.io` is down. */
function discovery(table: Readonly<Record<string, unknown>>) {
  return ({ path }: Arrived): Fault | undefined => {
    if (path.startsWith('/apis/metrics.k8s.io')) return faults.status(503, 'service unavailable');
    return table[path] === undefined ? undefined : json(table[path]);
  };
}

test.each([
  ['Pod', 'pods', ''],
  ['po', 'pods', ''],
  ['pods', 'pods', ''],
  ['deploy', 'deployments', 'apps'],
  ['Deployment', 'deployments', 'apps'],
  ['deployments.apps', 'deployments', 'apps'],
  ['deployments.v1.apps', 'deployments', 'apps'],
])('%s is found, with aggregated and with classic discovery', async (name, plural, group) => {
  for (const table of [AGGREGATED, CLASSIC]) {
    await using server = await startApiServer({ faultFor: discovery(table) });
    await using reading = await startReading(server.url);

    const kind = await reading.reader.queries.findKind(name, NEVER);

    expect(kind).toMatchObject({ resource: plural, group, version: 'v1', namespaced: true });
  }
});

test('the core group wins over others of the same name, which their group still reaches', async () => {
  await using server = await startApiServer({ faultFor: discovery(AGGREGATED) });
  await using reading = await startReading(server.url);
  const { queries } = reading.reader;

  expect(await queries.findKind('events', NEVER)).toMatchObject({ group: '' });
  expect(await queries.findKind('events.events.k8s.io', NEVER)).toMatchObject({ group: 'events.k8s.io' });
  expect(await queries.findKind('bindings', NEVER)).toBeUndefined();
  expect(await queries.findKind('unicorns', NEVER)).toBeUndefined();
  // One discovery serves them all.
  expect(server.arrived.filter((request) => request.path === '/apis')).toHaveLength(1);
});

test('an aggregated API that is down costs its own group only, and says so', async () => {
  for (const table of [AGGREGATED, CLASSIC]) {
    await using server = await startApiServer({ faultFor: discovery(table) });
    await using reading = await startReading(server.url);

    expect(await reading.reader.queries.findKind('deploy', NEVER)).toMatchObject({ group: 'apps' });
    await expect(reading.reader.queries.findKind('pods.metrics.k8s.io', NEVER)).rejects.toMatchObject({
      code: 'CLUSTER_REFUSED',
      retryable: true,
    });
  }
});

test('a kind that appears later is found, at most one look every 15 seconds', async () => {
  let nowMs = 1_000_000;
  let table: Readonly<Record<string, unknown>> = AGGREGATED;
  await using server = await startApiServer({ faultFor: (arrived) => discovery(table)(arrived) });
  await using reading = await startReading(server.url, { now: () => nowMs });
  const { queries } = reading.reader;
  const crd = {
    metadata: { name: 'argoproj.io' },
    versions: [{ version: 'v1alpha1', resources: [resource('applications', 'Application')] }],
  };

  expect(await queries.findKind('applications.argoproj.io', NEVER)).toBeUndefined();
  table = { ...AGGREGATED, '/apis': { kind: 'APIGroupDiscoveryList', items: [crd] } };
  expect(await queries.findKind('applications.argoproj.io', NEVER)).toBeUndefined();
  nowMs += 15_001;

  expect(await queries.findKind('applications.argoproj.io', NEVER)).toMatchObject({ kind: 'Application' });
});

test.each(['secrets', 'secret', 'Secret', 'secrets.v1.', 'SECRETS'])('%s leads to no Secret', async (name) => {
  await using server = await startApiServer({ faultFor: discovery(AGGREGATED) });
  await using reading = await startReading(server.url);

  const outcome = await reading.reader.queries.findKind(name, NEVER).catch((error: unknown) => error);

  expect(
    outcome === undefined || (outcome instanceof Error && 'code' in outcome && outcome.code === 'CLUSTER_FORBIDDEN'),
  ).toBe(true);
});

test.each([
  SECRET,
  { ...SECRET, kind: 'Pod' },
  { ...SECRET, resource: 'pods' },
  { ...SECRET, group: 'vault.example.com' },
  { ...POD, resource: 'secrets/status' },
  { ...POD, resource: 'pods/../secrets' },
  { ...POD, version: '../v1' },
  { ...POD, group: 'apps/../..' },
])('$group/$version/$resource as $kind is refused by every question, before anything is sent', async (kind) => {
  await using server = await startApiServer({});
  await using reading = await startReading(server.url);
  const { queries } = reading.reader;

  const questions = [
    queries.get(kind, 'shop', 'x', NEVER),
    queries.list(kind, { namespace: 'shop', maxBytes: 1_000 }, NEVER),
    queries.table(kind, { namespace: '', maxRows: 10 }, NEVER),
  ];
  for (const question of questions) {
    await expect(question).rejects.toMatchObject({ code: expect.stringMatching(/^CLUSTER_(FORBIDDEN|REFUSED)$/) });
  }

  expect(server.arrived).toEqual([]);
});

test.each(['..', '.', '', 'a/b', 'a%2fb', '../secrets', 'x?y=z', 'x#y', 'a b', 'a\n'])(
  'the name %j never becomes a URL',
  async (name) => {
    await using server = await startApiServer({});
    await using reading = await startReading(server.url);
    const { queries } = reading.reader;
    const options = { previous: false, tailLines: 1, maxBytes: 10 };

    await expect(queries.get(POD, 'shop', name, NEVER)).rejects.toMatchObject({ code: 'CLUSTER_REFUSED' });
    await expect(queries.logs({ namespace: 'shop', name }, options, NEVER)).rejects.toMatchObject({
      code: 'CLUSTER_REFUSED',
    });
    expect(server.arrived).toEqual([]);
  },
);

test.each(['..', 'a/b', 'Shop', 'a%2fb', 'shop?x=y'])('the namespace %j never becomes a URL', async (namespace) => {
  await using server = await startApiServer({});
  await using reading = await startReading(server.url);

  await expect(reading.reader.queries.get(POD, namespace, 'x', NEVER)).rejects.toMatchObject({
    code: 'CLUSTER_REFUSED',
  });
  expect(server.arrived).toEqual([]);
});

test('objects come without managedFields and without what kubectl applied', async () => {
  const object = {
    kind: 'Pod',
    metadata: {
      name: 'api',
      managedFields: [{ manager: 'kubectl' }],
      annotations: { keep: 'this', 'kubectl.kubernetes.io/last-applied-configuration': '{"password":"x"}' },
    },
    spec: { odd: ['kept', 1] },
  };
  await using server = await startApiServer({ faultFor: () => json(object) });
  await using reading = await startReading(server.url);

  expect(await reading.reader.queries.get(POD, 'shop', 'api', NEVER)).toEqual({
    kind: 'Pod',
    metadata: { name: 'api', annotations: { keep: 'this' } },
    spec: { odd: ['kept', 1] },
  });
  expect(server.arrived[0]?.path).toBe('/api/v1/namespaces/shop/pods/api');
});

test('a ConfigMap shows its keys; its contents only where the operator lists it', async () => {
  const configMap = {
    metadata: { namespace: 'shop', name: 'app' },
    data: { 'db.ini': 'password=x' },
    binaryData: { k: 'eA==' },
  };
  await using server = await startApiServer({
    faultFor: ({ path }) => json(path.endsWith('/app') ? configMap : { metadata: {}, items: [configMap] }),
  });
  await using closed = await startReading(server.url);
  await using open = await startReading(server.url, { readableConfigMaps: ['shop/app'] });

  const hidden = await closed.reader.queries.get(CONFIG_MAP, 'shop', 'app', NEVER);
  const { items } = await closed.reader.queries.list(CONFIG_MAP, { namespace: 'shop', maxBytes: 10_000 }, NEVER);
  const shown = await open.reader.queries.get(CONFIG_MAP, 'shop', 'app', NEVER);

  expect(JSON.stringify([hidden, items])).not.toMatch(/password|eA==/);
  expect(hidden['data']).toEqual({ 'db.ini': expect.stringContaining('not shown') });
  expect(shown['data']).toEqual({ 'db.ini': 'password=x' });
});

test('a list follows its pages, names its kind, and stops at the byte limit', async () => {
  const Pod = Array.from({ length: 600 }, (_, index) => ({ metadata: { namespace: 'shop', name: `pod-${index}` } }));
  await using server = await startApiServer({ objects: { Pod } });
  await using reading = await startReading(server.url);
  const { queries } = reading.reader;

  const whole = await queries.list(POD, { namespace: '', labelSelector: 'app=x', maxBytes: 1_000_000 }, NEVER);
  const cut = await queries.list(POD, { namespace: '', maxBytes: 1_000 }, NEVER);

  expect(whole).toMatchObject({ truncated: false });
  expect(whole.items).toHaveLength(600);
  expect(whole.items[0]).toMatchObject({ apiVersion: 'v1', kind: 'Pod' });
  expect(server.arrived[0]?.query.get('labelSelector')).toBe('app=x');
  expect(cut.truncated).toBe(true);
  expect(JSON.stringify(cut.items).length).toBeLessThan(1_100);
});

test('a table has the columns that kubectl prints, with namespaces where there are several', async () => {
  const table = {
    kind: 'Table',
    metadata: { continue: 'more' },
    columnDefinitions: [{ name: 'Name', priority: 0 }, { name: 'Restarts' }, { name: 'IP', priority: 1 }],
    rows: [{ cells: ['api', 3, '10.0.0.1'], object: { metadata: { namespace: 'shop' } } }, { cells: ['db', null] }],
  };
  await using server = await startApiServer({ faultFor: () => json(table) });
  await using reading = await startReading(server.url);
  const { queries } = reading.reader;

  expect(await queries.table(POD, { namespace: '', maxRows: 10 }, NEVER)).toEqual({
    columns: ['Namespace', 'Name', 'Restarts'],
    rows: [
      ['shop', 'api', '3'],
      ['', 'db', '<none>'],
    ],
    truncated: true,
  });
  expect(await queries.table(POD, { namespace: 'shop', name: 'api', maxRows: 1 }, NEVER)).toMatchObject({
    columns: ['Name', 'Restarts'],
    rows: [['api', '3']],
  });
  expect(server.arrived.map((request) => [request.path, request.query.get('limit')])).toEqual([
    ['/api/v1/pods', '10'],
    ['/api/v1/namespaces/shop/pods/api', null],
  ]);
});

test('a server without tables still answers with what every object has', async () => {
  const list = { metadata: {}, items: [{ metadata: { namespace: 'shop', name: 'a', creationTimestamp: 'T' } }] };
  await using server = await startApiServer({ faultFor: () => json(list) });
  await using reading = await startReading(server.url);

  expect(await reading.reader.queries.table(POD, { namespace: '', maxRows: 5 }, NEVER)).toEqual({
    columns: ['Namespace', 'Name', 'Created'],
    rows: [['shop', 'a', 'T']],
    truncated: false,
  });
});

test('a log that is worth no waiting is asked for once, where others are tried again', async () => {
  await using server = await startApiServer({
    faultFor: () => (_arrived, response) => {
      response.writeHead(500).end();
    },
  });
  await using reading = await startReading(server.url);
  const pod = { namespace: 'shop', name: 'api-1', container: 'api' };
  const options = { previous: true, tailLines: 50, maxBytes: 100 };

  await expect(reading.reader.queries.logs(pod, { ...options, tries: 1 }, NEVER)).rejects.toThrow('500');
  const once = server.arrived.length;
  await expect(reading.reader.queries.logs(pod, options, NEVER)).rejects.toThrow('500');

  expect(once).toBe(1);
  expect(server.arrived.length - once).toBeGreaterThan(1);
});

test('logs are bounded, and bytes that are no text are replaced', async () => {
  await using server = await startApiServer({
    faultFor: () => (_arrived, response) => {
      response.end(Buffer.concat([Buffer.from([0xff]), Buffer.from('x'.repeat(5_000))]));
    },
  });
  await using reading = await startReading(server.url);

  const text = await reading.reader.queries.logs(
    { namespace: 'shop', name: 'api-1', container: 'api' },
    { previous: true, tailLines: 50, sinceSeconds: 60, maxBytes: 100 },
    NEVER,
  );

  expect(text).toBe(`\uFFFD${'x'.repeat(99)}`);
  expect(Object.fromEntries(server.arrived[0]?.query ?? [])).toEqual({
    container: 'api',
    previous: 'true',
    tailLines: '50',
    sinceSeconds: '60',
    limitBytes: '100',
  });
});

test.each([
  [faults.status(403, 'User "sa" cannot get'), 'CLUSTER_FORBIDDEN', false],
  [faults.status(404, 'pods "api" not found'), 'CLUSTER_NOT_FOUND', false],
  [faults.status(401), 'CLUSTER_UNAUTHORIZED', false],
  [faults.status(400, 'previous terminated container not found'), 'CLUSTER_REFUSED', false],
  [faults.status(500), 'CLUSTER_REFUSED', true],
  [faults.silence, 'CLUSTER_UNREACHABLE', true],
  [faults.body('{"kind":'), 'CLUSTER_REFUSED', false],
] as const)('failure %# of a question is a coded error', async (fault, code, retryable) => {
  await using server = await startApiServer({ faultFor: () => fault });
  await using reading = await startReading(server.url);

  const question = reading.reader.queries.get(POD, 'shop', 'api', NEVER);

  await expect(question).rejects.toMatchObject({
    code,
    retryable,
    message: expect.stringContaining('get pods in namespace shop'),
  });
});
