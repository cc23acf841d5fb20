import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clusterRules } from '../../src/cluster/rbac.ts';
import { FAMILIES } from '../../src/domain/finding.ts';
import { nameOf } from '../../src/domain/object-ref.ts';
import type { CycleReport } from '../../src/domain/report.ts';
import { customResourceGrants } from '../../src/wiring/custom-resources.ts';
import { createCustomObject, CUSTOM_KINDS, defineKinds } from '../control-plane/builders/custom-resources.ts';
import { aDeployment } from '../control-plane/builders/deployment.ts';
import { aNode } from '../control-plane/builders/node.ts';
import { aService } from '../control-plane/builders/service.ts';
import type { ControlPlane } from '../control-plane/client.ts';
import { freshControlPlane } from '../control-plane/control-plane.ts';
import { writeToEtcd } from '../control-plane/seed/etcd-writer.ts';
import { anAccount, grantEverywhere } from '../harness/accounts.ts';
import { handClock, HOUR_MS, MINUTE_MS } from '../harness/hand-clock.ts';
import { startMonitor, type Monitor } from '../harness/monitor.ts';
import { loadCases } from './checks/judge-cases.ts';
import { FAULTS } from './thirty-faults/faults.ts';
import {
  createServices,
  daemonSet,
  HEALTHY,
  namespaceName,
  nodeName,
  NODES,
  numbers,
  seedHealthyCluster,
} from './thirty-faults/healthy-cluster.ts';

/** Creation times are the server's: everything is judged ten hours after it was made. */
const AGE_MS = 10 * HOUR_MS;
const DOWN = 'worker-31';
const DOWN_FOR_MS = 40 * MINUTE_MS;
const ACCOUNTING = { namespace: 'argocd', name: 'accounting' };

/** Eight lost one pod of three with the node, five both of theirs, and two DaemonSets run everywhere. */
const LOST_ONE = 8;
const LOST_ALL = 5;
const DAEMONS = 2;

let server: ControlPlane;
let monitor: Monitor;
let first: CycleReport;
let second: CycleReport;
let patrol: CycleReport;
let namespaces: readonly string[];

beforeAll(async () => {
  server = await freshControlPlane();
  const nowMs = Date.now() + AGE_MS;
  await seedHealthyCluster(server, nowMs);
  await seedNodeDown(nowMs);
  const cases = FAULTS.map(({ fault: name, check, objects }) => ({
    check,
    name,
    objects,
    finds: [],
    ageMinutes: AGE_MS / MINUTE_MS,
  }));
  namespaces = (await loadCases(server, cases)).map(({ namespace }) => namespace);
  await createDegradedApplication(nowMs);

  const account = await anAccount(server);
  await grantEverywhere(server, account, clusterRules(customResourceGrants([])));
  await untilAllowed(account.token);
  monitor = await startMonitor({
    server,
    token: account.token,
    definitions: { claudeDir: 'agents', agentsDir: 'agents' },
    clock: handClock(Date.now() + AGE_MS),
  });
  first = (await monitor.cycle('manual', { withAgents: false })).report;
  second = (await monitor.cycle('manual', { withAgents: false })).report;
  patrol = (await monitor.cycle('patrol')).report;
}, 300_000);

