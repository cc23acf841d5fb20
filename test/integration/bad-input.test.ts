import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SimulatedCluster } from '../../src/demo/cluster/server.ts';
import { demoCycles } from '../../src/demo/cluster/timeline.ts';
import { startSlackStandIn } from '../../src/demo/stand-ins/slack.ts';
import type { CycleReport } from '../../src/domain/report.ts';
import { runProgram, startProgram, type ProgramResult } from '../harness/program.ts';
import { startSimulatedClusterNow } from '../harness/simulated-now.ts';

/** Everything a person can get wrong, against the real program: one message that names what, why and the remedy, and the right exit code. */
const DEFINITIONS = join(import.meta.dirname, '..', '..', 'agents');
const smallDisk = mountSmallDisk();
const TOKEN_IN_FILE = 'a-token-that-nobody-may-see';

let cluster: SimulatedCluster;
let directory: string;
let kubeconfig: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'k8s-monitor-bad-input-'));
  chmodSync(directory, 0o755);
  cluster = await startSimulatedClusterNow(demoCycles[0].nowMs);
  kubeconfig = file('kubeconfig', cluster.kubeconfig);
});
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
  if (smallDisk === undefined) return;
  execFileSync('umount', [smallDisk]);
  rmdirSync(smallDisk);
});

interface Mistake {
  readonly what: string;
  /** Appended to a command that would be fine; of two equal flags the later counts. */
  readonly arguments: () => readonly string[];
  readonly command?: readonly string[];
  readonly variables?: () => Readonly<Record<string, string>>;
  readonly says: readonly (string | RegExp)[];
}

const CHECKS_ALONE = ['once', '--no-agents'];

