import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runChecks } from '../../../src/checks/run-checks.ts';
import { encodingOf } from '../../../src/cluster/accepted-encoding.ts';
import { resourcePath, snapshotKindNames, snapshotKinds, type SnapshotKind } from '../../../src/cluster/kinds.ts';
import { loadClusterAccess } from '../../../src/cluster/kubeconfig.ts';
import type { DecodedKind, Page } from '../../../src/cluster/page.ts';
import { defaultReadSettings } from '../../../src/cluster/read.ts';
import { createClusterReader } from '../../../src/cluster/reader.ts';
import type { KindName, Snapshot } from '../../../src/domain/snapshot.ts';
import { silentLog } from '../../../src/log.ts';
import type { ControlPlane } from '../../control-plane/client.ts';
import { freshControlPlane } from '../../control-plane/control-plane.ts';
import { anAccount, grantEverywhere } from '../../harness/accounts.ts';
import { chanceOf, mutatedJson, mutatedProtobuf, openProtobufList, type Chance } from '../../harness/mutations.ts';
import { promiseCases, promiseHeld } from '../../harness/promises.ts';
import { applyTroubles } from '../../harness/troubled-cluster.ts';
import { oddObjects } from '../odd-objects.ts';

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const JSON_TYPE = 'application/json';
const NAMESPACE = 'odd';
/** Whatever a mutation breaks is broken again by the same number. */
const SEED = 20_261_121;

let server: ControlPlane;
let dispatcher: Agent;
let snapshot: Snapshot;
beforeAll(async () => {
  server = await freshControlPlane();
  dispatcher = new Agent({ connect: { ca: readFileSync(server.caFile) } });
  await server.adminRequest('POST', '/api/v1/namespaces', { metadata: { name: NAMESPACE } });
  await applyTroubles(server, NAMESPACE, Date.now());
  for (const { kind, body, status } of oddObjects()) {
    const row = snapshotKinds[kind];
    const path = resourcePath(row, row.namespaced ? NAMESPACE : undefined);
    const made = (await server.adminRequest('POST', path, body)) as { metadata: { name: string } };
    if (status === undefined) continue;
    const at = `${path}/${made.metadata.name}/status`;
    await server.adminRequest('PATCH', at, { status }, 'application/merge-patch+json');
  }
  const account = await anAccount(server);
  await grantEverywhere(server, account);
  await using reader = createClusterReader({
    access: loadClusterAccess({
      explicitFile: await server.kubeconfigFile({ token: account.token }),
      environment: {},
    }),
    cluster: () => ({ id: 'test', name: 'test' }),
    settings: () => defaultReadSettings,
    readableConfigMaps: () => [],
    now: Date.now,
    sleep: async () => undefined,
    random: Math.random,
    onRequest: () => undefined,
    log: silentLog,
  });
  snapshot = await reader.takeSnapshot({ namespaces: {}, signal: new AbortController().signal });
});
afterAll(async () => {
  await dispatcher.close();
  await server[Symbol.asyncDispose]();
});

test('K11: one strange object costs itself and nothing else, and every check runs over what came of it', async () => {
  const wanted = promiseCases(500, 10_000);
  const lists = (await Promise.all(snapshotKindNames().map(listsOf))).flat().filter(({ size }) => size > 0);
  const chance = chanceOf(SEED);
  let malformed = 0;
  for (let mutation = 0; mutation < wanted; mutation += 1) {
    const list = lists[mutation % lists.length];
    if (list === undefined) throw new Error('the cluster is empty');
    const index = Math.floor(chance() * list.size);
    const cell = `${list.kind} ${list.contentType} mutation ${mutation}`;

    const page = list.mutated(index, chance);

    if (typeof page === 'string') throw new Error(`${cell}: ${page}`);
    expect(page.objects.length + page.malformed.length, cell).toBe(list.size);
    const others = JSON.stringify(list.whole.toSpliced(index, 1));
    const kept = page.malformed.length === 0 ? page.objects.toSpliced(index, 1) : page.objects;
    expect(JSON.stringify(kept) === others, cell).toBe(true);
    malformed += page.malformed.length;
    const errors: unknown[] = [];
    runChecks(
      { ...snapshot, objects: { ...snapshot.objects, [list.kind]: page.objects } },
      {
        nowMs: Date.now() + 3_600_000,
        settings: () => ({}),
        due: 'all',
        lastKnownOwner: () => undefined,
        redact: (text) => text,
        onError: (check, error) => errors.push(`${cell}, check ${check}: ${String(error)}`),
      },
    );
    expect(errors).toEqual([]);
  }

  expect(malformed).toBeGreaterThan(0);
  expect(malformed).toBeLessThan(wanted);
  await promiseHeld('K11', wanted, `strange objects in JSON and protobuf, ${malformed} left out, 0 crashes`);
}, 900_000);

interface RealList {
  readonly kind: KindName;
  readonly contentType: string;
  readonly size: number;
  readonly whole: readonly unknown[];
  readonly mutated: (index: number, chance: Chance) => Page<unknown> | string;
}

/** A kind's real list, in both encodings. */
async function listsOf(kind: KindName): Promise<readonly RealList[]> {
  const row: SnapshotKind & DecodedKind<unknown> = snapshotKinds[kind];
  const decode = (body: Buffer, contentType: string): Page<unknown> | string => {
    const decoder = encodingOf(contentType).start(row, { maxBytes: defaultReadSettings.maxPageBytes });
    decoder.push(body);
    return decoder.end();
  };
  const wholeOf = (body: Buffer, contentType: string): readonly unknown[] => {
    const page = decode(body, contentType);
    if (typeof page === 'string') throw new Error(page);
    expect(page.malformed).toEqual([]);
    return page.objects;
  };
  const [json, protobuf] = await Promise.all([get(resourcePath(row), JSON_TYPE), get(resourcePath(row), PROTOBUF)]);
  const parsed = JSON.parse(json.toString('utf8')) as { readonly items: readonly unknown[] };
  const opened = openProtobufList(protobuf);
  return [
    {
      kind,
      contentType: JSON_TYPE,
      size: parsed.items.length,
      whole: wholeOf(json, JSON_TYPE),
      mutated: (index, chance) => {
        const items = parsed.items.with(index, mutatedJson(parsed.items[index], chance));
        return decode(Buffer.from(JSON.stringify({ ...parsed, items })), JSON_TYPE);
      },
    },
    {
      kind,
      contentType: PROTOBUF,
      size: opened.items.length,
      whole: wholeOf(protobuf, PROTOBUF),
      mutated: (index, chance) =>
        decode(opened.with(index, mutatedProtobuf(opened.items[index] ?? new Uint8Array(), chance)), PROTOBUF),
    },
  ];
}

async function get(path: string, accept: string): Promise<Buffer> {
  const { body } = await request(server.url + path, {
    dispatcher,
    headers: { accept, authorization: `Bearer ${server.adminToken}` },
  });
  return Buffer.from(await body.arrayBuffer());
}
