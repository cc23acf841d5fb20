import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createScriptedModel } from '../../src/demo/scripted-model.ts';
import { startClaudeStandIn } from '../../src/demo/stand-ins/claude.ts';
import { promptText } from '../../src/demo/stand-ins/claude-request.ts';
import { startSlackStandIn } from '../../src/demo/stand-ins/slack.ts';
import { apply } from '../control-plane/builders/apply.ts';
import { aDeployment } from '../control-plane/builders/deployment.ts';
import { aNode } from '../control-plane/builders/node.ts';
import { aService } from '../control-plane/builders/service.ts';
import { freshControlPlane } from '../control-plane/control-plane.ts';
import { startFakeKubelet } from '../control-plane/fake-kubelet.ts';
import { mountDefinitions } from '../harness/definitions.ts';
import { handClock, HOUR_MS, MINUTE_MS, SECOND_MS } from '../harness/hand-clock.ts';
import { startMonitor } from '../harness/monitor.ts';
import { shippedDefinitions, withoutExamples } from '../harness/shipped-definitions.ts';
import { installShippedAccount } from '../harness/shipped-account.ts';
import { wordsOf, writesTo } from '../harness/slack-view.ts';
import { watchNamespace } from '../harness/watched-namespace.ts';

const LAST_WORDS = 'panic: cannot reach ledger-db.payments.svc:5432: connection refused';

