import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSimulatedCluster, type SimulatedCluster } from '../../src/demo/cluster/server.ts';
import { stateAt, type ClusterState } from '../../src/demo/cluster/state.ts';
import { demoCycles } from '../../src/demo/cluster/timeline.ts';
import { createScriptedModel } from '../../src/demo/scripted-model.ts';
import { startClaudeStandIn, type ClaudeScript, type ClaudeStandIn } from '../../src/demo/stand-ins/claude.ts';
import { startSlackStandIn, type SlackStandIn } from '../../src/demo/stand-ins/slack.ts';
import { handClock } from '../harness/hand-clock.ts';
import { startMonitor, type Monitor } from '../harness/monitor.ts';
import { runProgram } from '../harness/program.ts';

/**
 * A secret in every place that could leak one, and a search of every way out.
 *
 * Ours are masked by value, whatever they look like; those of others by their shape, or because their place is never shown.
 */
const OURS = {
  claude: 'ours-claude-4c1d8e02b7',
  claudeRotated: 'ours-claude-rotated-9b31f6',
  slack: 'ours_slack_77aa10c9de',
  slackRotated: 'ours_slack_rotated_2f80cc',
  github: 'ours-github-5d09b1e3f4',
  kubeconfig: 'ours-kubeconfig-a1b2c3d4e5',
};
const THEIRS = {
  podEnvironment: 'plain-value-of-an-env-6621',
  containerArgument: 'hunter2-of-an-argument',
  annotation: 'hunter2-of-an-annotation',
  event: 'hunter2-of-an-event',
  log: 'hunter2-of-a-log',
  logBearer: 'bearer0123456789of0a0log',
  awsKey: 'AKIAIOSFODNN7EXAMPLE',
  configMap: 'plain-value-of-a-config-map-118',
  claudeMd: 'hunter2-of-the-orchestrator',
  agentFile: 'hunter2-of-an-agent-file',
};

let directory: string;
let cluster: SimulatedCluster;
let door: Awaited<ReturnType<typeof startDoor>>;
let claude: ClaudeStandIn;
let slack: SlackStandIn;
let monitor: Monitor;
const clock = handClock(demoCycles[0].nowMs);
/** Everything that left the process in one way, by the name of the way. */
const outputs = new Map<string, string>();

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'k8s-monitor-secrets-'));
  cluster = await startSimulatedCluster({ now: clock.now, state: (nowMs) => withSecrets(stateAt(nowMs)) });
  door = await startDoor(cluster);
  claude = await startClaudeStandIn({ script: curious(createScriptedModel()), apiKey: OURS.claude, now: clock.now });
  slack = await startSlackStandIn({ token: OURS.slack, now: clock.now });
  const definitions = join(directory, 'definitions');
  const secrets = join(directory, 'secrets');
  await mkdir(definitions);
  await mkdir(secrets);
  await writeFile(join(definitions, 'CLAUDE.md'), `# Rules\n\n- The database's password: ${THEIRS.claudeMd}\n`);
  await writeFile(
    join(definitions, 'k8s-analyzer.md'),
    agentFile('analyzer', `Log in with password=${THEIRS.agentFile}`),
  );
  await writeFile(join(definitions, 'slack-notifier.md'), agentFile('notifier', 'Write.'));
  await writeFile(join(secrets, 'claude'), `${OURS.claude}\n`);
  await writeFile(join(secrets, 'slack'), `${OURS.slack}\n`);

  monitor = await startMonitor({
    server: { kubeconfigFile: () => kubeconfig() },
    token: OURS.kubeconfig,
    definitions: { claudeDir: definitions, agentsDir: definitions },
    clock,
    directory: join(directory, 'monitor'),
    variables: {
      SLACK_API_URL: slack.url,
      SLACK_BOT_TOKEN_FILE: join(secrets, 'slack'),
      ANTHROPIC_BASE_URL: claude.url,
      ANTHROPIC_API_KEY_FILE: join(secrets, 'claude'),
      GITHUB_TOKEN: OURS.github,
    },
  });
  await monitor.cycle('scheduled');

  // Every service that we speak to now repeats our own secret in its refusal.
  door.breakNodes(`the token ${OURS.kubeconfig} may not do this`);
  slack.faults.push({ method: 'chat.update', occurrence: 1, fault: { kind: 'refuse', error: `bad_${OURS.slack}` } });
  complaint = `the key ${OURS.claude} is overloaded`;
  clock.set(demoCycles[1].nowMs);
  await monitor.app.trigger({ trigger: 'scheduled', withAgents: true });
  await monitor.app.settled();
  // Not to the end: Slack's refusal keeps the message in the outbox.
  await monitor.app.delivery.drain(AbortSignal.timeout(10_000));

  // Rotated while it runs: in force at the next call, and the old ones are secrets still.
  complaint = undefined;
  await writeFile(join(secrets, 'slack'), `${OURS.slackRotated}\n`);
  await writeFile(join(secrets, 'claude'), `${OURS.claudeRotated}\n`);
  slack.token = OURS.slackRotated;
  door.breakNodes(`neither ${OURS.kubeconfig} nor ${OURS.slack}`);
  clock.set(demoCycles[3].nowMs);
  await monitor.cycle('scheduled');

  outputs.set('the log', monitor.logText());
  outputs.set('the prompts', JSON.stringify(claude.requests.map(({ body }) => body)));
  outputs.set('Slack', JSON.stringify(slack.requests.map(({ args }) => args)));
  outputs.set('/metrics', await monitor.app.metrics.text());
  outputs.set('/readyz', JSON.stringify([monitor.app.ready(), monitor.app.health()]));
  const files = await Promise.all(
    (await monitor.reportFiles()).map((name) => readFile(join(monitor.reportsDir, name), 'utf8')),
  );
  outputs.set('the report files', files.join('\n'));
  await monitor[Symbol.asyncDispose]();
  const database = await Promise.all(
    (await readdir(monitor.dataDir)).map((name) => readFile(join(monitor.dataDir, name), 'latin1')),
  );
  outputs.set('the database', database.join('\n'));

  const program = (more: readonly string[]) =>
    runProgram({
      arguments: ['once', '--dry-run', '--no-agents', '--claude-dir', definitions, ...more],
      variables: {
        KUBECONFIG: join(directory, 'kubeconfig'),
        SLACK_BOT_TOKEN: OURS.slack,
        ANTHROPIC_API_KEY: OURS.claude,
      },
    });
  const json = await program(['--output', 'json']);
  const text = await program([]);
  const refused = await program(['--config', join(directory, `no-such-file-password=${THEIRS.log}`)]);
  outputs.set('stdout as JSON', json.stdout);
  outputs.set('stdout as text', text.stdout);
  outputs.set('stderr', json.stderr + text.stderr + refused.stderr);
}, 120_000);

