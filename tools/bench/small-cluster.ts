import { background } from '../../src/demo/cluster/background.ts';
import { checkoutApi } from '../../src/demo/cluster/checkout-api.ts';
import { demoRepositories } from '../../src/demo/cluster/repositories.ts';
import { startSimulatedCluster } from '../../src/demo/cluster/server.ts';
import type { ClusterState } from '../../src/demo/cluster/state.ts';
import { demoCycles } from '../../src/demo/cluster/timeline.ts';
import { createScriptedModel } from '../../src/demo/scripted-model.ts';
import { startClaudeStandIn, type ClaudeScript, type ClaudeStandIn } from '../../src/demo/stand-ins/claude.ts';
import { startGithubStandIn } from '../../src/demo/stand-ins/github.ts';
import { startSlackStandIn, type SlackStandIn } from '../../src/demo/stand-ins/slack.ts';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { handClock } from '../../test/harness/hand-clock.ts';
import { startMonitor, type Monitor, type MonitorOptions } from '../../test/harness/monitor.ts';

const SHIPPED = fileURLToPath(new URL('../../agents', import.meta.url));
/** The `config.yaml` of it. */
export const CONFIG = `cluster_name: bench
github:
  repositories:
    - { repository: acme/shop, services: [payments/checkout-api], paths: [deploy/payments] }
`;

/** The moment of the simulated clock in which everything happens. */
export const MOMENT_MS = demoCycles[0].nowMs;

/** Nothing is wrong. */
export function quietState(nowMs: number): ClusterState {
  return stateOf(background(nowMs));
}

/** One service runs out of memory after a merged pull request. */
export function oneIncidentState(nowMs: number): ClusterState {
  return stateOf(background(nowMs), checkoutApi(nowMs));
}

type Part = Pick<ClusterState, 'objects'> & { readonly logs?: ClusterState['logs'] };

function stateOf(...parts: readonly Part[]): ClusterState {
  return {
    objects: parts.flatMap(({ objects }) => objects),
    logs: Object.assign({}, ...parts.map(({ logs }) => logs ?? {})),
  };
}

export interface SmallCluster extends AsyncDisposable {
  readonly monitor: Monitor;
  readonly slack: SlackStandIn;
  readonly claude: ClaudeStandIn;
  /** @throws when a stand-in got a request that the real service would have refused */
  readonly assertNoViolations: () => void;
}

export function startClaude(script: ClaudeScript = createScriptedModel()): Promise<ClaudeStandIn> {
  return startClaudeStandIn({ script, now: () => MOMENT_MS });
}

/** The whole product in this process, with the shipped definitions, on a simulated cluster and stand-ins for Claude, GitHub and Slack. */
export async function startSmallCluster(options: {
  readonly state: (nowMs: number) => ClusterState;
  readonly script?: ClaudeScript;
  /** Whose prompt cache is used on; left out: one with an empty cache. It is the caller's to dispose. */
  readonly claude?: ClaudeStandIn;
  readonly delivery?: 'by hand' | 'live';
  /** Directories of definitions; left out: the shipped ones. */
  readonly definitions?: MonitorOptions['definitions'];
  readonly app?: NonNullable<MonitorOptions['app']>;
  /** Further environment variables. */
  readonly variables?: NonNullable<MonitorOptions['variables']>;
}): Promise<SmallCluster> {
  await using acquired = new AsyncDisposableStack();
  const clock = handClock(MOMENT_MS);
  const { now } = clock;
  const cluster = acquired.use(await startSimulatedCluster({ now, state: options.state }));
  const slack = acquired.use(await startSlackStandIn({ channels: ['critical-alerts', 'alerts'], now }));
  const github = acquired.use(await startGithubStandIn({ repositories: demoRepositories, now }));
  const claude = options.claude ?? acquired.use(await startClaude(options.script));
  const directory = await mkdtemp(join(tmpdir(), 'k8s-monitor-bench-'));
  acquired.defer(() => rm(directory, { recursive: true, force: true }));
  const kubeconfig = join(directory, 'kubeconfig.json');
  await writeFile(kubeconfig, cluster.kubeconfig, { mode: 0o600 });
  const monitor = acquired.use(
    await startMonitor({
      server: { kubeconfigFile: () => Promise.resolve(kubeconfig) },
      token: cluster.token,
      definitions: options.definitions ?? { claudeDir: SHIPPED, agentsDir: SHIPPED },
      clock,
      slack,
      github,
      claude,
      config: CONFIG,
      delivery: options.delivery ?? 'by hand',
      ...(options.app !== undefined && { app: options.app }),
      ...(options.variables !== undefined && { variables: options.variables }),
    }),
  );
  const running = acquired.move();
  return {
    monitor,
    slack,
    claude,
    assertNoViolations: () => {
      const all = [cluster, slack, github, claude].flatMap((one): readonly unknown[] => one.violations);
      if (all.length > 0) throw new Error(`refused: ${JSON.stringify(all)}`);
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
