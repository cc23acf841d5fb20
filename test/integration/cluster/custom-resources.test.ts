import { expect, test } from 'vitest';
import { SHIPPED_ROWS } from '../../../src/checks/custom-resource/shipped-rows.ts';
import { sendJson } from '../../../src/demo/stand-ins/loopback-server.ts';
import { customResourceName, type CustomResourceName } from '../../../src/domain/custom-resource.ts';
import { rawOf, rowOf } from '../../builders/custom-resources.ts';
import { faults, startApiServer, type Arrived, type Fault } from './api-server.ts';
import { NEVER, startReading } from './reading.ts';

const CERTIFICATE = rowOf('cert-manager-certificate');
const ISSUER = rowOf('cert-manager-clusterissuer');
const NAMES: readonly CustomResourceName[] = [CERTIFICATE, ISSUER].map(customResourceName);
const LISTS: Readonly<Record<string, typeof CERTIFICATE>> = { certificates: CERTIFICATE, clusterissuers: ISSUER };

const json =
  (body: unknown): Fault =>
  (_arrived, response) =>
    sendJson(response, 200, body);

const resource = (resourceName: string, kind: string, scope = 'Namespaced') => ({
  resource: resourceName,
  responseKind: { kind },
  scope,
  singularResource: kind.toLowerCase(),
  verbs: ['get', 'list', 'watch'],
});

/** cert-manager in two versions, the preferred one first. */
const discovery = (freshness = 'Current') => ({
  kind: 'APIGroupDiscoveryList',
  items: [
    { metadata: { name: 'apps' }, versions: [{ version: 'v1', resources: [resource('deployments', 'Deployment')] }] },
    {
      metadata: { name: 'cert-manager.io' },
      versions: ['v1', 'v1alpha2'].map((version) => ({
        version,
        freshness,
        resources:
          freshness === 'Stale'
            ? []
            : [resource('certificates', 'Certificate'), resource('clusterissuers', 'ClusterIssuer', 'Cluster')],
      })),
    },
  ],
});

const list = (path: string, items: readonly object[]) => {
  const kind = LISTS[path.split('/').at(-1) ?? '']?.kind ?? '';
  return { apiVersion: 'cert-manager.io/v1', kind: `${kind}List`, metadata: { resourceVersion: '1' }, items };
};

/** A snapshot of these two kinds from a server that answers discovery and lists as told. */
async function read(
  answers: { readonly discovery?: Fault; readonly lists?: (arrived: Arrived) => Fault },
  request: {
    readonly kinds?: readonly CustomResourceName[];
    readonly include?: readonly string[];
    readonly maxPageBytes?: number;
  } = {},
) {
  await using server = await startApiServer({
    faultFor: (arrived) => {
      if (arrived.path === '/apis') return answers.discovery ?? json(discovery());
      if (!arrived.path.startsWith('/apis/cert-manager.io')) return undefined;
      return answers.lists?.(arrived) ?? json(list(arrived.path, []));
    },
  });
  const { maxPageBytes } = request;
  await using reading = await startReading(server.url, {
    settings: { ...(maxPageBytes !== undefined && { maxPageBytes }) },
  });
  const snapshot = await reading.reader.takeSnapshot({
    kinds: request.kinds ?? NAMES,
    customResources: SHIPPED_ROWS,
    namespaces: { include: request.include },
    signal: NEVER,
  });
  return { snapshot, arrived: server.arrived.map(({ path }) => path).filter((path) => path.startsWith('/apis')) };
}

test('one question tells what is served; the preferred version is listed, as JSON in pages', async () => {
  const accepted: string[] = [];
  const { snapshot, arrived } = await read({
    lists: ({ path, accept, query }) => {
      accepted.push(`${accept} limit=${query.get('limit')}`);
      return json(list(path, path.endsWith('/certificates') ? [rawOf(CERTIFICATE)] : []));
    },
  });

  expect(arrived.toSorted()).toEqual([
    '/apis',
    '/apis/cert-manager.io/v1/certificates',
    '/apis/cert-manager.io/v1/clusterissuers',
  ]);
  expect(new Set(accepted)).toEqual(new Set(['application/json limit=250']));
  expect(snapshot.read).toEqual(NAMES);
  expect(snapshot.gaps).toEqual([]);
  expect(snapshot.custom.get('Certificate.cert-manager.io')).toMatchObject([
    { kind: 'Certificate', apiVersion: 'cert-manager.io/v1', meta: { namespace: 'payments', name: 'shop' } },
  ]);
});

test('where nothing custom is asked for, discovery is not either', async () => {
  const { snapshot, arrived } = await read({}, { kinds: [] });

  expect([arrived, snapshot.custom.size, snapshot.read]).toEqual([[], 0, []]);
});

test('a kind that is not served has no objects and no gap', async () => {
  const { snapshot, arrived } = await read({}, { kinds: ['ScaledObject.keda.sh', ...NAMES] });

  expect(arrived).toHaveLength(3);
  expect(snapshot.gaps).toEqual([]);
  expect(snapshot.read).toContain('ScaledObject.keda.sh');
  expect(snapshot.custom.get('ScaledObject.keda.sh')).toEqual([]);
});

test('a CRD that goes away between the two questions is no gap', async () => {
  const { snapshot } = await read({
    lists: () => faults.status(404, 'the server could not find the requested resource'),
  });

  expect(snapshot.gaps).toEqual([]);
  expect(snapshot.read).toEqual(NAMES);
});

