import { readFileSync } from 'node:fs';
import { decodePage } from '../builders/pages.ts';
import fc from 'fast-check';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAcceptedEncoding, encodingOf } from '../../src/cluster/accepted-encoding.ts';
import { failureOfStatus } from '../../src/cluster/failure.ts';
import { resourcePath, snapshotKindNames, snapshotKinds, type SnapshotKind } from '../../src/cluster/kinds.ts';
import type { KindName } from '../../src/domain/snapshot.ts';
import { apply } from '../control-plane/builders/apply.ts';
import { aClaim } from '../control-plane/builders/claim.ts';
import { aDeployment } from '../control-plane/builders/deployment.ts';
import { aJob } from '../control-plane/builders/job.ts';
import { aNode } from '../control-plane/builders/node.ts';
import { aPod } from '../control-plane/builders/pod.ts';
import { aService } from '../control-plane/builders/service.ts';
import { aStatefulSet } from '../control-plane/builders/stateful-set.ts';
import type { ControlPlane } from '../control-plane/client.ts';
import { freshControlPlane } from '../control-plane/control-plane.ts';
import { oddObjects } from './odd-objects.ts';
import type { OddObject } from './odd-parts.ts';
import { oddRules } from './odd-rules.ts';

const NAMESPACE = 'odd';
const PROTOBUF = 'application/vnd.kubernetes.protobuf';

let server: ControlPlane;
let dispatcher: Agent;
beforeAll(async () => {
  server = await freshControlPlane();
  dispatcher = new Agent({ connect: { ca: readFileSync(server.caFile) } });
  await server.adminRequest('POST', '/api/v1/namespaces', { metadata: { name: NAMESPACE } });
  await apply(
    server,
    aNode('one'),
    aDeployment('crashing').in(NAMESPACE).replicas(3).crashLooping({ pods: 1 }),
    aStatefulSet('database').in(NAMESPACE),
    aPod('single').in(NAMESPACE),
    aJob('failing').in(NAMESPACE),
    aClaim('data').in(NAMESPACE),
    aService('crashing').in(NAMESPACE).withEndpoints('10.9.0.1'),
  );
  for (const odd of [...oddObjects(), ...oddRules()]) await make(odd);
});

afterAll(async () => {
  await dispatcher.close();
  await server[Symbol.asyncDispose]();
});

test.each(snapshotKindNames())('a %s is the same from protobuf as from JSON, object by object', async (kind) => {
  const json = await readAll(kind, 'application/json');
  // Of the same instant: the server writes the status of some kinds itself, whenever it likes.
  const protobuf = await readAll(kind, PROTOBUF, `?resourceVersion=${json.resourceVersion}&resourceVersionMatch=Exact`);

  expect([json.contentType, protobuf.contentType]).toEqual(['application/json', PROTOBUF]);
  expect(json.objects.length).toBeGreaterThan(1);
  expect(protobuf.malformed).toEqual([]);
  expect(protobuf.objects).toStrictEqual(json.objects);
  expect(JSON.stringify(protobuf.objects)).toBe(JSON.stringify(json.objects));
});

test.each(snapshotKindNames())(
  'of a %s every field is set somewhere, so that one which is forgotten shows',
  async (kind) => {
    const bare = snapshotKinds[kind].project({ metadata: { name: 'x', namespace: NAMESPACE } });
    const alwaysDefault = async (): Promise<readonly string[]> => {
      const { objects } = await readAll(kind, PROTOBUF);
      const fields = Object.entries(bare).filter(([field, value]) =>
        objects.every(
          (object) =>
            JSON.stringify(Object.entries(object).find(([name]) => name === field)?.[1]) === JSON.stringify(value),
        ),
      );
      return fields.map(([field]) => field);
    };

    // The server's own controllers take a moment for the status of definitions and API services.
    await expect.poll(alwaysDefault, { timeout: 20_000 }).toEqual([]);
  },
);

test('each kind is read in the newest version that is served; only autoscalers have an older one, which is not read', async () => {
  const older: Record<string, readonly string[]> = {};
  for (const row of Object.values(snapshotKinds)) {
    const versions = await versionsOf(row);
    expect([row.kind, versions[0]]).toEqual([row.kind, row.version]);
    if (versions.length > 1) older[row.kind] = versions.slice(1);
  }

  // The table above compares one of them that was written in the older version.
  expect(older).toEqual({ HorizontalPodAutoscaler: ['v1'] });
});