test.each<Mistake>([
  {
    what: 'a kubeconfig that is not there',
    arguments: () => ['--kubeconfig', '/does/not/exist'],
    says: ['/does/not/exist (from --kubeconfig) cannot be read', 'Give the path of a readable kubeconfig.'],
  },
  {
    what: 'a KUBECONFIG that is not there',
    arguments: () => [],
    variables: () => ({ KUBECONFIG: '/does/not/exist' }),
    says: ['/does/not/exist (from KUBECONFIG) cannot be read', 'Give the path of a readable kubeconfig.'],
  },
  {
    what: 'a KUBECONFIG that lists only files that are not there',
    arguments: () => [],
    variables: () => ({ KUBECONFIG: ['/does/not/exist', '/nor/this'].join(delimiter) }),
    says: ['None of the files of KUBECONFIG exists: /does/not/exist, /nor/this'],
  },
  {
    what: 'no kubeconfig anywhere',
    arguments: () => [],
    variables: () => ({ KUBECONFIG: '', HOME: directory }),
    says: ['No cluster is configured', join('.kube', 'config'), 'Give --kubeconfig FILE, or set KUBECONFIG.'],
  },
  {
    what: 'a kubeconfig that is not YAML',
    arguments: () => ['--kubeconfig', file('not-yaml', `users: [a\n  token: ${TOKEN_IN_FILE}\n`)],
    says: [/not-yaml, line \d+: not YAML/, 'Repair the file'],
  },
  {
    what: 'a kubeconfig that is YAML and nothing more',
    arguments: () => ['--kubeconfig', file('not-kube', '- just\n- a list\n')],
    says: ['not-kube: not a kubeconfig', 'Give the path of a kubeconfig.'],
  },
  {
    what: 'a schedule that is no cron expression',
    arguments: () => ['--config', file('cron/config.yaml', 'schedule:\n  agents: "61 * * * *"\n')],
    says: ['cron/config.yaml:2:3: schedule.agents: "61 * * * *" is no cron expression', 'example: "*/5 * * * *"'],
  },
  {
    what: 'a time zone that does not exist',
    arguments: () => ['--config', file('zone/config.yaml', 'schedule:\n  timezone: Europe/Atlantis\n')],
    says: ['zone/config.yaml:2:3: schedule.timezone: must be an IANA time zone', 'not "Europe/Atlantis"'],
  },
  {
    what: 'settings that are not YAML',
    arguments: () => ['--config', file('broken/config.yaml', 'schedule: [\n')],
    says: [/failed to start watcher: invalid YAML: .*broken\/config\.yaml:\d:\d+: .*Mend the line\./],
  },
  {
    what: 'a setting of the wrong type',
    arguments: () => ['--config', file('type/config.yaml', 'llm:\n  timeout_seconds: soon\n')],
    says: ['type/config.yaml:2:3: llm.timeout_seconds: must be a number, not "soon"'],
  },
  {
    what: 'a broken file beside the settings',
    arguments: () => {
      file('beside/storm.yaml', 'storm:\n\trate_threshold: 5\n');
      return ['--config', file('beside/config.yaml', '# defaults\n')];
    },
    says: [/failed to start storm watcher: invalid storm YAML: .*beside\/storm\.yaml:2:1: Tabs .*Indent with spaces\./],
  },
  {
    what: 'a value out of bounds beside the settings',
    arguments: () => {
      file('bounds/retry.yaml', 'max_attempts: 11\n');
      return ['--config', file('bounds/config.yaml', '# defaults\n')];
    },
    says: [
      'failed to start retry watcher: invalid retry config: ',
      'bounds/retry.yaml:1:1: max_attempts: must be at most 10, not 11',
    ],
  },
  {
    what: 'switches that are no JSON',
    arguments: () => {
      file('switches/flags.json', '{patrols: false}\n');
      return ['--config', file('switches/config.yaml', '# defaults\n')];
    },
    says: ['failed to start flags watcher: invalid JSON: ', 'keys and texts stand in double quotes'],
  },
  {
    what: 'a credential in the settings',
    arguments: () => ['--config', file('secret/config.yaml', `slack:\n  token: ${TOKEN_IN_FILE}\n`)],
    says: ['secret/config.yaml:2:3: slack.token: a credential does not belong', 'Put it into the Secret k8s-monitor'],
  },
  {
    what: 'settings that are not there',
    arguments: () => ['--config', '/does/not/exist.yaml'],
    says: ['--config /does/not/exist.yaml: there is no such file'],
  },
  {
    what: 'environment variables without sense',
    arguments: () => [],
    variables: () => ({ K8S_MONITOR_METRICS_PORT: 'http', SLACK_API_URL: 'https://slack.example/' }),
    says: ['K8S_MONITOR_METRICS_PORT: must be a port from 0 to 65535', 'SLACK_API_URL: must end in /api/'],
  },
  {
    what: 'an unknown command',
    command: ['onec'],
    arguments: () => [],
    says: ["unknown command 'onec'", 'Commands: demo, help, once, permissions, report, run, validate, version'],
  },
  {
    what: 'an unknown flag',
    arguments: () => ['--dryrun'],
    says: ["unknown option '--dryrun'", 'Did you mean --dry-run?'],
  },
  {
    what: 'a severity that does not exist',
    arguments: () => ['--fail-on', 'sev9'],
    says: ["'sev9' is invalid", 'Give one of sev1, sev2, sev3, sev4.'],
  },
])('$what: exit 78, one message with the remedy, nothing written', async ({ command, says, ...mistake }) => {
  const dataDir = join(directory, `data-of-${mistake.what.replaceAll(' ', '-')}`);
  const result = await runProgram({
    arguments: [
      ...(command ?? [...CHECKS_ALONE, '--data-dir', dataDir, '--reports-dir', join(dataDir, 'reports')]),
      ...mistake.arguments(),
    ],
    variables: { KUBECONFIG: kubeconfig, K8S_MONITOR_CLAUDE_DIR: DEFINITIONS, ...mistake.variables?.() },
  });
  expect(result.exitCode, result.stderr).toBe(78);
  expectOneMessage(result, says);
  expect(existsSync(dataDir)).toBe(false);
});

test('an API server that cannot be reached: `once` exits 2 and names address, file and remedy', async () => {
  const away = file('away', cluster.kubeconfig.replace(cluster.url, 'http://127.0.0.1:1'));
  const { exitCode, stdout, stderr } = await runProgram({
    arguments: [...CHECKS_ALONE, '--dry-run', '--claude-dir', DEFINITIONS, '--kubeconfig', away],
  });
  expect(exitCode).toBe(2);
  expect(stderr).toContain(`k8s-monitor: the cluster at http://127.0.0.1:1 (from ${away}) could not be read`);
  expect(stderr).toContain('check that the API server is up');
  expect(stdout).toContain('Nothing could be checked.');
  // Said once, not for each kind.
  expect(stdout.match(/the API server cannot be reached/g)?.length).toBeLessThanOrEqual(2);
});