test.each([
  { what: 'refused', fault: faults.status(403, 'no discovery'), cause: 'forbidden' },
  { what: 'an error', fault: faults.status(500), cause: 'refused' },
  { what: 'no JSON', fault: faults.body('<html>'), cause: 'malformed' },
  { what: 'silence', fault: faults.silence, cause: 'timeout' },
])('discovery that is $what: every custom kind is a gap, and none is listed', async ({ fault, cause }) => {
  const { snapshot, arrived } = await read({ discovery: fault });

  expect(snapshot.gaps.map((gap) => [gap.resource, gap.namespace, gap.cause])).toEqual(
    NAMES.map((name) => [name, undefined, cause]),
  );
  expect(new Set(arrived)).toEqual(new Set(['/apis']));
});

test('a group whose server is away is a gap for its kinds', async () => {
  const { snapshot } = await read(
    { discovery: json(discovery('Stale')) },
    { kinds: [...NAMES, 'ScaledObject.keda.sh'] },
  );

  expect(snapshot.gaps.map(({ resource: name, cause }) => [name, cause])).toEqual(
    NAMES.map((name) => [name, 'refused']),
  );
});

test('one kind may be refused while the other is read', async () => {
  const { snapshot } = await read({
    lists: ({ path }) =>
      path.endsWith('/clusterissuers') ? faults.status(403) : json(list(path, [rawOf(CERTIFICATE)])),
  });

  expect(snapshot.gaps).toMatchObject([{ resource: 'ClusterIssuer.cert-manager.io', cause: 'forbidden' }]);
  expect(snapshot.custom.get('Certificate.cert-manager.io')).toHaveLength(1);
});

test('a malformed object costs itself, and its gap names it', async () => {
  const odd = { ...rawOf(CERTIFICATE, { name: 'odd' }), status: { conditions: { not: 'a list' } } };
  const { snapshot } = await read({
    lists: ({ path }) => json(list(path, path.endsWith('/certificates') ? [odd, rawOf(CERTIFICATE)] : [])),
  });

  expect(snapshot.custom.get('Certificate.cert-manager.io')?.map(({ meta }) => meta.name)).toEqual(['shop']);
  expect(snapshot.gaps).toEqual([
    {
      resource: 'Certificate.cert-manager.io',
      namespace: 'payments',
      cause: 'malformed',
      detail: 'Certificate odd cannot be understood: status.conditions is not a list',
    },
  ]);
});

test('a page that is too large comes in smaller ones; an object that is too large by itself is a gap', async () => {
  const large = (name: string) => ({ ...rawOf(CERTIFICATE, { name }), spec: { noise: 'x'.repeat(2_000) } });
  const names = Array.from({ length: 60 }, (_, index) => `large-${index}`);
  const limits: number[] = [];
  const pages: (noise: (name: string) => object) => (arrived: Arrived) => Fault = (made) => (arrived) => {
    if (!arrived.path.endsWith('/certificates')) return json(list(arrived.path, []));
    const [limit, from] = [Number(arrived.query.get('limit')), Number(arrived.query.get('continue') ?? 0)];
    limits.push(limit);
    const rest = from + limit < names.length ? { continue: String(from + limit) } : {};
    return json({ ...list(arrived.path, names.slice(from, from + limit).map(made)), metadata: rest });
  };

  const read60 = await read({ lists: pages(large) }, { maxPageBytes: 60_000 });
  const tooLarge = await read({ lists: pages(large) }, { maxPageBytes: 10_000 });

  expect(read60.snapshot.custom.get('Certificate.cert-manager.io')?.map(({ meta }) => meta.name)).toEqual(names);
  expect(read60.snapshot.gaps).toEqual([]);
  expect(limits.slice(0, 7)).toEqual([250, 50, 10, 10, 10, 10, 10]);
  expect(tooLarge.snapshot.gaps).toMatchObject([{ resource: 'Certificate.cert-manager.io', cause: 'truncated' }]);
});

test('with included namespaces each is listed, and cluster-wide kinds are out of scope', async () => {
  const { snapshot, arrived } = await read({}, { include: ['shop', 'bank'] });

  expect(arrived.toSorted()).toEqual([
    '/apis',
    '/apis/cert-manager.io/v1/namespaces/bank/certificates',
    '/apis/cert-manager.io/v1/namespaces/shop/certificates',
  ]);
  expect(snapshot.read).toEqual(['Certificate.cert-manager.io']);
});

test('a server without aggregated discovery is asked for the groups that matter alone', async () => {
  const groups = ['apps', 'cert-manager.io', 'metrics.k8s.io'].map((name) => ({
    name,
    versions: [{ groupVersion: `${name}/v1`, version: 'v1' }],
  }));
  const { snapshot, arrived } = await read({
    discovery: json({ kind: 'APIGroupList', groups }),
    lists: ({ path }) =>
      path === '/apis/cert-manager.io/v1'
        ? json({
            kind: 'APIResourceList',
            resources: [{ name: 'certificates', kind: 'Certificate', namespaced: true, verbs: ['get', 'list'] }],
          })
        : json(list(path, [rawOf(CERTIFICATE)])),
  });

  expect(arrived).toEqual(['/apis', '/apis/cert-manager.io/v1', '/apis/cert-manager.io/v1/certificates']);
  expect(snapshot.custom.get('Certificate.cert-manager.io')).toHaveLength(1);
  expect(snapshot.gaps).toEqual([]);
});
