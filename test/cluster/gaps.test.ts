import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSlackStandIn, type SlackStandIn } from '../../src/demo/stand-ins/slack.ts';
import type { SlackMessage } from '../../src/demo/stand-ins/slack-messages.ts';
import type { CycleReport } from '../../src/domain/report.ts';
import { apply } from '../control-plane/builders/apply.ts';
import { aDeployment } from '../control-plane/builders/deployment.ts';
import type { Builder, KubeObject } from '../control-plane/builders/kube-object.ts';
import type { ControlPlane } from '../control-plane/client.ts';
import { freshControlPlane } from '../control-plane/control-plane.ts';
import { anAccount, grantEverywhere, grantIn, rulesWithout, type Account } from '../harness/accounts.ts';
import { runMonitorProgram } from '../harness/command.ts';
import { startCutLine } from '../harness/cut-line.ts';
import { handClock, HOUR_MS, MINUTE_MS, type HandClock } from '../harness/hand-clock.ts';
import { startMonitor, type Monitor, type MonitorOptions } from '../harness/monitor.ts';
import { wordsOf, writesTo } from '../harness/slack-view.ts';

let server: ControlPlane;
beforeAll(async () => {
  server = await freshControlPlane();
});
afterAll(() => server[Symbol.asyncDispose]());

/** A namespace whose name says that it is production, so that people are told at any hour. */
async function aProductionNamespace(): Promise<string> {
  const name = `prod-${randomBytes(4).toString('hex')}`;
  await server.adminRequest('POST', '/api/v1/namespaces', { metadata: { name } });
  return name;
}

const crashing = (namespace: string, clock: HandClock) =>
  aDeployment('api')
    .in(namespace)
    .replicas(2)
    .at(clock.now())
    .crashLooping({ sinceMs: 10 * MINUTE_MS });

interface Watch extends AsyncDisposable {
  readonly monitor: Monitor;
  readonly slack: SlackStandIn;
  readonly clock: HandClock;
  /** A patrol, so many minutes later. */
  readonly patrolAfter: (minutes: number) => ReturnType<Monitor['cycle']>;
}