test('an API server that accepts and then says nothing is given up in time, and is as good as unreachable', async () => {
  const sockets = new Set<Socket>();
  const silent = createServer((socket) => void sockets.add(socket.on('error', () => undefined)));
  const port = await listen(silent);
  const halfDead = file('half-dead', cluster.kubeconfig.replace(cluster.url, `http://127.0.0.1:${port}`));
  const { exitCode, stderr } = await runProgram({
    arguments: [...CHECKS_ALONE, '--dry-run', '--claude-dir', DEFINITIONS, '--kubeconfig', halfDead],
  });
  for (const socket of sockets) socket.destroy();
  silent.close();
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/could not be read: .* fell silent for 10 s/);
}, 90_000);

test('an API server that cannot be reached: `permissions` exits 2 and names address and remedy', async () => {
  const away = file('away-permissions', cluster.kubeconfig.replace(cluster.url, 'http://127.0.0.1:1'));
  const { exitCode, stdout, stderr } = await runProgram({ arguments: ['permissions', '--kubeconfig', away] });

  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toMatch(
    /^k8s-monitor: CLUSTER_UNREACHABLE: the API server at http:\/\/127\.0\.0\.1:1 cannot be reached: .*; check that it is up/,
  );
});

test('an API server that cannot be reached: `run` stays up, ready, with one monitor card, and ends well', async () => {
  await using slack = await startSlackStandIn();
  const away = file('away-run', cluster.kubeconfig.replace(cluster.url, 'http://127.0.0.1:1'));
  await using daemon = startDaemon('away', {
    KUBECONFIG: away,
    SLACK_API_URL: slack.url,
    SLACK_BOT_TOKEN: slack.token,
  });
  await daemon.until(/"kind":"monitor","action":"posted"/);
  const [card, ...others] = slack.messages('alerts');
  expect(others).toEqual([]);
  expect(JSON.stringify(card?.blocks)).toContain('the cluster cannot be read: nothing is verified');
  expect(JSON.stringify(card?.blocks)).toContain(
    'Open incidents are neither resolved nor healthy until it answers again.',
  );
  expect(await probe(daemon, '/healthz')).toMatchObject({ status: 200 });
  expect(slack.violations).toEqual([]);
  daemon.kill('SIGTERM');
  expect(await daemon.ended).toBe(0);
});

test('403 on a kind: a gap that names the right to grant; the other checks go on', async () => {
  await using guarded = await withForbidden('/api/v1/nodes');
  const { exitCode, stdout } = await onceHere([
    '--kubeconfig',
    file('guarded', guarded.kubeconfig),
    '--output',
    'json',
  ]);
  expect(exitCode).toBe(0);
  const report = JSON.parse(stdout) as CycleReport;
  expect(report.gaps).toEqual([
    expect.objectContaining({
      resource: 'Node',
      cause: 'forbidden',
      detail: expect.stringMatching(/list nodes at the cluster scope is forbidden for sre: grant "list" on "nodes"/),
    }),
  ]);
  expect(report.checks.find(({ id }) => id === 'node-not-ready')?.evaluated).toBe('no');
  expect(report.findings.map(({ reason }) => reason)).toContain('CrashLoop');
});

test.each([
  {
    what: 'no CLAUDE.md',
    files: { 'k8s-analyzer.md': '---\nname: k8s-analyzer\ndescription: d\n---\nLook.\n' },
    says: ['CLAUDE.md: there is no usable CLAUDE.md', 'Give the ConfigMap of the orchestrator a key CLAUDE.md'],
  },
  {
    what: 'an empty agents directory',
    files: { 'CLAUDE.md': '# Rules\n' },
    says: ['there is no usable agent file', 'Give the ConfigMap of the agents a key NAME.md for each'],
  },
  {
    what: 'broken front matter',
    files: { 'CLAUDE.md': '# Rules\n', 'a.md': '---\nname: [oops\ndescription: d\n---\nbody\n' },
    says: [/a\.md:2: name has a bracket that does not close/],
  },
  {
    what: 'an unknown model',
    files: { 'CLAUDE.md': '# Rules\n', 'a.md': '---\nname: a\ndescription: d\nmodel: sonet\n---\nbody\n' },
    says: [/a\.md:4: "sonet" is no model; the agent inherits it\. Use inherit, a full id, or one of haiku/],
  },
  {
    what: 'an unknown tool',
    files: {
      'CLAUDE.md': '# Rules\n',
      'a.md': '---\nname: a\ndescription: d\ntools: k8s_delete, k8s_get\n---\nbody\n',
    },
    says: [/a\.md:4: .*k8s_delete/],
  },
])(
  '$what: named with file and line, and the checks tell what they found all the same',
  async ({ what, files, says }) => {
    const definitions = join(directory, `definitions-${what.replaceAll(' ', '-')}`);
    mkdirSync(definitions);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(definitions, name), text);
    const { exitCode, stdout, stderr } = await onceHere(['--dry-run', '--claude-dir', definitions]);
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toContain('SEV-1');
    for (const words of says) expect(stdout).toMatch(words);
  },
);

