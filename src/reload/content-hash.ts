import { createHash } from 'node:crypto';
import type { DirectoryRead } from '../domain/mounted-directory.ts';

/** SHA-256 over the names and hashes of a set of files, 64 hex digits; the order in which they were found does not matter. */
export function hashOf(files: ReadonlyMap<string, string>): string {
  const inOrder = [...files].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return sha256(JSON.stringify(inOrder));
}

/** SHA-256 over what a directory holds; that of an empty set where it cannot be read. */
export function setHashOf(read: DirectoryRead): string {
  return hashOf(new Map(read.kind === 'read' ? read.files.map(({ name, sha256: hash }) => [name, hash]) : []));
}

/** Differs where a look at the directory found something else than the last: content, what cannot be read, or why nothing can. */
export function keyOf(read: DirectoryRead): string {
  if (read.kind !== 'read') return sha256(JSON.stringify([read.kind, read.message]));
  const content = read.files.map((file) => [file.name, file.sha256]);
  return sha256(JSON.stringify([content, read.unreadable.map(({ name, code }) => [name, code])]));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
