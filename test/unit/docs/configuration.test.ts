import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { z } from 'zod';
import { cronProblem } from '../../../src/cycle/cron.ts';
import { parseEnvironment, type Environment } from '../../../src/settings/environment.ts';
import { readSettings } from '../../../src/settings/read-settings.ts';
import { EnvironmentsFile, SettingsFile } from '../../../src/settings/schema.ts';
import { SECRET_NAMES } from '../../../src/settings/secrets.ts';
import { checkIdsWith } from '../../../src/wiring/custom-resources.ts';
import { schemaTexts, settingsPageText } from '../../../tools/settings-page.ts';
import { fieldsOf, schemaFileOf } from '../../../tools/settings-schema.ts';
import { codeIn, tableOf, textOf } from '../../builders/markdown.ts';
import { settingsOf } from '../../builders/settings.ts';

const DOCUMENT = textOf('docs/configuration.md');
const SECTIONS = DOCUMENT.split(/^## /m);
const sectionOf = (title: string): string => SECTIONS.find((section) => section.startsWith(title)) ?? '';
const SETTINGS = sectionOf('`config.yaml`');
const ENVIRONMENTS = sectionOf('`environments.yaml`');
const VARIABLES = sectionOf('Environment');

type JsonSchema = z.core.JSONSchema.BaseSchema;

const fields = fieldsOf(SettingsFile);
const rows = tableOf(SETTINGS, 'field').map(([path = '', byDefault = '', bounds = '', what = '']) => ({
  path: codeIn(path)[0] ?? '',
  byDefault,
  bounds,
  what,
}));

test('the tables of the page and the schemas for editors are as generated (npm run settings-page)', () => {
  expect(settingsPageText(DOCUMENT)).toBe(DOCUMENT);
  for (const [file, text] of Object.entries(schemaTexts())) expect(textOf(file), file).toBe(text);
});

test('an editor takes what is shipped, and marks a key that nobody knows and a value out of bounds', () => {
  const validate = new Ajv({ strict: false, formats: { uri: true } }).compile(
    JSON.parse(textOf(schemaFileOf('config.yaml'))),
  );
  const shipped: unknown = parse(textOf('k8s/config-configmap.yaml')).data['config.yaml'];

  expect(validate(parse(String(shipped))), JSON.stringify(validate.errors)).toBe(true);
  expect(validate({ schedule: { patroll: '* * * * *' } })).toBe(false);
  expect(validate({ llm: { timeout_seconds: 0 } })).toBe(false);
  expect(validate({ llm: { provider: 'somebody' } })).toBe(false);
});

test.each([
  ['environments.yaml', 'cluster: production\nnamespaces: {"*": test}', 'namespaces: {"*": prod}'],
  ['retry.yaml', 'max_attempts: 3', 'max_attempts: 11'],
  ['retry.yaml', 'retry: {max_attempts: 3}', 'retry: {max_attempt: 3}'],
  ['flags.json', '{"$schema": "flags.schema.json", "patrols": false}', '{"patrol": false}'],
  ['storm.yaml', 'storm: {rate_threshold: 1}', 'rate_threshold: 0'],
  ['dedup.yaml', 'ttl: 5m', 'ttl: 5'],
  ['rate_limits.yaml', 'requests_per_minute: 1', 'requests_per_minute: 0'],
])('an editor takes %s as %j and not as %j', (file, right, wrong) => {
  const validate = new Ajv({ strict: false }).compile(JSON.parse(textOf(schemaFileOf(file))));

  expect(validate(parse(right)), JSON.stringify(validate.errors)).toBe(true);
  expect(validate(parse(wrong))).toBe(false);
});

test('the shipped config.yaml names its schema, by a path from where it lies', () => {
  const shipped = String(parse(textOf('k8s/config-configmap.yaml')).data['config.yaml']);
  const [, path = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(shipped) ?? [];

  expect(join('k8s', path)).toBe(schemaFileOf('config.yaml'));
});

test('every field of config.yaml stands in docs/configuration.md, in the order of the schema, and nothing else', () => {
  expect(rows.map(({ path }) => path)).toEqual(fields.map(({ path }) => path));
});

test.each(fields)('$path has the default and the bounds of the schema', ({ path, schema }) => {
  const row = rows.find((candidate) => candidate.path === path);
  const written = /^`([^`]+)`$/.exec(row?.byDefault ?? '')?.[1];
  const {
    minimum,
    maximum = Number.MAX_SAFE_INTEGER,
    enum: words = [],
  } = schema.items === undefined ? schema : items(schema);

  // A default that the schema does not know is said in words.
  expect(written === undefined ? undefined : valueOf(written)).toEqual(schema.default);
  expect(row?.byDefault).not.toBe('');
  const range = maximum < Number.MAX_SAFE_INTEGER ? `${minimum}–${maximum}` : `≥ ${minimum}`;
  expect(row?.bounds).toContain(minimum === undefined ? '' : range);
  expect(codeIn(row?.bounds ?? '')).toEqual(expect.arrayContaining([...words]));
});

test('defaults in words are the ones in force', () => {
  const settings = settingsOf();
  const wordsFor = (path: string): string => rows.find((row) => row.path === path)?.byDefault ?? '';

  expect(codeIn(wordsFor('llm.model'))).toEqual([settings.llm.model]);
  expect(codeIn(wordsFor('llm.quiet_model'))[0]).toBe(settings.llm.quietModel);
  expect(settings.slack.channels.monitor).toBe(settings.slack.channels['SEV-3']);
  expect(codeIn(rows.find(({ path }) => path === 'models')?.what ?? '')).toEqual(Object.keys(settings.modelAliases));
});

test('one toolset may be switched off without a word about the other', () => {
  const settings = settingsOf({ 'config.yaml': 'toolsets: {github: {enabled: false}}' });

  expect(settings.toolsets).toEqual({ kubernetes: true, github: false });
});

test('every field of environments.yaml stands in docs/configuration.md', () => {
  const documented = tableOf(ENVIRONMENTS, 'field').map(([field = '']) => codeIn(field)[0]);

  expect(documented).toEqual(Object.keys(EnvironmentsFile.shape));
});

const FILES = [
  'config.yaml',
  'environments.yaml',
  'retry.yaml',
  'flags.json',
  'storm.yaml',
  'dedup.yaml',
  'rate_limits.yaml',
];

test.each(FILES)('the examples of %s are valid, change something, and hold no slip', (file) => {
  const examples = [...sectionOf(`\`${file}\``).matchAll(/^```(?:yaml|json)\n([\s\S]*?)^```$/gm)]
    .map(([, text = '']) => text)
    // What the cluster is given, and not the monitor.
    .filter((text) => !text.includes('apiVersion:'));

  expect(examples).not.toEqual([]);
  for (const text of examples) {
    const { settings, warnings } = readSettings({
      configFile: 'config.yaml',
      required: false,
      readFile: (path) => (path === file ? text : undefined),
      cronProblem,
      checkIds: checkIdsWith,
      allowedOrigins: [],
    });
    const slips = warnings.filter(({ message }) => !message.includes('has no effect in this version'));

    expect(slips).toEqual([]);
    expect({ ...settings, revision: '' }).not.toEqual({ ...settingsOf(), revision: '' });
  }
});