test('a wrong Slack token: the log and /readyz name the variable; the cycle is done, the message waits', async () => {
  await using slack = await startSlackStandIn();
  await using daemon = startDaemon('token', { SLACK_API_URL: slack.url, SLACK_BOT_TOKEN: 'xoxb-wrong-token' });
  await daemon.until(/slack delivery stands still/);
  const { status, text } = await probe(daemon, '/readyz');
  expect(status).toBe(200);
  expect(text).toMatch(/Slack refused the token \(invalid_auth\): put a valid bot token .* into SLACK_BOT_TOKEN/);
  expect(daemon.stdout()).not.toContain('xoxb-wrong-token');
  daemon.kill('SIGTERM');
  expect(await daemon.ended).toBe(0);
  // What was decided is on disk, and waits.
  const outbox = new DatabaseSync(join(directory, 'data-token', 'k8s-monitor.db'), { readOnly: true });
  expect(outbox.prepare('select count(*) as waiting from outbox').get()).not.toEqual({ waiting: 0 });
  outbox.close();
});

test('a wrong Slack channel: named at start with the setting, and the other channels work', async () => {
  await using slack = await startSlackStandIn({ channels: ['alerts'] });
  await using daemon = startDaemon('channel', { SLACK_API_URL: slack.url, SLACK_BOT_TOKEN: slack.token });
  await daemon.until(/slack delivery stands still/);
  expect(daemon.stdout()).toMatch(
    /#critical-alerts\\": correct the name under slack\.channels in config\.yaml, or invite the app/,
  );
  expect((await probe(daemon, '/readyz')).text).toContain('Slack cannot post to "#critical-alerts"');
  daemon.kill('SIGTERM');
  expect(await daemon.ended).toBe(0);
});

test('a data directory that this user may not write to: exit 78 and nothing begun', async () => {
  const closed = join(directory, 'closed');
  mkdirSync(closed, { mode: 0o555 });
  const world = file('readable/kubeconfig', cluster.kubeconfig);
  chmodSync(dirname(world), 0o755);
  chmodSync(world, 0o644);
  const result = await runProgram({
    unprivileged: true,
    arguments: [...CHECKS_ALONE, '--kubeconfig', world, '--claude-dir', join(directory, 'none')],
    variables: { K8S_MONITOR_DATA_DIR: join(closed, 'data') },
    cwd: directory,
  });
  expect(result.exitCode, result.stderr).toBe(78);
  expectOneMessage(result, [`the data directory ${join(closed, 'data')} cannot be made`, 'K8S_MONITOR_DATA_DIR']);
  expect(readdirSync(closed)).toEqual([]);
});

// Without the right to mount: the store's own tests fill a database that may not grow.
test.each(smallDisk === undefined ? [] : [smallDisk])(
  'a full disk (%s): one message that says so, and the exit code of a configuration',
  async (disk) => {
    writeFileSync(join(disk, 'ballast'), Buffer.alloc(512 * 1024));
    const result = await onceHere(['--data-dir', join(disk, 'data')]);
    expect(result.exitCode, result.stderr).toBe(78);
    expectOneMessage(result, [/the disk is full\. Make room on the data volume, or enlarge it/]);
  },
);

test('a database of a newer version: exit 78, the remedy, and not a byte of it changed', async () => {
  const dataDir = join(directory, 'newer');
  expect((await onceHere(['--data-dir', dataDir])).exitCode).toBe(0);
  const databaseFile = join(dataDir, 'k8s-monitor.db');
  const database = new DatabaseSync(databaseFile);
  database.exec('insert into schema_version values (999, 0); pragma wal_checkpoint(truncate)');
  database.close();
  const before = readFileSync(databaseFile);
  const result = await onceHere(['--data-dir', dataDir]);
  expect(result.exitCode, result.stderr).toBe(78);
  expectOneMessage(result, [databaseFile, 'schema version 999', 'start the newer k8s-monitor that wrote it, or point']);
  expect(readFileSync(databaseFile).equals(before)).toBe(true);
});

