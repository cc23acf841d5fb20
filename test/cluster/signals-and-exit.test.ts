import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createScriptedModel } from '../../src/demo/scripted-model.ts';
import { startClaudeStandIn, type ClaudeStandIn } from '../../src/demo/stand-ins/claude.ts';
import { startSlackStandIn, type SlackStandIn } from '../../src/demo/stand-ins/slack.ts';
import { apply } from '../control-plane/builders/apply.ts';
import { aDeployment } from '../control-plane/builders/deployment.ts';
import type { ControlPlane } from '../control-plane/client.ts';
import { freshControlPlane } from '../control-plane/control-plane.ts';
import { anAccount, grantEverywhere } from '../harness/accounts.ts';
import { MINUTE_MS } from '../harness/hand-clock.ts';
import { startProgram, type Program } from '../harness/program.ts';
import { wordsOf } from '../harness/slack-view.ts';

let server: ControlPlane;
let kubeconfig = '';
const directories: string[] = [];
beforeAll(async () => {
  server = await freshControlPlane();
  const account = await anAccount(server);
  await grantEverywhere(server, account);
  kubeconfig = await server.kubeconfigFile({ token: account.token });
  const namespace = `prod-${randomBytes(4).toString('hex')}`;
  await server.adminRequest('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  await apply(
    server,
    aDeployment('api')
      .in(namespace)
      .replicas(2)
      .crashLooping({ sinceMs: 10 * MINUTE_MS }),
  );
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  for (const directory of directories) await rm(directory, { recursive: true, force: true });
});

async function aDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'signals-'));
  directories.push(directory);
  return directory;
}

/** The daemon, as the image starts it. */
function daemon(directory: string, slack: SlackStandIn, claude?: ClaudeStandIn): Program {
  return startProgram({
    arguments: [],
    variables: {
      KUBECONFIG: kubeconfig,
      K8S_MONITOR_DATA_DIR: join(directory, 'data'),
      K8S_MONITOR_REPORTS_DIR: join(directory, 'reports'),
      K8S_MONITOR_METRICS_PORT: '0',
      SLACK_API_URL: slack.url,
      SLACK_BOT_TOKEN: slack.token,
      ...(claude !== undefined && { ANTHROPIC_BASE_URL: claude.url, ANTHROPIC_API_KEY: claude.apiKey }),
    },
  });
}

/** Notices that were decided and not told. */
function waitingIn(directory: string): number {
  using database = new DatabaseSync(join(directory, 'data', 'k8s-monitor.db'), { readOnly: true });
  const row = database.prepare("select count(*) as count from outbox where status not in ('sent', 'superseded')").get();
  return Number(row?.['count']);
}

async function until(holds: () => boolean, what: string): Promise<void> {
  const deadlineMs = Date.now() + 30_000;
  while (!holds()) {
    if (Date.now() > deadlineMs) throw new Error(`never: ${what}`);
    await wait(20);
  }
}

test('SIGTERM while agents work: the cycle is recorded, its words are told, exit 0, and the next start sends no second message', async () => {
  const directory = await aDirectory();
  await using slack = await startSlackStandIn();
  const asked = Promise.withResolvers<void>();
  await using claude = await startClaudeStandIn({
    script: async () => {
      asked.resolve();
      await wait(60_000, undefined, { ref: false });
      return { text: 'too late' };
    },
  });
  await using first = daemon(directory, slack, claude);
  await asked.promise;
  await until(() => slack.messages('critical-alerts').length === 1, 'the alert');

  const stoppedAtMs = Date.now();
  first.kill('SIGTERM');
  const code = await first.ended;

  expect(code).toBe(0);
  expect(Date.now() - stoppedAtMs).toBeLessThan(10_000);
  expect(first.stdout()).toContain('k8s-monitor is stopping');
  expect(first.stdout()).toContain('cycle finished');
  expect(first.stderr()).toBe('');
  const [message] = slack.messages('critical-alerts');
  expect(message?.edits.map(wordsOf).concat(wordsOf(message))).toEqual([
    expect.stringContaining('analysis: pending'),
    expect.stringContaining('analysis: '),
  ]);
  expect(message && wordsOf(message)).not.toContain('pending');
  expect(waitingIn(directory)).toBe(0);
  expect(claude.violations).toEqual([]);

  await using working = await startClaudeStandIn({ script: createScriptedModel() });
  await using second = daemon(directory, slack, working);
  await second.until(/cycle finished/);
  second.kill('SIGTERM');

  expect(await second.ended).toBe(0);
  expect(slack.messages('critical-alerts')).toHaveLength(1);
  expect(slack.violations).toEqual([]);
});

test('SIGINT drains, and a second one ends at once; the message in doubt is told once', async () => {
  const directory = await aDirectory();
  await using slack = await startSlackStandIn({
    faults: [{ method: 'chat.postMessage', occurrence: 1, fault: { kind: 'hang', stored: true } }],
  });
  await using first = daemon(directory, slack);
  await until(() => slack.messages('critical-alerts').length === 1, 'the alert');

  first.kill('SIGINT');
  await first.until(/k8s-monitor is stopping/);
  // Slack has not answered: the drain waits for it.
  const still = await Promise.race([first.ended, wait(500, 'still there')]);
  first.kill('SIGINT');
  const end = await first.ended;

  expect(still).toBe('still there');
  expect(end).toBe('SIGINT');
  await using second = daemon(directory, slack);
  await second.until(/message delivered/);
  second.kill('SIGTERM');
  expect(await second.ended).toBe(0);
  expect(slack.messages('critical-alerts')).toHaveLength(1);
  expect(slack.violations).toEqual([]);
});

test('a restart remembers: no second message, no repeated scheduled cycle', async () => {
  const directory = await aDirectory();
  await using slack = await startSlackStandIn();
  await using first = daemon(directory, slack);
  await first.until(/message delivered/);
  await first.until(/cycle finished/);
  first.kill('SIGTERM');
  expect(await first.ended).toBe(0);

  for (let restart = 0; restart < 2; restart += 1) {
    await using next = daemon(directory, slack);
    const [line] = await next.until(/^.*cycle finished.*$/m);
    next.kill('SIGTERM');
    expect(await next.ended).toBe(0);
    expect(JSON.parse(line)).toMatchObject({ trigger: 'patrol' });
  }

  expect(slack.messages('critical-alerts')).toHaveLength(1);
  expect(slack.violations).toEqual([]);
});
