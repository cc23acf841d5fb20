import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apply, type Applied } from '../control-plane/builders/apply.ts';
import { aDeployment } from '../control-plane/builders/deployment.ts';
import { aNode } from '../control-plane/builders/node.ts';
import type { ControlPlane } from '../control-plane/client.ts';
import { freshControlPlane } from '../control-plane/control-plane.ts';
import { startFakeKubelet, type FakeKubelet } from '../control-plane/fake-kubelet.ts';
import { anAccount, grantIn } from '../harness/accounts.ts';
import { namespaceRules } from '../../src/cluster/rbac.ts';
import { handClock, HOUR_MS, MINUTE_MS } from '../harness/hand-clock.ts';
import { installShippedAccount } from '../harness/shipped-account.ts';
import { wordsOf, writesTo, type SlackWrite } from '../harness/slack-view.ts';
import { watchNamespace, type Watched } from '../harness/watched-namespace.ts';

const MOST_READS = 20;

let server: ControlPlane;
let shippedToken: string;
beforeAll(async () => {
  server = await freshControlPlane();
  shippedToken = await installShippedAccount(server);
});
afterAll(() => server[Symbol.asyncDispose]());

interface World extends AsyncDisposable {
  readonly watched: Watched;
  readonly kubelet: FakeKubelet;
  /** That many Deployments whose containers crash; `app-N` ends with its own number. */
  readonly crash: (count: number, lastWords: (app: string) => string) => Promise<Applied>;
  readonly passMinutes: (minutes: number) => void;
  /** Questions for logs that reached the node. */
  readonly logsAsked: () => readonly string[];
}

