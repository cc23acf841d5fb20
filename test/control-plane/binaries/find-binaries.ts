import { access, constants, mkdir, readdir, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { acquireBuildLock } from './build-lock.ts';
import { ENVTEST_BINARIES, installEnvtestArchive } from './envtest-archive.ts';
import { buildWithGo, findGo } from './go-build.ts';
import { BINARY_NAMES, GO_RECIPES, recipeId, type Binaries, type BinaryName } from './recipe.ts';

/** Says one line about a step that takes time. */
export type Progress = (line: string) => void;

/** Why there is no control plane here: what is missing, what was tried, and what to do. */
export interface MissingBinaries {
  readonly missing: readonly BinaryName[];
  readonly reason: string;
}

/**
 * Finds what a control plane for tests is made of: in `$KUBEBUILDER_ASSETS`, in the cache of this user, in the official
 * envtest archive, and otherwise builds it with Go into that cache (about 5 minutes cold, seconds warm).
 */
export async function findBinaries(env: NodeJS.ProcessEnv, progress: Progress): Promise<Binaries | MissingBinaries> {
  const cache = path.join(cacheRoot(env), 'k8s-monitor', 'control-plane', await recipeId());
  const assets = env['KUBEBUILDER_ASSETS'];
  const folders = assets ? [assets, cache] : [cache];
  if ((await lookFor(folders)).missing.length === 0) return complete(folders);

  await mkdir(cache, { recursive: true });
  await using _lock = await acquireBuildLock(path.join(cache, '.lock'), () =>
    progress('another run is getting the binaries; waiting for it'),
  );
  await removeLeftovers(cache);
  const problems = [
    ...(await downloadMissing(folders, cache, progress)),
    ...(await buildMissing(folders, cache, progress)),
  ];
  const { missing } = await lookFor(folders);
  return missing.length === 0 ? await complete(folders) : { missing, reason: problems.join('; ') };
}

async function downloadMissing(folders: string[], cache: string, progress: Progress): Promise<string[]> {
  const { missing } = await lookFor(folders);
  if (!ENVTEST_BINARIES.some((name) => missing.includes(name))) return [];
  try {
    await timed(progress, 'downloading the official envtest archive', () => installEnvtestArchive(cache));
    return [];
  } catch (error) {
    return [`the envtest archive cannot be had (${causeOf(error)})`];
  }
}

async function buildMissing(folders: string[], cache: string, progress: Progress): Promise<string[]> {
  const { missing } = await lookFor(folders);
  if (missing.length === 0) return [];
  const go = await findGo();
  if (go === undefined) return ['there is no go command to build with'];
  for (const [index, name] of missing.entries()) {
    const step = `building ${name} with Go, ${index + 1} of ${missing.length} (cold: about ${GO_RECIPES[name].coldSeconds} s)`;
    try {
      await timed(progress, step, () => buildWithGo(go, name, cache));
    } catch (error) {
      return [`go could not build ${name} (${causeOf(error)})`];
    }
  }
  return [];
}

/** Of builds and downloads that were interrupted; whoever has the lock is alone here. */
async function removeLeftovers(cache: string): Promise<void> {
  const names = await readdir(cache);
  const leftovers = names.filter((name) => name.endsWith('.building') || name.startsWith('.envtest-'));
  await Promise.all(leftovers.map((name) => rm(path.join(cache, name), { recursive: true, force: true })));
}

async function timed(progress: Progress, step: string, work: () => Promise<void>): Promise<void> {
  const startedAtMs = performance.now();
  const seconds = (): string => `${((performance.now() - startedAtMs) / 1000).toFixed(1)} s`;
  progress(`${step} …`);
  try {
    await work();
    progress(`${step}: done in ${seconds()}`);
  } catch (error) {
    progress(`${step}: no, after ${seconds()}`);
    throw error;
  }
}

async function lookFor(folders: readonly string[]): Promise<{ found: Partial<Binaries>; missing: BinaryName[] }> {
  const found: Partial<Record<BinaryName, string>> = {};
  for (const name of BINARY_NAMES) {
    for (const folder of folders) {
      const file = path.join(folder, name);
      if (found[name] === undefined && (await isExecutable(file))) found[name] = file;
    }
  }
  return { found, missing: BINARY_NAMES.filter((name) => found[name] === undefined) };
}

async function complete(folders: readonly string[]): Promise<Binaries> {
  return (await lookFor(folders)).found as Binaries;
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function cacheRoot(env: NodeJS.ProcessEnv): string {
  return env['XDG_CACHE_HOME'] || path.join(homedir(), '.cache');
}

/** `fetch failed` says nothing; its cause does. */
function causeOf(error: unknown): string {
  const innermost = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return innermost instanceof Error ? innermost.message : String(innermost);
}
