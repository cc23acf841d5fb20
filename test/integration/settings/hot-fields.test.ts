import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { MINUTE_MS } from '../../harness/hand-clock.ts';
import { startLive, type Cycle, type Files, type Live } from './live-monitor.ts';

/** Each hot field at its effect: what the next request or report is after the edit, and was before it. */
interface HotField {
  readonly field: string;
  readonly after: Files | ((live: Live) => Files);
  readonly seen: (cycle: Cycle, live: Live) => unknown;
  readonly was: unknown;
  readonly is: unknown;
}

const config = (text: string): Files => ({ 'config.yaml': text });
const models = ({ claude }: Cycle): readonly string[] => [...new Set(claude.map(({ model }) => model))].toSorted();
const tools = ({ claude }: Cycle, beginning: string): boolean =>
  claude.some((request) => request.tools?.some(({ name }) => name.startsWith(beginning)));
const channels = ({ posts }: Cycle): readonly unknown[] => [...new Set(posts.map(({ args }) => args['channel']))];
const inNamespace = ({ report }: Cycle, namespace: string): boolean =>
  report.findings.some(({ object }) => object.namespace === namespace);
const BASE = 'github: {repositories: [{repository: acme/deployments}]}';
const UNCHANGED: Files = { ...config(BASE), 'environments.yaml': '# none', 'flags.json': '{}' };

/** One monitor for all of them, edit after edit, each in force for one cycle. */
describe('one cycle after the edit', () => {
  let live: Live;
  let before: Cycle;
  beforeAll(async () => {
    live = await startLive({ files: config(BASE) });
    await live.cycle();
    live.clock.advance(MINUTE_MS);
    before = await live.cycle();
  });
  afterAll(() => live[Symbol.asyncDispose]());

  test.each<HotField>([
    {
      field: 'llm.model',
      after: config('llm: {model: opus}'),
      seen: models,
      was: ['claude-haiku-5-5', 'claude-sonnet-5-5'],
      is: ['claude-haiku-5-5', 'claude-opus-5-5'],
    },
    {
      field: 'llm.quiet_model',
      after: config('llm: {quiet_model: opus}'),
      seen: (cycle) => models(cycle).includes('claude-opus-5-5'),
      was: false,
      is: true,
    },
    {
      field: 'models',
      after: config('models: {haiku: claude-opus-5-5}'),
      seen: (cycle) => models(cycle).includes('claude-haiku-5-5'),
      was: true,
      is: false,
    },
    {
      field: 'llm.provider',
      after: config('llm: {provider: none}'),
      seen: ({ claudeRequests, report }) => [claudeRequests > 0, report.analysisMissing],
      was: [true, undefined],
      is: [false, 'no model provider is configured (llm.provider: none)'],
    },
    {
      field: 'llm.endpoint',
      after: ({ gateway }) => config(`llm: {endpoint: "${gateway.url}"}`),
      seen: ({ claude, gateway }) => [claude.length > 0, gateway.length > 0],
      was: [true, false],
      is: [false, true],
    },
    {
      field: 'llm.max_tokens_per_request',
      after: config('llm: {max_tokens_per_request: 1500}'),
      seen: ({ claude }) => Math.max(...claude.map(({ max_tokens: most }) => most)) <= 1_500,
      was: false,
      is: true,
    },
    {
      field: 'budget.per_cycle_usd',
      after: config('budget: {per_cycle_usd: 0}'),
      seen: ({ claudeRequests, report }) => [claudeRequests > 0, /budget/.test(report.analysisMissing ?? '')],
      was: [true, false],
      is: [false, true],
    },
    {
      field: 'budget.per_day_usd',
      after: config('budget: {per_day_usd: 0}'),
      seen: ({ claudeRequests, report }) => [claudeRequests > 0, /per_day_usd/.test(report.analysisMissing ?? '')],
      was: [true, false],
      is: [false, true],
    },
    {
      field: 'toolsets.kubernetes.enabled',
      after: config('toolsets: {kubernetes: {enabled: false}}'),
      seen: (cycle) => tools(cycle, 'k8s_'),
      was: true,
      is: false,
    },
    {
      field: 'toolsets.github.enabled',
      after: config(`toolsets: {github: {enabled: false}}\n${BASE}`),
      seen: (cycle) => tools(cycle, 'github_'),
      was: true,
      is: false,
    },
    {
      field: 'github.repositories',
      after: config('# none'),
      seen: (cycle) => tools(cycle, 'github_'),
      was: true,
      is: false,
    },
    {
      field: 'cluster_name',
      after: config('cluster_name: west-2'),
      seen: ({ report }) => report.cluster.name,
      was: 'kubernetes',
      is: 'west-2',
    },
    {
      field: 'namespaces.exclude',
      after: config('namespaces: {exclude: [payments]}'),
      seen: (cycle) => inNamespace(cycle, 'payments'),
      was: true,
      is: false,
    },
    {
      field: 'namespaces.include',
      after: config('namespaces: {include: [payments]}'),
      seen: ({ report }) => new Set(report.findings.map(({ object }) => object.namespace)).size > 1,
      was: true,
      is: false,
    },
    {
      field: 'checks.<id>.enabled',
      after: config('checks: {crash-loop: {enabled: false}}'),
      seen: ({ report }) => report.checks.find(({ id }) => id === 'crash-loop')?.evaluated,
      was: 'yes',
      is: 'switched-off',
    },
    {
      field: 'checks.<id>.impact',
      after: config('checks: {crash-loop: {impact: info}}'),
      seen: ({ report }) => report.findings.some(({ check, impact }) => check === 'crash-loop' && impact === 'info'),
      was: false,
      is: true,
    },
    {
      field: 'checks.<id>.grace',
      after: config('checks: {crash-loop: {grace: 30d}}'),
      seen: ({ report }) => report.findings.some(({ check }) => check === 'crash-loop'),
      was: true,
      is: false,
    },
    {
      field: 'log_level',
      after: config('log_level: debug'),
      seen: ({ log }) => log.some(({ level }) => level === 'debug'),
      was: false,
      is: true,
    },
    {
      field: 'model_calls',
      after: { 'flags.json': '{"model_calls": false}' },
      seen: ({ claudeRequests, report }) => [claudeRequests > 0, report.analysisMissing, report.switchedOff],
      was: [true, undefined, undefined],
      is: [false, 'calls of the model are switched off (model_calls in flags.json)', ['model_calls']],
    },
  ])('$field', async ({ after, seen, was, is }) => {
    expect(seen(before, live)).toEqual(was);

    await live.write({ ...UNCHANGED, ...(typeof after === 'function' ? after(live) : after) });
    live.clock.advance(MINUTE_MS);
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
