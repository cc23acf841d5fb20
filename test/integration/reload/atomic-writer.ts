import { mkdir, readdir, readlink, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';

let versions = 0;

/** Eight files that say which round they are of, so that a torn set shows. */
export function payloadOf(round: number): Readonly<Record<string, string>> {
  return Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`${index}.md`, `round ${round}`]));
}

/**
 * Publishes a payload as the kubelet does: a new directory, a link renamed over `..data`, links of the keys, then the old directory removed.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/volume/util/atomic_writer.go
 */
export async function publish(
  directory: string,
  payload: Readonly<Record<string, string>>,
  mode = 0o644,
): Promise<void> {
  const old = await readlink(join(directory, '..data')).catch(() => undefined);
  versions += 1;
  const version = `..2026_11_21_18_00_00.${threadId}${versions}`;
  await mkdir(join(directory, version), { recursive: true });
  for (const [name, text] of Object.entries(payload)) await writeFile(join(directory, version, name), text, { mode });
  await symlink(version, join(directory, '..data_tmp'));
  await rename(join(directory, '..data_tmp'), join(directory, '..data'));
  for (const name of Object.keys(payload)) {
    await symlink(join('..data', name), join(directory, name)).catch(() => undefined);
  }
  for (const name of await readdir(directory)) {
    if (!name.startsWith('..') && !(name in payload)) await unlink(join(directory, name)).catch(() => undefined);
  }
  if (old !== undefined) await rm(join(directory, old), { recursive: true });
}