afterAll(async () => {
  await Promise.all([door, cluster, claude, slack].map((each) => each[Symbol.asyncDispose]()));
  await rm(directory, { recursive: true, force: true });
});

const WAYS = [
  'the log',
  'the prompts',
  'Slack',
  '/metrics',
  '/readyz',
  'the report files',
  'the database',
  'stdout as JSON',
  'stdout as text',
  'stderr',
];

test.each(WAYS)('%s: not one secret, plain or encoded', (way) => {
  const text = outputs.get(way) ?? '';
  const found = Object.entries({ ...OURS, ...THEIRS }).filter(([, secret]) =>
    [secret, Buffer.from(secret).toString('base64').replace(/=+$/, ''), encodeURIComponent(secret)].some((form) =>
      text.includes(form),
    ),
  );
  expect(found.map(([name]) => name)).toEqual([]);
  expect(text.length).toBeGreaterThan(0);
});

test('the search was worth it: every carrier was read and shown to the model, with a mask where the secret stood', () => {
  const prompts = outputs.get('the prompts') ?? '';
  for (const trace of [
    'DB_PASSWORD',
    'connecting as shop',
    'Authorization: Bearer [redacted]',
    '--dsn',
    'example.com/owner',
  ]) {
    expect(prompts).toContain(trace);
  }
  expect(prompts).toMatch(/pull access denied for https:\/\/shop:\[redacted\]@/);
  expect(prompts).toMatch(/The database's password: \[redacted\]/);
  expect(prompts).toMatch(/Log in with password=\[redacted\]/);
  expect(prompts).toContain('feature-flags');
  expect(outputs.get('the log')).toMatch(/the token \[redacted\] may not do this/);
  expect(outputs.get('the report files')).toMatch(/the token \[redacted\] may not do this/);
  expect(outputs.get('the log')).toMatch(/the key \[redacted\] is overloaded/);
});

test('a rotated token file is in force at the next call', () => {
  const keys = claude.requests.map(({ headers }) => headers.authorization);
  expect(keys).toContain(`Bearer ${OURS.claude}`);
  expect(keys.at(-1)).toBe(`Bearer ${OURS.claudeRotated}`);
  // The stand-in refuses the old token from the moment of the rotation on.
  expect(slack.requests.filter(({ outcome }) => outcome === 'invalid_auth')).toEqual([]);
  expect(slack.requests.at(-1)?.outcome).toBe('ok');
});

/** What the Claude stand-in says instead of an answer; `undefined` = it answers. */
let complaint: string | undefined;

/** The scripted model, which first looks wherever a secret could be. */
function curious(script: ClaudeScript): ClaudeScript {
  return async (request) => {
    if (complaint !== undefined)
      return { fault: { kind: 'status', status: 400, type: 'invalid_request_error', message: complaint } };
    const isAnalyzer = request.tools?.some(({ name }) => name === 'report_findings') === true;
    if (!isAnalyzer || request.messages.length > 1) return script(request);
    const target = { kind: 'pods', namespace: 'payments' };
    return {
      toolCalls: [
        { name: 'k8s_get', input: { ...target, output: 'yaml' } },
        { name: 'k8s_get', input: { ...target, jq: '[.. | strings] | join(" ") | @base64' } },
        { name: 'k8s_get', input: { ...target, jq: '[.items[].spec.containers[] | {env, args}]' } },
        { name: 'k8s_describe', input: { kind: 'pods', namespace: 'payments', name: podName() } },
        { name: 'k8s_logs', input: { namespace: 'payments', pod: podName(), previous: true } },
        { name: 'k8s_events', input: { namespace: 'payments' } },
        { name: 'k8s_get', input: { kind: 'configmaps', namespace: 'payments', output: 'yaml' } },
        { name: 'k8s_get', input: { kind: 'secrets', namespace: 'payments', output: 'yaml' } },
      ],
    };
  };
}

function podName(): string {
  return stateAt(clock.now()).objects.find(isCheckoutPod)?.metadata.name ?? '';
}

function isCheckoutPod({ kind, metadata }: ClusterState['objects'][number]): boolean {
  return kind === 'Pod' && metadata.name.startsWith('checkout-api');
}

function withSecrets(state: ClusterState): ClusterState {
  // One fault is enough, and Slack takes one message a second.
  const seen = state.objects.filter(({ metadata: { namespace = 'payments' } }) =>
    ['payments', 'kube-system'].includes(namespace),
  );
  const pods = seen.filter(isCheckoutPod);
  const objects = seen.map((object) => {
    if (object.kind === 'Event')
      return { ...object, message: `pull access denied for https://shop:${THEIRS.event}@registry.example.com/shop` };
    if (!pods.includes(object)) return object;
    const spec = object['spec'] as { containers: object[] };
    return {
      ...object,
      metadata: {
        ...object.metadata,
        annotations: { 'example.com/owner': `team shop, password=${THEIRS.annotation}` },
      },
      spec: {
        ...spec,
        containers: spec.containers.map((container) => ({
          ...container,
          args: [`--dsn=postgres://shop:${THEIRS.containerArgument}@db/shop`],
          env: [{ name: 'DB_PASSWORD', value: THEIRS.podEnvironment }],
        })),
      },
    };
  });
  const [first] = pods;
  const configMap = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { ...first?.metadata, name: 'feature-flags', namespace: 'payments', labels: {} },
    data: { 'flags.json': THEIRS.configMap },
  };
  const lines = [
    `connecting as shop with password=${THEIRS.log}`,
    `> Authorization: Bearer ${THEIRS.logBearer}`,
    `using ${THEIRS.awsKey}`,
  ];
  const logs = pods.map(({ metadata }) => [`payments/${metadata.name}`, { current: lines, previous: lines }] as const);
  return {
    objects: [...objects, configMap as ClusterState['objects'][number]],
    logs: { ...state.logs, ...Object.fromEntries(logs) },
  };
}

