import { expect, test } from 'vitest';
import { costWords } from '../../../src/delivery/card-words.ts';
import { aCard } from './builders.ts';

const SPENT = { ...aCard().footer, modelCalls: 12, tokens: 14_200, costUsd: 0.0712, analysis: 'done' };
const REST = '· 14,200 tokens · $0.07';

test.each([
  { analysed: 'in the cycle that the card names', in: SPENT.cycleId, says: 'in its cycle' },
  { analysed: 'in an earlier cycle', in: '2026-11-21T12:30:00Z-patrol', says: 'in cycle 2026-11-21T12:30:00Z-patrol' },
])('model calls $analysed are said to be $says', ({ in: analysedInCycle, says }) => {
  expect(costWords({ ...SPENT, analysedInCycle })).toBe(`analysis: done · 12 model calls ${says} ${REST}`);
});

test('calls of a cycle that nobody wrote down are not given to one by name', () => {
  expect(costWords(SPENT)).toBe(`analysis: done · 12 model calls in its cycle ${REST}`);
});
