import { expect, test } from 'vitest';
import { createCompile } from '../../../src/policy/opa.ts';
import { policyChanges } from '../../../src/audit/policy-changes.ts';
import type { PoliciesDecided } from '../../../src/policy/verdicts.ts';
import { opa, policyBench, shipped } from './setup.ts';

const told = ({ before = [], after, results }: PoliciesDecided): readonly string[] =>
  policyChanges(before, after, results).map(({ kind, words }) => `${kind} ${words}`);
const verdictsOf = (decided: readonly PoliciesDecided[]): readonly string[] =>
  decided.flatMap(({ verdicts }) => verdicts.map(({ file, outcome, code }) => `${file} ${outcome} ${code ?? ''}`));

test.skipIf(opa === undefined)(
  'an edit is told once, with how many of the tried inputs get another answer',
  async () => {
    await using bench = await policyBench();
    const texts = await shipped();
    await bench.mount(texts);
    await bench.policies.pin();
    const priority = texts['priority.rego'] ?? '';
    await bench.mount({ ...texts, 'priority.rego': priority.replaceAll('"P0"', '"P1"') });
    await bench.policies.pin();
    await bench.policies.pin();

    expect(bench.decided).toHaveLength(2);
    const [first, second] = bench.decided;
    expect(first).toMatchObject({ before: undefined, results: [] });
    expect(second && told(second)).toEqual([
      expect.stringMatching(
        /^widened priority\.rego: (\d+) of 600 tried inputs have another answer, \1 of them less urgent$/,
      ),
      expect.stringMatching(/^changed priority\.rego changed \([0-9a-f]{12} → [0-9a-f]{12}\)$/),
    ]);
  },
);

test.skipIf(opa === undefined)('a comment changes the file and no answer', async () => {
  await using bench = await policyBench();
  const texts = await shipped();
  await bench.mount(texts);
  await bench.policies.pin();
  await bench.mount({ ...texts, 'labels.rego': `${texts['labels.rego']}\n# a remark\n` });
  await bench.policies.pin();

  expect(bench.decided.slice(1).flatMap(told)).toEqual([expect.stringContaining('changed labels.rego changed')]);
});

test.skipIf(opa === undefined)('a refused set is told once, and its rollback is an acceptance', async () => {
  await using bench = await policyBench();
  const texts = await shipped();
  await bench.mount(texts);
  await bench.policies.pin();
  await bench.mount({ ...texts, 'priority.rego': 'package priority\n\npriority := {' });
  await bench.policies.pin();
  await bench.policies.pin();
  await bench.mount(texts);
  await bench.policies.pin();

  expect(verdictsOf(bench.decided.slice(1))).toEqual([
    'priority.rego rejected rego_parse_error',
    'priority.rego accepted ',
  ]);
});

test.skipIf(opa === undefined)('trouble of opa itself is over with the next set that is taken', async () => {
  let isThere = true;
  const compileNow = createCompile(opa ?? 'opa');
  await using bench = await policyBench({
    compile: (files) =>
      isThere
        ? compileNow(files)
        : Promise.resolve({ kind: 'unavailable', code: 'opa-missing', message: 'it is not there' }),
  });
  const texts = await shipped();
  await bench.mount(texts);
  await bench.policies.pin();
  isThere = false;
  await bench.mount({ ...texts, 'labels.rego': `${texts['labels.rego']}\n# a remark\n` });
  await bench.policies.pin();
  isThere = true;
  await bench.mount({ ...texts, 'labels.rego': `${texts['labels.rego']}\n# another\n` });
  await bench.policies.pin();

  expect(verdictsOf(bench.decided.slice(1))).toEqual([
    '*.rego rejected opa-missing',
    'labels.rego accepted ',
    '*.rego accepted ',
  ]);
});

test.skipIf(opa === undefined)('across a restart the set of before is the one that was in force', async () => {
  const stored = { files: [] };
  const texts = await shipped();
  await using before = await policyBench({ stored });
  await before.mount(texts);
  await before.policies.pin();
  await using after = await policyBench({ stored });
  await after.mount(texts);
  await after.policies.pin();
  expect(after.decided.flatMap(({ verdicts }) => verdicts)).toEqual([]);

  await using later = await policyBench({ stored });
  await later.mount({ ...texts, 'labels.rego': `${texts['labels.rego']}\n# a remark\n` });
  await later.policies.pin();
  expect(later.decided.flatMap(told)).toEqual([expect.stringContaining('changed labels.rego changed')]);
});
