import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { runDemo, type DemoCycle, type DemoOutcome } from '../../src/demo/run-demo.ts';
import { fatesOf } from '../../src/demo/fates.ts';
import { startClaudeStandIn } from '../../src/demo/stand-ins/claude.ts';
import type { SlackMessage } from '../../src/demo/stand-ins/slack-messages.ts';
import { Secret } from '../../src/secret.ts';

/** Names on stderr every host that the process resolves, and every address outside of loopback that it reaches. */
const WATCH_SOCKETS = `data:text/javascript,${encodeURIComponent(`
  import { subscribe } from 'node:diagnostics_channel';
  subscribe('net.client.socket', ({ socket }) => {
    socket.on('lookup', (_error, _address, _family, host) => host === 'localhost' || console.error('looked up', host));
    socket.on('connect', () => /^(::ffff:)?127\\.|^::1$/.test(socket.remoteAddress) || console.error('reached', socket.remoteAddress));
  });`)}`;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let outcome: DemoOutcome;
let logged = '';
beforeAll(async () => {
  outcome = await runDemo({
    version: 'test',
    realModel: undefined,
    stopping: new AbortController().signal,
    log: { write: (line) => void (logged += line) },
  });
});

const messages = (): readonly SlackMessage[] => outcome.slack.flatMap((channel) => channel.messages);
const about = (held: readonly SlackMessage[], name: string): readonly SlackMessage[] =>
  held.filter(({ text: line }) => line.includes(name));
const heldAfter = ({ slack }: DemoCycle): readonly SlackMessage[] => slack.flatMap((channel) => channel.messages);
const cycleNamed = (name: DemoCycle['name']): DemoCycle => {
  const found = outcome.cycles.find((cycle) => cycle.name === name);
  if (found === undefined) throw new Error(`no cycle ${name}`);
  return found;
};

test('every told incident has exactly one message, posted once and then edited, and no service would have refused a request', () => {
  expect(messages().map(({ text: line }) => /[a-z-]+\/[a-z-]+/.exec(line)?.[0])).toEqual(
    ['payments/checkout-api', 'analytics/data-clickhouse-', 'web/storefront'].map((name) =>
      expect.stringContaining(name.replace(/-$/, '')),
    ),
  );
  expect(messages().every(({ edits }) => edits.length > 0)).toBe(true);
  expect(outcome.violations).toEqual([]);
  expect(logged).toBe('');
});

test('the first alert left before any agent spoke, and the agents edited it', () => {
  const [checkout] = about(messages(), 'checkout-api');

  expect(JSON.stringify(checkout?.edits[0]?.blocks)).toContain('analysis: pending');
  expect(JSON.stringify(checkout?.edits[1]?.blocks ?? checkout?.blocks)).toContain('scripted model');
});

test('the checkout card names pull request #123 with the minutes before the onset, and a first step', () => {
  const [checkout] = about(heldAfter(cycleNamed('appear')), 'checkout-api');
  const card = JSON.stringify(checkout?.blocks);

  expect(card).toContain('<https://github.com/acme/shop/pull/123|acme/shop #123>');
  expect(card).toContain('12 min before onset');
  expect(card).toContain('kubectl rollout undo deployment/checkout-api -n payments');
  expect(card).toContain('scripted model');
  expect(checkout?.text).toContain('SEV-1');
  expect(JSON.stringify(checkout?.replies[0]?.blocks)).toContain('heap usage 99% of limit');
});

test('the suffix of a headline adds what the title does not say', () => {
  const [claim] = about(heldAfter(cycleNamed('appear')), 'clickhouse');

  expect(claim?.text).toMatch(/storage class fast-ssd does not exist.* — the database cannot start/);
});

test('the known issue is in no message, and its silence quotes the line of CLAUDE.md', () => {
  expect(about(messages(), 'reporting-db')).toEqual([]);
  const silent = fatesOf(outcome).find(({ name }) => name.includes('reporting-db'));
  expect(silent?.fate).toMatch(/^silenced because of known issue ".*Do not alert\." \(CLAUDE\.md:\d+\)/);
});

