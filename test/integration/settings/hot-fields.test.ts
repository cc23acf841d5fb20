import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { MINUTE_MS, SECOND_MS } from '../../harness/hand-clock.ts';
import {
  channels,
  config,
  HOT_FIELDS,
  HOT_FIELDS_OF_ODD_CLUSTER,
  models,
  ODD_BASE,
  oddCluster,
  UNCHANGED,
} from './hot-field-rows.ts';
import { startLive, type Cycle, type Live } from './live-monitor.ts';

/** All of them together end before the demo's cluster takes its next turn, five minutes later. */
const STEP_MS = 9 * SECOND_MS;

/** One monitor for each cluster, edit after edit, each in force for one cycle. */
describe.each([
  { where: '', cluster: {}, base: UNCHANGED, rows: HOT_FIELDS },
  { where: ' in an odd cluster', cluster: oddCluster, base: ODD_BASE, rows: HOT_FIELDS_OF_ODD_CLUSTER },
])('one cycle after the edit$where', ({ cluster, base, rows }) => {
  let live: Live;
  let before: Cycle;
  beforeAll(async () => {
    live = await startLive({ files: base, cluster, watched: true });
    await live.cycle();
    live.clock.advance(STEP_MS);
    before = await live.cycle();
  });
  afterAll(() => live[Symbol.asyncDispose]());

  test.each(rows)('$field', async ({ after, seen, was, is }) => {
    expect(seen(before, live)).toEqual(was);

    await live.write({ ...base, ...(typeof after === 'function' ? after(live) : after) });
    live.clock.advance(STEP_MS);
    expect(seen(await live.cycle(), live)).toEqual(is);
  });

  test('none of these edits was refused', () => {
    expect(live.monitor.logText()).not.toContain('Failed to apply new configuration');
  });
});

test('slack.channels: what is told next goes to the new channel', async () => {
  await using live = await startLive({ files: config('namespaces: {include: [payments]}') });
  expect(channels(await live.cycle())).toContain('#critical-alerts');

  await live.write(config('slack: {channels: {sev1: "#elsewhere", sev2: "#elsewhere", sev3: "#elsewhere"}}'));
  live.clock.advance(MINUTE_MS);
  const after = channels(await live.cycle());
  expect(after).toContain('#elsewhere');
  expect(after).not.toContain('#critical-alerts');
});

test('retry.yaml: as many tries of a read as it says', async () => {
  await using live = await startLive({
    files: { 'config.yaml': '', 'retry.yaml': 'max_attempts: 1\ninitial_backoff: 0ms\n' },
  });
  live.refused.add('/api/v1/persistentvolumes');
  expect((await live.cycle()).refusedPaths).toHaveLength(1);

  await live.write({ 'retry.yaml': 'retry:\n  max_attempts: 4\n  initial_backoff: 1ms\n  max_backoff: 1ms\n' });
  live.clock.advance(MINUTE_MS);
  expect((await live.cycle()).refusedPaths).toHaveLength(4);
  expect(live.monitor.log).toContainEqual(
    expect.objectContaining({ level: 'info', msg: 'Retry config hot-reloaded', max_attempts: 4 }),
  );
});

test('llm.max_retries: an overloaded model is tried again when it says so', async () => {
  await using live = await startLive({
    files: config('llm: {max_retries: 0}'),
    script: () => ({ fault: { kind: 'status', status: 529, type: 'overloaded_error', message: 'Overloaded' } }),
  });
  const once = (await live.cycle()).claudeRequests;
  expect(once).toBeGreaterThan(0);

  await live.write(config('llm: {max_retries: 1}'));
  live.clock.advance(MINUTE_MS);
  expect((await live.cycle()).claudeRequests).toBeGreaterThan(once);
});

test('llm.timeout_seconds: no call lasts longer', async () => {
  await using live = await startLive({
    files: config('llm: {max_retries: 0, timeout_seconds: 2}'),
    script: () => ({ text: 'late', delayMs: 5_000 }),
  });
  expect(JSON.stringify((await live.cycle()).report)).toMatch(/within 2000 ms/);

  await live.write(config('llm: {max_retries: 0, timeout_seconds: 1}'));
  live.clock.advance(MINUTE_MS);
  expect(JSON.stringify((await live.cycle()).report)).toMatch(/within 1000 ms/);
});

