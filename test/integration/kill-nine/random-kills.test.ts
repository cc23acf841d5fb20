import { expect, test } from 'vitest';
import { buildChild } from '../../harness/kill-nine/build-child.ts';
import { killAtRandom } from '../../harness/kill-nine/random-kills.ts';

test('kills at random steps and moments lose nothing and repeat nothing unexplained (npm run gates: 1,000 of them)', async () => {
  await using child = await buildChild();

  const { kills, failures } = await killAtRandom(child, { kills: 8, random: Math.random });

  expect(failures).toEqual([]);
  expect(kills).toBeGreaterThanOrEqual(8);
}, 120_000);
