import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulatedCluster, type SimulatedClusterOptions } from '../../../src/demo/cluster/server.ts';
import { demoCycles } from '../../../src/demo/cluster/timeline.ts';
import { createScriptedModel } from '../../../src/demo/scripted-model.ts';
import { startClaudeStandIn, type ClaudeScript, type ClaudeStandIn } from '../../../src/demo/stand-ins/claude.ts';
import { startGithubStandIn } from '../../../src/demo/stand-ins/github.ts';
import { demoRepositories } from '../../../src/demo/cluster/repositories.ts';
import { startSlackStandIn, type SlackStandIn } from '../../../src/demo/stand-ins/slack.ts';
import type { CycleReport } from '../../../src/domain/report.ts';
import { handClock, type HandClock } from '../../harness/hand-clock.ts';
import { startMonitor, type Monitor, type MonitorOptions } from '../../harness/monitor.ts';

const DEFINITIONS = join(import.meta.dirname, '..', '..', '..', 'agents');

/** Files of the settings directory, by name. */
export type Files = Readonly<Record<string, string>>;

/** Everything around one monitor, and what reached it in one cycle. */
export interface Live extends AsyncDisposable {
  readonly monitor: Monitor;
  readonly clock: HandClock;
  readonly claude: ClaudeStandIn;
  /** Where `llm.endpoint` may lead besides. */
  readonly gateway: ClaudeStandIn;
  readonly slack: SlackStandIn;
  /** Paths that the API server is asked for and answers with 503, as beginnings. */
  readonly refused: Set<string>;
  /** The same for those that are never answered, as ends. */
  readonly hanging: Set<string>;
  readonly write: (files: Files) => Promise<void>;
  readonly cycle: () => Promise<Cycle>;
}

export interface Cycle {
  readonly report: CycleReport;
  readonly claude: ClaudeStandIn['messages'];
  /** `POST /v1/messages`, refused ones too. */
  readonly claudeRequests: number;
  readonly gateway: ClaudeStandIn['messages'];
  readonly posts: SlackStandIn['requests'];
  /** Paths that were answered with 503, in order. */
  readonly refusedPaths: readonly string[];
  readonly log: readonly { readonly level: string; readonly msg: string }[];
  /** `GET path?query` of everything that the API server was asked. */
  readonly asked: readonly string[];
}

/** The demo's cluster with its four faults, a hand clock, and stand-ins that remember every request. */
export async function startLive(options: {
  readonly files: Files;
  readonly script?: ClaudeScript;
  /** Whether changes are also followed between cycles. */
  readonly watched?: boolean;
  /** The demo's cluster with something else in it. */
  readonly cluster?: Pick<SimulatedClusterOptions, 'state' | 'customKinds'>;
  /** Instead of the shipped ones. */
  readonly definitions?: string;
  /** Further environment variables. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Instead of what startMonitor says. */
  readonly app?: MonitorOptions['app'];
}): Promise<Live> {
  const { definitions = DEFINITIONS } = options;
  await using acquired = new AsyncDisposableStack();
  const clock = handClock(demoCycles[0].nowMs);
  const cluster = acquired.use(await startSimulatedCluster({ now: clock.now, ...options.cluster }));
  const slack = acquired.use(
    await startSlackStandIn({ channels: ['critical-alerts', 'alerts', 'elsewhere'], now: clock.now }),
  );
  const script = options.script ?? createScriptedModel();
  const claude = acquired.use(await startClaudeStandIn({ script, now: clock.now }));
  const gateway = acquired.use(await startClaudeStandIn({ script: createScriptedModel(), now: clock.now }));
  const github = acquired.use(await startGithubStandIn({ repositories: demoRepositories, now: clock.now }));
  const directory = await mkdtemp(join(tmpdir(), 'k8s-monitor-live-'));
  acquired.defer(() => rm(directory, { recursive: true, force: true }));

  const refused = new Set<string>();
  const hanging = new Set<string>();
  const refusedPaths: string[] = [];
  const door = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://door');
    if ([...refused].some((beginning) => pathname.startsWith(beginning))) {
      refusedPaths.push(pathname);
      response.writeHead(503, { 'content-type': 'application/json' });
      return void response.end(JSON.stringify({ kind: 'Status', code: 503, reason: 'ServiceUnavailable' }));
    }
    if ([...hanging].some((end) => pathname.endsWith(end))) return undefined;
    void fetch(`${cluster.url}${request.url ?? ''}`, {
      headers: { accept: request.headers.accept ?? '*/*', authorization: request.headers.authorization ?? '' },
    }).then(async (answer) => {
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
      response.end(Buffer.from(await answer.arrayBuffer()));
    });
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  acquired.defer(() => {
    door.closeAllConnections();
    door.close();
  });
  const address = door.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const kubeconfig = join(directory, 'kubeconfig');
  await writeFile(kubeconfig, cluster.kubeconfig.replaceAll(cluster.url, `http://127.0.0.1:${port}`));

  const monitor = acquired.use(
    await startMonitor({
      server: { kubeconfigFile: () => Promise.resolve(kubeconfig) },
      token: cluster.token,
      definitions: { claudeDir: definitions, agentsDir: definitions },
      clock,
      slack,
      claude,
      github,
      config: options.files['config.yaml'] ?? '',
      variables: { K8S_MONITOR_ALLOWED_ORIGINS: gateway.url, ...options.variables },
      app: {
        sleepBetweenMessages: () => wait(1),
        ...(options.watched === true && { watchMounts: {} }),
        ...options.app,
      },
    }),
  );
  const write = async (files: Files): Promise<void> => {
    for (const [name, text] of Object.entries(files)) {
      // Never half a file: what watches the directory may look at any moment.
      const path = monitor.configFile.replace('config.yaml', name);
      await writeFile(`${path}.new`, text);
      await rename(`${path}.new`, path);
    }
  };
  await write(options.files);

  const cycle = async (): Promise<Cycle> => {
    const [asked, all, elsewhere, told, closed, said] = [
      claude.messages.length,
      claude.requests.length,
      gateway.messages.length,
      slack.requests.length,
      refusedPaths.length,
      monitor.log.length,
    ];
    const listed = cluster.requests.length;
    const { report } = await monitor.cycle('scheduled');
    return {
      report,
      claude: claude.messages.slice(asked),
      claudeRequests: claude.requests.slice(all).filter(({ path }) => path === '/v1/messages').length,
      gateway: gateway.messages.slice(elsewhere),
      posts: slack.requests.slice(told).filter(({ method }) => method === 'chat.postMessage'),
      refusedPaths: refusedPaths.slice(closed),
      log: monitor.log.slice(said),
      asked: cluster.requests.slice(listed),
    };
  };
  const running = acquired.move();
  return {
    monitor,
    clock,
    claude,
    gateway,
    slack,
    refused,
    hanging,
    write,
    cycle,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
