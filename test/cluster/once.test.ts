import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createScriptedModel } from '../../src/demo/scripted-model.ts';
import { startClaudeStandIn } from '../../src/demo/stand-ins/claude.ts';
import { SHIPPED_ROWS } from '../../src/checks/custom-resource/shipped-rows.ts';
import type { CycleReport } from '../../src/domain/report.ts';
import { apply } from '../control-plane/builders/apply.ts';
import { aDeployment } from '../control-plane/builders/deployment.ts';
import { aService } from '../control-plane/builders/service.ts';
import type { ControlPlane } from '../control-plane/client.ts';
import { freshControlPlane } from '../control-plane/control-plane.ts';
import { anAccount, grantEverywhere, grantIn, type Account } from '../harness/accounts.ts';
import { runMonitorProgram, type Ended } from '../harness/command.ts';

let server: ControlPlane;
let all: Account;
let shop = '';
let hidden = '';
beforeAll(async () => {
  server = await freshControlPlane();
  shop = await server.uniqueNamespace('shop');
  hidden = await server.uniqueNamespace('hidden');
  all = await anAccount(server);
  await grantEverywhere(server, all);
  await apply(
    server,
    aDeployment('api').in(shop).replicas(2).crashLooping(),
    aService('api').in(shop).withUnreadyEndpoints(),
    aDeployment('web').in(shop).replicas(3).imagePullFailing({ pods: 1 }),
  );
});
afterAll(() => server[Symbol.asyncDispose]());

const directories: string[] = [];
afterAll(() => Promise.all(directories.map((directory) => rm(directory, { recursive: true, force: true }))));

/** Where one test keeps its database, reports and settings, and the flags that say so. */
async function place(account: Account, config = ''): Promise<{ readonly root: string; readonly flags: string[] }> {
  const root = await mkdtemp(join(tmpdir(), 'once-'));
  directories.push(root);
  await mkdir(join(root, 'config'));
  await writeFile(join(root, 'config', 'config.yaml'), config);
  const flags = [
    ['--kubeconfig', await server.kubeconfigFile({ token: account.token })],
    ['--config', join(root, 'config', 'config.yaml')],
    ['--data-dir', join(root, 'data')],
    ['--reports-dir', join(root, 'reports')],
  ];
  return { root, flags: flags.flat() };
}

const validate = new Ajv2020({ allErrors: true }).compile(
  JSON.parse(await readFile('docs/report.schema.json', 'utf8')) as object,
);

/** Stdout is one JSON document that the published schema accepts. */
function reportIn({ stdout }: Pick<Ended, 'stdout'>): CycleReport {
  const report: unknown = JSON.parse(stdout);
  validate(report);
  expect(validate.errors ?? []).toEqual([]);
  return report as CycleReport;
}

/** Log lines go to stderr, each one JSON object. */
function logIn({ stderr }: Pick<Ended, 'stderr'>): readonly { readonly msg: string }[] {
  return stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly msg: string });
}

test('checks alone: a valid report with the findings, the log on stderr, exit 0', async () => {
  const { flags } = await place(all);

  const ended = await runMonitorProgram(['once', '--no-agents', '--output', 'json', ...flags]);

  const report = reportIn(ended);
  expect(ended.code).toBe(0);
  expect(report.cycle.trigger).toBe('manual');
  expect(report.gaps).toEqual([]);
  expect(
    report.findings.map(({ owner, reason, attachedTo }) => [owner.name, reason, attachedTo !== undefined]),
  ).toEqual(
    expect.arrayContaining([
      ['api', 'CrashLoop', false],
      ['api', 'NoEndpoints', true],
      ['web', 'ImagePull', false],
    ]),
  );
  const ids = new Map(report.findings.map((finding) => [finding.id, finding]));
  const owners = report.incidents.map(({ findings }) =>
    findings.map((id) => ids.get(id)?.reason).includes('NoEndpoints'),
  );
  expect(owners.filter(Boolean)).toHaveLength(1);
  expect(report.decisions.map(({ reason }) => reason)).toContain('first-seen');
  expect(report.agents).toEqual([]);
  expect(report.analysisMissing).toBeUndefined();
  expect(logIn(ended).map(({ msg }) => msg)).toContain('cycle finished');
});

test('with agents: their runs, usage and words are in the report, and it is valid', async () => {
  await using claude = await startClaudeStandIn({ script: createScriptedModel() });
  const { flags } = await place(all);

  const ended = await runMonitorProgram(['once', '--output', 'json', ...flags], {
    ANTHROPIC_BASE_URL: claude.url,
    ANTHROPIC_API_KEY: claude.apiKey,
  });

  const report = reportIn(ended);
  expect(ended.code).toBe(0);
  expect(claude.violations).toEqual([]);
  expect(report.agents.map(({ role, status }) => [role, status])).toEqual(
    expect.arrayContaining([
      ['orchestrator', 'reported'],
      ['analyzer', 'reported'],
    ]),
  );
  expect(report.usage.calls).toBe(claude.messages.length);
  expect(report.summary).not.toBe('');
  expect(report.decisions.map(({ pass }) => pass)).toContain(2);
  expect(ended.stdout + ended.stderr).not.toContain(claude.apiKey);
});