test('a list in pages and a whole one are the same objects', async () => {
  const row = snapshotKinds.Event;
  const { objects } = await readAll('Event', PROTOBUF);
  const paged: unknown[] = [];
  for (let token = ''; ;) {
    const { body } = await get(`${resourcePath(row)}?limit=3&continue=${encodeURIComponent(token)}`, PROTOBUF);
    const page = decodePage(encodingOf(PROTOBUF), row, body, 777);
    if (typeof page === 'string') throw new Error(page);
    paged.push(...page.objects);
    token = page.continueToken;
    if (token === '') break;
  }

  expect(objects.length).toBeGreaterThan(3);
  expect(paged).toEqual(objects);
});

test('a refusal says the same in either', async () => {
  const path = '/api/v1/pods?continue=nonsense';

  const refusals = await Promise.all(['application/json', PROTOBUF].map((accept) => get(path, accept)));

  expect(refusals.map(({ contentType }) => contentType)).toEqual(['application/json', PROTOBUF]);
  const [json, protobuf] = refusals.map(({ status, body }) => failureOfStatus(status, body));
  expect(protobuf).toEqual(json);
  expect(json?.what).toMatch(/^the API server answered 400: .*continue/);
});

test('asked for both, the server sends protobuf', async () => {
  const { contentType } = await get('/apis/apps/v1/deployments', createAcceptedEncoding().accept());

  expect(contentType).toBe(PROTOBUF);
});

test('a list that breaks off anywhere is not understood, and never a shorter list', async () => {
  const { body } = await get('/apis/discovery.k8s.io/v1/endpointslices', PROTOBUF);
  // Two empty fields of the envelope stand behind the list.
  const listEnd = body.length - 4;
  const cuts = [...Array.from({ length: 400 }, (_, bytes) => bytes), ...sampled(400, listEnd - 1), listEnd - 1];

  for (const bytes of cuts) {
    const broken = body.subarray(0, bytes);
    expect(decodePage(encodingOf(PROTOBUF), snapshotKinds.EndpointSlice, broken)).toMatch(/only a part of it/);
  }
});

test('changed bytes cost objects or the page, and nothing else', async () => {
  const { body } = await get(`${resourcePath(snapshotKinds.Pod)}?limit=4`, PROTOBUF);
  const change = fc.record({ at: fc.nat(body.length - 1), byte: fc.nat(255) });

  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const changed = Buffer.from(body);
      for (const { at, byte } of changes) changed[at] = byte;
      const page = decodePage(encodingOf(PROTOBUF), snapshotKinds.Pod, changed);
      expect(['string', 'object']).toContain(typeof page);
    }),
    { numRuns: 2_000, seed: 4 },
  );
});

function sampled(from: number, to: number): readonly number[] {
  return fc.sample(fc.integer({ min: from, max: to }), { numRuns: 400, seed: 4 });
}

async function make({ kind, version, body, status }: OddObject): Promise<void> {
  const row = snapshotKinds[kind];
  const path = resourcePath({ ...row, version: version ?? row.version }, row.namespaced ? NAMESPACE : undefined);
  const made = (await server.adminRequest('POST', path, body)) as { metadata: { name: string } };
  if (status === undefined) return;
  const at = `${path}/${made.metadata.name}/status`;
  await server.adminRequest('PATCH', at, { status }, 'application/merge-patch+json');
}

/** The versions in which the kind's group serves it, as the server would choose among them. */
async function versionsOf({ group, resource }: SnapshotKind): Promise<readonly string[]> {
  if (group === '') return ((await server.adminRequest('GET', '/api')) as { versions: string[] }).versions;
  const found = (await server.adminRequest('GET', `/apis/${group}`)) as { versions: { version: string }[] };
  const served = await Promise.all(
    found.versions.map(async ({ version }) => {
      const list = (await server.adminRequest('GET', `/apis/${group}/${version}`)) as { resources: { name: string }[] };
      return list.resources.some(({ name }) => name === resource) ? [version] : [];
    }),
  );
  return served.flat();
}

async function readAll<Name extends KindName>(kind: Name, accept: string, query = '') {
  const row = snapshotKinds[kind];
  const { body, contentType, status } = await get(`${resourcePath(row)}${query}`, accept);
  expect(status).toBe(200);
  const page = decodePage(encodingOf(contentType), row, body);
  if (typeof page === 'string') throw new Error(page);
  const resourceVersion = accept === PROTOBUF ? '' : String(JSON.parse(body.toString('utf8')).metadata.resourceVersion);
  return { ...page, contentType, resourceVersion };
}

async function get(path: string, accept: string) {
  const { statusCode, headers, body } = await request(server.url + path, {
    dispatcher,
    headers: { accept, authorization: `Bearer ${server.adminToken}` },
  });
  return {
    status: statusCode,
    contentType: String(headers['content-type']),
    body: Buffer.from(await body.arrayBuffer()),
  };
}
