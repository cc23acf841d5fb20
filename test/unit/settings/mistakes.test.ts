import { describe, expect, test } from 'vitest';
import { readSettings } from '../../../src/settings/read-settings.ts';
import { checkIdsWith } from '../../../src/wiring/custom-resources.ts';

/** What people write by mistake in a settings file, and what each of them is told. */
function read(files: Readonly<Record<string, string>>) {
  return readSettings({
    configFile: 'config.yaml',
    required: false,
    readFile: (path) => files[path],
    cronProblem: () => undefined,
    checkIds: checkIdsWith,
    allowedOrigins: ['https://prometheus.internal'],
  });
}

const ROW =
  'custom_resources:\n  - { kind: Widget, group: example.com, plural: widgets, sick: [{condition: Ready, impact: error}] }\n';

describe('an unknown key is ignored, with its place and the key that was probably meant', () => {
  test.each([
    ['at the top', 'config.yaml', 'shedule: {}', '1:1', 'unknown key shedule is ignored; did you mean schedule?'],
    ['in a map', 'config.yaml', 'llm:\n  modle: opus', '2:3', 'unknown key llm.modle is ignored; did you mean model?'],
    [
      'two levels down',
      'config.yaml',
      'slack:\n  channels:\n    sev5: "#x"',
      '3:5',
      'unknown key slack.channels.sev5 is ignored; did you mean sev1?',
    ],
    [
      'three levels down',
      'config.yaml',
      'slack: {business_hours: {from: "08:00"}}',
      '1:26',
      'unknown key slack.business_hours.from is ignored',
    ],
    [
      'of a toolset',
      'config.yaml',
      'toolsets:\n  githb: {enabled: false}',
      '2:3',
      'unknown key toolsets.githb is ignored; did you mean github?',
    ],
    [
      'in a toolset',
      'config.yaml',
      'toolsets:\n  github: {enable: false}',
      '2:12',
      'unknown key toolsets.github.enable is ignored; did you mean enabled?',
    ],
    [
      'in a map of ids',
      'config.yaml',
      'checks:\n  crash-loop:\n    graze: 5m',
      '3:5',
      'unknown key checks.crash-loop.graze is ignored; did you mean grace?',
    ],
    [
      'the id of a check',
      'config.yaml',
      'checks:\n  crash-lop: {enabled: false}',
      '2:3',
      'there is no check crash-lop, checks.crash-lop is ignored; did you mean crash-loop?',
    ],
    [
      'in the name of a model',
      'config.yaml',
      'models: {cheap: claude-haiku-5-5}\nllm: {model: sonet, quiet_model: cheap}',
      '2:7',
      'llm.model: sonet is no alias and is sent as a model id; did you mean sonnet?',
    ],
    [
      'in a list',
      'config.yaml',
      'github:\n  repositories:\n    - repository: a/b\n      path: [x]',
      '4:7',
      'unknown key github.repositories.0.path is ignored; did you mean paths?',
    ],
    [
      'in a list within a list',
      'config.yaml',
      ROW.replace('impact: error', 'impact: error, gracee: 9m'),
      '2:99',
      'unknown key custom_resources.0.sick.0.gracee is ignored; did you mean grace?',
    ],
    [
      'in environments.yaml',
      'environments.yaml',
      'namespace: {a: test}',
      '1:1',
      'unknown key namespace is ignored; did you mean namespaces?',
    ],
    [
      'in retry.yaml',
      'retry.yaml',
      'max_attempt: 3',
      '1:1',
      'unknown key max_attempt is ignored; did you mean max_attempts?',
    ],
    [
      'below the name of the file',
      'retry.yaml',
      'retry:\n  max_attempt: 3',
      '2:3',
      'unknown key max_attempt is ignored; did you mean max_attempts?',
    ],
    [
      'in flags.json',
      'flags.json',
      '{\n  "model_call": false\n}',
      '2:3',
      'unknown key model_call is ignored; did you mean model_calls?',
    ],
    ['near nothing', 'config.yaml', 'banana: 1', '1:1', 'unknown key banana is ignored'],
  ])('%s', (_, file, text, place, says) => {
    const { warnings } = read({ [file]: text });

    expect(warnings.map(({ file: name, line, column }) => `${name} ${line}:${column}`)).toEqual([`${file} ${place}`]);
    expect(warnings[0]?.message).toBe(says);
  });

  test('names that the operator chooses are no unknown keys', () => {
    const { warnings } = read({
      'config.yaml': `models: {mine: gpt-6}\nchecks: {crash-loop: {enabled: false}, widgets.example.com: {enabled: false}}\n${ROW}`,
      'environments.yaml': 'namespaces: {"pay-*": production}',
    });

    expect(warnings).toEqual([]);
  });
});

