import { createHash } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSlot } from '../../../src/settings/settings-slot.ts';
import { readSettings } from '../../../src/settings/read-settings.ts';
import type { Monitor } from '../../harness/monitor.ts';
import { anInstallation, type Installation } from '../audit/installation.ts';
import { opa, policyBench, shipped } from '../policy/setup.ts';

/** What operators' documents and searches name, to the letter, as it stands on stdout. */
let installation: Installation;
let monitor: Monitor;
beforeAll(async () => {
  installation = await anInstallation();
  monitor = await installation.start();
  await monitor.cycle('patrol');
});
afterAll(async () => {
  await monitor[Symbol.asyncDispose]();
  await installation[Symbol.asyncDispose]();
});

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The lines that an edit of one settings file brings. */
async function linesAfter(file: string, text: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const before = monitor.log.length;
  const path = join(dirname(monitor.configFile), file);
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
  await monitor.cycle('patrol');
  return monitor.log.slice(before);
}

test.each([
  [
    'storm.yaml',
    'rate_threshold: 7\npattern_threshold: 4\n',
    'Storm detection config hot-reloaded',
    { rate_threshold: 7, pattern_threshold: 4 },
  ],
  ['dedup.yaml', 'ttl: 2m\n', 'Deduplication config hot-reloaded', { ttl: '120s' }],
  ['retry.yaml', 'max_attempts: 2\n', 'Retry config hot-reloaded', { max_attempts: 2 }],
  ['rate_limits.yaml', 'requests_per_minute: 50\n', 'Rate limits hot-reloaded', { rpm: 50 }],
  ['flags.json', '{"signals": false}\n', 'Feature flags hot-reloaded', { signals: false }],
  ['environments.yaml', 'cluster: staging\n', 'Environments hot-reloaded', {}],
  ['config.yaml', 'cluster_name: other\n', 'Configuration hot-reloaded successfully', {}],
])('%s: one line at info, with the new hash', async (file, text, message, fields) => {
  const lines = (await linesAfter(file, text)).filter(({ msg }) => msg === message);

  expect(lines).toMatchObject([{ level: 'info', hash: hashOf(text), ...fields }]);
});

test.each([
  ['config.yaml', 'llm: [', /^invalid YAML: /],
  ['config.yaml', 'llm: {max_retries: 11}', /^invalid config: /],
  ['storm.yaml', 'storm: [', /^invalid storm YAML: /],
  ['storm.yaml', 'rate_threshold: 0', /^invalid storm config: /],
  ['dedup.yaml', 'ttl: 1s', /^invalid deduplication config: /],
  ['retry.yaml', 'max_attempts: 0', /^invalid retry config: /],
  ['flags.json', '{patrols: false}', /^invalid JSON: /],
])('%s with %j: one line at error, with the refused hash and the reason by its prefix', async (file, text, reason) => {
  const said = (await linesAfter(file, text)).filter(({ msg }) => String(msg).startsWith('Failed to apply'));

  expect(said).toMatchObject([
    {
      level: 'error',
      msg: 'Failed to apply new configuration - keeping previous',
      hash: hashOf(text),
      err: { message: expect.stringMatching(reason) },
    },
  ]);
});

test('the two lines that say what a cycle is made of', () => {
  const agents = Object.keys(installation.shipped)
    .filter((name) => name !== 'CLAUDE.md')
    .map((name) => name.replace('.md', ''))
    .toSorted();
  const messages = monitor.log.map(({ msg }) => msg);

  expect(messages).toContain('Loading orchestrator context from CLAUDE.md');
  expect(messages).toContain(`Discovered agents: ${agents.join(', ')}`);
});

test.skipIf(opa === undefined)('a policy that was taken, and one that was refused', async () => {
  await using bench = await policyBench();
  const texts = await shipped();
  await bench.mount(texts);
  await bench.policies.start();
  const edited = `${texts['priority.rego']}\n# a remark\n`;
  await bench.mount({ ...texts, 'priority.rego': edited });
  await bench.policies.pin();
  await bench.mount({ ...texts, 'priority.rego': 'package priority\n\npriority := {' });
  await bench.policies.pin();

  const ofPriority = bench.log.filter(({ policy }) => policy === 'priority').slice(1);
  expect(ofPriority).toMatchObject([
    { level: 'info', msg: 'policy reloaded', hash: hashOf(edited), duration: expect.stringMatching(/^\d+ms$/) },
    { level: 'info', msg: 'Priority Rego policy hot-reloaded', hash: hashOf(edited) },
    { level: 'info', msg: 'policy hash', hash: hashOf(edited) },
    { level: 'error', msg: 'policy reload failed', error: expect.stringMatching(/^rego_parse_error: /) },
  ]);
});

test.each([
  ['config', 'failed to create watcher: path is required'],
  ['storm', 'failed to create storm watcher: path is required'],
])('a settings file %s without a path cannot be watched: %s', (name, message) => {
  const parse = () => ({ value: {}, warnings: [], placeOf: () => ({ line: 1, column: 1 }) });

  expect(() => createSlot(name, '', parse, () => false)).toThrow(message);
});

test('an empty --config is refused with those words', () => {
  const read = () =>
    readSettings({
      configFile: '',
      required: true,
      readFile: () => '',
      cronProblem: () => undefined,
      allowedOrigins: [],
    });

  expect(read).toThrow('failed to create watcher: path is required');
});
