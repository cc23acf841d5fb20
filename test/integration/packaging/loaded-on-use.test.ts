import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const REPOSITORY = join(import.meta.dirname, '..', '..', '..');

/** Prints what is resolved while the daemon's code is loaded, before anything of it runs. */
const PROGRAM = `
import { registerHooks } from 'node:module';
const seen = new Set();
registerHooks({ resolve: (specifier, context, next) => (seen.add(specifier), next(specifier, context)) });
await import('./src/cli/run.ts');
console.log(JSON.stringify([...seen]));
`;

test('the SDKs of the model and of GitHub, and the classes of all Kubernetes objects, are no part of the start', async () => {
  const words = ['--input-type=module', '--eval', PROGRAM];
  const { stdout } = await promisify(execFile)(process.execPath, words, { cwd: REPOSITORY });
  const loaded: readonly string[] = JSON.parse(stdout);

  expect(loaded).toContain('fastify');
  expect(loaded).toContain('@kubernetes/client-node');
  expect(loaded.filter((name) => /^(?:@anthropic-ai|@octokit)\//.test(name))).toEqual([]);
  expect(loaded.filter((name) => name.endsWith('/typed-apis.ts'))).toEqual([]);
}, 60_000);
