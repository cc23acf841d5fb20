import { createHash } from 'node:crypto';
import type { DefinitionWarning } from '../domain/definitions.ts';
import type { DirectoryRead, MountedFile } from '../domain/mounted-directory.ts';
import type { FileNames } from './judge.ts';
import type { Refusal } from './opa.ts';
import { POLICY_NAMES } from './policy.ts';
import { isPolicyFile } from './try-policies.ts';

/** Names a set: its content, what of it could not be read, and which file is which policy. */
export function keyOf(
  files: readonly { readonly name: string; readonly sha256: string }[],
  unread: readonly Refusal[],
  names: FileNames,
): string {
  const content = [
    POLICY_NAMES.map((name) => names[name]),
    files.map(({ name, sha256 }) => [name, sha256]),
    unread.map(({ file, code }) => [file, code]),
  ];
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Files that stand there and cannot be read are refusals of the set. */
export function unreadable(read: DirectoryRead & { readonly kind: 'read' }): readonly Refusal[] {
  return read.unreadable.filter(({ name }) => isPolicyFile(name)).map(({ name, ...why }) => ({ file: name, ...why }));
}

export function unreadDirectory(read: Exclude<DirectoryRead, { readonly kind: 'read' }>): Refusal {
  const [code, remedy] =
    read.kind === 'missing'
      ? ['directory-missing', 'mount the ConfigMap k8s-monitor-policies there']
      : ['volume-broken', 'restart the pod if it does not mend itself'];
  return { file: read.directory, code, message: `${read.message}; ${remedy}` };
}

/** As report, log and card show it. */
export function warningOf(
  { file, line, code, message }: Refusal,
  outcome: DefinitionWarning['outcome'],
  consequence: string,
): DefinitionWarning {
  return { file, line, code, outcome, message: `${code}: ${message}; ${consequence}` };
}

export function neverUpdated({ name }: MountedFile): DefinitionWarning {
  const message =
    'mounted as a single file (subPath), so edits of its ConfigMap never arrive; mount the whole directory';
  return { file: name, line: undefined, code: 'never-updated', outcome: 'accepted', message };
}

export function wordsOf({ file, line, code, message }: Refusal): string {
  return `${placeOf(file, line)}: ${code}: ${message}`;
}

export function placeOf(file: string, line: number | undefined): string {
  return line === undefined ? file : `${file}:${line}`;
}

/** `Priority` of `priority.rego`, as the line of a reload begins. */
export function titleOf(file: string): string {
  const policy = policyOf(file);
  return policy.charAt(0).toUpperCase() + policy.slice(1);
}

/** `priority` of `priority.rego`: what operators grep for. */
export function policyOf(file: string): string {
  return file.replace(/\.rego$/, '');
}
