import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { snapshotKindNames } from '../../../src/cluster/kinds.ts';
import { loadClusterAccess } from '../../../src/cluster/kubeconfig.ts';
import { defaultReadSettings } from '../../../src/cluster/read.ts';
import { createClusterReader } from '../../../src/cluster/reader.ts';
import { startSlackStandIn } from '../../../src/demo/stand-ins/slack.ts';
import type { KindName, Snapshot } from '../../../src/domain/snapshot.ts';
import { silentLog } from '../../../src/log.ts';
import type { ControlPlane } from '../../control-plane/client.ts';
import { freshControlPlane } from '../../control-plane/control-plane.ts';
import { anAccount, grantEverywhere } from '../../harness/accounts.ts';
import { startFaultProxy } from '../../harness/fault-proxy.ts';
import { refusal } from '../../harness/faults.ts';
import { handClock, HOUR_MS } from '../../harness/hand-clock.ts';
import { startMonitor } from '../../harness/monitor.ts';
import { promiseHeld } from '../../harness/promises.ts';
import { wordsOf } from '../../harness/slack-view.ts';
import { applyTroubles } from '../../harness/troubled-cluster.ts';

const NEVER = new AbortController().signal;

/** The newest minor version is the one that the binaries are of. */
const VERSIONS = [
  { minor: '1.36', wish: {} },
  { minor: '1.35', wish: { emulatedVersion: '1.35' } },
  { minor: '1.34', wish: { emulatedVersion: '1.34' } },
] as const;

let held = 0;

test.each(VERSIONS)(
  'K12: on the $minor minor version every kind is read, protobuf says what JSON says, and what is broken is told',
  async ({ minor, wish }) => {
    await using server = await freshControlPlane(wish);
    const account = await anAccount(server);
    await grantEverywhere(server, account);
    const clock = handClock(Date.now() + HOUR_MS);
    await server.adminRequest('POST', '/api/v1/namespaces', { metadata: { name: 'prod-shop' } });
    await applyTroubles(server, 'prod-shop', clock.now());
    await using proxy = await startFaultProxy(server);
    // What does not understand protobuf says so.
    proxy.follow(({ accept }) => (accept.includes('protobuf') ? refusal(406) : undefined));
    await using json = await readerFor(proxy, account.token);
    await using protobuf = await readerFor(server, account.token);

    const read = { namespaces: {}, signal: NEVER } as const;
    const [fromJson, fromProtobuf] = [await json.takeSnapshot(read), await protobuf.takeSnapshot(read)];

    expect(await versionOf(server)).toBe(minor);
    expect([fromJson.gaps, fromProtobuf.gaps]).toEqual([[], []]);
    expect(new Set(fromProtobuf.read)).toEqual(new Set(snapshotKindNames()));
    expect(proxy.seen.some(({ accept, status }) => accept.includes('protobuf') && status === 406)).toBe(true);
    // The order of a list is the server's own.
    for (const kind of snapshotKindNames()) {
      expect(namedIn(fromProtobuf, kind), kind).toStrictEqual(namedIn(fromJson, kind));
    }
    await using slack = await startSlackStandIn({ now: clock.now });
    await using monitor = await startMonitor({
      server,
      token: account.token,
      definitions: { claudeDir: 'agents', agentsDir: 'agents' },
      clock,
      slack,
      app: { sleepBetweenMessages: () => wait(2) },
    });
    const { report } = await monitor.cycle('manual', { withAgents: false });
    expect(report.gaps).toEqual([]);
    expect(slack.messages('critical-alerts').map(wordsOf).join()).toContain('prod-shop/crashing');
    held += 1;
  },
);

test('K12: all of them', async () => {
  expect(held).toBe(VERSIONS.length);
  await promiseHeld('K12', held, `minor versions: ${VERSIONS.map(({ minor }) => minor).join(', ')}`);
});

async function versionOf(server: ControlPlane): Promise<string> {
  const { body } = await server.request({ path: '/version' });
  const { major, minor, emulationMajor = major, emulationMinor = minor } = body as Record<string, string>;
  return `${emulationMajor}.${emulationMinor}`;
}

function namedIn({ objects }: Snapshot, kind: KindName): readonly (readonly [name: string, object: unknown])[] {
  return objects[kind]
    .map((object) => [`${object.meta.namespace}/${object.meta.name}`, object] as const)
    .toSorted(([one], [other]) => one.localeCompare(other));
}

async function readerFor(at: Pick<ControlPlane, 'kubeconfigFile'>, token: string) {
  return createClusterReader({
    access: loadClusterAccess({ explicitFile: await at.kubeconfigFile({ token }), environment: {} }),
    cluster: () => ({ id: undefined, name: 'test' }),
    settings: () => defaultReadSettings,
    readableConfigMaps: () => [],
    now: Date.now,
    sleep: async () => undefined,
    random: Math.random,
    onRequest: () => undefined,
    log: silentLog,
  });
}
