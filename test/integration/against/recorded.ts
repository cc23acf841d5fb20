import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main } from '../../../src/cli/program.ts';
import { demoRepositories } from '../../../src/demo/cluster/repositories.ts';
import { startSimulatedCluster } from '../../../src/demo/cluster/server.ts';
import { stateAt, type ClusterState } from '../../../src/demo/cluster/state.ts';
import { demoCycles } from '../../../src/demo/cluster/timeline.ts';
import { createScriptedModel } from '../../../src/demo/scripted-model.ts';
import { startClaudeStandIn, type ClaudeStandIn } from '../../../src/demo/stand-ins/claude.ts';
import { startGithubStandIn } from '../../../src/demo/stand-ins/github.ts';
import { startSlackStandIn } from '../../../src/demo/stand-ins/slack.ts';
import { handClock } from '../../harness/hand-clock.ts';
import { startMonitor } from '../../harness/monitor.ts';
import { runProgram, type ProgramResult } from '../../harness/program.ts';

const AGENTS = fileURLToPath(new URL('../../../agents', import.meta.url));
export const POLICIES = fileURLToPath(new URL('../../../policies', import.meta.url));

const CONFIG = `cluster_name: demo
slack: { allowed_channels: ['#critical-alerts', '#alerts', '#board'] }
github:
  repositories:
    - { repository: acme/shop, services: [payments/checkout-api], paths: [deploy/payments] }
`;

/** The demo's cluster, whose namespaces do not say what they are. */
function unlabelled(nowMs: number): ClusterState {
  const { objects, logs } = stateAt(nowMs);
  const bare = (object: ClusterState['objects'][number]): typeof object =>
    object.kind === 'Namespace' ? { ...object, metadata: { ...object.metadata, labels: {} } } : object;
  return { objects: objects.map(bare), logs };
}

/** What a monitor has left behind: its database and its report files, of the four cycles of the demo. */
export interface Recorded extends AsyncDisposable {
  readonly dataDir: string;
  readonly reportsDir: string;
  /** Runs the real program on it, as a process of its own: `validate --against …`. */
  readonly spawned: (cycles: readonly string[], ...paths: readonly string[]) => Promise<ProgramResult>;
  /** The same command line in this process, for tables. */
  readonly against: (cycles: readonly string[], ...paths: readonly string[]) => Promise<ProgramResult>;
  /** The same with `--live` and this model; left out: without a key. */
  readonly live: (
    claude: Pick<ClaudeStandIn, 'url' | 'apiKey'> | undefined,
    cycles: readonly string[],
    ...paths: readonly string[]
  ) => Promise<ProgramResult>;
  /** A copy of the shipped definitions with other texts in it. */
  readonly edited: (changes: Readonly<Record<string, (text: string) => string>>) => Promise<string>;
}

export async function recordDemo(variables: Readonly<Record<string, string>> = {}): Promise<Recorded> {
  await using acquired = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'k8s-monitor-against-'));
  acquired.defer(() => rm(directory, { recursive: true, force: true }));
  const clock = handClock(demoCycles[0].nowMs);
  const { now } = clock;
  await using cluster = await startSimulatedCluster({ now, state: unlabelled });
  await using slack = await startSlackStandIn({ channels: ['critical-alerts', 'alerts', 'board'], now });
  await using github = await startGithubStandIn({ repositories: demoRepositories, now });
  await using claude = await startClaudeStandIn({ script: createScriptedModel(), now });
  const kubeconfig = join(directory, 'kubeconfig.json');
  await writeFile(kubeconfig, cluster.kubeconfig, { mode: 0o600 });
  const definitions = join(directory, 'definitions');
  await cp(AGENTS, definitions, { recursive: true });
  await using monitor = await startMonitor({
    server: { kubeconfigFile: () => Promise.resolve(kubeconfig) },
    token: cluster.token,
    definitions: { claudeDir: definitions, agentsDir: definitions },
    clock,
    slack,
    github,
    claude,
    config: CONFIG,
    environments: "namespaces:\n  '*': production\n",
    directory,
    variables,
  });
  for (const { name, nowMs, trigger } of demoCycles) {
    clock.set(nowMs);
    // What the earlier cycles used is not what is mounted later.
    if (name === 'confirm') await appendFile(join(definitions, 'escalation-manager.md'), '\nBe brief.\n');
    await monitor.cycle(trigger);
  }
  const { dataDir, reportsDir } = monitor;
  const running = acquired.move();
  let copies = 0;
  // What is not given comes from the database alone.
  const nowhere = join(directory, 'nothing');
  const places = `--data-dir ${dataDir} --reports-dir ${reportsDir} --claude-dir ${nowhere} --agents-dir ${nowhere}`;
  const wordsFor = (cycles: readonly string[], paths: readonly string[]): readonly string[] => [
    'validate',
    ...cycles.flatMap((cycle) => ['--against', cycle]),
    ...places.split(' '),
    ...paths,
  ];
  const environment = {
    NO_COLOR: '1',
    ...(variables['OPA_PATH'] !== undefined && { OPA_PATH: variables['OPA_PATH'] }),
  };
  return {
    dataDir,
    reportsDir,
    spawned: (cycles, ...paths) =>
      runProgram({ arguments: wordsFor(cycles, paths), cwd: directory, variables: environment }),
    live: (claude, cycles, ...paths) =>
      inProcess(wordsFor(cycles, ['--live', ...paths]), {
        ...environment,
        ...(claude !== undefined && { ANTHROPIC_BASE_URL: claude.url, ANTHROPIC_API_KEY: claude.apiKey }),
      }),
    against: (cycles, ...paths) => inProcess(wordsFor(cycles, paths), environment),
    edited: async (changes) => {
      copies += 1;
      const copy = join(directory, `edit-${copies}`);
      await cp(AGENTS, copy, { recursive: true });
      for (const [name, change] of Object.entries(changes)) {
        const before = await readFile(join(copy, name), 'utf8').catch(() => '');
        const after = change(before);
        if (after === before) throw new Error(`this is no edit of ${name}`);
        await writeFile(join(copy, name), after);
      }
      return copy;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function inProcess(
  words: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<ProgramResult> {
  const written = { stdout: '', stderr: '' };
  const exitCode = await main({
    arguments: words,
    variables,
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    now: Date.now,
    stopping: new AbortController().signal,
    version: '0.0.0-test',
  });
  return { exitCode, ...written };
}
