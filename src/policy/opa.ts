import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../errors.ts';
import { wasmIn } from './bundle.ts';

/** A policy file as it stands in its directory. */
export interface PolicyFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Why a set of policies is not taken, for the person who wrote it. */
export interface Refusal {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  /** OPA's own where it has one: `rego_parse_error`, `rego_type_error`. */
  readonly code: string;
  /** Cause and remedy, without code and place. */
  readonly message: string;
}

export type Compiled =
  | { readonly kind: 'compiled'; readonly wasm: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'refused'; readonly refusals: readonly Refusal[] }
  /** Nothing is said of the policies: there is no `opa`, or it did not come to an end. */
  | { readonly kind: 'unavailable'; readonly code: 'opa-missing' | 'opa-failed'; readonly message: string };

/** Compiles a set of files as one. */
export type Compile = (files: readonly PolicyFile[]) => Promise<Compiled>;

const ENTRYPOINTS = ['environment/environment', 'labels/custom_labels', 'priority/priority'];
/** It takes some tens of milliseconds; a machine under load takes a second. */
const DEADLINE_MS = 10_000;
const MAX_OUTPUT_BYTES = 1024 * 1024;

/** @param command `OPA_PATH`, or the name that is looked for on the `PATH` */
export function createCompile(command: string, { deadlineMs = DEADLINE_MS } = {}): Compile {
  return async (files) => {
    let directory: string;
    try {
      directory = await mkdtemp(join(tmpdir(), 'k8s-monitor-policies-'));
    } catch (error) {
      return {
        kind: 'unavailable',
        code: 'opa-failed',
        message: `nothing can be written for opa: ${messageOf(error)}`,
      };
    }
    try {
      for (const { name, bytes } of files) await writeFile(join(directory, name), bytes);
      return await compileIn(directory, files, (words) => run(command, words, directory, deadlineMs));
    } catch (error) {
      return { kind: 'unavailable', code: 'opa-failed', message: `opa could not be used: ${messageOf(error)}` };
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  };
}

type Run = (words: readonly string[]) => Promise<Ran>;
type Ran = {
  readonly status: 'done' | 'failed' | 'missing' | 'late';
  /** All that it said, on either stream: which one it takes differs from command to command. */
  readonly words: string;
};

async function compileIn(directory: string, files: readonly PolicyFile[], opa: Run): Promise<Compiled> {
  const names = files.map(({ name }) => name);
  const entrypoints = ENTRYPOINTS.flatMap((entrypoint) => ['-e', entrypoint]);
  const built = await opa(['build', '-t', 'wasm', ...entrypoints, '-o', 'bundle.tar.gz', '--', ...names]);
  if (built.status === 'missing') {
    return {
      kind: 'unavailable',
      code: 'opa-missing',
      message: `${built.words}. It is in the image; elsewhere put it on the PATH or name it in OPA_PATH`,
    };
  }
  if (built.status === 'late') return { kind: 'unavailable', code: 'opa-failed', message: built.words };
  if (built.status === 'done') {
    const bundle = await readFile(join(directory, 'bundle.tar.gz'));
    return { kind: 'compiled', wasm: wasmIn(bundle) };
  }
  // Only `check` says where, in a form that can be read.
  const checked = await opa(['check', '--format', 'json', '--', ...names]);
  const refusals = refusalsIn(checked.words);
  return { kind: 'refused', refusals: refusals.length > 0 ? refusals : [refusalOf(built.words)] };
}

function run(command: string, words: readonly string[], cwd: string, deadlineMs: number): Promise<Ran> {
  return new Promise((resolve) => {
    const options = {
      cwd,
      timeout: deadlineMs,
      killSignal: 'SIGKILL',
      maxBuffer: MAX_OUTPUT_BYTES,
      // It shares the container's memory with us, and needs nothing of our environment.
      env: { HOME: cwd, GOMEMLIMIT: '96MiB', GOMAXPROCS: '1' },
    } as const;
    execFile(command, words, options, (error, stdout, stderr) => {
      const said = stdout + stderr;
      if (error === null) resolve({ status: 'done', words: said });
      else if (error.code === 'ENOENT' || error.code === 'EACCES')
        resolve({ status: 'missing', words: `there is no opa at "${command}"` });
      else if (error.killed === true)
        resolve({ status: 'late', words: `opa did not come to an end within ${deadlineMs} ms` });
      else resolve({ status: 'failed', words: said });
    });
  });
}

/** What `opa check --format json` complains about. */
function refusalsIn(text: string): readonly Refusal[] {
  const complaints = listIn(parsed(text), 'errors');
  const refusals = complaints.flatMap((complaint): readonly Refusal[] => {
    const location = fieldOf(complaint, 'location');
    const [file, row, column] = [fieldOf(location, 'file'), fieldOf(location, 'row'), fieldOf(location, 'col')];
    const [code, message] = [fieldOf(complaint, 'code'), fieldOf(complaint, 'message')];
    if (typeof code !== 'string' || typeof message !== 'string') return [];
    return [
      {
        file: typeof file === 'string' && file !== '' ? file : '*.rego',
        ...(typeof row === 'number' && { line: row }),
        ...(typeof column === 'number' && { column }),
        code,
        message: `${message}${remedyFor(code, message)}`,
      },
    ];
  });
  // The others of a file mostly follow from its first.
  return refusals.filter(({ file }, index) => refusals.findIndex((other) => other.file === file) === index);
}

/** What `opa build` alone complains about: a rule that is not there, or a set that cannot become WebAssembly. */
function refusalOf(words: string): Refusal {
  const [, entrypoint] = /entrypoint "([^"]+)"/.exec(words) ?? [];
  const [wanted = '', rule = ''] = entrypoint?.split('/') ?? [];
  return entrypoint === undefined
    ? {
        file: '*.rego',
        code: 'rego_compile_error',
        message: words
          .replace(/^error: /, '')
          .trim()
          .slice(0, 500),
      }
    : {
        file: `${wanted}.rego`,
        code: 'rego_rule_missing',
        message: `there is no rule "${rule}" in a package "${wanted}". Keep both names as they are in the shipped policies`,
      };
}

/** OPA 1 demands words that policies of before do not have; the shipped names and tables are the same. */
function remedyFor(code: string, message: string): string {
  const isOld = code === 'rego_parse_error' && /`(?:if|contains)` keyword is required/.test(message);
  return isOld
    ? '. This is Rego of before OPA 1.0: add `import rego.v1`, write `if` before the body of every rule and `contains` before the element of every set (`opa fmt --write --v0-v1 FILE` does it)'
    : '';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, field) : undefined;
}

function listIn(value: unknown, field: string): readonly unknown[] {
  const list = fieldOf(value, field);
  return Array.isArray(list) ? list : [];
}
