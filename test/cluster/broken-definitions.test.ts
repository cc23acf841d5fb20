import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ControlPlane } from '../control-plane/client.ts';
import { apply } from '../control-plane/builders/apply.ts';
import { aDeployment } from '../control-plane/builders/deployment.ts';
import { freshControlPlane } from '../control-plane/control-plane.ts';
import { handClock, HOUR_MS, MINUTE_MS } from '../harness/hand-clock.ts';
import { startMonitor } from '../harness/monitor.ts';
import { shippedDefinitions } from '../harness/shipped-definitions.ts';
import { installShippedAccount } from '../harness/shipped-account.ts';
import { wordsOf } from '../harness/slack-view.ts';
import { watchNamespace } from '../harness/watched-namespace.ts';

let server: ControlPlane;
let token = '';
let shipped: { readonly claude: string; readonly agents: Readonly<Record<string, string>> };
beforeAll(async () => {
  server = await freshControlPlane();
  token = await installShippedAccount(server);
  shipped = await shippedDefinitions();
});
afterAll(() => server[Symbol.asyncDispose]());

interface Broken {
  readonly what: string;
  readonly claude?: string | undefined;
  readonly agents?: Readonly<Record<string, string>>;
  /** The one line of the log: file, code, remark. */
  readonly said: { readonly file: string; readonly code: string; readonly remark: RegExp };
  readonly headline: string;
  /** Agents that report all the same. */
  readonly working: readonly string[];
}

const agentWith = (front: string): string =>
  `---\nname: extra\ndescription: looks at quotas\n${front}\n---\nLook at quotas.\n`;
const ALL = ['orchestrator', 'k8s-analyzer', 'github-reviewer', 'escalation-manager', 'slack-notifier'];

const broken: readonly Broken[] = [
  {
    what: 'no CLAUDE.md',
    claude: undefined,
    said: { file: 'CLAUDE.md', code: 'no-orchestrator', remark: /no usable CLAUDE\.md.*Give the ConfigMap/ },
    headline: 'one definition cannot be used',
    working: ['k8s-analyzer', 'escalation-manager', 'slack-notifier'],
  },
  {
    what: 'an empty agents directory',
    agents: {},
    said: { file: '*.md', code: 'no-agents', remark: /no usable agent file.*Give the ConfigMap/ },
    headline: 'one definition cannot be used',
    working: ['orchestrator'],
  },
  {
    what: 'broken front matter that was never good',
    agents: { 'extra.md': '---\nname: extra\ndescription: never closed\n# Look at quotas\n' },
    said: { file: 'extra.md', code: 'unclosed-front-matter', remark: /./ },
    headline: 'one definition cannot be used',
    working: ALL,
  },
  {
    what: 'an unknown model',
    agents: { 'extra.md': agentWith('model: gigantic') },
    said: { file: 'extra.md', code: 'unknown-model', remark: /"gigantic" is no model; the agent inherits it\. Use/ },
    headline: 'one definition cannot be followed to the letter',
    working: [...ALL, 'extra'],
  },
  {
    what: 'an unknown tool',
    agents: { 'extra.md': agentWith('tools: k8s_get, fetch_logs') },
    said: { file: 'extra.md', code: 'unknown-tool', remark: /there is no tool "fetch_logs".*did you mean k8s_logs/ },
    headline: 'one definition cannot be followed to the letter',
    working: [...ALL, 'extra'],
  },
];

test.each(broken)(
  '$what: alerts go on, the log says it once, and a card shows it until it is mended',
  async (given) => {
    const clock = handClock(Date.now() + HOUR_MS);
    const agents = given.agents === undefined || Object.keys(given.agents).length > 0 ? shipped.agents : {};
    await using watched = await watchNamespace({
      server,
      token,
      clock,
      definitions: () => ({
        claude: 'claude' in given ? given.claude : shipped.claude,
        agents: { ...agents, ...given.agents },
      }),
    });
    const { namespace, monitor, slack, claude, definitions } = watched;
    await apply(server, aDeployment('billing').in(namespace).at(clock.now()).crashLooping());

    const { report } = await monitor.cycle('scheduled');
    clock.advance(10 * MINUTE_MS);
    await monitor.cycle('scheduled');

    expect(slack.messages('critical-alerts').map(({ text }) => text.includes(`${namespace}/billing`))).toEqual([true]);
    const reported = report.agents.filter(({ status }) => status === 'reported').map(({ name }) => name);
    expect(new Set(reported)).toEqual(new Set(given.working));
    const { file, code, remark } = given.said;
    const lines = monitor.log.filter((line) => line.msg.startsWith('definition ') && line['file'] === file);
    expect(lines).toMatchObject([{ code, remark: expect.stringMatching(remark) }]);
    const [card, ...more] = slack.messages('alerts');
    expect(more).toEqual([]);
    expect(card && wordsOf(card)).toContain(`MONITOR · ${given.headline}`);
    expect(card && wordsOf(card)).toContain(file.replace('*', ''));
    expect(card && wordsOf(card).replaceAll('&amp;', '&')).toMatch(remark);

    await definitions.swapClaude(shipped.claude);
    await definitions.swapAgents(shipped.agents);
    clock.advance(10 * MINUTE_MS);
    await monitor.cycle('scheduled');

    expect(
      slack.messages('alerts').map((message) => wordsOf(message).includes('all definitions are in use again')),
    ).toEqual([true]);
    expect(claude.violations).toEqual([]);
    expect(slack.violations).toEqual([]);
  },
);

test('the shipped files draw no card and no warning', async () => {
  const clock = handClock(Date.now() + HOUR_MS);
  await using watched = await watchNamespace({ server, token, clock, definitions: () => shipped });

  await watched.monitor.cycle('scheduled');

  expect(watched.slack.messages('alerts')).toEqual([]);
  expect(watched.monitor.log.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
});

test('directories that are not mounted are named with the remedy, and the checks go on', async () => {
  const clock = handClock(Date.now() + HOUR_MS);
  await using watched = await watchNamespace({ server, token, clock, definitions: () => shipped });
  const { namespace, slack } = watched;
  await apply(server, aDeployment('billing').in(namespace).at(clock.now()).crashLooping());
  await using monitor = await startMonitor({
    server,
    token,
    clock,
    slack,
    definitions: { claudeDir: '/nonexistent/claude', agentsDir: '/nonexistent/agents' },
    config: `namespaces: { include: [${namespace}] }\n`,
  });

  await monitor.cycle('scheduled');

  expect(slack.messages('critical-alerts')).toHaveLength(1);
  const [card] = slack.messages('alerts');
  expect(card && wordsOf(card)).toMatch(/\/nonexistent\/claude: .*mount the ConfigMap there/);
  expect(card && wordsOf(card)).toMatch(/\/nonexistent\/agents: .*mount the ConfigMap there/);
  expect(card && wordsOf(card)).not.toContain('no usable');
});
