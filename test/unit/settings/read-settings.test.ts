import { expect, test } from 'vitest';
import { readSettings } from '../../../src/settings/read-settings.ts';

const FILE = '/etc/k8s-monitor/config/config.yaml';

function read(files: Record<string, string>, options: { allowedOrigins?: string[]; required?: boolean } = {}) {
  return readSettings({
    configFile: FILE,
    required: options.required ?? false,
    readFile: (path) => files[path],
    cronProblem: (expression) => (expression === 'often' ? 'is no cron expression' : undefined),
    allowedOrigins: options.allowedOrigins ?? [],
  });
}

const config = (text: string): Record<string, string> => ({ [FILE]: text });

test('no file at all is a working monitor', () => {
  const { settings, warnings } = read({});

  expect(warnings).toEqual([]);
  expect(settings).toMatchObject({
    schedule: { agents: '0 * * * *', patrol: '*/5 * * * *', zone: 'UTC' },
    llm: { provider: 'anthropic', model: 'sonnet', quietModel: 'haiku', maxRetries: 3, timeoutMs: 180_000 },
    modelAliases: { haiku: 'claude-haiku-5-5', sonnet: 'claude-sonnet-5-5', opus: 'claude-opus-5-5' },
    budget: { perCycleUsd: 0.5, perDayUsd: 5 },
    slack: { businessHours: { days: [1, 2, 3, 4, 5], startMinute: 540, endMinute: 1020, zone: 'UTC' } },
  });
});

test('a file that sets only the model means it for quiet work too', () => {
  expect(read(config('llm: {model: opus}')).settings.llm).toMatchObject({ model: 'opus', quietModel: 'opus' });
});

test('channels that are configured are the ones allowed, unless the operator lists others', () => {
  expect(read(config('slack: {channels: {sev1: "#pager"}}')).settings.slack.allowedChannels).toEqual([
    '#pager',
    '#critical-alerts',
    '#alerts',
  ]);
  expect(read(config('slack: {allowed_channels: ["#x"]}')).settings.slack.allowedChannels).toEqual(['#x']);
});

test.each([
  { name: 'a number as text', text: '\nllm:\n  max_retries: lots\n', says: `${FILE}:3:3: llm.max_retries: ` },
  { name: 'a value out of bounds', text: 'llm:\n  timeout_seconds: 0\n', says: `${FILE}:2:3: llm.timeout_seconds: ` },
  {
    name: 'a zone that does not exist',
    text: 'schedule:\n  timezone: Mars/Olympus\n',
    says: `${FILE}:2:3: schedule.timezone: must be an IANA time zone`,
  },
  {
    name: 'a bad cron expression',
    text: 'schedule:\n  patrol: often\n',
    says: `invalid config: ${FILE}:2:3: schedule.patrol: "often" is no cron expression`,
  },
  {
    name: 'a grace without a unit',
    text: 'checks:\n  crash-loop:\n    grace: "5"\n',
    says: `${FILE}:3:5: checks.crash-loop.grace: must be a duration`,
  },
  { name: 'broken YAML', text: 'llm:\n  model: [\n', says: `invalid YAML: ${FILE}:` },
  {
    name: 'a key twice',
    text: 'cluster_name: a\ncluster_name: b\n',
    says: `invalid YAML: ${FILE}:2:1: Map keys must be unique`,
  },
  {
    name: 'a token in the file',
    text: 'slack:\n  bot_token: xoxb-1-secret-value\n',
    says: `${FILE}:2:3: slack.bot_token: a credential does not belong`,
  },
  {
    name: 'an endpoint of somebody else',
    text: 'llm: {endpoint: "https://evil.example/"}',
    says: 'https://evil.example is not an allowed origin',
  },
])('$name is refused with file, line and field', ({ text, says }) => {
  expect(() => read(config(text))).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(says) }),
  );
});

test('a refused credential is not repeated in the complaint', () => {
  expect(() => read(config('slack:\n  bot_token: xoxb-1-secret-value\n'))).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('secret-value') }),
  );
});

test('an endpoint of the operator is taken when its origin is allowed', () => {
  const { settings } = read(config('llm: {endpoint: "https://gateway.internal/v1/"}'), {
    allowedOrigins: ['https://gateway.internal'],
  });

  expect(settings.llm.endpoint).toBe('https://gateway.internal/v1/');
});

test.each([
  ['another provider', 'llm: {endpoint: "https://api.openai.com/v1"}'],
  ['the provider without TLS', 'llm: {endpoint: "http://api.anthropic.com/"}'],
  ['another port of the provider', 'llm: {endpoint: "https://api.anthropic.com:8443/"}'],
  ['a host that begins like the provider', 'llm: {endpoint: "https://api.anthropic.com.evil.example/"}'],
  ['a host behind the name of the provider', 'llm: {endpoint: "https://api.anthropic.com@evil.example/"}'],
  ['a region that is none of Google', 'llm: {provider: vertex_ai, endpoint: "https://x.aiplatform.googleapis.com/"}'],
  ['a file', 'llm: {endpoint: "file:///etc/passwd"}'],
])('prompts do not go to %s', (_, text) => {
  expect(() => read(config(text), { allowedOrigins: ['https://gateway.internal'] })).toThrow(
    /llm\.endpoint: .* is not an allowed origin \(those of \w+, https:\/\/gateway\.internal\)/,
  );
});

test.each([
  'llm: {endpoint: "https://api.anthropic.com/"}',
  'llm: {provider: openai, model: gpt-6, endpoint: "https://api.openai.com/v1"}',
  'llm: {provider: vertex_ai, endpoint: "https://europe-west1-aiplatform.googleapis.com/v1"}',
])("a provider's own origin needs no permission: %s", (text) => {
  expect(() => read(config(text))).not.toThrow();
});

test('an unknown key is named with its line and the key that was probably meant', () => {
  const { warnings } = read(config('schedule:\n  patroll: "* * * * *"\n'));

  expect(warnings).toEqual([
    { file: FILE, line: 2, column: 3, message: 'unknown key schedule.patroll is ignored; did you mean patrol?' },
  ]);
});

test('environments.yaml beside it keeps the order of its globs', () => {
  const { settings } = read({
    '/etc/k8s-monitor/config/environments.yaml': 'cluster: staging\nnamespaces:\n  pay-*: production\n  "*": test\n',
  });

  expect(settings.environments.cluster).toBe('staging');
  expect(Object.entries(settings.environments.namespaces)).toEqual([
    ['pay-*', 'production'],
    ['*', 'test'],
  ]);
});

test('a file that a person named must exist', () => {
  expect(() => read({}, { required: true })).toThrow('there is no such file');
});
