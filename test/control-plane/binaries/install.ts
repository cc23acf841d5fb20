import { chmod, open, rename } from 'node:fs/promises';

/**
 * Puts a finished file in its place in one step, so that an interrupted build or download leaves either the whole binary
 * or none.
 *
 * @param temporary on the same file system as `target`
 */
export async function installBinary(temporary: string, target: string): Promise<void> {
  await chmod(temporary, 0o755);
  const file = await open(temporary, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, target);
}
