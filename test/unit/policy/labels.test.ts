import { expect, test } from 'vitest';
import { customLabelsOf } from '../../../src/policy/labels.ts';

test('annotations behind the prefix become labels; others do not', () => {
  expect(customLabelsOf({ 'kubernaut.ai/label-team': 'payments', 'kubernaut.ai/team': 'x', team: 'y' })).toEqual({
    customLabels: { team: ['payments'] },
    rule: 'annotations',
  });
  expect(customLabelsOf({})).toEqual({ customLabels: {}, rule: 'default' });
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
