import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, symlinkSync, truncateSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { runProgram } from '../../harness/program.ts';
import { documentIn, folderOf, opa } from './run-validate.ts';

/** The real program: its streams, its exit codes, and the files of the repository. */
const ROOT = join(import.meta.dirname, '..', '..', '..');
const AGENT = '---\nname: a\ndescription: d\nmodel: sonet\n---\nLook.\n';

const run = (
  words: readonly string[],
  more: { readonly stdin?: string; readonly cwd?: string; readonly unprivileged?: boolean } = {},
) => runProgram({ cwd: ROOT, arguments: ['validate', ...words], variables: { OPA_PATH: opa }, ...more });

test.skipIf(opa === undefined)(
  'the shipped files are sound, strictly, plain and as manifests; what is not read is said',
  async () => {
    const { exitCode, stdout, stderr } = await run(['--strict', 'agents', 'policies', 'k8s']);

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(
      /^agents\/CLAUDE\.md \(orchestrator, [\d.]+ KiB, ≈ [\d,]+ tokens\)\nagents\/CLAUDE\.md:\d+: P0 service payments\/checkout-api$/m,
    );
    expect(stdout).toMatch(/^k8s\/config-configmap\.yaml:\d+: llm\.quiet_model: haiku$/m);
    expect(stdout).toMatch(/^k8s\/policies-configmap\.yaml:\d+: the policy of priority, compiled and tried$/m);
    expect(stdout).toMatch(/^ {2}k8s\/deployment\.yaml:1: Deployment k8s-monitor: no ConfigMap$/m);
    expect(stdout).toMatch(/^A quiet scheduled cycle with these files costs about \$0\.00\d\d$/m);
    expect(stdout).toMatch(/\n\d+ files, 0 problems, 0 warnings\n$/);
  },
);

test('--output json: one document on stdout that the published schema accepts, nothing on stderr', async () => {
  using empty = folderOf({});
  const { exitCode, stdout, stderr } = await run(['--output', 'json', join(ROOT, 'agents')], { cwd: empty.path });

  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  // Nor does it write anything, or need a cluster or a key.
  expect(readdirSync(empty.path)).toEqual([]);
  const { files, prompts } = documentIn(stdout);
  expect(files.map(({ path }) => relative(ROOT, path))).toEqual([
    'agents/CLAUDE.md',
    'agents/escalation-manager.md',
    'agents/github-reviewer.md',
    'agents/k8s-analyzer.md',
    'agents/slack-notifier.md',
  ]);
  expect(prompts.map(({ agent }) => agent)).toContain('orchestrator');
});

test('- is stdin', async () => {
  const { exitCode, stdout, stderr } = await run(['-'], { stdin: AGENT });

  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(/^<stdin>:4:1: warning: "sonet"/m);
});

test('a command line that cannot be meant: exit 78, said on stderr', async () => {
  const { exitCode, stdout, stderr } = await run(['--strickt', 'agents']);

  expect({ exitCode, stdout }).toEqual({ exitCode: 78, stdout: '' });
  expect(stderr).toContain('(Did you mean --strict?)');
});

test('what may not be read, what leads nowhere or in a circle, and what is far too large: each named, the others read', async () => {
  using folder = folderOf({ 'a.md': AGENT, 'closed.md': AGENT, 'vast.yaml': 'x', 'room/b.md': AGENT });
  chmodSync(folder.path, 0o755);
  chmodSync(folder.at('closed.md'), 0);
  chmodSync(folder.at('room'), 0);
  symlinkSync('nowhere', folder.at('dangling.md'));
  symlinkSync('circle.md', folder.at('circle.md'));
  truncateSync(folder.at('vast.yaml'), 5_000_000_000);
  const { exitCode, stdout, stderr } = await run([folder.path, folder.at('room')], { unprivileged: true });
  chmodSync(folder.at('room'), 0o755);

  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: '' });
  for (const line of [
    'a.md:4:1: warning: "sonet" is no model;',
    'closed.md: problem: cannot be read: permission denied; check its mode and owner\n',
    'room: problem: cannot be read: permission denied; check its mode and owner\n',
    'dangling.md: problem: a symbolic link that leads nowhere\n',
    'circle.md: problem: ',
    'vast.yaml: problem: holds 4769 MiB or more; nothing beyond 16 MiB is read. Give the ConfigMaps of k8s-monitor alone: each holds 1 MiB at most\n',
  ])
    expect(stdout).toContain(`${folder.path}/${line}`);
});

test('a reader that goes away after the first lines gets no stack', () => {
  const words = `"${process.execPath}" "${join(ROOT, 'src', 'main.ts')}" validate --output json agents`;
  // The pipe's reader is gone before anything is written.
  const said = execFileSync('bash', ['-c', `(${words} 2>&3 | true) 3>&1`], { cwd: ROOT, encoding: 'utf8' });

  expect(said).toBe('');
});
