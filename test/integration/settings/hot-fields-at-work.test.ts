import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultReadSettings } from '../../../src/cluster/read.ts';
import { demoCycles } from '../../../src/demo/cluster/timeline.ts';
import { startOpenAiStandIn } from '../../../src/demo/stand-ins/openai.ts';
import { findOpa } from '../../builders/opa.ts';
import { MINUTE_MS } from '../../harness/hand-clock.ts';
import { channels, config } from './hot-field-rows.ts';
import { startLive, type Cycle, type Files, type Live } from './live-monitor.ts';

/** Hot fields whose effect needs a monitor of its own: Markdown, policies, waits and ticks around it. */
const ROOT = join(import.meta.dirname, '..', '..', '..');
const opa = await findOpa();
const SOON = { timeout: 15_000, interval: 50 };

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'k8s-monitor-hot-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

test('slack.allowed_channels: a channel that Markdown names is used once the operator allows it', async () => {
  const definitions = join(directory, 'definitions');
  await cp(join(ROOT, 'agents'), definitions, { recursive: true });
  const guide = await readFile(join(definitions, 'CLAUDE.md'), 'utf8');
  await writeFile(
    join(definitions, 'CLAUDE.md'),
    guide.replace('- SEV-1 and SEV-2: `#critical-alerts`', '- SEV-1 and SEV-2: `#elsewhere`'),
  );
  await using live = await startLive({
    files: config('namespaces: {include: [payments]}'),
    definitions,
    watched: true,
  });
  expect(channels(await live.cycle())).toContain('#critical-alerts');

  await live.write(config('slack: {allowed_channels: ["#critical-alerts", "#elsewhere"]}'));
  live.clock.advance(MINUTE_MS);
  const after = channels(await live.cycle());
  expect(after).toContain('#elsewhere');
  expect(after).not.toContain('#critical-alerts');
});

test('flags.json: nothing leaves to Slack from the moment on that notifications are off, not even news', async () => {
  await using live = await startLive({ files: config('namespaces: {include: [payments]}'), watched: true });
  expect((await live.cycle()).posts.length).toBeGreaterThan(0);

  await live.write({ 'config.yaml': '# all', 'flags.json': '{"notifications": false}' });
  live.clock.advance(MINUTE_MS);
  const { posts, report } = await live.cycle();
  expect(posts).toEqual([]);
  expect(report.decisions.filter(({ told }) => told).length).toBeGreaterThan(0);
  expect(report.switchedOff).toEqual(['notifications']);
});

test('llm.temperature: the next request has it, and the one after its removal has not', async () => {
  await using openai = await startOpenAiStandIn({ script: () => ({ text: 'I have nothing to add.' }) });
  const llm = (more: string): Files =>
    config(`llm: {provider: openai, model: gpt-6-mini, endpoint: "${openai.url}", max_retries: 0${more}}`);
  const variables = { OPENAI_API_KEY: openai.apiKey, K8S_MONITOR_ALLOWED_ORIGINS: new URL(openai.url).origin };
  await using live = await startLive({ files: llm(''), variables, watched: true });
  const temperatures = async (): Promise<readonly unknown[]> => {
    const from = openai.requests.length;
    live.clock.advance(MINUTE_MS);
    await live.cycle();
    return [...new Set(openai.requests.slice(from).map(({ temperature }) => temperature))];
  };
  expect(await temperatures()).toEqual([undefined]);

  await live.write(llm(', temperature: 0.3'));
  expect(await temperatures()).toEqual([0.3]);

  await live.write(llm(''));
  expect(await temperatures()).toEqual([undefined]);
});

test('retry.yaml: no wait between two tries is longer than it says', async () => {
  const waits: number[] = [];
  const sleep = (ms: number): Promise<void> => {
    waits.push(ms);
    return Promise.resolve();
  };
  await using live = await startLive({
    files: { 'config.yaml': '', 'retry.yaml': 'initial_backoff: 4s\nmax_backoff: 30s\nmax_attempts: 6' },
    watched: true,
    app: { clusterReads: { settings: defaultReadSettings, sleep } },
  });
  live.refused.add('/api/v1/persistentvolumes');
  await live.cycle();
  // Each a random part of 4, 8, 16, 30 and 30 s.
  expect(waits).toHaveLength(5);
  expect(Math.max(...waits)).toBeGreaterThan(20);
  expect(Math.max(...waits)).toBeLessThanOrEqual(30_000);

  waits.length = 0;
  await live.write({ 'retry.yaml': 'initial_backoff: 4s\nmax_backoff: 4s\nmax_attempts: 10' });
  live.clock.advance(MINUTE_MS);
  await live.cycle();
  expect(waits).toHaveLength(9);
  expect(Math.max(...waits)).toBeLessThanOrEqual(4_000);

  waits.length = 0;
  await live.write({ 'retry.yaml': 'initial_backoff: 2ms\nmax_attempts: 4' });
  live.clock.advance(MINUTE_MS);
  await live.cycle();
  expect(waits).toHaveLength(3);
  expect(Math.max(...waits)).toBeLessThanOrEqual(8);
});

test('enrichment.timeout: a message waits no longer for the logs behind it', async () => {
  await using live = await startLive({ files: config('namespaces: {include: [web]}'), watched: true });
  live.hanging.add('/log');
  expect((await live.cycle()).report.logs).toBeUndefined();

  await live.write(config('enrichment: {timeout: 150ms}'));
  live.clock.advance(MINUTE_MS);
  const { report, posts } = await live.cycle();
  expect(report.logs?.notes.join()).toContain('0.15 s were over');
  expect(posts.length).toBeGreaterThan(0);
});