describe('a value of the wrong kind is refused, with its place and what would be right', () => {
  test.each([
    [
      'a number in quotes',
      'llm:\n  max_retries: "5"',
      '2:3: llm.max_retries: must be a number, not "5": take the quotes away',
    ],
    ['a word for a number', 'llm: {timeout_seconds: long}', '1:7: llm.timeout_seconds: must be a number, not "long"'],
    ['half a retry', 'llm: {max_retries: 1.5}', 'llm.max_retries: must be a whole number, not 1.5'],
    ['too many retries', 'llm: {max_retries: 11}', 'llm.max_retries: must be at most 10, not 11'],
    ['a temperature below zero', 'llm: {temperature: -1}', 'llm.temperature: must be at least 0, not -1'],
    ['no tokens', 'llm: {max_tokens_per_request: 0}', 'llm.max_tokens_per_request: must be at least 1, not 0'],
    ['not a number', 'budget: {per_day_usd: .nan}', 'budget.per_day_usd: must be a number'],
    ['an endless budget', 'budget: {per_day_usd: .inf}', 'budget.per_day_usd: must be a number'],
    ['yes', 'toolsets: {github: {enabled: yes}}', 'toolsets.github.enabled: must be true or false, not "yes"'],
    [
      'true in quotes',
      'toolsets: {github: {enabled: "true"}}',
      'toolsets.github.enabled: must be true or false, not "true": take the quotes away',
    ],
    ['a number for a name', 'cluster_name: 42', '1:1: cluster_name: must be a text, not 42: put it in quotes'],
    ['an empty name', 'cluster_name: ""', 'cluster_name: must not be empty, not ""'],
    [
      'a text for a list',
      'namespaces: {include: payments}',
      'namespaces.include: must be a list, not "payments": write [a, b], or a line with "- " for each',
    ],
    [
      'a map for a list',
      'github: {repositories: {a: b}}',
      'github.repositories: must be a list, not a map of fields: ',
    ],
    [
      'a list for a map',
      'llm: [model]',
      '1:1: llm: must be a map of fields, not a list: write its fields below it, indented',
    ],
    ['a text for a map', 'schedule: hourly', 'schedule: must be a map of fields, not "hourly": '],
    ['a whole file that is a list', '- llm', '1:1: (file): must be a map of fields, not a list'],
    ['a whole file that is a text', 'llm', '(file): must be a map of fields, not "llm"'],
    [
      'a key and nothing',
      'llm:\n  model:',
      '2:3: llm.model: has no value: give it one, or take the key away for the default',
    ],
    [
      'a level in other words',
      'log_level: warning',
      'log_level: must be one of debug, info, warn, error, DEBUG, INFO, WARN, ERROR, not "warning"',
    ],
    ['a level with a slip', 'log_level: deubg', 'not "deubg"; did you mean debug?'],
    ['a provider of somebody', 'llm: {provider: vertex}', 'not "vertex"'],
    [
      'a duration without unit',
      'checks: {crash-loop: {grace: 5}}',
      'checks.crash-loop.grace: must be a duration such as "90s", "2m" or "4h", not 5',
    ],
    [
      'an impact that is none',
      'checks: {crash-loop: {impact: bad}}',
      'checks.crash-loop.impact: must be one of critical, error, warning, info, not "bad"',
    ],
    [
      'a channel with a space',
      'slack: {channels: {sev1: "#a b"}}',
      'slack.channels.sev1: must be a channel such as "#alerts" or its id, not "#a b"',
    ],
    ['a time of no day', 'slack: {digest_at: "24:00"}', 'slack.digest_at: must be a time such as "09:00", not "24:00"'],
    [
      'a day in other words',
      'slack: {business_hours: {days: [Monday]}}',
      'slack.business_hours.days.0: must be one of Sun, Mon,',
    ],
    [
      'an endpoint that is none',
      'llm: {endpoint: gateway}',
      'llm.endpoint: must be a URL such as "https://example.com/", not "gateway"',
    ],
    [
      'a repository without owner',
      'github: {repositories: [{repository: x}]}',
      'github.repositories.0.repository: must be "owner/name", not "x"',
    ],
    [
      'a repository without its name',
      'github: {repositories: [{paths: [x]}]}',
      'github.repositories.0.repository: must be given',
    ],
    [
      'a policy that is no file',
      'rego: {priority_policy: ../x}',
      'rego.priority_policy: must be the name of a file such as "priority.rego"',
    ],
    [
      'more patience than an alert has',
      'enrichment: {timeout: 11s}',
      'enrichment.timeout: must be from 100ms to 10s, not "11s"',
    ],
    [
      'a Prometheus that nobody allowed',
      'prometheus: {url: "https://evil.example/"}',
      '1:14: prometheus.url: https://evil.example is not an allowed origin (https://prometheus.internal). Add it to K8S_MONITOR_ALLOWED_ORIGINS',
    ],
    [
      'a place that depends on where one stands',
      'webhook_leg: {url_file: url}',
      'webhook_leg.url_file: must be an absolute path',
    ],
  ])('%s', (_, text, says) => {
    expect(() => read({ 'config.yaml': text })).toThrow(says);
  });

  test.each([
    [
      'environments.yaml',
      'namespaces:\n  pay-*: prod',
      '2:3: namespaces.pay-*: must be one of production, staging, development, test, not "prod"',
    ],
    [
      'environments.yaml',
      'cluster: unknown',
      'cluster: must be one of production, staging, development, test, not "unknown"',
    ],
    [
      'retry.yaml',
      'max_attempts: three',
      'invalid retry config: retry.yaml:1:1: max_attempts: must be a number, not "three"',
    ],
    [
      'storm.yaml',
      'sampling_rate: 0',
      'invalid storm config: storm.yaml:1:1: sampling_rate: must be more than 0, not 0',
    ],
    ['dedup.yaml', 'ttl: 25h', 'ttl: must be from 10s to 24h, not "25h"'],
    ['rate_limits.yaml', 'requests_per_minute: 100001', 'requests_per_minute: must be at most 100000, not 100001'],
    ['flags.json', '{"patrols": 0}', 'patrols: must be true or false, not 0'],
  ])('in %s: %s', (file, text, says) => {
    expect(() => read({ [file]: text })).toThrow(says);
  });

  test('every mistake of a file is told at once', () => {
    expect(() => read({ 'config.yaml': 'llm: {max_retries: 11}\nlog_level: loud' })).toThrow(
      /llm\.max_retries: .*; config\.yaml:2:1: log_level: /,
    );
  });

  test('a map whose fields are commented out is a map without fields', () => {
    const { settings, warnings } = read({
      'config.yaml': 'llm:\n  # model: opus\nslack:\n  channels:\nchecks:\n  crash-loop:\ngithub:\n  repositories:\n',
      'environments.yaml': 'namespaces:\n',
    });

    expect(settings.llm.model).toBe('sonnet');
    expect(warnings).toEqual([]);
  });
});

