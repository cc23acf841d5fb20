import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import { main } from '../../../src/cli/program.ts';
import type { ValidationDocument } from '../../../src/cli/validate/document.ts';
import { findOpa } from '../../builders/opa.ts';

export const opa = await findOpa();
const accepts = new Ajv2020({ allErrors: true }).compile(
  JSON.parse(await readFile('docs/validate.schema.json', 'utf8')) as object,
);

export interface Given {
  readonly stdin?: string;
  readonly variables?: Readonly<Record<string, string>>;
}

/** The command line in this process. */
export async function validate(words: readonly string[], { stdin, variables }: Given = {}) {
  const written = { stdout: '', stderr: '' };
  const exitCode = await main({
    arguments: ['validate', ...words],
    variables: { OPA_PATH: opa, ...variables },
    ...(stdin !== undefined && { stdin: streamOf(stdin) }),
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    now: () => Date.UTC(2026, 10, 21, 18),
    stopping: new AbortController().signal,
    version: '1.2.3',
  });
  return { exitCode, ...written };
}

/** The same as a document that the published schema accepts, with nothing on stderr. */
export async function validated(words: readonly string[], given: Given = {}): Promise<ValidationDocument> {
  const { exitCode, stdout, stderr } = await validate(['--output', 'json', ...words], given);
  const document = documentIn(stdout);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: document.exitCode });
  return document;
}

export function documentIn(stdout: string): ValidationDocument {
  const document: unknown = JSON.parse(stdout);
  accepts(document);
  expect(accepts.errors ?? []).toEqual([]);
  return document as ValidationDocument;
}

async function* streamOf(text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  // In pieces that may cut a character in two, as a pipe does.
  for (let from = 0; from < bytes.length; from += 7) yield bytes.subarray(from, from + 7);
}

export interface Folder extends Disposable {
  readonly path: string;
  readonly at: (name: string) => string;
}

/** A folder of files; a value that is no text is written as it is. */
export function folderOf(files: Readonly<Record<string, string | Uint8Array>>): Folder {
  const path = mkdtempSync(join(tmpdir(), 'k8s-monitor-validate-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return {
    path,
    at: (name) => join(path, name),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
