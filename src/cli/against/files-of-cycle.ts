import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspectDefinitions } from '../../definitions/assemble.ts';
import type { DefinitionSettings } from '../../definitions/definition-settings.ts';
import type { DefinitionFile, Definitions } from '../../domain/definitions.ts';
import type { Candidate, FileKind } from '../validate/collected.ts';

/** Where files of the past may be found. */
export interface Archive {
  /** Rows of the database by name. */
  readonly stored: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  /** Any text of the past, by its hash. */
  readonly version: (sha256: string) => Promise<Uint8Array | undefined>;
  readonly directories: Readonly<Record<'orchestrator' | 'agent' | 'policy', string | undefined>>;
}

/** A file that a person gave: by its own path, or in a directory or a manifest. */
export interface GivenFile extends Pick<Candidate, 'name' | 'kind' | 'bytes'> {
  readonly byItself: boolean;
}

/** The Markdown and the policies of one cycle: as they were, and as they are edited. */
export interface FilesOfCycle {
  /** Files of then whose very bytes were found. */
  readonly was: ReadonlyMap<string, Uint8Array>;
  readonly now: ReadonlyMap<string, Uint8Array>;
  /** Files of then that are neither given nor found, in no version. */
  readonly missing: readonly DefinitionFile[];
  /** Files of then that stand in another version where they are looked for. */
  readonly replaced: readonly { readonly file: DefinitionFile; readonly by: string }[];
}

/**
 * The files that a cycle used, with the given ones in their places. A directory or a ConfigMap that holds files of a kind stands for all of
 * that kind: what it does not hold is deleted by the edit.
 */
export async function filesOfCycle(
  recorded: readonly DefinitionFile[],
  given: readonly GivenFile[],
  archive: Archive,
): Promise<FilesOfCycle> {
  const files = given.filter(({ kind }) => kind !== 'settings');
  // Of two files with one name the first counts, as where they are read.
  const givenByName = new Map(files.toReversed().map(({ name, bytes }) => [name, bytes]));
  const whole = new Set(files.filter(({ byItself }) => !byItself).map(({ kind }) => kind));
  const was = new Map<string, Uint8Array>();
  const now = new Map<string, Uint8Array>(givenByName);
  const missing: DefinitionFile[] = [];
  const replaced: { readonly file: DefinitionFile; readonly by: string }[] = [];
  for (const file of recorded) {
    const kind = kindOf(file.name);
    const versions = await versionsOf(file, kind, archive);
    const exact = versions.find(({ sha256 }) => sha256 === file.sha256);
    if (exact !== undefined) was.set(file.name, exact.bytes);
    if (givenByName.has(file.name) || whole.has(kind)) continue;
    const other = exact ?? versions[0];
    if (other === undefined) missing.push(file);
    else now.set(file.name, other.bytes);
    if (exact === undefined && other !== undefined) replaced.push({ file, by: other.place });
  }
  return { was, now, missing, replaced };
}

function kindOf(name: string): Exclude<FileKind, 'settings'> {
  if (name.endsWith('.rego')) return 'policy';
  return name === 'CLAUDE.md' ? 'orchestrator' : 'agent';
}

interface Version {
  readonly sha256: string;
  readonly bytes: Uint8Array;
  readonly place: string;
}

/** What stands in the directory comes first: it is what a person looks at. */
async function versionsOf(
  { name, sha256 }: DefinitionFile,
  kind: 'orchestrator' | 'agent' | 'policy',
  archive: Archive,
): Promise<readonly Version[]> {
  const directory = archive.directories[kind];
  const path = directory === undefined ? undefined : join(directory, name);
  const mounted = path === undefined || !existsSync(path) ? [] : [{ bytes: readFileSync(path), place: path }];
  const stored = archive.stored
    .filter((row) => row.name === (kind === 'policy' ? `policies/${name}` : name))
    .map(({ bytes }) => ({ bytes, place: 'the database' }));
  const past = await archive.version(sha256);
  const all = [...mounted, ...stored, ...(past === undefined ? [] : [{ bytes: past, place: 'the database' }])];
  return all.map((version) => ({ ...version, sha256: sha256Of(version.bytes) }));
}

/** Reads Markdown once for each set of contents and zone, however many cycles use it. */
export function createReadDefinitions(
  settings: Omit<DefinitionSettings, 'zone'>,
): (files: ReadonlyMap<string, Uint8Array>, zone: string) => Definitions {
  const known = new Map<string, Definitions>();
  return (files, zone) => {
    const markdown = [...files].filter(([name]) => name.endsWith('.md'));
    const key = [zone, ...markdown.map(([name, bytes]) => `${name} ${sha256Of(bytes)}`).toSorted()].join('\n');
    const definitions = known.get(key) ?? inspectDefinitions(new Map(markdown), { ...settings, zone }).definitions;
    known.set(key, definitions);
    return definitions;
  };
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