test('without a key: the report says why the agents are missing, and is valid', async () => {
  const { flags } = await place(all);

  const ended = await runMonitorProgram(['once', '--output', 'json', ...flags]);

  expect(ended.code).toBe(0);
  expect(reportIn(ended).analysisMissing).toMatch(/ANTHROPIC_API_KEY/);
});

test('with a Role in one of two namespaces: the other is a gap of the report, and it is valid', async () => {
  const account = await anAccount(server);
  await grantIn(server, account, shop);
  const { flags } = await place(account, `cluster_id: test\nnamespaces:\n  include: [${shop}, ${hidden}]\n`);

  const ended = await runMonitorProgram(['once', '--no-agents', '--output', 'json', ...flags]);

  const report = reportIn(ended);
  expect(ended.code).toBe(0);
  expect(new Set(report.gaps.map(({ namespace, cause }) => `${namespace} ${cause}`))).toEqual(
    new Set([`${hidden} forbidden`]),
  );
  expect(report.findings.map(({ reason }) => reason)).toContain('CrashLoop');
  // Custom resources that are not served are known to be none, everywhere.
  const custom = new Set(SHIPPED_ROWS.map(({ id }) => id));
  const builtIn = report.checks.filter(({ id }) => !custom.has(id));
  expect(new Set(builtIn.map(({ evaluated }) => evaluated))).toEqual(new Set(['partly', 'not-due']));
});

test('--dry-run prints a valid report and leaves nothing behind', async () => {
  const { root, flags } = await place(all);

  const ended = await runMonitorProgram(['once', '--dry-run', '--no-agents', '--output', 'json', ...flags]);
  const later = await runMonitorProgram(['report', reportIn(ended).cycle.id, ...flags]);

  expect(ended.code).toBe(0);
  await expect(readFile(join(root, 'data', 'k8s-monitor.db'))).rejects.toThrow('ENOENT');
  expect(later.code).toBe(2);
  expect(later.stderr).toContain('REPORT_NOT_FOUND');
});

test('`report` prints what `once` printed, by the id of the cycle and by that of an incident', async () => {
  const { flags } = await place(all);
  const ended = await runMonitorProgram(['once', '--no-agents', '--output', 'json', ...flags]);
  const report = reportIn(ended);

  const byCycle = await runMonitorProgram(['report', report.cycle.id, ...flags]);
  const byIncident = await runMonitorProgram(['report', report.incidents[0]?.id ?? '', ...flags]);

  expect(byCycle.code).toBe(0);
  expect(byCycle.stdout).toBe(ended.stdout);
  expect(byIncident.stdout).toBe(ended.stdout);
});

test('--fail-on decides the exit code by the severity of what is open', async () => {
  const { flags } = await place(all);
  const once = ['once', '--no-agents', '--output', 'json', ...flags];
  const report = reportIn(await runMonitorProgram(once));
  const worst = report.incidents.map(({ severity }) => severity).toSorted()[0] ?? '';
  const better = Number(worst.slice('SEV-'.length)) - 1;

  const failing = await runMonitorProgram([...once, '--fail-on', worst.replace('-', '').toLowerCase()]);

  expect(failing.code).toBe(2);
  reportIn(failing);
  expect(worst).toMatch(/^SEV-[2-4]$/);
  const fine = await runMonitorProgram([...once, '--fail-on', `sev${better}`]);
  expect(fine.code).toBe(0);
});

test('a server that cannot be reached gives a valid report of gaps and exit 2', async () => {
  const { root, flags } = await place(all);
  const gone = join(root, 'gone');
  const text = await readFile(flags[1] ?? '', 'utf8');
  await writeFile(gone, text.replaceAll(server.url, 'https://127.0.0.1:1'));

  const ended = await runMonitorProgram(['once', '--no-agents', '--output', 'json', ...flags, '--kubeconfig', gone]);

  const report = reportIn(ended);
  expect(ended.code).toBe(2);
  expect(report.findings).toEqual([]);
  expect(new Set(report.gaps.map(({ cause }) => cause))).toEqual(new Set(['unreachable']));
  expect(report.checks.every(({ evaluated }) => evaluated === 'no')).toBe(true);
});

test.each([
  ['an unknown flag', ['once', '--outputs', 'json']],
  ['a format that does not exist', ['once', '--output', 'xml']],
  ['a severity that does not exist', ['once', '--fail-on', 'sev9']],
  ['a settings file that is not there', ['once', '--config', 'nowhere/config.yaml']],
  ['a kubeconfig that is not there', ['once', '--kubeconfig', 'nowhere/kubeconfig']],
])('%s is told on stderr, with nothing on stdout and exit 78', async (_case, args) => {
  const { flags } = await place(all);
  const [command = '', ...rest] = args;

  const ended = await runMonitorProgram([command, ...flags, ...rest]);

  expect(ended.code).toBe(78);
  expect(ended.stdout).toBe('');
  expect(ended.stderr).not.toBe('');
});