describe.skipIf(opa === undefined)('rego.*: the policies of the next cycle are those that the settings name', () => {
  const ruleOf = ({ report }: Cycle, what: 'priority' | 'environment' | 'labels'): unknown =>
    report.findings.find(({ object }) => object.namespace === 'web')?.policy[what];
  let live: Live;
  beforeAll(async () => {
    const policies = join(directory, 'policies');
    await cp(join(ROOT, 'policies'), policies, { recursive: true });
    for (const name of ['priority', 'environment', 'labels']) {
      await cp(join(policies, `${name}.rego`), join(directory, `${name}.rego`));
      await rm(join(policies, `${name}_test.rego`));
    }
    live = await startLive({
      files: config('# built-in'),
      watched: true,
      variables: { OPA_PATH: opa ?? 'opa' },
    });
    expect(ruleOf(await live.cycle(), 'priority')).toBe('built-in:error-production');
  });
  afterAll(() => live[Symbol.asyncDispose]());

  test('rego.policy_dir', async () => {
    await live.write(config(`rego: {policy_dir: "${join(directory, 'policies')}"}`));
    live.clock.advance(MINUTE_MS);
    expect(ruleOf(await live.cycle(), 'priority')).toBe('priority.rego:priority');
  });

  test.each([
    ['rego.priority_policy', 'priority'],
    ['rego.environment_policy', 'environment'],
    ['rego.labels_policy', 'labels'],
  ] as const)('%s', async (field, what) => {
    const policies = join(directory, 'policies');
    await cp(join(directory, `${what}.rego`), join(policies, `our-${what}.rego`));
    await rm(join(policies, `${what}.rego`));
    await live.write(config(`rego: {policy_dir: "${policies}", ${field.replace('rego.', '')}: our-${what}.rego}`));
    live.clock.advance(MINUTE_MS);
    expect(ruleOf(await live.cycle(), what)).toMatch(new RegExp(`^our-${what}\\.rego:`));

    await cp(join(directory, `${what}.rego`), join(policies, `${what}.rego`));
    await rm(join(policies, `our-${what}.rego`));
  });
});

describe('ticks of the clock', () => {
  const NEVER = '0 0 29 2 *';
  const schedule = (agents: string, patrol: string, timezone = 'UTC'): string =>
    `schedule: {agents: "${agents}", patrol: "${patrol}", timezone: ${timezone}}`;
  /** Ticks of every second, in this hour and the next. */
  const now = new Date();
  const inThisHour = `* * ${now.getUTCHours()},${(now.getUTCHours() + 1) % 24} * * *`;
  let live: Live;
  beforeAll(async () => {
    live = await startLive({
      files: { ...config(schedule(NEVER, NEVER)), 'flags.json': '{}' },
      app: { serve: true, watchMounts: {} },
    });
    await live.cycle();
  });
  afterAll(() => live[Symbol.asyncDispose]());
  const cycles = async (trigger: string): Promise<number> => {
    const text = await live.monitor.app.metrics.text();
    const counted = text
      .split('\n')
      .filter((line) => line.startsWith('k8s_monitor_cycles_total{') && line.includes(`trigger="${trigger}"`));
    return counted.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  };

  test('schedule.patrol: patrols come with the new ticks', async () => {
    const before = await cycles('patrol');
    await live.write(config(schedule(NEVER, '* * * * * *')));
    await expect.poll(() => cycles('patrol'), SOON).toBeGreaterThan(before + 1);
  });

  test('flags.json: patrols off leaves patrols out at once, and scheduled cycles go on resolving', async () => {
    await live.write({ 'flags.json': '{"patrols": false}' });
    await expect.poll(() => live.monitor.logText(), SOON).toContain('patrol left out: patrols are switched off');
    const before = await cycles('patrol');
    await wait(1_500);
    expect(await cycles('patrol')).toBe(before);

    live.clock.set(demoCycles[2].nowMs);
    await live.cycle();
    live.clock.set(demoCycles[3].nowMs);
    const { report } = await live.cycle();
    expect(report.switchedOff).toEqual(['patrols']);
    expect(report.decisions.map(({ reason }) => reason)).toContain('resolved');
    expect(await cycles('patrol')).toBe(before);

    await live.write({ 'flags.json': '{"patrols": true}' });
    await expect.poll(() => cycles('patrol'), SOON).toBeGreaterThan(before);
  });

  test('schedule.timezone: an hour of another zone has no ticks now, and those of ours come back', async () => {
    await live.write(config(schedule(NEVER, inThisHour, 'Pacific/Kiritimati')));
    await expect.poll(() => live.monitor.logText(), SOON).toContain('"zone":"Pacific/Kiritimati"');
    await live.monitor.app.idle();
    const before = await cycles('patrol');
    await wait(1_500);
    expect(await cycles('patrol')).toBe(before);

    await live.write(config(schedule(NEVER, inThisHour)));
    await expect.poll(() => cycles('patrol'), SOON).toBeGreaterThan(before);
  });

  test('schedule.agents: cycles with agents come with the new ticks', async () => {
    const before = await cycles('scheduled');
    const asked = live.claude.messages.length;
    await live.write(config(schedule('* * * * * *', NEVER)));
    await expect.poll(() => cycles('scheduled'), SOON).toBeGreaterThan(before);
    await expect.poll(() => live.claude.messages.length, SOON).toBeGreaterThan(asked);
  });
});