test('log_level: the DEBUG lines are gone again at once', async () => {
  await using live = await startLive({ files: config('log_level: debug') });
  expect((await live.cycle()).log.some(({ level }) => level === 'debug')).toBe(true);

  await live.write(config('log_level: info'));
  expect((await live.cycle()).log.some(({ level }) => level === 'debug')).toBe(false);
});

test('notifications switched on again: what waited is told, once', async () => {
  await using live = await startLive({ files: { 'config.yaml': '', 'flags.json': '{"notifications": false}' } });
  expect((await live.cycle()).posts).toEqual([]);

  await live.write({ 'flags.json': '{"notifications": true}' });
  const { posts } = await live.cycle();
  const texts = posts.map(({ args }) => JSON.stringify(args));
  expect(texts.length).toBeGreaterThan(0);
  expect(new Set(texts).size).toBe(texts.length);
});

test('a switch that is turned off while agents work ends their requests with the next one', async () => {
  let live: Live | undefined;
  let asked = 0;
  live = await startLive({
    files: config(''),
    watched: true,
    script: async () => {
      asked += 1;
      if (asked === 1) {
        await live?.write({ 'flags.json': '{"model_calls": false}' });
        await vi.waitUntil(() => live?.monitor.logText().includes('Feature flags hot-reloaded'), { timeout: 5_000 });
      }
      return { toolCalls: [{ name: 'k8s_get', input: { kind: 'Pod' } }] };
    },
  });
  await using _ = live;
  const { report, claudeRequests } = await live.cycle();

  expect(claudeRequests).toBeLessThanOrEqual(2);
  expect(report.switchedOff).toEqual(['model_calls']);
});

test('cluster_id needs a restart: said once, not applied', async () => {
  await using live = await startLive({ files: config('cluster_id: first') });
  const before = (await live.cycle()).report.cluster.id;

  await live.write(config('cluster_id: second'));
  expect((await live.cycle()).report.cluster.id).toBe(before);
  await live.cycle();
  const said = live.monitor.log.filter(({ msg }) => msg === 'a changed setting needs a restart');
  expect(said).toMatchObject([{ field: 'cluster_id', inForce: 'first', wanted: 'second' }]);
});

/** The seeds' words. */
const REFUSED = 'Failed to apply new configuration - keeping previous';

describe('logged with its hash, counted, and the previous settings ask on', () => {
  let live: Live;
  beforeAll(async () => {
    live = await startLive({ files: config('llm: {model: opus}') });
  });
  afterAll(() => live[Symbol.asyncDispose]());

  test.each([
    { what: 'broken YAML', text: 'llm: [', says: 'invalid YAML: ' },
    { what: 'a value out of bounds', text: 'llm: {model: opus, timeout_seconds: 601}', says: 'llm.timeout_seconds' },
    {
      what: 'an endpoint of somebody else',
      text: 'llm: {endpoint: "https://evil.example"}',
      says: 'not an allowed origin',
    },
    { what: 'a provider without its key', text: 'llm: {provider: openai, model: gpt-6}', says: 'OPENAI_API_KEY' },
    { what: 'a token', text: 'slack: {bot_token: xoxb-1-abcdefgh}', says: 'as SLACK_BOT_TOKEN' },
    { what: 'an empty file', text: ' \n', says: 'is empty' },
  ])('$what is refused whole', async ({ text, says }) => {
    const errorsBefore = await refusalsCounted(live);
    await live.write(config(text));
    live.clock.advance(MINUTE_MS);
    const cycle = await live.cycle();

    expect(models(cycle)).toEqual(['claude-haiku-5-5', 'claude-opus-5-5']);
    const refusals = cycle.log.filter(({ msg }) => msg === REFUSED);
    expect(refusals).toHaveLength(1);
    expect(refusals[0]).toMatchObject({
      level: 'error',
      config: 'config',
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      err: { code: 'CONFIG_INVALID', message: expect.stringContaining(says) },
    });
    expect(await refusalsCounted(live)).toBe(errorsBefore + 1);
  });

  test('a refused version is told once', async () => {
    live.clock.advance(MINUTE_MS);
    expect((await live.cycle()).log.map(({ msg }) => msg)).not.toContain(REFUSED);
  });
});

async function refusalsCounted({ monitor }: Live): Promise<number> {
  return Number(/^holmesgpt_config_reload_errors_total (\d+)$/m.exec(await monitor.app.metrics.text())?.[1]);
}
