import { expect, test } from 'vitest';
import { customLabelsOf, limitLabels } from '../../../src/policy/labels.ts';

test('annotations behind the prefix become labels; others do not', () => {
  expect(customLabelsOf({ 'kubernaut.ai/label-team': 'payments', 'kubernaut.ai/team': 'x', team: 'y' })).toEqual({
    customLabels: { team: ['payments'] },
    rule: 'built-in:annotations',
  });
  expect(customLabelsOf({})).toEqual({ customLabels: {}, rule: 'built-in:default' });
});

test.each(['environment', 'priority', 'component', 'signal_type', 'severity', 'kubernaut.ai/x', 'system/x', ''])(
  'nobody sets %o from outside',
  (key) => {
    expect(customLabelsOf({ [`kubernaut.ai/label-${key}`]: 'x' }).customLabels).toEqual({});
  },
);

test('at most ten keys, always the same ten', () => {
  const annotations = Object.fromEntries(
    Array.from({ length: 12 }, (_, index) => [`kubernaut.ai/label-k${String(index).padStart(2, '0')}`, 'v']),
  );

  const { customLabels } = customLabelsOf(annotations);

  expect(Object.keys(customLabels)).toEqual(['k00', 'k01', 'k02', 'k03', 'k04', 'k05', 'k06', 'k07', 'k08', 'k09']);
});

test('long keys and values are cut between characters, and the first of two equal keys stays', () => {
  const key = 'k'.repeat(63);
  const { customLabels } = customLabelsOf({
    [`kubernaut.ai/label-${key}a`]: '\u{1F600}'.repeat(101),
    [`kubernaut.ai/label-${key}b`]: 'second',
  });

  expect(customLabels).toEqual({ [key]: ['\u{1F600}'.repeat(100)] });
});

test.each([
  ['a text is a list of one', { team: 'a' }, { team: ['a'] }],
  [
    'a list stays one, five values at most',
    { team: ['1', '2', '3', '4', '5', '6'] },
    { team: ['1', '2', '3', '4', '5'] },
  ],
  [
    'what is no text is dropped',
    { team: ['a', 1, null], number: 7, nothing: null, nested: { a: 'b' }, none: [] },
    { team: ['a'] },
  ],
  [
    'the prefix goes first, and protected names after it',
    { 'kubernaut.ai/label-severity': 'x', 'system/a': 'x', b: 'y' },
    { b: ['y'] },
  ],
  [
    'names out of JSON that mean something to JavaScript',
    JSON.parse('{"__proto__": "x", "constructor": "y"}'),
    { constructor: ['y'], ['__proto__']: ['x'] },
  ],
])("of a policy's answer: %s", (_, said, expected) => {
  const pairs = (labels: object) => Object.entries(labels).toSorted(([one], [other]) => one.localeCompare(other));

  expect(pairs(limitLabels(said))).toEqual(pairs(expected));
});
