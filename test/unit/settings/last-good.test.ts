import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Logger } from '../../../src/log.ts';
import { createSettings, type LastGoodTexts, type SettingsReload } from '../../../src/settings/read-settings.ts';

const DIRECTORY = '/config/';

/** The files of a directory that may change, and a source over them that waits for last good texts. */
function source(
  files: Record<string, string | undefined>,
  options: { readonly lacks?: () => string | undefined } = {},
) {
  const lines: { level: string; message: string; fields: Readonly<Record<string, unknown>> }[] = [];
  const write =
    (level: string): Logger['info'] =>
    (message, fields = {}) =>
      void lines.push({ level, message, fields });
  const log: Logger = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: () => log,
    setLevel: () => undefined,
  };
  const reloads: SettingsReload[] = [];
  const settings = createSettings({
    configFile: `${DIRECTORY}config.yaml`,
    required: false,
    readFile: (path) => files[path.replace(DIRECTORY, '')],
    cronProblem: () => undefined,
    allowedOrigins: [],
    providerLacks: () => options.lacks?.(),
    log,
    atStart: 'wait',
  });
  settings.onReload((reload) => reloads.push(reload));
  return {
    settings,
    /** Without what a file deserves to be told that is in force all the same. */
    lines: () => lines.filter(({ message }) => message !== 'settings warning'),
    reloads,
    messages: () => lines.map(({ message }) => message),
  };
}

function memory(texts: Record<string, string> = {}): LastGoodTexts & { readonly texts: Record<string, string> } {
  return {
    texts,
    load: () =>
      Promise.resolve(new Map(Object.entries(texts).map(([name, text]) => [name, { text, acceptedAtMs: 0 }]))),
    save: async (name, text) => void (texts[name] = text),
    forget: async (name) => void delete texts[name],
  };
}

test.each([
  { file: 'config.yaml', text: 'llm: [', says: 'failed to start watcher: invalid YAML: /config/config.yaml:' },
  { file: 'storm.yaml', text: 'storm: [', says: 'failed to start storm watcher: invalid storm YAML: ' },
  {
    file: 'storm.yaml',
    text: 'storm:\n  rate_threshold: -1\n',
    says: 'failed to start storm watcher: invalid storm config: /config/storm.yaml:2:3: rate_threshold: ',
  },
  { file: 'dedup.yaml', text: 'ttl: 9s', says: 'must be from 10s to 24h' },
  { file: 'retry.yaml', text: 'max_attempts: 11', says: 'invalid retry config: ' },
  {
    file: 'retry.yaml',
    text: 'initial_backoff: 2s\nmax_backoff: 1s',
    says: 'must not be shorter than initial_backoff',
  },
  { file: 'rate_limits.yaml', text: 'requests_per_minute: 0', says: 'invalid rate limits config: ' },
  { file: 'flags.json', text: '{model_calls: false}', says: 'invalid JSON: /config/flags.json:1: not JSON' },
  {
    file: 'flags.json',
    text: '{"notifications": "no"}',
    says: 'invalid flags config: /config/flags.json:1:2: notifications: ',
  },
])('a first start with a broken $file is refused: $says', async ({ file, text, says }) => {
  await expect(source({ [file]: text }).settings.keepLastGood(memory())).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining(says),
  });
});

test('a restart with a broken file goes on with the one accepted last, and says so', async () => {
  const { settings, messages } = source({ 'config.yaml': 'llm: [', 'flags.json': '{"patrols": false}' });
  let heard = 0;
  settings.subscribe(() => (heard += 1));
  await settings.keepLastGood(memory({ config: 'llm: {model: opus}' }));

  expect(settings.current().llm.model).toBe('opus');
  expect(settings.current().flags.patrols).toBe(false);
  expect(settings.problem()).toMatch(/invalid YAML: .*; the version accepted at 1970-01-01T00:00:00.000Z is in force/);
  expect(messages()).toContain('Failed to apply new configuration - keeping previous');
  expect(heard).toBe(1);
});

