import { expect, test } from 'vitest';
import { createBreaker } from '../../../src/model/breaker.ts';

function failing(times: number): { breaker: ReturnType<typeof createBreaker>; clock: { ms: number } } {
  const clock = { ms: 1_000_000 };
  const breaker = createBreaker(() => clock.ms);
  for (let count = 0; count < times; count += 1) {
    breaker.admit();
    breaker.failed();
  }
  return { breaker, clock };
}

test('four failures in a row leave it closed', () => {
  expect(() => failing(4).breaker.admit()).not.toThrow();
});

test('a success in between starts the count anew', () => {
  const { breaker } = failing(4);
  breaker.succeeded();
  breaker.failed();
  expect(() => breaker.admit()).not.toThrow();
});

test('the fifth opens it for a minute, then one probe and no second one beside it', () => {
  const { breaker, clock } = failing(5);
  expect(() => breaker.admit()).toThrow(/left alone until/);
  clock.ms += 59_999;
  expect(() => breaker.admit()).toThrow(/left alone until/);
  clock.ms += 1;
  expect(() => breaker.admit()).not.toThrow();
  expect(() => breaker.admit()).toThrow(/left alone until/);
});

test('a failed probe doubles the pause, up to ten minutes', () => {
  const { breaker, clock } = failing(5);
  const pauses: number[] = [];
  let pauseMs = 60_000;
  for (let probe = 0; probe < 5; probe += 1) {
    clock.ms += pauseMs;
    breaker.admit();
    breaker.failed();
    const openedAtMs = clock.ms;
    for (;;) {
      clock.ms += 60_000;
      try {
        breaker.admit();
        break;
      } catch {
        continue;
      }
    }
    breaker.neutral();
    pauseMs = clock.ms - openedAtMs;
    pauses.push(pauseMs / 60_000);
    clock.ms = openedAtMs;
  }
  expect(pauses).toEqual([2, 4, 8, 10, 10]);
});

test('a probe that succeeds closes it', () => {
  const { breaker, clock } = failing(5);
  clock.ms += 60_000;
  breaker.admit();
  breaker.succeeded();
  expect(() => breaker.admit()).not.toThrow();
});

test('a probe that says nothing lets the next one try', () => {
  const { breaker, clock } = failing(5);
  clock.ms += 60_000;
  breaker.admit();
  breaker.neutral();
  expect(() => breaker.admit()).not.toThrow();
});

test('a spend limit opens it at once', () => {
  const { breaker, clock } = failing(0);
  breaker.trip(900_000);
  clock.ms += 899_999;
  expect(() => breaker.admit()).toThrow(/left alone/);
});
