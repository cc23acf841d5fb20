import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const REPOSITORY = join(import.meta.dirname, '..', '..');

/** The one file of the image, alone in a folder that nobody writes to, as `/app` is. */
export interface Bundle extends AsyncDisposable {
  readonly file: string;
  readonly directory: string;
}

/** Builds it as `npm run build` does, into a folder of its own. */
export async function buildBundle(): Promise<Bundle> {
  const parent = await mkdtemp(join(tmpdir(), 'k8s-monitor-image-'));
  const directory = join(parent, 'app');
  await mkdir(directory);
  const file = join(directory, 'k8s-monitor.mjs');
  await promisify(execFile)(process.execPath, ['tools/build.ts', file], { cwd: REPOSITORY });
  await chmod(parent, 0o755);
  await chmod(directory, 0o555);
  return {
    file,
    directory,
    async [Symbol.asyncDispose]() {
      await chmod(directory, 0o755);
      await rm(parent, { recursive: true, force: true });
    },
  };
}