/** A monitor without agents: what is told comes from what was read. */
async function watch(
  clock: HandClock,
  options: Pick<MonitorOptions, 'token' | 'config'> & Partial<Pick<MonitorOptions, 'server'>>,
): Promise<Watch> {
  await using acquired = new AsyncDisposableStack();
  const slack = acquired.use(await startSlackStandIn({ now: clock.now }));
  const definitions = { claudeDir: 'agents', agentsDir: 'agents' };
  const monitor = acquired.use(await startMonitor({ server, ...options, definitions, clock, slack }));
  const running = acquired.move();
  return {
    monitor,
    slack,
    clock,
    patrolAfter: (minutes) => {
      clock.advance(minutes * MINUTE_MS);
      return monitor.cycle('patrol');
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

const everything = ({ slack }: Watch): readonly SlackMessage[] =>
  ['critical-alerts', 'alerts'].flatMap((channel) => slack.messages(channel));
/** The one message about a namespace's workload. */
function messageAbout(watched: Watch, namespace: string): string {
  const about = everything(watched).filter((message) => wordsOf(message).includes(`${namespace}/api`));
  expect(about).toHaveLength(1);
  return about.map(wordsOf).join('\n');
}
/** Sorted by id. */
const statesIn = ({ incidents }: CycleReport): readonly (readonly [id: string, state: string])[] =>
  incidents.map(({ id, state }) => [id, state] as const).toSorted(([one], [other]) => one.localeCompare(other));
const monitorCards = (watched: Watch): readonly string[] =>
  everything(watched)
    .map(wordsOf)
    .filter((words) => words.includes('could not be read') || words.includes('can be read again'));

/** RBAC reaches the authorizer a moment after the API. */
async function untilAnswers(account: Account, path: string, status: number): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const answer = await server.request({ path, token: account.token });
    if (answer.status === status) return;
    await wait(50);
  }
  throw new Error(`${path} never answers ${status}`);
}

test('a namespace whose Role is gone: its incident is neither resolved nor healthy, and card, report and `permissions` name the gap', async () => {
  const clock = handClock(Date.now() + HOUR_MS);
  const [seen, lost] = [await aProductionNamespace(), await aProductionNamespace()];
  const account = await anAccount(server);
  await grantIn(server, account, seen);
  const grant = await grantIn(server, account, lost);
  const pods = `/api/v1/namespaces/${lost}/pods`;
  await untilAnswers(account, pods, 200);
  const broken = await Promise.all([seen, lost].map((namespace) => apply(server, crashing(namespace, clock))));
  const config = `cluster_id: test\nnamespaces:\n  include: [${seen}, ${lost}]\n`;
  await using watched = await watch(clock, { token: account.token, config });
  const first = await watched.patrolAfter(0);
  expect(first.report.gaps).toEqual([]);
  expect(first.report.incidents.map(({ state }) => state)).toEqual(['open', 'open']);

  await grant.revoke();
  await untilAnswers(account, pods, 403);
  await Promise.all(broken.map((applied) => applied.heal()));
  const blind = [];
  for (let count = 0; count < 6; count += 1) blind.push(await watched.patrolAfter(10));

  for (const { report } of blind) {
    expect(new Set(report.gaps.map(({ namespace, cause }) => `${namespace} ${cause}`))).toEqual(
      new Set([`${lost} forbidden`]),
    );
  }
  const { report } = blind.at(-1) ?? first;
  expect(report.incidents.map(({ state }) => state)).toEqual(['open']);
  expect(report.incidents[0]?.findings).toEqual([]);
  expect(report.checks.find(({ id }) => id === 'crash-loop')?.evaluated).toBe('partly');
  expect(messageAbout(watched, seen)).toContain('recovered');
  const card = messageAbout(watched, lost);
  expect(card).toMatch(/not verified since \d\d:\d\d/);
  expect(card).toContain(`Pod in ${lost}: list pods in namespace ${lost} is forbidden`);
  expect(card).not.toMatch(/recovered|RESOLVED|healthy/);
  expect(monitorCards(watched)).toEqual([expect.stringContaining(lost)]);
  expect(monitorCards(watched)[0]).toContain('unverified, not resolved');
  const kubeconfig = await server.kubeconfigFile({ token: account.token });
  const asked = await runMonitorProgram([
    'permissions',
    '--kubeconfig',
    kubeconfig,
    '--config',
    watched.monitor.configFile,
  ]);
  expect(asked.code).toBe(2);
  expect(asked.stdout).toMatch(new RegExp(`✗ list, get pods in ${lost} +lost: `));
  expect(asked.stdout).not.toContain(` in ${seen}`);

  await grantIn(server, account, lost);
  await untilAnswers(account, pods, 200);
  const back = await watched.patrolAfter(5);
  expect(back.report.gaps).toEqual([]);
  expect(back.report.incidents.map(({ state }) => state)).toEqual(['open']);
  expect(messageAbout(watched, lost)).not.toContain('not verified');
  const over = await watched.patrolAfter(5);

  expect(over.report.incidents.map(({ state }) => state)).toEqual(['resolved']);
  expect(messageAbout(watched, lost)).toContain('recovered');
  expect(monitorCards(watched)).toEqual([expect.stringContaining('can be read again')]);
  expect(watched.slack.violations).toEqual([]);
});

test('a cluster-wide 403 on pods: the incident stays open over any number of cycles, and nothing is called healthy', async () => {
  const clock = handClock(Date.now() + HOUR_MS);
  const namespace = await aProductionNamespace();
  const account = await anAccount(server);
  const whole = await grantEverywhere(server, account);
  await untilAnswers(account, '/api/v1/pods', 200);
  const broken = await apply(server, crashing(namespace, clock));
  await using watched = await watch(clock, { token: account.token });
  await watched.patrolAfter(0);
  await grantEverywhere(server, account, rulesWithout('pods'));
  await whole.revoke();
  await untilAnswers(account, '/api/v1/pods', 403);
  await untilAnswers(account, '/api/v1/nodes', 200);
  await broken.heal();

  const blind = [];
  for (let count = 0; count < 5; count += 1) blind.push(await watched.patrolAfter(10));
  const full = await watched.monitor.cycle('manual', { withAgents: false });

  for (const { report } of [...blind, full]) {
    expect(report.gaps.map((gap) => [gap.resource, gap.namespace, gap.cause])).toEqual([
      ['Pod', undefined, 'forbidden'],
    ]);
    expect(report.incidents.map(({ state }) => state)).toEqual(['open']);
    expect(report.checks.find(({ id }) => id === 'crash-loop')?.evaluated).toBe('no');
  }
  const card = messageAbout(watched, namespace);
  expect(card).toMatch(/not verified since/);
  expect(card).toContain('Pod: list pods at the cluster scope is forbidden');
  expect(card).not.toMatch(/recovered|RESOLVED|healthy/);
  const asked = await runMonitorProgram([
    'permissions',
    '--kubeconfig',
    await server.kubeconfigFile({ token: account.token }),
  ]);
  expect(asked.code).toBe(2);
  expect(asked.stdout).toMatch(/✗ list, get pods +lost: /);

  await grantEverywhere(server, account);
  await untilAnswers(account, '/api/v1/pods', 200);
  await watched.patrolAfter(5);
  const over = await watched.patrolAfter(5);

  expect(over.report.incidents.map(({ state }) => state)).toEqual(['resolved']);
  expect(messageAbout(watched, namespace)).toContain('recovered');
});

/** Its volume cannot be mounted, which only an event says. */
function unmounted(namespace: string, clock: HandClock): Builder {
  const waiting = aDeployment('api')
    .in(namespace)
    .replicas(1)
    .at(clock.now())
    .configError({ message: 'x', sinceMs: 5 * MINUTE_MS });
  const text = JSON.stringify(waiting.objects())
    .replaceAll('CreateContainerConfigError', 'ContainerCreating')
    .replaceAll('"reason":"Failed"', '"reason":"FailedMount"')
    .replaceAll('Error: x', 'MountVolume.SetUp failed for volume data: the driver is down');
  return { objects: () => JSON.parse(text) as KubeObject[], healthy: () => waiting.healthy() };
}

test('a cluster-wide 403 on events: what only events told of is neither resolved nor healthy', async () => {
  const clock = handClock(Date.now() + HOUR_MS);
  const namespace = await aProductionNamespace();
  const account = await anAccount(server);
  const whole = await grantEverywhere(server, account);
  await untilAnswers(account, '/api/v1/events', 200);
  const broken = await apply(server, unmounted(namespace, clock));
  await using watched = await watch(clock, { token: account.token });
  const first = await watched.patrolAfter(0);
  const incident = first.report.incidents.find(({ findings }) =>
    first.report.findings.some(({ id, reason }) => findings.includes(id) && reason === 'VolumeNotMounted'),
  );
  expect(incident?.state).toBe('open');
  await grantEverywhere(server, account, rulesWithout('events'));
  await whole.revoke();
  await untilAnswers(account, '/api/v1/events', 403);
  await untilAnswers(account, '/api/v1/pods', 200);
  await broken.heal();

  let last = first;
  for (let count = 0; count < 4; count += 1) last = await watched.patrolAfter(10);

  expect(last.report.incidents).toContainEqual(expect.objectContaining({ id: incident?.id, state: 'open' }));
  const cards = everything(watched).map(wordsOf);
  const card = cards.find((words) => words.includes(incident?.id ?? ''));
  expect(card).toMatch(/not verified since/);
  expect(card).toContain('Event: list events at the cluster scope is forbidden');

  await grantEverywhere(server, account);
  await untilAnswers(account, '/api/v1/events', 200);
  await watched.patrolAfter(5);
  last = await watched.patrolAfter(5);
  expect(last.report.incidents).toContainEqual(expect.objectContaining({ id: incident?.id, state: 'resolved' }));
});

test('a cluster-wide 403 on events: what the checks saw without them still resolves, and the gap is named', async () => {
  const clock = handClock(Date.now() + HOUR_MS);
  const namespace = await aProductionNamespace();
  const account = await anAccount(server);
  await grantEverywhere(server, account, rulesWithout('events'));
  await untilAnswers(account, '/api/v1/pods', 200);
  const broken = await apply(server, crashing(namespace, clock));
  await using watched = await watch(clock, { token: account.token });

  const first = await watched.monitor.cycle('manual', { withAgents: false });

  expect(first.report.gaps.map(({ resource, cause }) => [resource, cause])).toEqual([['Event', 'forbidden']]);
  expect(first.report.incidents.map(({ state }) => state)).toEqual(['open']);
  const needEvents = first.report.checks.filter(({ gaps }) => gaps.length > 0);
  expect(needEvents.every(({ evaluated }) => evaluated === 'no')).toBe(true);
  expect(monitorCards(watched)).toEqual([expect.stringContaining('Event')]);
  await broken.heal();
  await watched.patrolAfter(5);
  const over = await watched.patrolAfter(5);
  expect(over.report.incidents.map(({ state }) => state)).toEqual(['resolved']);
});

test('the API server is gone for ten minutes: nothing is resolved, repeated or called healthy, and afterwards life goes on', async () => {
  const clock = handClock(Date.now() + HOUR_MS);
  const namespaces = [await aProductionNamespace(), await aProductionNamespace(), await aProductionNamespace()];
  const account = await anAccount(server);
  await grantEverywhere(server, account);
  await untilAnswers(account, '/api/v1/pods', 200);
  const broken = await Promise.all(namespaces.map((namespace) => apply(server, crashing(namespace, clock))));
  await using line = await startCutLine(server);
  await using watched = await watch(clock, { token: account.token, server: line });
  const before = await watched.patrolAfter(0);
  const ids = before.report.incidents.map(({ id }) => id).toSorted();
  expect(ids).toHaveLength(3);
  const posts = () =>
    writesTo(watched.slack).filter(({ method, threadTs }) => method === 'chat.postMessage' && threadTs === undefined);
  expect(posts()).toHaveLength(3);

  await line.cut();
  for (let count = 0; count < 2; count += 1) {
    const { report } = await watched.patrolAfter(5);
    expect(new Set(report.gaps.map(({ cause }) => cause))).toEqual(new Set(['unreachable']));
    expect(statesIn(report)).toEqual(ids.map((id) => [id, 'open']));
  }
  expect(
    posts()
      .slice(3)
      .map(({ text }) => text),
  ).toEqual([expect.stringContaining('nothing is verified')]);
  for (const namespace of namespaces) {
    expect(messageAbout(watched, namespace)).toMatch(/not verified since/);
    expect(messageAbout(watched, namespace)).not.toMatch(/recovered|RESOLVED|healthy/);
  }

  await line.mend();
  await broken[0]?.heal();
  const back = await watched.patrolAfter(1);
  expect(back.report.gaps).toEqual([]);
  expect(statesIn(back.report)).toEqual(ids.map((id) => [id, 'open']));
  const later = await watched.patrolAfter(5);

  expect(statesIn(later.report).map(([id]) => id)).toEqual(ids);
  expect(
    statesIn(later.report)
      .map(([, state]) => state)
      .toSorted(),
  ).toEqual(['open', 'open', 'resolved']);
  expect(posts()).toHaveLength(4);
  expect(messageAbout(watched, namespaces[0] ?? '')).toContain('recovered');
  for (const namespace of namespaces.slice(1)) {
    expect(messageAbout(watched, namespace)).not.toMatch(/recovered|not verified/);
  }
  expect(watched.slack.violations).toEqual([]);
});