test('every environment variable stands in docs/configuration.md, and nothing else', () => {
  const schema =
    /const Variables = z\.object\(\{([\s\S]*?)\n\}\);/.exec(textOf('src/settings/environment.ts'))?.[1] ?? '';
  const read = [...schema.matchAll(/^ {2}([A-Z0-9_]+):/gm)].map((match) => match[1] ?? '');
  const documented = tableOf(VARIABLES, 'variable').map(([name = '']) => codeIn(name)[0] ?? '');

  // The cluster's room takes KUBECONFIG apart: it may be a list.
  expect(documented.toSorted()).toEqual([...read, ...SECRET_NAMES, 'KUBECONFIG'].toSorted());
});

test.each([
  ['K8S_MONITOR_CLAUDE_DIR', (environment: Environment) => environment.claudeDir],
  ['K8S_MONITOR_AGENTS_DIR', (environment: Environment) => environment.agentsDir],
  ['K8S_MONITOR_CONFIG_DIR', (environment: Environment) => environment.configFile?.replace(/\/config\.yaml$/, '')],
  ['K8S_MONITOR_DATA_DIR', (environment: Environment) => environment.dataDir],
  ['K8S_MONITOR_REPORTS_DIR', (environment: Environment) => environment.reportsDir],
  ['K8S_MONITOR_METRICS_PORT', (environment: Environment) => String(environment.metricsPort)],
])('%s has the documented defaults, in the image and in a checkout', (name, valueIn) => {
  const row = tableOf(VARIABLES, 'variable').find(([variable = '']) => codeIn(variable)[0] === name);
  const inImage = valueIn(parseEnvironment({}, {}, () => true));
  const inCheckout = valueIn(parseEnvironment({}, {}, () => false));

  expect(codeIn(row?.[1] ?? '')).toEqual([...new Set([inImage, inCheckout])].filter((value) => value !== undefined));
});

function items(schema: JsonSchema): JsonSchema {
  return asSchema(schema.items);
}

function asSchema(child: unknown): JsonSchema {
  return child as JsonSchema;
}

/** Cron and channels are no YAML by themselves. */
function valueOf(written: string): unknown {
  return /^[*#\d]/.test(written) && !/^[\d.]+$/.test(written) ? written : parse(written);
}
