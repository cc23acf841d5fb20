import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { main } from '../../src/cli/program.ts';
import { startSimulatedCluster, type SimulatedCluster } from '../../src/demo/cluster/server.ts';
import { demoCycles } from '../../src/demo/cluster/timeline.ts';
import type { CycleReport } from '../../src/domain/report.ts';

/** The command line in this process, on a clock of its own, against the simulated cluster. */
const DEFINITIONS = join(import.meta.dirname, '..', '..', 'agents');
const now = (): number => demoCycles[0].nowMs;

let cluster: SimulatedCluster;
let directory: string;

beforeAll(async () => {
  cluster = await startSimulatedCluster({ now });
  directory = await mkdtemp(join(tmpdir(), 'k8s-monitor-cli-'));
  await writeFile(join(directory, 'kubeconfig'), cluster.kubeconfig);
});
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

async function run(...words: readonly string[]) {
  const written = { stdout: '', stderr: '' };
  const exitCode = await main({
    arguments: words,
    variables: {
      // A list, as kubectl takes it: files that are not there are skipped.
      KUBECONFIG: [join(directory, 'not-there'), join(directory, 'kubeconfig')].join(delimiter),
      K8S_MONITOR_CLAUDE_DIR: DEFINITIONS,
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
}

test('version: the program and its Node', async () => {
  expect(await run('version')).toEqual({
    exitCode: 0,
    stdout: `k8s-monitor 1.2.3 (node ${process.version})\n`,
    stderr: '',
  });
});

test('--help lists every command on stdout and exits 0', async () => {
  const { exitCode, stdout } = await run('--help');
  expect(exitCode).toBe(0);
  for (const command of ['run', 'once', 'demo', 'validate', 'permissions', 'report', 'version']) {
    expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
  }
});

test('once: cards, then what was told and why, in lines that fit; nothing but the log on stderr', async () => {
  const { exitCode, stdout, stderr } = await run('once', '--dry-run', '--no-agents');
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/SEV-1 · payments\/checkout-api/);
  expect(stdout).toMatch(/^4 open:$/m);
  expect(stdout).toMatch(/SEV-1 {2}INC-20261122_021000-001 {2}Deployment payments\/checkout-api.*\(told, first-seen\)/);
  expect(stdout).toContain('Cost: 0 model calls, $0.0000');
  expect(
    stderr
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith('{"level":')),
  ).toEqual([]);
});

test('once --dry-run leaves nothing behind', async () => {
  await run('once', '--dry-run', '--no-agents');
  expect(await readdir(directory)).toEqual(['kubeconfig']);
});

test.each([
  [['--fail-on', 'sev1'], 2],
  [['--fail-on', 'SEV-4'], 2],
  [[], 0],
])('once %j exits %d while a SEV-1 is open', async (more, expected) => {
  expect((await run('once', '--dry-run', '--no-agents', ...more)).exitCode).toBe(expected);
});

test('once --output json: one document on stdout; report finds it again by cycle and by incident', async () => {
  const { exitCode, stdout } = await run('once', '--no-agents', '--output', 'json');
  expect(exitCode).toBe(0);
  const report = JSON.parse(stdout) as CycleReport;
  const incident = report.incidents[0]?.id ?? '';
  for (const id of [report.cycle.id, report.cycle.id.replaceAll(':', '-'), incident]) {
    const found = await run('report', id);
    expect(found, id).toMatchObject({ exitCode: 0, stderr: '' });
    expect((JSON.parse(found.stdout) as CycleReport).cycle.id).toBe(report.cycle.id);
  }
  expect(await run('report', 'INC-20200101_000000-001')).toMatchObject({
    exitCode: 2,
    stdout: '',
    stderr: expect.stringMatching(/^k8s-monitor: REPORT_NOT_FOUND: no report of INC-20200101_000000-001 in .*\n$/),
  });
});

test('permissions: one sentence where nothing is refused; with --all every right with its mark', async () => {
  const brief = await run('permissions');
  expect(brief).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(
      new RegExp(`^${cluster.url}: (\\d+) of \\1 allowed\\. Everything that is needed is allowed\\.\n$`),
    ),
  });

  const { exitCode, stdout } = await run('permissions', '--all');
  const lines = stdout.trim().split('\n');
  expect(exitCode).toBe(0);
  expect(lines[0]).toMatch(new RegExp(`^${cluster.url}: \\d+ of \\d+ allowed$`));
  expect(lines).toContain('  ✓ list, get pods');
  expect(lines).toContain('  ✓ get       pods/log');
  expect(lines.at(-1)).toBe('Everything that is needed is allowed.');
});

test('validate: what code read with line numbers; 2 when something is wrong', async () => {
  const fine = await run('validate', DEFINITIONS);
  expect(fine).toMatchObject({ exitCode: 0, stderr: '' });
  expect(fine.stdout).toMatch(/CLAUDE\.md:\d+: P0 service payments\/checkout-api/);
  expect(fine.stdout).toMatch(/k8s-analyzer\.md:1: agent k8s-analyzer: analyzer, model/);
  expect(fine.stdout).toMatch(/\n5 files, 0 problems, \d+ warnings\n$/);

  const broken = join(directory, 'broken.md');
  await writeFile(broken, '---\nname: [x\ndescription: d\n---\n');
  const refused = await run('validate', broken);
  expect(refused.exitCode).toBe(2);
  expect(refused.stdout).toMatch(/broken\.md:2:1: problem: name has a bracket that does not close/);
  await rm(broken);
});

test('validate reads ConfigMap manifests, and counts lines as the manifest does', async () => {
  const manifests = join(DEFINITIONS, '..', 'k8s');
  const { exitCode, stdout } = await run('validate', join(manifests, 'orchestrator-configmap.yaml'));
  expect(exitCode).toBe(0);
  const [, line] = /orchestrator-configmap\.yaml:(\d+): P0 service payments\/checkout-api/.exec(stdout) ?? [];
  expect(Number(line)).toBeGreaterThan(20);
});
