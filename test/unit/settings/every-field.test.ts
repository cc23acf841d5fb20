import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { readSettings } from '../../../src/settings/read-settings.ts';
import { EnvironmentsFile, SettingsFile } from '../../../src/settings/schema.ts';
import {
  DeduplicationFile,
  FlagsFile,
  RateLimitsFile,
  RetryFile,
  StormFile,
} from '../../../src/settings/sibling-schemas.ts';
import { fieldsOf } from '../../../tools/settings-schema.ts';
import { HOT_FIELDS, HOT_FIELDS_OF_ODD_CLUSTER } from '../../integration/settings/hot-field-rows.ts';

/**
 * No field without an effect that somebody has seen: each is a row of the tables of hot fields, or has a test of its own, or is said to have
 * no effect yet. Whoever adds a field adds one of them.
 */
const ROOT = join(import.meta.dirname, '..', '..', '..');
const SIBLINGS: Readonly<Record<string, z.ZodType>> = {
  'environments.yaml': EnvironmentsFile,
  'retry.yaml': RetryFile,
  'flags.json': FlagsFile,
  'storm.yaml': StormFile,
  'dedup.yaml': DeduplicationFile,
  'rate_limits.yaml': RateLimitsFile,
};
const FIELDS: readonly string[] = [
  ...fieldsOf(SettingsFile).map(({ path }) => path),
  ...Object.entries(SIBLINGS).flatMap(([file, schema]) => fieldsOf(schema).map(({ path }) => `${file}: ${path}`)),
];

const HOT = 'test/integration/settings/hot-fields.test.ts';
const AT_WORK = 'test/integration/settings/hot-fields-at-work.test.ts';
const CHANNELS = [HOT, 'slack.channels: what is told next goes to the new channel'] as const;
const WAITS = [AT_WORK, 'retry.yaml: no wait between two tries is longer than it says'] as const;
const SINK = 'test/integration/audit/sink-of-monitor.test.ts';

/** Fields whose effect has a test of its own; `custom_resources[].` stands for all that begin so. */
const TESTED_ALONE: Readonly<Record<string, readonly [file: string, test: string]>> = {
  cluster_id: [HOT, 'cluster_id needs a restart: said once, not applied'],
  'schedule.agents': [AT_WORK, 'schedule.agents: cycles with agents come with the new ticks'],
  'schedule.patrol': [AT_WORK, 'schedule.patrol: patrols come with the new ticks'],
  'llm.max_retries': [HOT, 'llm.max_retries: an overloaded model is tried again when it says so'],
  'llm.timeout_seconds': [HOT, 'llm.timeout_seconds: no call lasts longer'],
  'llm.temperature': [AT_WORK, 'llm.temperature: the next request has it, and the one after its removal has not'],
  'slack.channels.sev1': CHANNELS,
  'slack.channels.sev2': CHANNELS,
  'slack.channels.sev3': CHANNELS,
  'slack.allowed_channels': [
    AT_WORK,
    'slack.allowed_channels: a channel that Markdown names is used once the operator allows it',
  ],
  'enrichment.timeout': [AT_WORK, 'enrichment.timeout: a message waits no longer for the logs behind it'],
  'audit.url': [
    SINK,
    'audit.url: every row arrives, the first files too, redacted; another URL waits for a restart, and says so',
  ],
  'audit.datastorage_url': [SINK, 'audit.datastorage_url: the older name does the same; two that differ are refused'],
  'audit.buffer_size': [SINK, 'audit.buffer_size: a smaller one keeps the newest, and counts what is lost'],
  'audit.flush_interval': [SINK, 'audit.flush_interval: a shorter one sends at once what waits'],
  'rego.policy_dir': [AT_WORK, 'rego.policy_dir'],
  'rego.priority_policy': [AT_WORK, 'rego.priority_policy'],
  'rego.environment_policy': [AT_WORK, 'rego.environment_policy'],
  'rego.labels_policy': [AT_WORK, 'rego.labels_policy'],
  'custom_resources[].': [
    'test/unit/settings/custom-resources.test.ts',
    'the example in docs/configuration.md is valid, and finds what it says',
  ],
  'retry.yaml: max_attempts': [HOT, 'retry.yaml: as many tries of a read as it says'],
  'retry.yaml: initial_backoff': WAITS,
  'retry.yaml: max_backoff': WAITS,
  'flags.json: notifications': [HOT, 'notifications switched on again: what waited is told, once'],
  'flags.json: patrols': [
    AT_WORK,
    'flags.json: patrols off leaves patrols out at once, and scheduled cycles go on resolving',
  ],
};

/** Fields that nothing uses in this version, each with a text that has it: whoever writes it is told so. */
const NO_EFFECT_YET: Readonly<Record<string, string>> = {
  'slack.channels.digest': 'slack: {channels: {digest: "#daily"}}',
  'slack.digest_at': 'slack: {digest_at: "08:00"}',
  'webhook_leg.url_file': 'webhook_leg: {url_file: /run/secrets/url}',
  'prometheus.url': 'prometheus: {url: "https://prometheus.internal/"}',
  'enrichment.cache_ttl': 'enrichment: {cache_ttl: 5m}',
  'flags.json: signals': '{"signals": false}',
  ...Object.fromEntries(
    Object.entries({
      'storm.yaml': 'rate_threshold: 9',
      'dedup.yaml': 'ttl: 5m',
      'rate_limits.yaml': 'requests_per_minute: 9',
    }).flatMap(([file, text]) => FIELDS.filter((field) => field.startsWith(`${file}: `)).map((field) => [field, text])),
  ),
};

/** Checked and recorded, and told to nobody on purpose. */
const NEVER_TOLD: Readonly<Record<string, string>> = {
  'slack.channels.sev4': 'SEV-4 is told to nobody; the channel counts among those that are allowed',
};

const rows = [...HOT_FIELDS, ...HOT_FIELDS_OF_ODD_CLUSTER].map(({ field }) => field);
const named = [...rows, ...Object.keys(TESTED_ALONE), ...Object.keys(NO_EFFECT_YET), ...Object.keys(NEVER_TOLD)];

test.each(FIELDS)('%s has its effect seen, or is said to have none', (field) => {
  expect(named.filter((name) => name === field || (name.endsWith('.') && field.startsWith(name)))).toHaveLength(1);
});

test('nothing is named that is no field', () => {
  const stray = named.filter(
    (name) => !FIELDS.some((field) => field === name || (name.endsWith('.') && field.startsWith(name))),
  );

  expect(stray).toEqual([]);
});

test.each(Object.entries(TESTED_ALONE))('the test of %s exists', (field, [file, name]) => {
  expect(existsSync(join(ROOT, file))).toBe(true);
  const text = readFileSync(join(ROOT, file), 'utf8');
  // Some are rows of a table, by the name of the field.
  expect([`'${name}'`, `test('${field}'`, `['${field}'`].some((title) => text.includes(title))).toBe(true);
});

describe('whoever writes a field that has no effect yet is told', () => {
  test.each(Object.entries(NO_EFFECT_YET))('%s', (field, text) => {
    const file = /^(\S+): /.exec(field)?.[1] ?? 'config.yaml';
    const { warnings } = readSettings({
      configFile: 'config.yaml',
      required: false,
      readFile: (path) => (path === file ? text : undefined),
      cronProblem: () => undefined,
      allowedOrigins: ['https://prometheus.internal'],
    });

    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining('is known but has no effect in this version'),
    ]);
  });
});
