import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { isSettingsFile } from '../../../src/settings/settings-file-names.ts';
import { SettingsFile } from '../../../src/settings/schema.ts';
import { fieldsOf } from '../../../tools/settings-schema.ts';
import { sourceFiles } from '../../builders/imports.ts';
import { codeIn, tableOf, textOf } from '../../builders/markdown.ts';

/* docs/ancestors.md says which name of ours stands for one of theirs: each of ours exists, where its form says that it must. */

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const NAMES = textOf('docs/ancestors.md').split('\n## Names\n')[1] ?? '';
const TABLES = NAMES.split(/^### /m)
  .slice(1)
  .map((section) => tableOf(section, 'theirs'));
const OURS = [...new Set(TABLES.flat().flatMap(([, , ours = '']) => codeIn(ours)))];

const fields = fieldsOf(SettingsFile).map(({ path }) => path);
const variables = tableOf(textOf('docs/configuration.md'), 'variable').flatMap(([name = '']) => codeIn(name));
const metrics = tableOf(textOf('docs/operations.md'), 'metric').flatMap(([name = '']) => codeIn(name));
const source = sourceFiles()
  .filter((file) => !file.startsWith('demo/'))
  .map((file) => readFileSync(`${ROOT}src/${file}`, 'utf8'))
  .join('\n');
const deployment = textOf('k8s/deployment.yaml');
const configMaps = ['orchestrator', 'agents', 'config', 'policies'].map(
  (name): unknown => parse(textOf(`k8s/${name}-configmap.yaml`)).metadata.name,
);

/** The first form that a name has says where it must be. */
const FORMS: readonly (readonly [what: string, RegExp, (name: string) => boolean])[] = [
  ['a variable', /^[A-Z][A-Z0-9_]+$/, (name) => variables.includes(name)],
  ['a command', /^k8s-monitor [a-z]+/, (name) => commandExists(name)],
  ['a ConfigMap', /^k8s-monitor-[a-z]+$/, (name) => configMaps.includes(name)],
  ['a file of the settings', /^[a-z_]+\.(?:yaml|json)$/, isSettingsFile('config.yaml')],
  ['a path of the repository', /^(?:Dockerfile|(?:src|agents|policies)\/\S+)$/, (name) => existsSync(ROOT + name)],
  ['a probe', /^\/[a-z]+$/, (name) => source.includes(`'${name}'`)],
  ['a mount', /^\/\S+$/, (name) => deployment.includes(`mountPath: ${name}`)],
  ['a metric', /^(?:k8s_monitor|kubernaut|gateway|holmesgpt|signalprocessing)_\w+$/, (name) => metrics.includes(name)],
  ['a field', /^[a-z_]+(?:\.[a-z0-9_]+)*$/, (name) => fields.some((path) => path === name)],
  ['a log line', / /, (name) => source.includes(name.replace(/ ?…$/, ''))],
];

test.each(OURS)('%s exists', (name) => {
  const form = FORMS.find(([, pattern]) => pattern.test(name));

  expect(form, 'a form that can be looked up').toBeDefined();
  expect(form?.[2](name), form?.[0]).toBe(true);
});

test('every ancestor has a table, and every row says what stands for the name, or that nothing does and why', () => {
  expect(TABLES).toHaveLength(5);
  for (const [theirs, what, ours = '', why = ''] of TABLES.flat()) {
    expect([theirs, what].filter((cell) => cell === '')).toEqual([]);
    expect(codeIn(ours).length > 0 || (ours === '–' && why !== ''), theirs).toBe(true);
  }
});

test('what the seeds asked to keep to the letter is the same on both sides', () => {
  const kept = TABLES.flat().filter(([, what]) => what === 'metrics' || what === 'log line' || what === 'log lines');

  expect(kept.length).toBeGreaterThan(8);
  for (const [theirs = '', , ours = ''] of kept) expect(codeIn(ours)).toEqual(codeIn(theirs));
});

function commandExists(name: string): boolean {
  const [, command = '', ...flags] = name.split(' ');
  const program = readFileSync(`${ROOT}src/cli/program.ts`, 'utf8');
  return program.includes(`.command('${command}'`) && flags.every((flag) => program.includes(`'${flag}'`));
}
