import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { NOTHING, together, type Collected, type FileKind } from './collected.ts';
import { fromManifest } from './from-manifest.ts';
import { kindOfName, meantSettingsFile, READ, whyNotRead } from './name.ts';
import { readBytes, readStream, whyUnreadable, type Read } from './read-bytes.ts';
import { recognise } from './recognise.ts';

/** Where a text came from, and whether a person named it or a directory holds it. */
interface Source {
  readonly path: string;
  /** `undefined`: it has no name, and is known by its looks alone. */
  readonly name: string | undefined;
  readonly named: boolean;
}

const MANIFEST = /\.(?:ya?ml|json)$/;

/**
 * Everything that is to be read at these paths: files, directories one level deep as they are mounted, manifests, `-` for stdin.
 *
 * @param stdin.name what stdin is, in the place of a path; `undefined`: known by its looks
 */
export async function collect(
  paths: readonly string[],
  stdin: { readonly stream: AsyncIterable<Uint8Array> | undefined; readonly name: string | undefined },
): Promise<Collected> {
  const parts: Collected[] = [];
  for (const path of new Set(paths)) {
    if (path !== '-') parts.push(atPath(path, true));
    else {
      const name = stdin.name === undefined ? undefined : basename(stdin.name);
      parts.push(fromBytes(await readStream(stdin.stream), { path: stdin.name ?? '<stdin>', name, named: true }));
    }
  }
  return together(parts);
}

function atPath(path: string, named: boolean): Collected {
  try {
    const found = statSync(path);
    // Nobody may be at the other end of a pipe; one that a person names, such as `<(kubectl get …)`, has somebody.
    if (!named && !found.isDirectory() && !found.isFile()) return ignored(path, 'file', 'it is no regular file');
    if (!found.isDirectory())
      return fromBytes(lookedAt(path, named) ? readBytes(path) : undefined, { path, name: basename(path), named });
    if (!named)
      return ignored(path, 'directory', 'directories are read one level deep, as they are mounted; name it too');
    // Names with a dot are the kubelet's, an editor's, or hidden.
    const names = readdirSync(path).filter((name) => !name.startsWith('.'));
    const held = together(names.toSorted().map((name) => atPath(join(path, name), false)));
    if (held.candidates.length + held.complaints.length > 0) return held;
    return together([held, problem(path, `nothing in this directory is read (read are ${READ})`)]);
  } catch (error) {
    return problem(path, whyUnreadable(error, path));
  }
}

/** Whatever a directory holds besides is not even opened. */
function lookedAt(path: string, named: boolean): boolean {
  return named || kindOfName(basename(path)) !== undefined || MANIFEST.test(path);
}

function fromBytes(read: Read | undefined, source: Source): Collected {
  const { path, name, named } = source;
  if (read === undefined) return ignored(path, 'file', whyNotRead(name ?? ''));
  if ('problem' in read) return problem(path, read.problem);
  const { bytes } = read;
  const kind = name === undefined ? undefined : kindOfName(name);
  // Markdown is decoded by those who read it, with a word about what is wrong.
  if (kind === 'orchestrator' || kind === 'agent') return plain(source, name ?? '', kind, bytes);
  const text = textOf(bytes);
  if (text === undefined) return problem(path, 'is not valid UTF-8; save it as UTF-8');
  if (kind !== undefined) return plain(source, name ?? '', kind, bytes);
  if (text.trim() === '') return named ? problem(path, 'is empty') : ignored(path, 'file', 'it is empty');

  const isYaml = name !== undefined && MANIFEST.test(name);
  if (/^kustomization\.ya?ml$/i.test(name ?? '')) return ignored(path, 'kustomization', 'name the files that it takes');
  const recognised = isYaml ? { manifest: true as const } : recognise(text);
  if (recognised === undefined) {
    const remedy = name === undefined ? '; say what it is with --stdin-name NAME' : '';
    return problem(path, `is nothing that is known here; read are ${READ}${remedy}`);
  }
  if ('name' in recognised) {
    const { name: given } = recognised;
    return plain(source, given, kindOfName(given) ?? 'agent', bytes);
  }
  const manifest = fromManifest(path, text);
  if (manifest !== undefined) return manifest;
  const why = 'neither a manifest, because nothing in it has a kind, nor one of the settings by its name';
  const meant = meantSettingsFile(name ?? '');
  if (meant !== undefined) return complaint(path, 'warning', `is not read: ${why}; did you mean ${meant}?`);
  return named ? problem(path, `is ${why}; read are ${READ}`) : ignored(path, 'file', why);
}

function plain({ path }: Source, name: string, kind: FileKind, bytes: Buffer): Collected {
  const origin = { line: 1, column: 1, exact: true };
  const candidate = { name, kind, path, configMap: undefined, mount: dirname(path), bytes, origin };
  const isMisspelt = kind === 'agent' && name.toLowerCase() === 'claude.md';
  const message = 'is an agent by its name; the orchestrator’s file is called CLAUDE.md, in capitals';
  return {
    ...NOTHING,
    candidates: [candidate],
    complaints: isMisspelt ? [{ path, severity: 'warning', message }] : [],
  };
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function complaint(path: string, severity: 'problem' | 'warning', message: string): Collected {
  return { ...NOTHING, complaints: [{ path, severity, message }] };
}

function problem(path: string, message: string): Collected {
  return complaint(path, 'problem', message);
}

function ignored(path: string, what: string, why: string): Collected {
  return { ...NOTHING, ignored: [{ path, what, why }] };
}