test('what grew worse says so in its thread; one full read resolves nothing, the second everything', () => {
  const [worse] = about(heldAfter(cycleNamed('develop')), 'web/storefront');
  expect(worse?.text).toContain('SEV-1');
  expect(worse?.replies.filter(({ broadcast }) => broadcast).map(({ text: line }) => line)).toEqual([
    expect.stringContaining('SEV-2 → SEV-1'),
  ]);

  expect(heldAfter(cycleNamed('recover')).some(({ text: line }) => line.includes('RESOLVED'))).toBe(false);
  expect(heldAfter(cycleNamed('confirm')).every(({ text: line }) => line.includes('RESOLVED'))).toBe(true);
  expect(JSON.stringify(about(messages(), 'checkout-api')[0]?.blocks)).toContain('resolved after 37 min');
  expect(cycleNamed('confirm').incidents.map(({ state }) => state)).toEqual(Array(4).fill('resolved'));
});

test('with a key the demo asks the real service; when that refuses, the checks go on alone and say so', async () => {
  await using claude = await startClaudeStandIn({ apiKey: 'sk-ant-another' });
  const failing = await runDemo({
    version: 'test',
    realModel: { apiKey: new Secret('sk-ant-wrong'), baseUrl: claude.url },
    stopping: new AbortController().signal,
    log: { write: () => undefined },
  });

  expect(claude.requests.length).toBeGreaterThan(0);
  expect(failing.cycles[0]?.result.report.analysisMissing).toBeDefined();
  const told = failing.slack.flatMap((channel) => channel.messages);
  expect(about(told, 'checkout-api')).toHaveLength(1);
  expect(JSON.stringify(told)).not.toContain('scripted model');
});

test('as a command it needs no environment, stays on loopback, speaks plain text to a pipe and ends by itself', async () => {
  const { stdout, stderr, code } = await program('--import', WATCH_SOCKETS, 'src/main.ts', 'demo');

  expect(stderr).toBe('');
  expect(code).toBe(0);
  // oxlint-disable-next-line no-control-regex -- colours are what is looked for
  expect(stdout).not.toMatch(/\u001b|\r/);
  expect(stdout).toContain('Model: scripted');
  expect(stdout).toMatch(/silenced +SEV-\d databases\/reporting-db: known issue/);
  expect(stdout).toContain('4 incidents, 3 messages');
  expect(nextCommands(stdout)).toHaveLength(4);
});

test('its cycles can be kept, and the command that it prints then decides them again; a second demo does not go on where it ended', async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), 'k8s-monitor-demo-'));
  const dataDir = join(directory.path, 'kept');
  const demo = ['src/main.ts', 'demo', '--data-dir', dataDir];
  const { stdout } = await program(...demo);
  const printed = nextCommands(stdout).find((command) => command.includes('--against')) ?? '';
  const again = await program('src/main.ts', ...printed.replace('npm start -s -- ', '').split(' '));
  const second = await program(...demo);

  expect(again).toMatchObject({ stderr: '', code: 0 });
  expect(again.stdout).toMatch(
    /^4 cycles, \d+ decisions about 4 incidents: nothing would have been told differently\n$/,
  );
  expect(second.code).toBe(78);
  expect(second.stderr).toContain(`CONFIG_INVALID: --data-dir ${dataDir}: a database lies there already`);
});

/** The program as a process of its own, with nothing in its environment. */
async function program(...words: readonly string[]): Promise<{ stdout: string; stderr: string; code: unknown }> {
  const child = spawn(process.execPath, words, { cwd: ROOT, env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { stdout, stderr, code };
}

function nextCommands(stdout: string): readonly string[] {
  return stdout.split('\n').flatMap((line) => (/^ {2}(?:npm|kubectl) /.test(line) ? [line.trim()] : []));
}
