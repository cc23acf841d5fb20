import { lstatSync, readFileSync, statSync } from 'node:fs';
import { messageOf } from '../../errors.ts';

/** A list of all ConfigMaps of a cluster may be large; behind this is a file that somebody named by mistake. */
const LARGEST_BYTES = 16 * 1024 * 1024;

export type Read = { readonly bytes: Buffer } | { readonly problem: string };

/** The bytes of a file (or of a pipe), or why there are none. */
export function readBytes(path: string): Read {
  try {
    const { size } = statSync(path);
    if (size > LARGEST_BYTES) return { problem: tooLarge(size) };
    return { bytes: readFileSync(path) };
  } catch (error) {
    return { problem: whyUnreadable(error, path) };
  }
}

/** Everything that comes on stdin, or why it is not taken. */
export async function readStream(stream: AsyncIterable<Uint8Array> | undefined): Promise<Read> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream ?? []) {
    size += chunk.length;
    if (size > LARGEST_BYTES) return { problem: tooLarge(size) };
    chunks.push(chunk);
  }
  return { bytes: Buffer.concat(chunks) };
}

/** The system's refusal in words for a person. */
export function whyUnreadable(error: unknown, path: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return isLink(path) ? 'a symbolic link that leads nowhere' : 'there is no such file or directory';
    case 'EACCES':
    case 'EPERM':
      return 'cannot be read: permission denied; check its mode and owner';
    case 'ELOOP':
      return 'cannot be read: a symbolic link that leads to itself';
    default:
      return `cannot be read: ${messageOf(error)}`;
  }
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

function tooLarge(size: number): string {
  return `holds ${Math.ceil(size / 1024 / 1024)} MiB or more; nothing beyond ${LARGEST_BYTES / 1024 / 1024} MiB is read. Give the ConfigMaps of k8s-monitor alone: each holds 1 MiB at most`;
}
