import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { createScriptedModel } from '../../../src/demo/scripted-model.ts';
import { demoCycles } from '../../../src/demo/cluster/timeline.ts';
import { startClaudeStandIn } from '../../../src/demo/stand-ins/claude.ts';
import type { CycleReport } from '../../../src/domain/report.ts';
import { findOpa } from '../../builders/opa.ts';
import { buildBundle, type Bundle } from '../../harness/bundle.ts';
import { runProgram } from '../../harness/program.ts';
import { startSimulatedClusterNow } from '../../harness/simulated-now.ts';

/** The scripted model cuts the program out of the prompt that it is sent; what it prints, only jq can have put together. */
const ANALYZER = `---
name: k8s-analyzer
description: Looks at what the checks found.
tools: k8s_get
---
kubectl get deployments -o json | jq '[.items[].kind] | unique | "\\(length) kind: \\(.[0] | ascii_upcase)"'
`;

const opa = await findOpa();
let bundle: Bundle;
let directory: string;

beforeAll(async () => {
  bundle = await buildBundle();
  directory = await mkdtemp(join(tmpdir(), 'k8s-monitor-bundle-'));
});
afterAll(async () => {
  await bundle[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

test('the bundle says its version where nothing else lies', async () => {
  const before = await readdir(bundle.directory);
  const result = await runProgram({ file: bundle.file, cwd: bundle.directory, arguments: ['version'] });
  expect(result).toEqual({
    exitCode: 0,
    stdout: `k8s-monitor ${packageJson.version} (node ${process.version})\n`,
    stderr: '',
  });
  expect(before).toEqual(['k8s-monitor.mjs', 'k8s-monitor.mjs.map']);
});

test('the bundle takes one byte a character in memory, and stacks name the functions as the source does', async () => {
  const text = await readFile(bundle.file, 'utf8');

  expect(text.search(/[\u0100-\uffff]/)).toBe(-1);
  expect(text).toContain('function createWatcher(');
});

test('the bundle brings the typed APIs of Kubernetes, for what is asked through them', async () => {
  await using cluster = await startSimulatedClusterNow(demoCycles[0].nowMs);
  const kubeconfig = join(directory, 'kubeconfig-permissions');
  await writeFile(kubeconfig, cluster.kubeconfig);

  const { exitCode, stdout } = await runProgram({
    file: bundle.file,
    cwd: bundle.directory,
    arguments: ['permissions', '--kubeconfig', kubeconfig],
  });

  expect(stdout).toContain('Everything that is needed is allowed.');
  expect(exitCode).toBe(0);
});

test.skipIf(opa === undefined)(
  'the bundle compiles policies, and asks them in the worker that it carries',
  async () => {
    await using cluster = await startSimulatedClusterNow(demoCycles[0].nowMs);
    const kubeconfig = join(directory, 'kubeconfig-policies');
    const policies = join(directory, 'policies');
    await cp(new URL('../../../policies/', import.meta.url), policies, { recursive: true });
    await writeFile(kubeconfig, cluster.kubeconfig);
    await writeFile(join(policies, 'priority.rego'), 'package priority\n\npriority := "P3"\n');

    const { exitCode, stdout, stderr } = await runProgram({
      file: bundle.file,
      cwd: bundle.directory,
      arguments: [
        'once',
        '--dry-run',
        '--no-agents',
        '--output=json',
        `--kubeconfig=${kubeconfig}`,
        `--claude-dir=${directory}`,
        `--policies-dir=${policies}`,
      ],
      variables: { OPA_PATH: opa },
    });

    expect(exitCode, stderr).toBe(0);
    const report = JSON.parse(stdout) as CycleReport;
    expect(report.findings).not.toEqual([]);
    const rules = report.findings.map(({ policy }) => policy.priority);
    expect(new Set(rules)).toEqual(new Set(['priority.rego:priority']));
    expect(report.definitions.files.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['environment.rego', 'labels.rego', 'priority.rego']),
    );
  },
);

test('one cycle of the bundle finds the faults, and its agents run a jq check of the Markdown in the worker that it carries', async () => {
  await using cluster = await startSimulatedClusterNow(demoCycles[0].nowMs);
  await using claude = await startClaudeStandIn({ script: createScriptedModel() });
  const kubeconfig = join(directory, 'kubeconfig');
  const definitions = join(directory, 'definitions');
  await mkdir(definitions);
  await writeFile(kubeconfig, cluster.kubeconfig);
  await writeFile(join(definitions, 'CLAUDE.md'), '# Rules\n');
  await writeFile(join(definitions, 'k8s-analyzer.md'), ANALYZER);

  const { exitCode, stdout, stderr } = await runProgram({
    file: bundle.file,
    cwd: bundle.directory,
    arguments: [
      'once',
      '--output=json',
      `--kubeconfig=${kubeconfig}`,
      `--claude-dir=${definitions}`,
      `--data-dir=${join(directory, 'data')}`,
      `--reports-dir=${join(directory, 'reports')}`,
    ],
    variables: { ANTHROPIC_BASE_URL: claude.url, ANTHROPIC_API_KEY: claude.apiKey },
  });

  expect(exitCode, stderr).toBe(0);
  const report = JSON.parse(stdout) as CycleReport;
  expect(report.gaps).toEqual([]);
  expect(report.findings.map(({ reason }) => reason)).toContain('CrashLoop');
  expect(report.agents.map(({ name, status }) => [name, status])).toContainEqual(['k8s-analyzer', 'reported']);

  const blocks = claude.messages
    .flatMap(({ messages }) => messages)
    .flatMap(({ content }) => (typeof content === 'string' ? [] : content));
  const calls = blocks.filter((block) => block.type === 'tool_use' && 'jq' in Object(block.input));
  const answers = blocks.filter((block) => block.type === 'tool_result');
  expect(calls).not.toEqual([]);
  expect(JSON.stringify(answers)).toContain('1 kind: DEPLOYMENT');
  expect(claude.violations).toEqual([]);
  expect(cluster.violations).toEqual([]);
  expect(await readdir(bundle.directory)).toEqual(['k8s-monitor.mjs', 'k8s-monitor.mjs.map']);
});
