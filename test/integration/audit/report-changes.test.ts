import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { main } from '../../../src/cli/program.ts';
import { startSimulatedCluster } from '../../../src/demo/cluster/server.ts';
import { demoCycles } from '../../../src/demo/cluster/timeline.ts';

const SHIPPED = join(import.meta.dirname, '..', '..', '..', 'agents');
const now = (): number => demoCycles[0].nowMs;

/** The command line in this process, on definitions that may be edited. */
async function aCommandLine() {
  const cluster = await startSimulatedCluster({ now });
  onTestFinished(() => cluster[Symbol.asyncDispose]());
  const directory = await mkdtemp(join(tmpdir(), 'k8s-monitor-changes-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await writeFile(join(directory, 'kubeconfig'), cluster.kubeconfig);
  const definitions = join(directory, 'agents');
  await cp(SHIPPED, definitions, { recursive: true });
  const run = async (...words: readonly string[]) => {
    const written = { stdout: '', stderr: '' };
    const exitCode = await main({
      arguments: words,
      variables: {
        KUBECONFIG: join(directory, 'kubeconfig'),
        K8S_MONITOR_CLAUDE_DIR: definitions,
        K8S_MONITOR_DATA_DIR: join(directory, 'data'),
        K8S_MONITOR_REPORTS_DIR: join(directory, 'reports'),
      },
      stdout: { write: (text) => (written.stdout += text), columns: 80 },
      stderr: { write: (text) => (written.stderr += text) },
      now,
      stopping: new AbortController().signal,
      version: '1.2.3',
    });
    return { exitCode, ...written };
  };
  const edit = async (file: string, change: (text: string) => string): Promise<void> => {
    const path = join(definitions, file);
    await writeFile(path, change(await readFile(path, 'utf8')));
  };
  return { run, edit };
}

test('report changes: what became of each edited file, the newest first, with every difference; as JSON too', async () => {
  const { run, edit } = await aCommandLine();
  await run('once', '--no-agents');
  await edit('CLAUDE.md', (text) => `${text}\n## Known issues of tonight\n\n- shop/api restarts. Do not alert.\n`);
  await edit('k8s-analyzer.md', () => '---\nname: k8s-analyzer\ndescription: never closed\n');
  const once = await run('once', '--no-agents');
  expect(once.stdout).toMatch(
    /^Changed since the last cycle:\n {2}widened {2}CLAUDE\.md:\d+ {2}known issue of shop\/api added: silences$/m,
  );

  const { exitCode, stdout, stderr } = await run('report', 'changes', '--limit', '2');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout.split('\n')).toEqual([
    expect.stringMatching(
      /^2026-11-22T02:10:00Z {2}rejected {2}definitions {2}k8s-analyzer\.md {2}[0-9a-f]{12} → [0-9a-f]{12}$/,
    ),
    expect.stringMatching(/^ {4}[a-z-]+: line 1: /),
    expect.stringMatching(
      /^2026-11-22T02:10:00Z {2}accepted {2}definitions {2}CLAUDE\.md {2}[0-9a-f]{12} → [0-9a-f]{12}$/,
    ),
    expect.stringMatching(/^ {4}widened {2}CLAUDE\.md:\d+ {2}known issue of shop\/api added: silences$/),
    expect.stringMatching(/^ {4}changed {2}CLAUDE\.md:\d+ {2}text changed: \+4 −0 lines$/),
    '',
  ]);
  const json = await run('report', 'changes', '--output', 'json');
  const rows: readonly unknown[] = JSON.parse(json.stdout);
  expect(rows.slice(0, 2)).toMatchObject([
    { file: 'k8s-analyzer.md', outcome: 'rejected', changes: [] },
    { file: 'CLAUDE.md', outcome: 'accepted', changes: [{ kind: 'widened' }, { kind: 'changed' }] },
  ]);
});

test('report ID --output text: the same lines as `once`, the changes among them', async () => {
  const { run, edit } = await aCommandLine();
  await run('once', '--no-agents');
  await edit('k8s-analyzer.md', (text) => text.replace(/^tools: .*$/m, 'tools: k8s_get'));
  const once = await run('once', '--no-agents', '--output', 'json');
  const { cycle } = JSON.parse(once.stdout);
  const { stdout } = await run('report', cycle.id, '--output', 'text');

  expect(stdout).toMatch(
    /^Changed since the last cycle:\n {2}removed {2}k8s-analyzer\.md:\d+ {2}k8s-analyzer: tools taken: /m,
  );
});

test('nothing has changed, and no database at all', async () => {
  const { run } = await aCommandLine();
  expect(await run('report', 'changes')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('REPORT_NOT_FOUND: there is no database at'),
  });
  expect(await run('report', 'changes', '--limit', '0')).toMatchObject({ exitCode: 78 });
});
