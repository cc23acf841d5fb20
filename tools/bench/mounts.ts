import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MountName, MountReload } from '../../src/domain/mounted-directory.ts';
import type { WatchTuning } from '../../src/wiring/watch-mounts.ts';
import { findOpa } from '../../test/builders/opa.ts';
import { findBinaries } from '../../test/control-plane/binaries/find-binaries.ts';
import { mountVolume, type MountedVolume } from '../../test/control-plane/mounted-volume.ts';
import { CONFIG, startSmallCluster, type SmallCluster } from './small-cluster.ts';

type Files = Readonly<Record<string, string>>;

/** A change is in force within this, or the benchmark fails. */
const PATIENCE_MS = 60_000;

/** The whole product over four mounts that the kubelet's own code writes. */
export interface MountedMonitor extends AsyncDisposable {
  readonly small: SmallCluster;
  /** What each mount held at first. */
  readonly shipped: Readonly<Record<MountName, Files>>;
  readonly mounts: readonly MountName[];
  /** Swaps a mount. @returns milliseconds until the change is in force, the writing included. @throws when it is refused */
  readonly swap: (mount: MountName, files: Files) => Promise<number>;
}

export async function volumeWriter(say: (line: string) => void): Promise<string> {
  const binaries = await findBinaries(process.env, say);
  if ('missing' in binaries) throw new Error(`there is no volume writer: ${binaries.reason}`);
  return binaries['volume-writer'];
}

/** Policies are left out where there is no `opa`. */
export async function startMounted(
  state: Parameters<typeof startSmallCluster>[0]['state'],
  { say, tuning = {} }: { readonly say: (line: string) => void; readonly tuning?: WatchTuning },
): Promise<MountedMonitor> {
  await using acquired = new AsyncDisposableStack();
  const writer = await volumeWriter(say);
  const opa = await findOpa();
  const directory = await mkdtemp(join(tmpdir(), 'k8s-monitor-bench-mounts-'));
  acquired.defer(() => rm(directory, { recursive: true, force: true }));
  const { 'CLAUDE.md': claude = '', ...agents } = await filesIn('../../agents', '.md');
  const policies = await filesIn('../../policies', '.rego');
  const shipped = { claude: { 'CLAUDE.md': claude }, agents, config: { 'config.yaml': CONFIG }, policies };
  const mounts: readonly MountName[] = [
    'claude',
    'agents',
    'config',
    ...(opa === undefined ? [] : (['policies'] as const)),
  ];
  const volumes = new Map<MountName, MountedVolume>();
  for (const mount of mounts) {
    await mkdir(join(directory, mount));
    const volume = acquired.use(await mountVolume(writer, join(directory, mount)));
    await volume.swap(shipped[mount]);
    volumes.set(mount, volume);
  }
  let hear = (_reload: MountReload): void => undefined;
  const small = acquired.use(
    await startSmallCluster({
      state,
      definitions: { claudeDir: join(directory, 'claude'), agentsDir: join(directory, 'agents') },
      variables: {
        K8S_MONITOR_CONFIG_DIR: join(directory, 'config'),
        ...(opa !== undefined && { K8S_MONITOR_POLICIES_DIR: join(directory, 'policies'), OPA_PATH: opa }),
      },
      app: { watchMounts: { ...tuning, onReload: (reload) => hear(reload) } },
    }),
  );
  const listeners = new Map<MountName, (reload: MountReload) => void>();
  hear = (reload) => listeners.get(reload.mount)?.(reload);
  const running = acquired.move();
  return {
    small,
    shipped,
    mounts,
    swap: async (mount, files) => {
      const inForce = Promise.withResolvers<MountReload>();
      listeners.set(mount, inForce.resolve);
      const late = setTimeout(() => inForce.reject(new Error(`${mount}: the change never came`)), PATIENCE_MS);
      const beganMs = performance.now();
      await volumes.get(mount)?.swap(files);
      const reload = await inForce.promise;
      clearTimeout(late);
      if (!reload.accepted || reload.refused) throw new Error(`refused: ${JSON.stringify(reload)}`);
      return performance.now() - beganMs;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function filesIn(folder: string, ending: string): Promise<Files> {
  const path = fileURLToPath(new URL(folder, import.meta.url));
  const names = (await readdir(path)).filter((name) => name.endsWith(ending));
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(path, name), 'utf8')])),
  );
}