test('a port in use: exit 78 with the variable to set', async () => {
  const other = createHttpServer();
  const port = await listen(other);
  await using daemon = startDaemon('port', { K8S_MONITOR_METRICS_PORT: String(port) });
  const exitCode = await daemon.ended;
  other.close();
  expect(exitCode, daemon.stderr()).toBe(78);
  expectOneMessage({ stderr: daemon.stderr() }, [
    `cannot listen on port ${port}`,
    'set K8S_MONITOR_METRICS_PORT to a free one',
  ]);
});

test('two of them on one data directory: the second says who is there, and ends', async () => {
  await using first = startDaemon('shared', {});
  await first.until(/"msg":"k8s-monitor started"/);
  await using second = startDaemon('shared', {});
  const exitCode = await second.ended;
  expect(exitCode, second.stderr()).toBe(78);
  expectOneMessage({ stderr: second.stderr() }, ['another k8s-monitor works on', '--data-dir']);
});

function expectOneMessage({ stderr }: Pick<ProgramResult, 'stderr'>, says: readonly (string | RegExp)[]): void {
  for (const words of says) expect(stderr).toMatch(words);
  expect(stderr.match(/^k8s-monitor: /gm)).toHaveLength(1);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stderr).not.toContain(TOKEN_IN_FILE);
}

/** One cycle of the checks against the simulated cluster; later flags win. */
function onceHere(more: readonly string[]): Promise<ProgramResult> {
  const data = join(directory, 'data-once');
  return runProgram({
    arguments: [
      ...CHECKS_ALONE,
      '--claude-dir',
      DEFINITIONS,
      '--data-dir',
      data,
      '--reports-dir',
      `${data}-reports`,
      ...more,
    ],
    variables: { KUBECONFIG: kubeconfig },
  });
}

function startDaemon(name: string, variables: Readonly<Record<string, string>>) {
  return startProgram({
    arguments: [
      'run',
      '--data-dir',
      join(directory, `data-${name}`),
      '--reports-dir',
      join(directory, `reports-${name}`),
    ],
    variables: {
      KUBECONFIG: kubeconfig,
      K8S_MONITOR_CLAUDE_DIR: DEFINITIONS,
      K8S_MONITOR_AGENTS_DIR: DEFINITIONS,
      K8S_MONITOR_METRICS_PORT: '0',
      ...variables,
    },
  });
}

async function probe(daemon: ReturnType<typeof startDaemon>, path: string) {
  const [, port] = await daemon.until(/"metricsPort":(\d+)/);
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: response.status, text: await response.text() };
}

function file(name: string, text: string): string {
  const path = join(directory, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

async function listen(server: Server | ReturnType<typeof createHttpServer>): Promise<number> {
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** The simulated cluster behind a door that refuses one path, as RBAC does. */
async function withForbidden(path: string) {
  const door = createHttpServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://door');
    if (pathname === path) {
      const message = `${path.split('/').at(-1)} is forbidden: User "sre" cannot list resource at the cluster scope`;
      response.writeHead(403, { 'content-type': 'application/json' });
      return void response.end(JSON.stringify({ kind: 'Status', code: 403, reason: 'Forbidden', message }));
    }
    void fetch(`${cluster.url}${request.url ?? ''}`, {
      headers: { accept: request.headers.accept ?? '*/*', authorization: request.headers.authorization ?? '' },
    }).then(async (answer) => {
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
      response.end(Buffer.from(await answer.arrayBuffer()));
    });
  });
  const port = await listen(door);
  return {
    kubeconfig: cluster.kubeconfig.replace(cluster.url, `http://127.0.0.1:${port}`),
    async [Symbol.asyncDispose]() {
      door.closeAllConnections();
      await once(door.close(), 'close');
    },
  };
}

/** A disk of half a megabyte, where the test may mount one. */
function mountSmallDisk(): string | undefined {
  const mountpoint = mkdtempSync(join(tmpdir(), 'k8s-monitor-small-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', mountpoint], { stdio: 'ignore' });
    return mountpoint;
  } catch {
    rmdirSync(mountpoint);
    return undefined;
  }
}