test('what is accepted is kept for the next start; what is taken away is forgotten', async () => {
  const files: Record<string, string | undefined> = { 'config.yaml': 'llm: {model: opus}', 'retry.yaml': '{}' };
  const { settings } = source(files);
  const kept = memory();
  await settings.keepLastGood(kept);
  expect(kept.texts).toEqual({ config: 'llm: {model: opus}', retry: '{}' });

  files['config.yaml'] = 'llm: {model: haiku}';
  files['retry.yaml'] = undefined;
  settings.refresh();
  await expect.poll(() => kept.texts).toEqual({ config: 'llm: {model: haiku}' });
});

test('each file is decided alone, and what it leaves out is a default, not what was', async () => {
  const files: Record<string, string | undefined> = {
    'config.yaml': 'llm: {model: opus, max_retries: 1}',
    'storm.yaml': 'rate_threshold: 20',
  };
  const { settings, lines, reloads } = source(files);
  await settings.keepLastGood(memory());
  files['config.yaml'] = 'llm: {model: haiku}';
  files['storm.yaml'] = 'rate_threshold: 0';
  files['dedup.yaml'] = 'deduplication: {ttl: 10m}';
  settings.refresh();

  expect(settings.current()).toMatchObject({
    llm: { model: 'haiku', maxRetries: 3 },
    storm: { rateThreshold: 20 },
    deduplication: { ttlMs: 600_000 },
  });
  expect(lines().map(({ level, message, fields }) => [level, message, fields['config']])).toEqual([
    ['info', 'Configuration hot-reloaded successfully', 'config'],
    ['error', 'Failed to apply new configuration - keeping previous', 'storm'],
    ['info', 'Deduplication config hot-reloaded', 'dedup'],
  ]);
  expect(lines()[0]?.fields).toMatchObject({
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    changed: ['llm.model: opus → haiku', 'llm.max_retries: 1 → 3'],
  });
  expect(lines()[2]?.fields).toMatchObject({ ttl: '600s' });
  expect(reloads.map(({ config, result }) => [config, result])).toEqual([
    ['config', 'success'],
    ['storm', 'error'],
    ['dedup', 'success'],
  ]);
});

test('neither a start nor the same content counts, and a broken version counts once', async () => {
  const files: Record<string, string | undefined> = { 'config.yaml': 'llm: {model: opus}' };
  const { settings, reloads } = source(files);
  await settings.keepLastGood(memory());
  settings.refresh();
  expect(reloads).toEqual([]);

  files['config.yaml'] = 'llm: {max_retries: 11}';
  settings.refresh();
  settings.refresh();
  expect(reloads).toMatchObject([{ config: 'config', result: 'error' }]);

  // Mended by taking the edit back: nothing is in force that was not before.
  files['config.yaml'] = 'llm: {model: opus}';
  settings.refresh();
  expect(reloads).toHaveLength(1);
  expect(settings.problem()).toBeUndefined();
});

test('storm.yaml and rate_limits.yaml say their values in the line', async () => {
  const files: Record<string, string | undefined> = { 'config.yaml': '' };
  const { settings, lines } = source(files);
  await settings.keepLastGood(memory());
  files['storm.yaml'] = 'rate_threshold: 12\npattern_threshold: 6';
  files['rate_limits.yaml'] = 'requests_per_minute: 30';
  settings.refresh();

  expect(lines()).toMatchObject([
    { message: 'Storm detection config hot-reloaded', fields: { rate_threshold: 12, pattern_threshold: 6 } },
    { message: 'Rate limits hot-reloaded', fields: { rpm: 30 } },
  ]);
});

test('a volume that lost everything keeps its last known settings; one file may be taken away', async () => {
  const files: Record<string, string | undefined> = {
    'config.yaml': 'llm: {model: opus}',
    'flags.json': '{"patrols":false}',
  };
  const { settings } = source(files);
  await settings.keepLastGood(memory());
  files['config.yaml'] = undefined;
  files['flags.json'] = undefined;
  settings.refresh();
  expect(settings.current()).toMatchObject({ llm: { model: 'opus' }, flags: { patrols: false } });
  expect(settings.problems().map(({ file }) => file)).toEqual(['config.yaml', 'flags.json']);

  files['config.yaml'] = 'llm: {model: opus}';
  settings.refresh();
  expect(settings.current().flags.patrols).toBe(true);
  expect(settings.problems()).toEqual([]);
});