/** Takes the canary for the cluster's token, and on wish says it aloud in a refusal. */
async function startDoor(behind: SimulatedCluster) {
  let words: string | undefined;
  const server = createServer((request, response) => {
    const refuse = (status: number, message: string): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ kind: 'Status', code: status, message }));
    };
    if (request.headers.authorization !== `Bearer ${OURS.kubeconfig}`) return refuse(401, 'who are you?');
    if (words !== undefined && request.url?.startsWith('/api/v1/nodes')) return refuse(400, words);
    void fetch(`${behind.url}${request.url ?? ''}`, {
      headers: { accept: request.headers.accept ?? '*/*', authorization: `Bearer ${behind.token}` },
    }).then(async (answer) => {
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
      response.end(Buffer.from(await answer.arrayBuffer()));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    breakNodes(message: string) {
      words = message;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

async function kubeconfig(): Promise<string> {
  const file = join(directory, 'kubeconfig');
  const text = cluster.kubeconfig
    .replace(cluster.url, `http://127.0.0.1:${door.port}`)
    .replaceAll(cluster.token, OURS.kubeconfig);
  await writeFile(file, text, { mode: 0o600 });
  return file;
}

function agentFile(role: string, body: string): string {
  return `---\nname: the-${role}\ndescription: Works.\nrole: ${role}\ntools: k8s_get, k8s_describe, k8s_logs, k8s_events\n---\n${body}\n`;
}
