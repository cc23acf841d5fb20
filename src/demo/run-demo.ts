import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { AgentEvent } from '../agents/input.ts';
import { startApp } from '../app.ts';
import { loadClusterAccess } from '../cluster/kubeconfig.ts';
import { cronProblem } from '../cycle/cron.ts';
import type { CycleResult } from '../cycle/cycle.ts';
import type { Incident } from '../domain/incident.ts';
import type { Notice } from '../domain/notice.ts';
import { createLogger, type LogSink } from '../log.ts';
import { createRedactor } from '../redact.ts';
import type { Secret } from '../secret.ts';
import { parseEnvironment } from '../settings/environment.ts';
import { createSettings } from '../settings/read-settings.ts';
import { createSecrets } from '../settings/secrets.ts';
import { demoRepositories } from './cluster/repositories.ts';
import { startSimulatedCluster } from './cluster/server.ts';
import { demoCycles } from './cluster/timeline.ts';
import { demoDefinitionsDir } from './demo-definitions.ts';
import { createScriptedModel } from './scripted-model.ts';
import { startClaudeStandIn, type ClaudeScript, type ClaudeStandIn } from './stand-ins/claude.ts';
import { startGithubStandIn } from './stand-ins/github.ts';
import type { SlackMessage } from './stand-ins/slack-messages.ts';
import { startSlackStandIn } from './stand-ins/slack.ts';

/** A model of a person's own, instead of the script. */
export interface RealModel {
  readonly apiKey: Secret;
  /** `ANTHROPIC_BASE_URL`; `undefined` = the provider's own. */
  readonly baseUrl: string | undefined;
}

export interface DemoOptions {
  readonly version: string;
  readonly realModel: RealModel | undefined;
  /** Where the database of the four cycles stays, for `validate --against`; left out: nowhere. */
  readonly dataDir?: string;
  readonly stopping: AbortSignal;
  /** Errors of the monitor; a demo that goes well writes none. */
  readonly log: LogSink;
  readonly onCycleStart?: (index: number) => void;
  readonly onAgentEvent?: (event: AgentEvent) => void;
  /** What has just been recorded, and is on its way to Slack. */
  readonly onNotices?: (notices: readonly Notice[]) => void;
  readonly onCycleEnd?: (cycle: DemoCycle) => void;
}

/** One cycle, when everything that it told has arrived. */
export interface DemoCycle {
  readonly index: number;
  readonly name: (typeof demoCycles)[number]['name'];
  readonly nowMs: number;
  readonly result: CycleResult;
  /** Open ones, and those resolved within the day. */
  readonly incidents: readonly Incident[];
  /** What the monitor wanted to be shown in this cycle. */
  readonly notices: readonly Notice[];
  /** Present state of every channel, with all edits so far. */
  readonly slack: readonly DemoChannel[];
}

interface DemoChannel {
  /** `#alerts`. */
  readonly name: string;
  readonly messages: readonly SlackMessage[];
}

export interface DemoOutcome {
  readonly cycles: readonly DemoCycle[];
  readonly slack: readonly DemoChannel[];
  /** Requests that a real service would have refused; a demo that goes well has none. */
  readonly violations: readonly string[];
}

const CHANNELS = ['critical-alerts', 'alerts'];
const SLACK_TOKEN = 'xoxb-demo';
const GITHUB_TOKEN = 'ghp-demo';
/** The demo's own settings; everything else is the product's default. */
const CONFIG = `cluster_name: demo
log_level: error
schedule: { agents: '*/10 * * * *', patrol: '*/5 * * * *' }
github:
  repositories:
    - { repository: acme/shop, services: [payments/checkout-api], paths: [deploy/payments] }
`;
const DELIVERY_MS = 10_000;
/** The clock stands still within a cycle, so the pace between messages is kept in short real waits. */
const DELIVERY_WAIT_MS = 2;

/**
 * The whole product against a simulated cluster and stand-ins on loopback: four cycles on a simulated clock.
 *
 * Nothing is left behind but the database that was asked for: all else lies in a directory of the system's temporary place that is removed at
 * the end.
 */