describe('what is no YAML of ours is refused, with its place and a remedy', () => {
  test.each([
    ['a tab', 'llm:\n\tmodel: opus', '2:1: Tabs are not allowed as indentation. Indent with spaces.'],
    ['a key twice', 'llm: {model: a}\nllm: {model: b}', '2:1: Map keys must be unique. Keep one of them.'],
    ['a key twice, further down', 'llm:\n  model: a\n  model: b', '3:3: Map keys must be unique. Keep one of them.'],
    [
      'two documents',
      'log_level: info\n---\nlog_level: debug',
      '2:1: Source contains multiple documents. Take the --- away',
    ],
    ['an open bracket', 'llm: [', ' Mend the line.'],
    ['an open quote', 'cluster_name: "a', ' Mend the line.'],
    [
      'a colon in a text',
      'llm:\n  model: a: b',
      '2:10: Nested mappings are not allowed in compact mappings. Put a text with a colon in quotes.',
    ],
    ['a key that is a list', '? [a]\n: b', 'Put the key in quotes.'],
    ['an alias of nothing', 'llm:\n  model: *opus', '2:10: *opus has no anchor &opus above it.'],
    [
      'an alias within its anchor',
      'llm: &all\n  model: x\n  endpoint: *all',
      '3:13: an alias stands within its own anchor.',
    ],
    ['a merge of what is no map', 'llm: {<<: 1}', '<< takes a map, or an alias of one that stands above it.'],
    [
      'aliases without end',
      `a: &a [x]\nb: [${Array.from({ length: 40 }, () => '*a').join()}]`,
      '2:5: more than 20 values by aliases.',
    ],
  ])('%s', (_, text, says) => {
    expect(() => read({ 'config.yaml': text })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(says) }),
    );
    expect(() => read({ 'config.yaml': text })).toThrow(/^invalid YAML: config\.yaml:\d+:\d+: /);
  });

  test.each([
    ['a key twice', '{"patrols": true, "patrols": false}', 'invalid JSON: flags.json:1:19: Map keys must be unique'],
    ['a comma too many', '{"patrols": true,}', 'invalid JSON: flags.json:1: not JSON'],
    ['a comment', '{"patrols": true} # on', 'invalid JSON: flags.json:1: not JSON'],
  ])('flags.json with %s', (_, text, says) => {
    expect(() => read({ 'flags.json': text })).toThrow(says);
  });

  test('anchors and merge keys mean what they mean elsewhere', () => {
    const { settings, warnings } = read({
      'config.yaml':
        'checks:\n  crash-loop: &calm {grace: 10m, impact: info}\n  oom-kill: *calm\n  image-pull: {<<: *calm, grace: 1m}\n',
    });

    expect(settings.checks).toEqual({
      'crash-loop': { graceMs: 600_000, impact: 'info' },
      'oom-kill': { graceMs: 600_000, impact: 'info' },
      'image-pull': { graceMs: 60_000, impact: 'info' },
    });
    expect(warnings).toEqual([]);
  });

  test.each([
    '\uFEFFcluster_name: west\r\nlog_level: debug\r\n',
    '---\ncluster_name: west\n',
    '# only\ncluster_name: west',
  ])('what editors and Windows add is no mistake: %j', (text) => {
    expect(read({ 'config.yaml': text }).settings.clusterName).toBe('west');
  });
});

