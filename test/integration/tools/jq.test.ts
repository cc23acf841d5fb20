import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { createRunJq } from '../../../src/tools/kubernetes/jq.ts';

const runJq = createRunJq();
const forever = (): AbortSignal => new AbortController().signal;
const PODS = JSON.stringify({
  items: [
    { metadata: { name: 'api-1' }, status: { phase: 'Running' } },
    { metadata: { name: 'api-2' }, status: { phase: 'Pending' } },
  ],
});

test.each([
  { program: '.items[] | select(.status.phase != "Running") | .metadata.name', expected: 'api-2' },
  { program: '[.items[].metadata.name]', expected: '["api-1","api-2"]' },
  { program: '.items | length', expected: '2' },
  { program: 'empty', expected: '' },
])('$program prints what jq -rc prints', async ({ program, expected }) => {
  expect(await runJq(PODS, program, forever())).toBe(expected);
});

test.each([
  { name: 'does not compile', program: '.items[', expected: /jq refused the program.*syntax error/s },
  { name: 'fails on the data', program: '.items.name', expected: /Cannot index array/ },
  { name: 'wants a file', program: 'import "x" as x; .', expected: /jq refused/ },
])('a program that $name is explained in the words of jq', async ({ program, expected }) => {
  await expect(runJq(PODS, program, forever())).rejects.toMatchObject({
    code: 'TOOL_INPUT_INVALID',
    message: expect.stringMatching(expected),
  });
});

test.each(['[repeat(1)]', 'def f: f; f', 'last(range(infinite))'])(
  '%s is ended, and the next program works',
  async (program) => {
    const hasty = createRunJq(400);

    await expect(hasty(PODS, program, forever())).rejects.toMatchObject({ code: 'TOOL_FAILED' });
    expect(await runJq(PODS, '.items | length', forever())).toBe('2');
  },
);

test('a program sees neither the environment nor files', async () => {
  const found = await runJq('{}', '[env, $ENV, input_filename] | tostring', forever());

  expect(found).not.toContain(process.env['PATH']);
});

test('whoever gives up waiting is not kept waiting', async () => {
  const giveUp = new AbortController();
  const answer = runJq(PODS, 'def f: f; f', giveUp.signal);
  await setTimeout(150);
  const startedAtMs = performance.now();
  giveUp.abort();

  await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
  expect(performance.now() - startedAtMs).toBeLessThan(2000);
});

test('within one bundled file, in a folder of its own, the program still runs', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'jq-bundle-'));
  try {
    const bundle = { bundle: true, platform: 'node', write: false, logLevel: 'silent' } as const;
    const worker = await build({ ...bundle, entryPoints: ['src/tools/kubernetes/jq-worker.ts'], format: 'cjs' });
    const main = await build({
      ...bundle,
      format: 'esm',
      stdin: {
        contents: `
          import { createRunJq } from './src/tools/kubernetes/jq.ts';
          process.stdout.write(await createRunJq()('{"a":[1,2]}', '.a | add', new AbortController().signal));
        `,
        resolveDir: process.cwd(),
        loader: 'ts',
      },
      define: { JQ_WORKER_SOURCE: JSON.stringify(worker.outputFiles[0]?.text) },
    });
    const file = join(folder, 'main.mjs');
    await writeFile(file, main.outputFiles[0]?.text ?? '');
    const child = spawn(process.execPath, [file], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
    const exit = once(child, 'exit');

    expect(await text(child.stdout)).toBe('3');
    expect((await exit)[0]).toBe(0);
  } finally {
    await rm(folder, { recursive: true });
  }
});
