import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { main } from '../../../src/cli/program.ts';
import { demoRepositories } from '../../../src/demo/cluster/repositories.ts';
import { startSimulatedCluster } from '../../../src/demo/cluster/server.ts';
import { createScriptedModel } from '../../../src/demo/scripted-model.ts';
import { startClaudeStandIn, type ClaudeScript, type ClaudeStandIn } from '../../../src/demo/stand-ins/claude.ts';
import { startGithubStandIn } from '../../../src/demo/stand-ins/github.ts';
import { startSlackStandIn, type SlackStandIn } from '../../../src/demo/stand-ins/slack.ts';
import { textOf } from '../../builders/markdown.ts';
import { findOpa } from '../../builders/opa.ts';
import { handClock, MINUTE_MS, type HandClock } from '../../harness/hand-clock.ts';
import { startMonitor, type Monitor } from '../../harness/monitor.ts';
import { shippedDefinitions } from '../../harness/shipped-definitions.ts';
import { publish } from '../reload/atomic-writer.ts';
import { CERTIFICATES, namespace, stateWith, type Thing } from './cluster.ts';
import { applyRecipe, type Files, type Recipe } from '../../builders/recipes.ts';

/** A Saturday evening of the simulated clock: windows on Sunday are to come. */
const SATURDAY_EVENING_MS = Date.UTC(2026, 10, 21, 18);

const SETTINGS = ['config.yaml', 'environments.yaml', 'flags.json'];
const isPolicy = (name: string): boolean => name.endsWith('.rego');
const isMarkdown = (name: string): boolean => name.endsWith('.md');

/** A monitor with everything that is shipped, mounted as the kubelet does it, on a simulated cluster. */
export interface World {
  readonly monitor: Monitor;
  readonly slack: SlackStandIn;
  readonly claude: ClaudeStandIn;
  readonly clock: HandClock;
  /** What there is besides a healthy cluster. */
  readonly things: Thing[];
  /** Names of the healthy cluster that a test puts its own thing in place of. */
  readonly withoutHealthy: Set<string>;
  /** What is mounted now. */
  readonly files: () => Files;
  /** One `kubectl apply` of what a recipe makes of the mounted files. */
  readonly apply: (recipe: Pick<Recipe, 'edits'>) => Promise<void>;
  readonly mount: (files: Files) => Promise<void>;
  /** What `k8s-monitor validate` prints about what is mounted, and its exit code. */
  readonly validate: () => Promise<{ readonly exitCode: number; readonly lines: readonly string[] }>;
}

/** @param options.model plays every role unless told; `none`: no key is configured */
export async function startWorld(
  options: {
    readonly model?: ClaudeScript | 'none';
    readonly atMs?: number;
    /** With the shipped Rego policies; the built-in policy has the same tables and needs no `opa`. */
    readonly rego?: true;
    /** Files are followed between cycles too. */
    readonly watched?: true;
  } = {},
): Promise<World> {
  const { model = createScriptedModel(), atMs = SATURDAY_EVENING_MS } = options;
  const clock = handClock(atMs);
  const acquired = new AsyncDisposableStack();
  onTestFinished(() => acquired.disposeAsync());
  const things: Thing[] = [
    namespace('shop', { environment: 'production' }),
    namespace('batch', { environment: 'production' }),
    namespace('shop-staging'),
    namespace('sandbox-ana'),
  ];
  const withoutHealthy = new Set<string>();
  const { now } = clock;
  const cluster = acquired.use(
    await startSimulatedCluster({ now, state: stateWith(things, withoutHealthy), customKinds: [CERTIFICATES] }),
  );
  const slack = acquired.use(await startSlackStandIn({ channels: ['critical-alerts', 'alerts', 'payments'], now }));
  const claude = acquired.use(await startClaudeStandIn({ now, script: model === 'none' ? [] : model }));
  const github = acquired.use(await startGithubStandIn({ repositories: demoRepositories, now }));
  const directory = await mkdtemp(join(tmpdir(), 'k8s-monitor-guide-'));
  acquired.defer(() => rm(directory, { recursive: true, force: true }));
  const place = (name: string): string => join(directory, name);
  await writeFile(place('kubeconfig'), cluster.kubeconfig);
  await mkdir(place('plain'));

  let files = await shippedFiles();
  const mounted = (chosen: (name: string) => boolean): Files =>
    Object.fromEntries(Object.entries(files).filter(([name]) => chosen(name)));
  const mountMarkdown = async (): Promise<void> => {
    await publish(
      place('claude'),
      mounted((name) => name === 'CLAUDE.md'),
    );
    await publish(
      place('agents'),
      mounted((name) => isMarkdown(name) && name !== 'CLAUDE.md'),
    );
    if (options.rego === true) await publish(place('policies'), mounted(isPolicy));
  };
  await mountMarkdown();
  const opa = options.rego === true ? await findOpa() : undefined;
  const monitor = acquired.use(
    await startMonitor({
      server: { kubeconfigFile: () => Promise.resolve(place('kubeconfig')) },
      token: cluster.token,
      definitions: { claudeDir: place('claude'), agentsDir: place('agents') },
      clock,
      slack,
      github,
      ...(model !== 'none' && { claude }),
      config: files['config.yaml'] ?? '',
      environments: files['environments.yaml'] ?? '',
      variables: {
        ...(options.rego === true && { K8S_MONITOR_POLICIES_DIR: place('policies') }),
        ...(opa !== undefined && { OPA_PATH: opa }),
      },
      app: { sleepBetweenMessages: () => wait(1), ...(options.watched === true && { watchMounts: {} }) },
    }),
  );
  const mount = async (next: Files): Promise<void> => {
    files = next;
    await mountMarkdown();
    for (const name of SETTINGS) {
      const text = files[name];
      const path = monitor.configFile.replace('config.yaml', name);
      await (text === undefined ? rm(path, { force: true }) : writeFile(path, text));
    }
  };
  const validate: World['validate'] = async () => {
    const plain = await mkdtemp(join(place('plain'), 'files-'));
    const isPlain = (name: string): boolean => options.rego === true || !isPolicy(name);
    for (const [name, text] of Object.entries(mounted(isPlain))) await writeFile(join(plain, name), text);
    let printed = '';
    const exitCode = await main({
      arguments: ['validate', plain],
      variables: opa === undefined ? {} : { OPA_PATH: opa },
      stdout: { write: (text: string) => ((printed += text), true) },
      stderr: { write: () => true },
      now,
      stopping: new AbortController().signal,
      version: '0.0.0-test',
    });
    return { exitCode, lines: printed.replaceAll(`${plain}/`, '').trimEnd().split('\n') };
  };
  return {
    monitor,
    slack,
    claude,
    clock,
    things,
    withoutHealthy,
    files: () => files,
    apply: (recipe) => mount(applyRecipe(files, recipe)),
    mount,
    validate,
  };
}

/** What `kubectl apply -k k8s/` installs, by file name. */
async function shippedFiles(): Promise<Files> {
  const { claude, agents } = await shippedDefinitions();
  const data = (manifest: string): Files => parseYaml(textOf(`k8s/${manifest}`)).data;
  return {
    'CLAUDE.md': claude,
    ...agents,
    ...data('config-configmap.yaml'),
    ...data('policies-configmap.yaml'),
  };
}

/** Ten minutes on, and a whole cycle. */
export async function nextCycle({ monitor, clock }: World) {
  clock.advance(10 * MINUTE_MS);
  return monitor.cycle('scheduled');
}
