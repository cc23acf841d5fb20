import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { controlPlane } from '../control-plane/control-plane.ts';
import type { ControlPlane } from '../control-plane/client.ts';
import { anAccount, grantEverywhere, type Account } from '../harness/accounts.ts';
import { startFaultProxy } from '../harness/fault-proxy.ts';
import { handClock } from '../harness/hand-clock.ts';
import { mountDefinitions } from '../harness/definitions.ts';
import { startMonitor, type Monitor } from '../harness/monitor.ts';
import { shippedDefinitions } from '../harness/shipped-definitions.ts';

const OPTIONAL = join(import.meta.dirname, '..', '..', 'k8s', 'optional', 'events-rbac.yaml');
const REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
const BROKEN = '---\nname: k8s-analyzer\ndescription: never closed\n';

interface StoredEvent {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly involvedObject: { readonly kind: string; readonly name: string; readonly uid?: string };
}

let server: ControlPlane;
beforeAll(() => {
  server = controlPlane();
});

/** A pod in a namespace of its own, and the account that the monitor in it has. */
async function aPod(): Promise<{ readonly account: Account; readonly variables: Readonly<Record<string, string>> }> {
  const namespace = await server.uniqueNamespace('own-events');
  const account = await anAccount(server, namespace);
  await grantEverywhere(server, account);
  const pod = (await server.adminRequest('POST', `/api/v1/namespaces/${namespace}/pods`, {
    metadata: { name: 'k8s-monitor-0', labels: { app: 'k8s-monitor' } },
    spec: { containers: [{ name: 'k8s-monitor', image: 'k8s-monitor' }] },
  })) as { metadata: { uid: string } };
  const variables = { POD_NAME: 'k8s-monitor-0', POD_NAMESPACE: namespace, POD_UID: pod.metadata.uid };
  return { account, variables };
}

/** The shipped grant, for this account in its namespace. */
async function applyShippedGrant({ name, namespace }: Account): Promise<void> {
  for (const document of (await readFile(OPTIONAL, 'utf8')).split(/^---$/m).slice(1)) {
    const text = document
      .replace(/(kind: ServiceAccount\n\s+name: ).*/, `$1${name}`)
      .replace(/(\n\s+namespace: ).*/, `$1${namespace}`);
    await server.kubectl(['apply', '-n', namespace, '-f', '-'], { input: text });
  }
}

async function edited(monitor: Monitor, swap: () => Promise<void>): Promise<void> {
  await swap();
  await monitor.cycle('patrol');
  await monitor.app.settled();
}

async function eventsIn(namespace: string): Promise<readonly StoredEvent[]> {
  const list = (await server.adminRequest('GET', `/api/v1/namespaces/${namespace}/events`)) as { items: StoredEvent[] };
  return list.items.filter(({ reason }) => reason.startsWith('Config'));
}

test('with the shipped optional grant a taken and a refused edit are events on the own pod, where describe finds them', async () => {
  const { account, variables } = await aPod();
  await applyShippedGrant(account);
  const { claude, agents } = await shippedDefinitions();
  await using mounted = await mountDefinitions(server, { claude, agents });
  await using monitor = await startMonitor({
    server,
    token: account.token,
    definitions: mounted,
    clock: handClock(Date.now()),
    variables,
  });
  await monitor.cycle('patrol');
  expect(await eventsIn(account.namespace)).toEqual([]);

  await edited(monitor, () =>
    mounted.swapClaude(`${claude}\n## Known issues of tonight\n\n- shop/api. Do not alert.\n`),
  );
  await edited(monitor, () => mounted.swapAgents({ ...agents, 'k8s-analyzer.md': BROKEN }));

  const events = await eventsIn(account.namespace);
  const onPod = { kind: 'Pod', name: 'k8s-monitor-0', uid: variables['POD_UID'] };
  expect(events.toSorted((one, other) => one.reason.localeCompare(other.reason))).toMatchObject([
    {
      type: 'Warning',
      reason: 'ConfigRejected',
      involvedObject: onPod,
      message: expect.stringMatching(/^definitions refused, what was in force stays: k8s-analyzer\.md: /),
    },
    {
      type: 'Normal',
      reason: 'ConfigReloaded',
      involvedObject: onPod,
      message: expect.stringMatching(
        /^definitions in force: CLAUDE\.md \([0-9a-f]{12}\)\. widened: known issue of shop\/api added: silences\. /,
      ),
    },
  ]);
  const described = await server.kubectl(['describe', 'pod', 'k8s-monitor-0', '-n', account.namespace]);
  expect(described).toMatch(/Warning\s+ConfigRejected .*k8s-monitor/);
  expect(monitor.log.filter(({ msg }) => msg === 'no events are written on the own pod')).toEqual([]);
}, 120_000);

test('without the grant nothing is written or tried, one line says so, and the reload is in force', async () => {
  await using proxy = await startFaultProxy(server);
  const { account, variables } = await aPod();
  const { claude, agents } = await shippedDefinitions();
  await using mounted = await mountDefinitions(server, { claude, agents });
  await using monitor = await startMonitor({
    server: { kubeconfigFile: proxy.kubeconfigFile },
    token: account.token,
    definitions: mounted,
    clock: handClock(Date.now()),
    variables,
  });
  await monitor.cycle('patrol');
  await edited(monitor, () => mounted.swapClaude(`${claude}\nOne line more.\n`));
  await edited(monitor, () => mounted.swapClaude(`${claude}\nTwo lines\nmore.\n`));

  expect(await eventsIn(account.namespace)).toEqual([]);
  const writes = proxy.seen.filter(({ method }) => method !== 'GET').map(({ url }) => url.pathname);
  expect(writes).toEqual([REVIEWS]);
  expect(monitor.log.filter(({ msg }) => msg === 'no events are written on the own pod')).toMatchObject([
    { level: 'info', remedy: expect.stringContaining('k8s/optional/events-rbac.yaml') },
  ]);
  expect(monitor.log.filter(({ msg }) => msg === 'definitions changed')).toHaveLength(2);
}, 120_000);

test('an API server that is gone costs an event and nothing else', async () => {
  await using proxy = await startFaultProxy(server);
  const { account, variables } = await aPod();
  await applyShippedGrant(account);
  const { claude, agents } = await shippedDefinitions();
  await using mounted = await mountDefinitions(server, { claude, agents });
  await using monitor = await startMonitor({
    server: { kubeconfigFile: proxy.kubeconfigFile },
    token: account.token,
    definitions: mounted,
    clock: handClock(Date.now()),
    variables,
  });
  await monitor.cycle('patrol');
  await proxy[Symbol.asyncDispose]();
  await edited(monitor, () => mounted.swapClaude(`${claude}\nOne line more.\n`));

  expect(monitor.log.filter(({ msg }) => msg === 'an event could not be written')).toMatchObject([{ level: 'warn' }]);
  expect(monitor.log.filter(({ msg }) => msg === 'definitions changed')).toHaveLength(1);
}, 120_000);
