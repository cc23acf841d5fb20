import { expect, test } from 'vitest';
import { createSteadyRead } from '../../../src/reload/read-steadily.ts';

const noLink = (code: string) => (): never => {
  throw Object.assign(new Error(code), { code });
};

test('a swap while the files are read makes them be read again', () => {
  const targets = ['..v1', '..v2', '..v2'];
  let reads = 0;
  const steadily = createSteadyRead('/mounted', () => targets.shift() ?? '..v2');

  expect(steadily(() => (reads += 1))).toBe(2);
  expect(targets).toEqual([]);
});

test('what was thrown because of a swap is not told, and what was thrown without one is', () => {
  const targets = ['..v1', '..v2'];
  let reads = 0;
  const steadily = createSteadyRead('/mounted', () => targets.shift() ?? '..v2');
  const read = (): string => {
    reads += 1;
    if (reads === 1) throw new Error('ENOENT: the old version is gone');
    return 'whole';
  };
  expect(steadily(read)).toBe('whole');
  expect(() =>
    steadily(() => {
      throw new Error('EACCES');
    }),
  ).toThrow('EACCES');
});

test.each(['ENOENT', 'EINVAL', 'ENOTDIR'])('a directory without a link (%s) is read once, as it is', (code) => {
  let reads = 0;
  expect(createSteadyRead('/plain', noLink(code))(() => (reads += 1))).toBe(1);
});

test('a link that never rests is not waited for without end', () => {
  let version = 0;
  let reads = 0;
  createSteadyRead('/mounted', () => `..v${(version += 1)}`)(() => (reads += 1));

  expect(reads).toBe(50);
});