export async function runDemo(options: DemoOptions): Promise<DemoOutcome> {
  const clock = { nowMs: demoCycles[0].nowMs };
  const now = (): number => clock.nowMs;
  await using scratch = await scratchDirectory();
  await using cluster = await startSimulatedCluster({ now });
  await using slack = await startSlackStandIn({ token: SLACK_TOKEN, channels: CHANNELS, now });
  await using github = await startGithubStandIn({ repositories: demoRepositories, token: GITHUB_TOKEN, now });
  let delivered = (): Promise<void> => Promise.resolve();
  await using claude = options.realModel === undefined ? await startClaude(() => delivered(), now) : undefined;

  const definitionsDir = await demoDefinitionsDir(scratch.path);
  const variables = {
    K8S_MONITOR_CLAUDE_DIR: definitionsDir,
    K8S_MONITOR_AGENTS_DIR: definitionsDir,
    K8S_MONITOR_DATA_DIR: options.dataDir ?? join(scratch.path, 'data'),
    K8S_MONITOR_REPORTS_DIR: join(scratch.path, 'reports'),
    SLACK_API_URL: slack.url,
    SLACK_BOT_TOKEN: SLACK_TOKEN,
    GITHUB_API_URL: github.url,
    GITHUB_TOKEN,
    ANTHROPIC_API_KEY: options.realModel?.apiKey.reveal() ?? claude?.apiKey,
    ANTHROPIC_BASE_URL: options.realModel === undefined ? claude?.url : options.realModel.baseUrl,
  };
  const secrets = createSecrets(variables, () => undefined);
  for (const read of Object.values(secrets.read)) read();
  const redact = createRedactor(secrets.inUse);
  const log = createLogger({ level: 'error', sink: options.log, redact, now });
  const configFile = join(scratch.path, 'config.yaml');
  await writeFile(configFile, CONFIG);
  const kubeconfig = join(scratch.path, 'kubeconfig.json');
  await writeFile(kubeconfig, cluster.kubeconfig, { mode: 0o600 });
  const settings = createSettings({
    configFile,
    required: true,
    readFile: (path) => (path === configFile ? readFileSync(path, 'utf8') : undefined),
    cronProblem,
    allowedOrigins: [],
    log,
  });

  let notices: Notice[] = [];
  let sending = Promise.resolve();
  await using app = await startApp({
    environment: parseEnvironment(variables, {}, () => false),
    settings,
    secrets,
    access: loadClusterAccess({ explicitFile: kubeconfig, environment: {} }),
    redact,
    log,
    version: options.version,
    now,
    keep: 'disk',
    withAgents: true,
    serve: false,
    githubUrl: 'https://github.com',
    ...(claude !== undefined && { modelName: () => 'scripted model' }),
    sleepBetweenMessages: (_ms, signal) => sleepBriefly(signal),
    ...(options.onAgentEvent !== undefined && { onAgentEvent: options.onAgentEvent }),
    onNotices: (fresh) => {
      notices.push(...fresh);
      options.onNotices?.(fresh);
      // What the checks found is on its way while the agents work.
      sending = delivered();
    },
  });
  delivered = () => app.delivery.flush(AbortSignal.any([options.stopping, AbortSignal.timeout(DELIVERY_MS)]));

  const cycles: DemoCycle[] = [];
  const channels = (): readonly DemoChannel[] =>
    CHANNELS.map((name) => ({ name: `#${name}`, messages: slack.messages(name) }));
  for (const [index, { name, nowMs, trigger }] of demoCycles.entries()) {
    options.stopping.throwIfAborted();
    clock.nowMs = nowMs;
    notices = [];
    options.onCycleStart?.(index);
    const result = await app.trigger({ trigger, withAgents: trigger === 'scheduled' });
    await app.settled();
    await sending;
    await delivered();
    const { incidents } = await app.store.loadIncidents(nowMs);
    const cycle = { index, name, nowMs, result, incidents, notices, slack: channels() };
    cycles.push(cycle);
    options.onCycleEnd?.(cycle);
  }
  return {
    cycles,
    slack: channels(),
    violations: [
      ...cluster.violations,
      ...slack.violations.map((one) => `slack: ${one.method} ${one.error} ${one.detail}`),
      ...github.violations.map((one) => `github: ${one.path} ${one.message}`),
      ...(claude?.violations ?? []).map((one) => `claude: ${one.path} ${one.message}`),
    ],
  };
}

/** The script answers when what the checks told has arrived, so that people see the alert before the words, whatever the machine's speed. */
function startClaude(delivered: () => Promise<void>, now: () => number): Promise<ClaudeStandIn> {
  const script = createScriptedModel();
  const patient: ClaudeScript = async (request) => {
    await delivered();
    return script(request);
  };
  return startClaudeStandIn({ script: patient, apiKey: 'sk-ant-demo', now });
}

async function scratchDirectory(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'k8s-monitor-demo-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

async function sleepBriefly(signal: AbortSignal): Promise<void> {
  await wait(DELIVERY_WAIT_MS, undefined, { signal }).catch(() => undefined);
}
