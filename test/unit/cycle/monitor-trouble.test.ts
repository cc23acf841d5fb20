import { expect, test } from 'vitest';
import { troublesOf, type MonitorState } from '../../../src/cycle/monitor-trouble.ts';
import type { DefinitionWarning } from '../../../src/domain/definitions.ts';

const WELL: MonitorState = {
  gaps: [],
  read: ['Pod', 'Node'],
  warnings: [],
  names: [],
  settingsProblem: undefined,
  agents: { due: true, missing: undefined, budgetSpent: false },
  storeMovedAside: undefined,
  switchedOff: [],
};

test('when all is well, every trouble is over', () => {
  expect(troublesOf(WELL)).toEqual({
    present: [],
    over: ['cluster', 'permissions', 'definitions', 'names', 'settings', 'switches', 'budget', 'model', 'store'],
  });
});

test('a cycle in which no agents were due says nothing about the model', () => {
  const { present, over } = troublesOf({ ...WELL, agents: { due: false, missing: 'no key', budgetSpent: false } });

  expect(present).toEqual([]);
  expect(over).not.toContain('model');
  expect(over).not.toContain('budget');
});

const cases: readonly {
  readonly what: string;
  readonly warnings: readonly DefinitionWarning[];
  readonly headline: string | undefined;
  readonly lines: readonly string[];
}[] = [
  {
    what: 'a rejected file',
    warnings: [aWarning({ outcome: 'rejected', line: 3 })],
    headline: 'one definition cannot be used',
    lines: ['extra.md:3: what is wrong'],
  },
  {
    what: 'one file with two mistakes, and a wish of another',
    warnings: [
      aWarning({ outcome: 'rejected' }),
      aWarning({ outcome: 'rejected', message: 'and this' }),
      aWarning({ file: 'other.md', code: 'unknown-tool' }),
    ],
    headline: 'one definition cannot be used',
    lines: ['extra.md: what is wrong', 'extra.md: and this', 'other.md: what is wrong'],
  },
  {
    what: 'no CLAUDE.md and no agents',
    warnings: [
      aWarning({ file: 'CLAUDE.md', code: 'no-orchestrator', outcome: 'ignored' }),
      aWarning({ file: '*.md', code: 'no-agents', outcome: 'ignored' }),
    ],
    headline: '2 definitions cannot be used',
    lines: ['CLAUDE.md: what is wrong', '*.md: what is wrong'],
  },
  {
    what: 'a model that does not exist',
    warnings: [aWarning({ code: 'unknown-model' })],
    headline: 'one definition cannot be followed to the letter',
    lines: ['extra.md: what is wrong'],
  },
  {
    what: 'a reason that no check gives, by which nothing is silent',
    warnings: [aWarning({ file: 'CLAUDE.md', code: 'unknown-reason', outcome: 'accepted' })],
    headline: 'one definition cannot be followed to the letter',
    lines: ['CLAUDE.md: what is wrong'],
  },
  {
    what: 'what the operator wants so, and documentation among the agents',
    warnings: [aWarning({ code: 'outside-ceiling' }), aWarning({ code: 'no-front-matter', outcome: 'ignored' })],
    headline: undefined,
    lines: [],
  },
];

test.each(cases)('the card of definitions, $what', ({ warnings, headline, lines }) => {
  const { present, over } = troublesOf({ ...WELL, warnings });

  expect(present).toEqual(headline === undefined ? [] : [{ key: 'definitions', headline, lines }]);
  expect(over.includes('definitions')).toBe(headline === undefined);
});

function aWarning(over: Partial<DefinitionWarning>): DefinitionWarning {
  return {
    file: 'extra.md',
    line: undefined,
    code: 'some-code',
    outcome: 'accepted',
    message: 'what is wrong',
    ...over,
  };
}

test('switches that are off are said, with what that costs', () => {
  const { present } = troublesOf({ ...WELL, switchedOff: ['notifications', 'patrols'] });

  expect(present).toEqual([
    {
      key: 'switches',
      headline: 'switched off: notifications, patrols',
      lines: [
        'Messages wait until it is on again (notifications in flags.json).',
        'What is broken or mended is noticed by scheduled cycles alone (patrols in flags.json).',
      ],
    },
  ]);
});

test('a cluster that cannot be read is told in the same words, whatever was refused first', () => {
  const gaps = ['Node', 'Event', 'Pod'].map((resource) => ({
    resource,
    cause: 'unreachable' as const,
    detail: `list of ${resource}: no answer`,
  }));
  const lines = (found: typeof gaps): readonly string[] | undefined =>
    troublesOf({ ...WELL, gaps: found }).present.find(({ key }) => key === 'cluster')?.lines;

  expect(lines(gaps)?.[0]).toBe('list of Pod: no answer');
  expect(lines(gaps.toReversed())).toEqual(lines(gaps));
});
