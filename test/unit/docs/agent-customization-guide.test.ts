import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { CHECKS } from '../../../src/checks/catalogue.ts';
import { cronProblem } from '../../../src/cycle/cron.ts';
import { inspectDefinitions } from '../../../src/definitions/assemble.ts';
import type { DefinitionSettings } from '../../../src/definitions/definition-settings.ts';
import { KNOWN_KEYS } from '../../../src/definitions/lenient-front-matter.ts';
import { KNOWN_TOOLS } from '../../../src/definitions/tool-grants.ts';
import type { Definitions } from '../../../src/domain/definitions.ts';
import { readSettings } from '../../../src/settings/read-settings.ts';
import { codeIn, tableOf, textOf } from '../../builders/markdown.ts';

/* What the guide says of text that code reads. Its recipes run in test/integration/guide. */

const GUIDE = textOf('docs/agent-customization-guide.md');
const SETTINGS: DefinitionSettings = {
  env: {},
  tools: KNOWN_TOOLS,
  toolCeiling: undefined,
  modelAliases: { haiku: 'claude-haiku-5-5' },
  modelAllowList: undefined,
  defaultModel: 'sonnet',
  zone: 'UTC',
};

function inspect(name: string, text: string): Definitions {
  return inspectDefinitions(new Map([[name, Buffer.from(text)]]), SETTINGS).definitions;
}

test.each(tableOf(GUIDE, 'you write').map(([line = '', heading = '', warning = '']) => ({ line, heading, warning })))(
  'it warns of $line, as the guide says, and takes nothing from it',
  ({ line, heading, warning }) => {
    const [text = ''] = codeIn(line);
    const [title = ''] = codeIn(heading);
    const { warnings, knownIssues, tolerances, channels, tiers } = inspect(
      'CLAUDE.md',
      `# Guide\n\n### P2\n\n- web/search: product search\n\n${title}\n\n${text}\n`,
    );

    expect(warnings.filter(({ file, line: at }) => file === 'CLAUDE.md' && at === 9)).toMatchObject([
      { message: expect.stringContaining(warning) },
    ]);
    expect(knownIssues.filter(({ silences }) => silences)).toEqual([]);
    expect([...tolerances, ...channels]).toEqual([]);
    expect(tiers.map(({ name }) => name)).toEqual(['search']);
  },
);

test('the table of front matter has every field that does something, and the sentence below it those that do nothing', () => {
  const documented = tableOf(GUIDE, 'field').map(([field = '']) => codeIn(field)[0] ?? '');
  const sentence = /^`permissionMode`[^.]*have no effect here/m.exec(GUIDE)?.[0] ?? '';

  expect([...documented, ...codeIn(sentence)].toSorted()).toEqual([...KNOWN_KEYS].toSorted());
  for (const field of codeIn(sentence)) {
    const { warnings } = inspect('a.md', `---\nname: a\ndescription: b\n${field}: x\n---\nBody\n`);
    expect(warnings, field).toContainEqual(expect.objectContaining({ code: 'field-without-effect' }));
  }
});

test('every value that the table of front matter offers is taken without a warning', () => {
  const choices = tableOf(GUIDE, 'field').flatMap(([field = '', value = '']) => {
    const [name = ''] = codeIn(field);
    return ['tools', 'disallowedTools', 'effort', 'role', 'when', 'model'].includes(name)
      ? codeIn(value)
          .filter((choice) => !choice.startsWith('$'))
          .map((choice) => `${name}: ${choice}`)
      : [];
  });
  const models = { sonnet: 'claude-sonnet-5-5', opus: 'claude-opus-5-5', haiku: 'claude-haiku-5-5' };

  expect(choices.length).toBeGreaterThan(20);
  for (const choice of choices) {
    const text = Buffer.from(`---\nname: a\ndescription: b\n${choice}\n---\nBody\n`);
    const { definitions } = inspectDefinitions(new Map([['a.md', text]]), { ...SETTINGS, modelAliases: models });
    expect(
      definitions.warnings.filter(({ file }) => file === 'a.md'),
      choice,
    ).toEqual([]);
    expect(definitions.agents).toHaveLength(1);
  }
});

test.each([
  ['maxTurns', 20],
  ['maxTokens', 64_000],
  ['timeoutSeconds', 300],
])('%s above its limit is cut', (field, limit) => {
  const { warnings } = inspect('a.md', `---\nname: a\ndescription: b\n${field}: ${limit + 1}\n---\nBody\n`);

  expect(warnings).toContainEqual(expect.objectContaining({ code: 'above-limit' }));
});

test.each(
  tableOf(GUIDE, 'you want').flatMap(([, where = '', written = '']) =>
    codeIn(where)[0]?.includes('.') === true && !written.includes('](')
      ? [[codeIn(where)[0] ?? '', written] as const]
      : [],
  ),
)('a smaller edit of %s is taken as it is: %s', (file, written) => {
  const text = written.replaceAll('`', '');
  const known = new Set(CHECKS.map(({ id }) => id));
  const { warnings } = readSettings({
    configFile: 'config.yaml',
    required: false,
    readFile: (path) => (path.endsWith(file) ? text : undefined),
    cronProblem,
    allowedOrigins: [],
  });
  const checks: unknown = text.startsWith('checks:') ? parse(text).checks : {};

  expect(warnings).toEqual([]);
  expect(Object.keys(checks ?? {}).filter((id) => !known.has(id))).toEqual([]);
});
