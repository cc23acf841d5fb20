import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSimulatedCluster } from '../../../src/demo/cluster/server.ts';
import type { MountReload } from '../../../src/domain/mounted-directory.ts';
import { handClock } from '../../harness/hand-clock.ts';
import { startMonitor, type Monitor, type MonitorOptions } from '../../harness/monitor.ts';
import { MOMENT_MS, quietState } from '../../../tools/bench/small-cluster.ts';
import { publish } from '../reload/atomic-writer.ts';

const SHIPPED = fileURLToPath(new URL('../../../agents', import.meta.url));

type Files = Readonly<Record<string, string | undefined>>;

/** Mounts, database and cluster of one installation: they outlive its processes. */
export interface Installation extends AsyncDisposable {
  readonly shipped: Readonly<Record<string, string>>;
  /** One swap of each mount that a file belongs to; `undefined` takes a file away. */
  readonly swap: (change: Files) => Promise<void>;
  /** What the watch of the last start made of mounts, oldest first. */
  readonly reloads: readonly MountReload[];
  readonly start: (options?: Partial<MonitorOptions>) => Promise<Monitor>;
}

export async function anInstallation(): Promise<Installation> {
  await using acquired = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'k8s-monitor-audit-'));
  acquired.defer(() => rm(directory, { recursive: true, force: true }));
  const clock = handClock(MOMENT_MS);
  const cluster = acquired.use(await startSimulatedCluster({ now: clock.now, state: quietState }));
  const shipped: Record<string, string> = {};
  for (const name of await readdir(SHIPPED)) shipped[name] = await readFile(join(SHIPPED, name), 'utf8');
  let content: Files = shipped;
  const [claudeDir, agentsDir] = [join(directory, 'claude'), join(directory, 'agents')];
  const ofMount = (belongs: (name: string) => boolean): Readonly<Record<string, string>> =>
    Object.fromEntries(
      Object.entries(content).flatMap(([name, text]) => (text !== undefined && belongs(name) ? [[name, text]] : [])),
    );
  const isClaude = (name: string): boolean => name === 'CLAUDE.md';
  const swap = async (change: Files): Promise<void> => {
    content = { ...content, ...change };
    const names = Object.keys(change);
    if (names.some(isClaude)) await publish(claudeDir, ofMount(isClaude));
    if (names.some((name) => !isClaude(name)))
      await publish(
        agentsDir,
        ofMount((name) => !isClaude(name)),
      );
  };
  await swap(shipped);
  const kubeconfig = join(directory, 'kubeconfig.json');
  await writeFile(kubeconfig, cluster.kubeconfig, { mode: 0o600 });
  const reloads: MountReload[] = [];
  const running = acquired.move();
  return {
    shipped,
    swap,
    reloads,
    start: (options = {}) =>
      startMonitor({
        server: { kubeconfigFile: () => Promise.resolve(kubeconfig) },
        token: cluster.token,
        definitions: { claudeDir, agentsDir },
        clock,
        directory,
        ...options,
        app: {
          // The kernel's events alone bring changes, so that a poll hides nothing.
          watchMounts: { pollMs: 2 ** 31 - 1, onReload: (reload) => void reloads.push(reload) },
          ...options.app,
        },
      }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