test('a broken Deployment becomes one message, which the agents edit, the next cycle keeps, and the repair resolves', async () => {
  await using server = await freshControlPlane();
  await using kubelet = await startFakeKubelet(server.connection);
  const clock = handClock(Date.now() + HOUR_MS);
  await using slack = await startSlackStandIn({ now: clock.now });
  const model = createScriptedModel();
  const postsBeforeAnAnswer: number[] = [];
  const quotedBeforeAQuestion: boolean[] = [];
  await using claude = await startClaudeStandIn({
    now: clock.now,
    script: async (request) => {
      if (request.messages.length === 1 && JSON.stringify(request.messages).includes('CrashLoop')) {
        quotedBeforeAQuestion.push(promptText(request).includes(LAST_WORDS));
        postsBeforeAnAnswer.push(await postsWithin(slack, 10 * SECOND_MS));
      }
      return model(request);
    },
  });
  const { claude: guide, agents } = await shippedDefinitions();
  await using definitions = await mountDefinitions(server, {
    claude: withoutExamples(guide, 'payments/checkout-api'),
    agents,
  });
  const token = await installShippedAccount(server);
  await server.adminRequest('POST', '/api/v1/namespaces', {
    metadata: { name: 'payments', labels: { environment: 'production' } },
  });
  const checkout = () => aDeployment('checkout-api').in('payments').replicas(3).on('worker-1').at(clock.now());
  const around = [
    aNode('worker-1').servedBy(kubelet).at(clock.now()),
    aService('checkout-api').in('payments').at(clock.now()),
  ];
  const cluster = await apply(server, ...around, checkout());
  await using monitor = await startMonitor({ server, token, definitions, slack, claude, clock, delivery: 'live' });

  // All is well: agents run, nobody is told.
  const quiet = await monitor.cycle('scheduled');

  expect(quiet.report.gaps).toEqual([]);
  expect(quiet.report.findings).toEqual([]);
  expect(quiet.report.agents.map(({ name, status }) => [name, status])).toEqual([
    ['orchestrator', 'reported'],
    ['k8s-analyzer', 'reported'],
  ]);
  expect(writesTo(slack)).toEqual([]);

  // It breaks: the alert leaves before any model speaks, and the agents' words edit the same message.
  clock.advance(10 * MINUTE_MS);
  await cluster.become(...around, checkout().crashLooping({ sinceMs: 5 * MINUTE_MS }));
  for (const { kind, metadata } of cluster.objects) {
    if (kind !== 'Pod') continue;
    const of = { namespace: 'payments', pod: metadata.name, container: 'app' };
    kubelet.setLogs({ ...of, previous: true }, `starting\n${LAST_WORDS}\n`);
    kubelet.setLogs(of, 'starting\n');
  }
  const broken = await monitor.cycle('scheduled');

  const told = writesTo(slack);
  const [alert] = told;
  const [message] = slack.messages('critical-alerts');
  expect(postsBeforeAnAnswer[0]).toBe(1);
  expect(alert).toMatchObject({ method: 'chat.postMessage', threadTs: undefined });
  expect(alert?.text).toContain('SEV-1 · payments/checkout-api: 0 of 3');
  expect(alert?.text).toContain('analysis: pending');
  // The last words stand in the alert, and in the first prompt, before anybody asked for a log.
  expect(alert?.text).toContain(LAST_WORDS);
  expect(quotedBeforeAQuestion[0]).toBe(true);
  expect(alert?.text).toContain('tier P0');
  expect(told.filter(({ method, threadTs }) => method === 'chat.postMessage' && threadTs === undefined)).toHaveLength(
    1,
  );
  const edit = told.findLast(({ method, ts }) => method === 'chat.update' && ts === message?.ts);
  expect(edit?.text).toContain('analysis: done');
  expect(edit?.text).toContain('stops after every start');
  const [thread, ...more] = message?.replies ?? [];
  expect(more).toEqual([]);
  expect(thread && wordsOf(thread)).toContain(LAST_WORDS);
  expect(slack.messages('critical-alerts')).toHaveLength(1);
  expect(broken.report.agents.filter(({ status }) => status !== 'reported')).toEqual([]);
  expect(new Set(broken.report.agents.map(({ name }) => name))).toEqual(
    new Set(['orchestrator', 'k8s-analyzer', 'github-reviewer', 'escalation-manager', 'slack-notifier']),
  );
  expect(broken.report.incidents).toMatchObject([{ severity: 'SEV-1', state: 'open' }]);

  // It stays broken: the message is edited, nobody is called a second time.
  clock.advance(10 * MINUTE_MS);
  await monitor.cycle('scheduled');

  const later = writesTo(slack).slice(told.length);
  expect(later.filter(({ method }) => method === 'chat.postMessage')).toEqual([]);
  expect(later.filter(({ ts }) => ts === message?.ts).length).toBeGreaterThan(0);
  expect(wordsOf(slack.messages('critical-alerts')[0]!)).toContain('2 cycles');

  // Repaired: one read is no proof, nor are two that lie close together.
  clock.advance(5 * MINUTE_MS);
  await cluster.become(...around, checkout());
  const beforeProof = writesTo(slack).length;
  const first = await monitor.cycle('patrol');
  clock.advance(MINUTE_MS);
  const tooSoon = await monitor.cycle('patrol');

  expect([first, tooSoon].map(({ report }) => report.incidents.map(({ state }) => state))).toEqual([
    ['open'],
    ['open'],
  ]);
  expect(
    writesTo(slack)
      .slice(beforeProof)
      .map(({ text }) => text)
      .join(),
  ).not.toContain('RESOLVED');
  clock.advance(MINUTE_MS + SECOND_MS);
  const proven = await monitor.cycle('patrol');

  const last = writesTo(slack).at(-1);
  expect(proven.report.decisions).toMatchObject([{ told: true, reason: 'resolved' }]);
  expect(last).toMatchObject({ method: 'chat.update', ts: message?.ts });
  expect(last?.text).toContain('RESOLVED SEV-1 · payments/checkout-api recovered');
  expect(last?.text).toContain('verified in 2 full reads');
  expect(slack.messages('critical-alerts')).toHaveLength(1);
  expect(
    writesTo(slack).filter(({ threadTs, method }) => threadTs === undefined && method === 'chat.postMessage'),
  ).toHaveLength(1);

  expect(claude.violations).toEqual([]);
  expect(slack.violations).toEqual([]);
  expect(monitor.log.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
  const metrics = await monitor.app.metrics.text();
  expect(metrics).toContain('k8s_monitor_cycles_total{trigger="scheduled",result="finished"} 3');
  expect(metrics).toContain('k8s_monitor_cycles_total{trigger="patrol",result="finished"} 3');
  expect(metrics).toContain('k8s_monitor_decisions_total{told="true",reason="first-seen"} 1');
  expect(metrics).toContain('k8s_monitor_decisions_total{told="true",reason="resolved"} 1');
  expect(metrics).toMatch(/k8s_monitor_model_calls_total\{model="claude-[^"]+",status="ok"\} [1-9]/);
  expect(metrics).toMatch(/k8s_monitor_deliveries_total\{leg="slack",operation="card",result="[^"]+"\} [1-9]/);
  const [incident] = broken.report.incidents;
  const files = await monitor.reportFiles();
  expect(files).toContain(`${incident?.id}.json`);
  expect(files).toContain(`${broken.report.cycle.id.replaceAll(':', '-')}.json`);
  expect(await monitor.readReport(`${incident?.id}.json`)).toMatchObject({ incidents: [{ state: 'resolved' }] });
});

test('a patrol tells at once, and the agents follow on just that, in the same message', async () => {
  await using server = await freshControlPlane();
  const token = await installShippedAccount(server);
  const shipped = await shippedDefinitions();
  const clock = handClock(Date.now() + HOUR_MS);
  await using watched = await watchNamespace({
    server,
    token,
    clock,
    delivery: 'live',
    definitions: (namespace) => ({ ...shipped, claude: `# Operations\n\n## P0\n\n- ${namespace}/checkout-api\n` }),
  });
  const { namespace, monitor, slack, claude } = watched;
  await apply(
    server,
    aDeployment('checkout-api').in(namespace).replicas(2).at(clock.now()).crashLooping(),
    aDeployment('search').in(namespace).replicas(2).at(clock.now()).restarting(),
  );

  const patrol = await monitor.cycle('patrol');
  const asked = claude.messages.filter(({ messages }) => messages.length === 1).map((request) => promptText(request));

  expect(patrol.report.agents).toEqual([]);
  const [message, ...more] = slack.messages('critical-alerts');
  expect(more).toEqual([]);
  expect(writesTo(slack)[0]?.text).toContain('analysis: pending');
  expect(message && wordsOf(message)).toContain(`SEV-1 · ${namespace}/checkout-api`);
  expect(message && wordsOf(message)).toContain('analysis: done');
  expect(asked.length).toBeGreaterThan(2);
  expect(asked.every((prompt) => prompt.includes('-incident') && prompt.includes(`${namespace}/checkout-api`))).toBe(
    true,
  );
  expect(asked.some((prompt) => prompt.includes(`${namespace}/search`))).toBe(false);
  const spent = claude.messages.length;
  clock.advance(5 * MINUTE_MS);
  await monitor.cycle('patrol');

  expect(claude.messages).toHaveLength(spent);
  expect(slack.messages('critical-alerts')).toHaveLength(1);
  expect(claude.violations).toEqual([]);
  expect(slack.violations).toEqual([]);
});

/** How many messages the channels show, once there is one or the time is up. */
async function postsWithin(slack: Parameters<typeof writesTo>[0], ms: number): Promise<number> {
  const untilMs = performance.now() + ms;
  while (writesTo(slack).length === 0 && performance.now() < untilMs) await wait(20);
  return writesTo(slack).filter(({ threadTs }) => threadTs === undefined).length;
}