test('a provider is taken when its credentials have come, without another edit', async () => {
  let lacking: string | undefined = 'put its key into the Secret as OPENAI_API_KEY';
  const files: Record<string, string | undefined> = { 'config.yaml': '# none' };
  const { settings } = source(files, { lacks: () => lacking });
  await settings.keepLastGood(memory());
  files['config.yaml'] = 'llm: {provider: openai, model: gpt-6}';
  expect(settings.refresh().llm.provider).toBe('anthropic');
  expect(settings.problem()).toContain('openai cannot be asked: put its key into the Secret as OPENAI_API_KEY');

  lacking = undefined;
  expect(settings.refresh().llm).toMatchObject({ provider: 'openai', model: 'gpt-6', quietModel: 'gpt-6' });
});

test('openai without a model is refused: ours are not its own', async () => {
  await expect(source({ 'config.yaml': 'llm: {provider: openai}' }).settings.keepLastGood(memory())).rejects.toThrow(
    'llm.model: must be set for openai',
  );
});

test.each([
  ['notes: sk-ant-abcdefgh12345678', 'as ANTHROPIC_API_KEY'],
  ['llm: {api_key: anything}', 'as ANTHROPIC_API_KEY'],
  ['llm: {apiKey: anything}', 'as ANTHROPIC_API_KEY'],
  ['x: ["xoxb-123456789-abc"]', 'as SLACK_BOT_TOKEN'],
  ['github: {token: anything}', 'as GITHUB_TOKEN'],
  ['x: ghp_abcdefghijklmnopqrst', 'as GITHUB_TOKEN'],
  ['password: anything', 'Put it into the Secret k8s-monitor, mount it (NAME_FILE)'],
  ['llm: {endpoint: "https://user:word@gateway.example/"}', 'a credential does not belong'],
])('a credential is refused with the Secret it belongs into: %s', async (text, says) => {
  const refused = source({ 'config.yaml': text }).settings.keepLastGood(memory());

  await expect(refused).rejects.toThrow(says);
  await expect(refused).rejects.not.toThrow(/anything|abcdefgh|123456789|user:word/);
});

test("the ancestors' keys that are set at start are named, with what stands for them", () => {
  const { settings } = source({ 'config.yaml': 'api_port: 8080\nauth_enabled: true\nkubernetes: {timeout: 5}\n' });

  expect(settings.warnings().map(({ line, message }) => [line, message])).toEqual([
    [1, 'api_port needs a restart and is not read from this file: set K8S_MONITOR_METRICS_PORT'],
    [2, 'auth_enabled needs a restart and is not read from this file: there is nothing to sign in to'],
    [
      3,
      'kubernetes needs a restart and is not read from this file: set KUBECONFIG, or let the service account be used',
    ],
  ]);
});

test('what cannot be told yet is not kept yet: a process that is killed in between tells it again', async () => {
  const files = { 'config.yaml': 'cluster_name: a' };
  const { settings } = source(files);
  const kept = memory();
  await settings.keepLastGood(kept);
  const told = Promise.withResolvers<void>();
  settings.onDecided(() => told.promise);
  files['config.yaml'] = 'cluster_name: b';
  settings.refresh();
  await setImmediate();
  expect(kept.texts['config']).toBe('cluster_name: a');

  told.resolve();
  await expect.poll(() => kept.texts['config']).toBe('cluster_name: b');
});

test('a listener that fails costs a line: the settings are in force, and kept', async () => {
  const files = { 'config.yaml': 'cluster_name: a' };
  const { settings, messages } = source(files);
  const kept = memory();
  await settings.keepLastGood(kept);
  settings.onDecided(() => {
    throw new Error('a bug');
  });
  files['config.yaml'] = 'cluster_name: b';

  expect(settings.refresh().clusterName).toBe('b');
  await expect.poll(() => kept.texts['config']).toBe('cluster_name: b');
  expect(messages()).toContain('a change could not be recorded');
});
