import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { main } from '../../../src/cli/program.ts';
import { startSimulatedCluster } from '../../../src/demo/cluster/server.ts';
import { runProgram } from '../../harness/program.ts';
import { opa, POLICIES, shipped } from './setup.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'k8s-monitor-validate-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function validate(paths: readonly string[], command = opa ?? '') {
  let stdout = '';
  const exitCode = await main({
    arguments: ['validate', ...paths],
    variables: { OPA_PATH: command },
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: () => undefined },
    now: Date.now,
    stopping: new AbortController().signal,
    version: '1.2.3',
  });
  return { exitCode, stdout };
}

const OLD = 'package priority\n\npriority = "P0" { input.severity == "critical" }\n';

describe.skipIf(opa === undefined)('validate reads policies', () => {
  test('in directories and manifests, and finds nothing in those that are shipped', async () => {
    const manifest = fileURLToPath(new URL('../k8s/policies-configmap.yaml', POLICIES));

    const { exitCode, stdout } = await validate([fileURLToPath(POLICIES), manifest]);

    expect({ exitCode, end: stdout.split('\n').at(-2) }).toEqual({
      exitCode: 0,
      end: '6 files, 0 problems, 0 warnings',
    });
    expect(stdout.match(/the policy of \w+, compiled and tried$/gm)).toHaveLength(6);
    expect(stdout).toMatch(/priority_test\.rego: tests of policies are for `opa test`$/m);
  });

  test('one file alone, with file, line and column of what is wrong', async () => {
    const file = join(directory, 'priority.rego');
    await writeFile(file, OLD);
    const { exitCode, stdout } = await validate([file]);

    expect(exitCode).toBe(2);
    expect(stdout).toContain(`${file}:3:1: problem: rego_parse_error: \`if\` keyword is required before rule body.`);
    expect(stdout).toContain('1 file, 1 problem, 0 warnings');
  });

  test('in a manifest by its own lines, and beside good ones elsewhere', async () => {
    const manifest = join(directory, 'configmap.yaml');
    const data = await shipped({ 'priority.rego': OLD });
    await writeFile(
      manifest,
      stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'k8s-monitor-policies' }, data }),
    );
    const { exitCode, stdout } = await validate([fileURLToPath(POLICIES), manifest]);

    const lines = stringify({ data }).split('\n');
    const line = lines.findIndex((text) => text.includes('priority = "P0"')) + 1 + 4;
    expect(exitCode).toBe(2);
    expect(stdout).toContain(`${manifest}:${line}:5: problem: rego_parse_error: `);
  });

  test('by trying them: two answers for one input are found before they are mounted', async () => {
    const file = join(directory, 'priority.rego');
    await writeFile(file, 'package priority\n\npriority := "P2"\n\npriority := "P0" if input.severity == "critical"\n');

    expect((await validate([file])).stdout).toMatch(
      /priority\.rego:5:1: problem: eval_conflict_error: .*Input: \{"severity":"critical"/,
    );
  });
});

test('validate says where there is no opa to read policies with', async () => {
  const { exitCode, stdout } = await validate([fileURLToPath(POLICIES)], '/nowhere/opa');

  expect(exitCode).toBe(2);
  expect(stdout).toMatch(
    /problem: opa-missing: the policies could not be compiled: there is no opa at "\/nowhere\/opa".*OPA_PATH/,
  );
});

test.skipIf(opa === undefined)(
  'the program does not start onto policies that were never good: exit 78, one message',
  async () => {
    const policies = join(directory, 'policies');
    await mkdir(policies);
    for (const [name, text] of Object.entries(await shipped({ 'priority.rego': OLD })))
      await writeFile(join(policies, name), text);
    await using cluster = await startSimulatedCluster({ now: Date.now });
    await writeFile(join(directory, 'kubeconfig'), cluster.kubeconfig);
    const { exitCode, stderr } = await runProgram({
      cwd: directory,
      arguments: [
        'once',
        '--dry-run',
        '--no-agents',
        `--kubeconfig=${join(directory, 'kubeconfig')}`,
        `--policies-dir=${policies}`,
      ],
      variables: { OPA_PATH: opa },
    });

    expect(exitCode).toBe(78);
    expect(stderr).toMatch(
      /^k8s-monitor: POLICY_INVALID: invalid Rego policy: priority\.rego:3: rego_parse_error: .*import rego\.v1/m,
    );
  },
);