/** A monitor without agents over one namespace, and the node on which its pods run. Named P0 are `app-23` and `app-24`. */
async function aWorld(
  node: string,
  options: { readonly token?: (namespace: string) => Promise<string> } = {},
): Promise<World> {
  await using acquired = new AsyncDisposableStack();
  const kubelet = acquired.use(await startFakeKubelet(server.connection));
  const clock = handClock(Date.now() + HOUR_MS);
  await apply(server, aNode(node).servedBy(kubelet).at(clock.now()));
  const account = await anAccount(server);
  const watched = acquired.use(
    await watchNamespace({
      server,
      token: options.token === undefined ? shippedToken : account.token,
      clock,
      model: 'none',
      definitions: (namespace) => ({
        claude: `# Operations\n\n## P0\n\n- ${namespace}/app-23\n- ${namespace}/app-24\n`,
        agents: {},
      }),
      // The pace of messages is not what is tested here.
      app: { sleepBetweenMessages: () => wait(5) },
    }),
  );
  const { namespace } = watched;
  if (options.token !== undefined) {
    const rules = namespaceRules().filter(({ resources }) => !resources.includes('pods/log'));
    await grantIn(server, account, namespace, rules);
  }
  const running = acquired.move();
  return {
    watched,
    kubelet,
    crash: async (count, lastWords) => {
      const apps = Array.from({ length: count }, (_, at) =>
        aDeployment(`app-${at}`)
          .in(namespace)
          .replicas(1)
          .on(node)
          .at(clock.now())
          .crashLooping({ sinceMs: 10 * MINUTE_MS }),
      );
      const applied = await apply(server, ...apps);
      for (const { kind, metadata } of applied.objects) {
        if (kind !== 'Pod') continue;
        const app = /^app-\d+/.exec(metadata.name)?.[0] ?? '';
        const text = `INFO starting\n${lastWords(app)}\nINFO bye\n`;
        kubelet.setLogs({ namespace, pod: metadata.name, container: 'app', previous: true }, text);
      }
      return applied;
    },
    passMinutes: (minutes) => clock.advance(minutes * MINUTE_MS),
    logsAsked: () => kubelet.asked.filter((path) => path.startsWith('/containerLogs/')),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

test('many crash at once: the worst get their last words, no more logs are read than a cycle may, and the next cycle reads none', async () => {
  await using world = await aWorld('many-crash');
  const { slack, monitor, namespace } = world.watched;
  await world.crash(25, (app) => `panic: ${app} cannot log in with password=hunter2secret at ledger:5432`);

  const { report } = await monitor.cycle('patrol');

  const alerts = ['critical-alerts', 'alerts']
    .flatMap((channel) => slack.messages(channel))
    .map((message) => ({ words: wordsOf(message), thread: message.replies.map(wordsOf).join('\n') }))
    .filter(({ words }) => words.includes('keeps crashing'));
  const quoting = alerts.filter(({ words }) => words.includes('panic: app-'));
  expect(alerts).toHaveLength(25);
  expect(quoting).toHaveLength(MOST_READS);
  expect(world.logsAsked()).toHaveLength(MOST_READS);
  // Each says its own, in the message and in its thread, and whoever is P0 is among them.
  const p0 = quoting.find(({ words }) => words.includes(`${namespace}/app-24`));
  expect(p0?.words).toContain('SEV-1');
  expect(p0?.words).toMatch(
    /k8s_logs \S+\/app-24-\S+ -c app --previous: panic: app-24 cannot log in with password=\[redacted\]/,
  );
  expect(p0?.thread).toContain('panic: app-24 cannot log in');
  expect(quoting.some(({ words }) => words.includes(`${namespace}/app-23`))).toBe(true);
  expect(JSON.stringify([slack.requests, report]) + monitor.logText()).not.toContain('hunter2secret');
  // How it ended comes first, its last words second.
  const crash = report.findings.find(({ owner, reason }) => owner.name === 'app-24' && reason === 'CrashLoop');
  expect(crash?.evidence.map(({ source }) => source)).toEqual([
    expect.stringContaining('lastState.terminated'),
    expect.stringMatching(/^k8s_logs /),
    expect.stringContaining('state.waiting'),
  ]);
  expect(report.logs).toEqual({
    requests: MOST_READS,
    notes: ['5 more logs were not read: 20 requests are all that a cycle makes'],
  });

  world.passMinutes(5);
  const before = writesTo(slack).length;
  const unchanged = await monitor.cycle('patrol');

  expect(unchanged.report.decisions.filter(({ told }) => told)).toEqual([]);
  expect(world.logsAsked()).toHaveLength(MOST_READS);
  expect(unchanged.report.logs).toBeUndefined();
  // The count of cycles is edited, and the line stays.
  const edits = writesTo(slack).slice(before);
  expect(edits.filter(({ text }) => text.includes('2 cycles') && text.includes('panic: app-'))).toHaveLength(
    MOST_READS,
  );
  expect(slack.violations).toEqual([]);
});

test('a node that does not answer delays no alert: it leaves without the line', async () => {
  await using world = await aWorld('hanging-node');
  const { slack, monitor } = world.watched;
  await world.crash(25, (app) => `panic: ${app}`);
  world.kubelet.hang();

  const startedAtMs = performance.now();
  const { report } = await monitor.cycle('patrol');
  const tookMs = performance.now() - startedAtMs;

  expect(tookMs).toBeLessThan(20_000);
  expect(report.stages.find(({ name }) => name === 'tell')?.status).toBe('ok');
  const posts = alertsPosted(slack);
  expect(posts).toHaveLength(25);
  expect(posts.filter(({ text }) => text.includes('panic:'))).toEqual([]);
  expect(posts[0]?.text).toContain('keeps crashing (exit code 1');
  expect(world.logsAsked().length).toBeLessThanOrEqual(MOST_READS);
  expect(report.logs?.notes).toContainEqual(expect.stringContaining('no answer within 2 s'));
  expect(monitor.log.filter(({ level }) => level === 'error')).toEqual([]);
});

test('an account without the permission for logs asks once, tells all the same, and the report names the permission', async () => {
  await using world = await aWorld('no-permission', { token: () => Promise.resolve('') });
  const { slack, monitor, namespace } = world.watched;
  await world.crash(10, (app) => `panic: ${app}`);

  const { report } = await monitor.cycle('patrol');

  const posts = alertsPosted(slack);
  expect(posts).toHaveLength(10);
  expect(world.logsAsked()).toEqual([]);
  expect(report.logs).toEqual({
    requests: 1,
    notes: [expect.stringContaining(`grant "get" on "pods/log" (apiGroup "") in a Role in ${namespace}`)],
  });
  expect(await monitor.app.metrics.text()).toContain(
    'k8s_monitor_cluster_requests_total{resource="PodLog",status="403"} 1',
  );
});

function alertsPosted(slack: Watched['slack']): readonly SlackWrite[] {
  return writesTo(slack).filter(
    ({ method, threadTs, text }) =>
      method === 'chat.postMessage' && threadTs === undefined && text.includes('keeps crashing'),
  );
}
