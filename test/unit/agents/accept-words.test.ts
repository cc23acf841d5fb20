import { expect, test } from 'vitest';
import { acceptVerdicts, acceptWords } from '../../../src/agents/accept-words.ts';
import { aFinding } from './builders.ts';

const decision = {
  finding: 'f1',
  severity: 'SEV-2',
  notify: true,
  channel: ' ',
  reason: 'r',
  confidence: 'High',
  rule: ' Alert nobody. ',
  recheckMinutes: 2.2,
} as const;

test.each([
  { given: 2.2, expected: 3 },
  { given: -1, expected: undefined },
  { given: 1e9, expected: 1_440 },
  { given: null, expected: undefined },
])('a re-check in $given minutes is $expected', ({ given, expected }) => {
  const [verdict] = acceptVerdicts({ decisions: [{ ...decision, recheckMinutes: given }] }, 'escalation-manager', [
    aFinding(),
  ]);
  expect(verdict).toMatchObject({ channel: undefined, rule: 'Alert nobody.', recheckMinutes: expected });
});

test('what is about no finding of this cycle is dropped', () => {
  expect(acceptVerdicts({ decisions: [{ ...decision, finding: 'f9' }] }, 'x', [aFinding()])).toEqual([]);
  expect(acceptWords({ messages: [{ finding: 'f9', headlineSuffix: '', sections: [] }] }, 'x', [aFinding()])).toEqual(
    [],
  );
});

test('words are cut to what a card holds', () => {
  const sections = Array.from({ length: 9 }, (_, index) => ({
    heading: `H${index}\n!`,
    text: index === 1 ? ' ' : 'x'.repeat(5_000),
  }));
  const [words] = acceptWords(
    { messages: [{ finding: 'f1', headlineSuffix: 'y'.repeat(99), sections }] },
    'slack-notifier',
    [aFinding()],
  );
  expect(words?.headlineSuffix).toHaveLength(60);
  expect(words?.sections.map(({ heading }) => heading)).toEqual(['H0 !', 'H2 !', 'H3 !', 'H4 !', 'H5 !']);
  expect(words?.sections[0]?.text.length).toBe(1_500);
});