describe('a credential is refused wherever it stands, and never repeated', () => {
  test.each([
    ['by the name of its key', 'slack: {bot_token: hunter-two}', 'slack.bot_token: a credential'],
    ['by the name of its key, a number', 'password: 424242424242', 'password: a credential'],
    ['by its shape', 'cluster_name: ghp_abcdefghijklmnop1234', 'cluster_name: a credential'],
    ['in a list', 'namespaces: {exclude: [a, sk-ant-abcdefgh1234]}', 'namespaces.exclude.1: a credential'],
    ['as a key', 'models: {xoxb-1234567890-abc: opus}', 'models.…: a credential'],
    ['in a URL', 'prometheus: {url: "https://user:word99@prometheus.internal/"}', 'prometheus.url: a credential'],
    ['by an alias', 'cluster_name: &t xoxb-1234567890-abc\nmodels: {a: *t}', 'models.a: a credential'],
  ])('%s', (_, text, says) => {
    expect(() => read({ 'config.yaml': text })).toThrow(says);
    expect(() => read({ 'config.yaml': text })).not.toThrow(/hunter-two|424242|ghp_|sk-ant|xoxb|word99/);
  });
});

describe('what is known and has no effect yet is said to, with its place', () => {
  test.each([
    [
      'config.yaml',
      'slack:\n  digest_at: "08:00"',
      2,
      'slack.digest_at is known but has no effect in this version: there is no daily digest yet',
    ],
    ['config.yaml', 'slack: {channels: {digest: "#daily"}}', 1, 'slack.channels.digest is known but has no effect'],
    ['config.yaml', 'webhook_leg: {url_file: /run/url}', 1, 'webhook_leg.url_file is known but has no effect'],
    [
      'config.yaml',
      'prometheus: {url: "https://prometheus.internal/"}',
      1,
      'prometheus.url is known but has no effect',
    ],
    [
      'config.yaml',
      'enrichment:\n  timeout: 2s\n  cache_ttl: 5m',
      3,
      'enrichment.cache_ttl is known but has no effect',
    ],
    [
      'storm.yaml',
      'storm:\n  rate_threshold: 9',
      1,
      'the file is known but has no effect in this version: it is for signals',
    ],
    ['dedup.yaml', 'ttl: 5m', 1, 'the file is known but has no effect'],
    ['rate_limits.yaml', 'requests_per_minute: 5', 1, 'the file is known but has no effect'],
    [
      'flags.json',
      '{"signals": false}',
      1,
      'signals is known but has no effect in this version: nothing takes signals yet',
    ],
  ])('%s: %s', (file, text, line, says) => {
    expect(read({ [file]: text }).warnings).toEqual([
      { file, line, column: expect.any(Number), message: expect.stringContaining(says) },
    ]);
  });
});
