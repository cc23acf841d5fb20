import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp, type App, type AppOptions } from '../../src/app.ts';
import { openContext } from '../../src/cli/context.ts';
import { loadClusterAccess } from '../../src/cluster/kubeconfig.ts';
import type { CycleResult } from '../../src/cycle/cycle.ts';
import type { ClaudeStandIn } from '../../src/demo/stand-ins/claude.ts';
import type { GithubStandIn } from '../../src/demo/stand-ins/github.ts';
import type { SlackStandIn } from '../../src/demo/stand-ins/slack.ts';
import type { Trigger } from '../../src/domain/cycle.ts';
import type { ControlPlane } from '../control-plane/client.ts';
import type { HandClock } from './hand-clock.ts';

export interface MonitorOptions {
  readonly server: Pick<ControlPlane, 'kubeconfigFile'>;
  /** Of the account that the monitor reads the cluster with. */
  readonly token: string;
  readonly definitions: { readonly claudeDir: string; readonly agentsDir: string };
  readonly clock: HandClock;
  /** Left out: Slack is not configured. */
  readonly slack?: Pick<SlackStandIn, 'url' | 'token'>;
  /** Left out: no key of a model. */
  readonly claude?: Pick<ClaudeStandIn, 'url' | 'apiKey'>;
  readonly github?: Pick<GithubStandIn, 'url' | 'token'>;
  /** The text of `config.yaml`. */
  readonly config?: string;
  /** The text of `environments.yaml`. */
  readonly environments?: string;
  /** Further environment variables, such as the operator's bounds. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Where data, reports and settings live: the one of an earlier monitor starts this one on its database. Kept when given. */
  readonly directory?: string;
  /** `by hand` (default): messages leave with `cycle()` or `flush()`. `live`: whenever the outbox has something. */
  readonly delivery?: 'by hand' | 'live';
  /** Deadlines and hooks of the composition root. */
  readonly app?: Partial<AppOptions>;
}

/** One line of the log, parsed. */
interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface Monitor extends AsyncDisposable {
  readonly app: App;
  /** Everything logged so far, oldest first. */
  readonly log: readonly LogLine[];
  /** The raw lines, as they would stand on stdout. */
  readonly logText: () => string;
  readonly directory: string;
  readonly dataDir: string;
  readonly reportsDir: string;
  readonly configFile: string;
  /** Runs a cycle (with agents unless it is a patrol), waits for what it sets off, and delivers what was told. */
  readonly cycle: (trigger: Trigger, options?: { readonly withAgents?: boolean }) => Promise<CycleResult>;
  readonly flush: () => Promise<void>;
  /** File names in the reports directory, sorted. */
  readonly reportFiles: () => Promise<readonly string[]>;
  readonly readReport: (name: string) => Promise<unknown>;
}

/** Slack stands still for a person, or the test is wrong: nobody waits longer for a delivery. */
const DELIVERY_MS = 30_000;

/** The whole monitor in this process, put together as the command line does it, on a clock and with triggers of the test's. */
export async function startMonitor(options: MonitorOptions): Promise<Monitor> {
  const { clock, slack, claude, github } = options;
  await using acquired = new AsyncDisposableStack();
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'k8s-monitor-test-')));
  if (options.directory === undefined) acquired.defer(() => rm(directory, { recursive: true, force: true }));
  const [dataDir, reportsDir, configDir] = ['data', 'reports', 'config'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  await mkdir(configDir, { recursive: true });
  const configFile = join(configDir, 'config.yaml');
  await writeFile(configFile, options.config ?? '');
  if (options.environments !== undefined) await writeFile(join(configDir, 'environments.yaml'), options.environments);

  const lines: string[] = [];
  const stdout = { write: (text: string) => lines.push(text) };
  const variables: Record<string, string | undefined> = {
    KUBECONFIG: await options.server.kubeconfigFile({ token: options.token, namespace: 'k8s-monitor' }),
    K8S_MONITOR_CLAUDE_DIR: options.definitions.claudeDir,
    K8S_MONITOR_AGENTS_DIR: options.definitions.agentsDir,
    K8S_MONITOR_CONFIG_DIR: configDir,
    K8S_MONITOR_DATA_DIR: dataDir,
    K8S_MONITOR_REPORTS_DIR: reportsDir,
    K8S_MONITOR_METRICS_PORT: '0',
    ...(slack !== undefined && { SLACK_API_URL: slack.url, SLACK_BOT_TOKEN: slack.token }),
    ...(claude !== undefined && { ANTHROPIC_BASE_URL: claude.url, ANTHROPIC_API_KEY: claude.apiKey }),
    ...(github !== undefined && { GITHUB_API_URL: github.url, GITHUB_TOKEN: github.token }),
    ...options.variables,
  };
  const version = '0.0.0-test';
  const context = openContext(
    {
      arguments: [],
      variables,
      stdout,
      stderr: stdout,
      now: clock.now,
      stopping: new AbortController().signal,
      version,
    },
    {},
    'stdout',
    'wait',
  );
  const app = acquired.use(
    await startApp({
      ...context,
      access: loadClusterAccess({ explicitFile: context.environment.kubeconfig, environment: variables }),
      version,
      now: clock.now,
      keep: 'disk',
      withAgents: true,
      serve: false,
      ...options.app,
    }),
  );
  if (options.delivery === 'live') acquired.use(app.delivery.start());
  const flush = (): Promise<void> => app.delivery.flush(AbortSignal.timeout(DELIVERY_MS));

  const running = acquired.move();
  return {
    app,
    get log() {
      return lines.map((line): LogLine => JSON.parse(line));
    },
    logText: () => lines.join(''),
    directory,
    dataDir,
    reportsDir,
    configFile,
    cycle: async (trigger, { withAgents = trigger !== 'patrol' } = {}) => {
      const result = await app.trigger({ trigger, withAgents });
      await app.idle();
      await app.settled();
      await flush();
      return result;
    },
    flush,
    reportFiles: async () =>
      (await readdir(reportsDir).catch(() => [])).toSorted((one, other) => one.localeCompare(other)),
    readReport: async (name) => JSON.parse(await readFile(join(reportsDir, name), 'utf8')),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