afterAll(async () => {
  await monitor[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** A node that fell silent, with twenty pods of fifteen workloads. */
async function seedNodeDown(nowMs: number): Promise<void> {
  const lose = (name: string, index: number, replicas: number, lost: number) => {
    const namespace = namespaceName(index);
    const deployment = aDeployment(name)
      .in(namespace)
      .at(nowMs)
      .replicas(replicas)
      .on(...numbers(replicas).map((pod) => (pod < lost ? DOWN : nodeName(index + pod))))
      .probeFailing({ pods: lost, sinceMs: DOWN_FOR_MS });
    const service = aService(name).in(namespace).at(nowMs);
    return [
      ...deployment.objects(),
      ...(lost < replicas ? service.withEndpoints('10.244.0.10') : service.withUnreadyEndpoints()).objects(),
    ];
  };
  const everywhere = [...numbers(NODES).map(nodeName), DOWN];
  const objects = [
    ...aNode(DOWN).at(nowMs).notReady({ status: 'Unknown', sinceMs: DOWN_FOR_MS }).objects(),
    ...numbers(LOST_ONE).flatMap((index) => lose(`part-${String(index)}`, index, 3, 1)),
    ...numbers(LOST_ALL).flatMap((index) => lose(`whole-${String(index)}`, index, 2, 2)),
    ...numbers(DAEMONS).flatMap((index) =>
      daemonSet(`everywhere-${String(index)}`, namespaceName(index), everywhere, nowMs, {
        nodeNames: [DOWN],
        sinceMs: DOWN_FOR_MS,
      }),
    ),
  ];
  await writeToEtcd(
    server.connection,
    objects.filter(({ kind }) => kind !== 'Service' && kind !== 'Event'),
  );
  await createServices(
    server,
    objects.filter(({ kind }) => kind === 'Service'),
  );
}

async function createDegradedApplication(nowMs: number): Promise<void> {
  const kind = CUSTOM_KINDS.find((candidate) => candidate.kind === 'Application' && candidate.group === 'argoproj.io');
  if (kind === undefined) throw new Error('the builders know no Application of Argo CD');
  await defineKinds(server, [kind]);
  await server.adminRequest('POST', '/api/v1/namespaces', { metadata: { name: ACCOUNTING.namespace } });
  const lastTransitionTime = new Date(nowMs - 30 * MINUTE_MS).toISOString();
  await createCustomObject(server, {
    kind,
    ...ACCOUNTING,
    status: { health: { status: 'Degraded', lastTransitionTime }, sync: { status: 'Synced' } },
  });
}

/** RBAC reaches the authorizer a moment after the API. */
async function untilAllowed(token: string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if ((await server.request({ path: '/api/v1/pods?limit=1', token })).status === 200) return;
    await wait(50);
  }
  throw new Error('the account may never list pods');
}

/** `workload crash-loop Deployment case-000/api <- service-without-endpoints 1` */
function lineOf(family: string, check: string, owner: string, attached: Readonly<Record<string, number>>): string {
  const symptoms = Object.entries(attached)
    .toSorted(([one], [other]) => one.localeCompare(other))
    .map(([id, count]) => `${id} ${String(count)}`);
  return [`${family} ${check} ${owner}`, ...(symptoms.length === 0 ? [] : [symptoms.join(', ')])].join(' <- ');
}

function found({ findings }: CycleReport): readonly string[] {
  return findings
    .filter(({ attachedTo }) => attachedTo === undefined)
    .map(({ id, family, check, owner }) => {
      const attached = Map.groupBy(
        findings.filter(({ attachedTo }) => attachedTo === id),
        (symptom) => symptom.check,
      );
      const counts = Object.fromEntries([...attached].map(([symptom, of]) => [symptom, of.length]));
      return lineOf(family, check, nameOf(owner), counts);
    })
    .toSorted();
}

function expected(): readonly string[] {
  return [
    ...FAULTS.map(({ family, check, owner, attached = {} }, index) =>
      lineOf(family, check, owner.replace('$', namespaces[index] ?? ''), attached),
    ),
    lineOf('node', 'node-not-ready', `Node ${DOWN}`, {
      'daemonset-short': DAEMONS,
      'probes-failing': LOST_ONE + LOST_ALL + DAEMONS,
      'replicas-short': LOST_ONE + LOST_ALL,
      'service-without-endpoints': LOST_ALL,
    }),
    lineOf('gitops', 'argocd-application', `Application ${ACCOUNTING.namespace}/${ACCOUNTING.name}`, {}),
  ].toSorted();
}

test('the background is 300 workloads that are well', () => {
  expect(Object.values(HEALTHY).reduce((sum, count) => sum + count)).toBe(300);
  expect(first.gaps).toEqual([]);
});

test('thirty different faults: each is found once, with its owner and family, what follows from it hangs on it, and nothing else is found', () => {
  expect(expected()).toHaveLength(30);
  expect(new Set(FAULTS.map(({ check }) => check)).size).toBe(FAULTS.length);

  expect(found(first)).toEqual(expected());
});

test('every family is among them but that of signals, which come from outside', () => {
  expect(new Set(first.findings.map(({ family }) => family))).toEqual(
    new Set(FAMILIES).difference(new Set(['signal'])),
  );
});

test('the second look finds the same, word for word', () => {
  expect(JSON.stringify(second.findings)).toBe(JSON.stringify(first.findings));
});

test('thirty incidents, and a second look opens no other', () => {
  expect(first.incidents).toHaveLength(30);
  expect(first.incidents.map(({ state }) => state)).toEqual(Array.from({ length: 30 }, () => 'open'));
  expect(second.incidents.map(({ id }) => id).toSorted()).toEqual(first.incidents.map(({ id }) => id).toSorted());
});

test('a patrol, which reads less, finds the same of what its checks can state, and ends no incident', () => {
  const due = new Set(patrol.checks.filter(({ evaluated }) => evaluated === 'yes').map(({ id }) => id));
  const standing = ({ findings }: CycleReport) =>
    findings
      .filter(({ attachedTo, check }) => attachedTo === undefined && due.has(check))
      .map(({ family, check, owner }) => lineOf(family, check, nameOf(owner), {}))
      .toSorted();

  expect(standing(patrol).length).toBeGreaterThan(20);
  expect(standing(patrol)).toEqual(standing(first));
  expect(patrol.incidents.filter(({ state }) => state !== 'open')).toEqual([]);
});
