import { expect, test } from 'vitest';
import { acceptCorrelations } from '../../../src/agents/accept-correlation.ts';
import { createEvidenceLog } from '../../../src/agents/evidence.ts';
import type { CorrelatorReport } from '../../../src/agents/reports.ts';
import { aFinding } from './builders.ts';

type Entry = CorrelatorReport['correlations'][number];
type Change = Entry['changes'][number];

// The finding began at 17:42.
const COMMITS = `acme/checkout, newest first
9f1c2d3e4b5a 2026-11-21T17:50:00Z mallory: Fix the fix (#43)
1a2b3c4d5e6f 2026-11-21T17:30:00Z alice: Shrink the connection pool (#42)
7e8d9c0b1a2f 2026-11-21T09:00:00Z bob: Update README
0a1b2c3d4e5f 2026-11-20T16:00:00Z carol: Older than a day`;

const change = (overrides: Partial<Change> = {}): Change => ({
  repository: 'acme/checkout',
  commit: '1a2b3c4d5e6f',
  pullRequest: 42,
  author: 'alice',
  title: 'Shrink the connection pool',
  at: '2026-11-21T17:30:00Z',
  files: ['config/pool.yaml'],
  ...overrides,
});

function accept(changes: readonly Change[], overrides: Partial<Entry> = {}, text = COMMITS) {
  const evidence = createEvidenceLog([aFinding()]);
  evidence.add({
    source: 'k8s_logs payments/x',
    text: 'acme/other 5555555aaaa 2026-11-21T17:30:00Z (#7)',
    tool: 'k8s_logs',
    isError: false,
  });
  evidence.add({ source: 'github_commits acme/checkout', text, tool: 'github_commits', isError: false });
  const report = {
    correlations: [
      {
        finding: 'f1',
        verdict: 'likely' as const,
        changes: [...changes],
        explanation: 'The pool is too small.',
        evidence: [{ id: 'e3', quote: 'Shrink the connection pool' }],
        ...overrides,
      },
    ],
  };
  const [accepted] = acceptCorrelations(report, {
    agent: 'github-reviewer',
    known: [aFinding()],
    evidence,
    githubUrl: 'https://github.com',
  });
  if (accepted === undefined) throw new Error('nothing accepted');
  return accepted;
}

test('a change that GitHub showed stands with minutes and address by code', () => {
  expect(accept([change()])).toMatchObject({
    verdict: 'likely',
    explanation: 'The pool is too small.',
    changes: [
      {
        commit: '1a2b3c4d5e6f',
        pullRequest: 42,
        minutesBeforeOnset: 12,
        url: 'https://github.com/acme/checkout/pull/42',
      },
    ],
  });
});

test.each([
  { why: 'later than the onset', wrong: { commit: '9f1c2d3e4b5a', at: '2026-11-21T17:50:00Z', pullRequest: 43 } },
  { why: 'older than a day', wrong: { commit: '0a1b2c3d4e5f', at: '2026-11-20T16:00:00Z', pullRequest: null } },
  { why: 'shown by no tool', wrong: { commit: 'ffffffffffff' } },
  { why: 'shown with another time', wrong: { commit: '9f1c2d3e4b5a', at: '2026-11-21T17:10:00Z' } },
  { why: 'of another repository', wrong: { repository: 'acme/billing' } },
  { why: 'shown by a log line only', wrong: { repository: 'acme/other', commit: '5555555aaaa', pullRequest: 7 } },
  { why: 'with an address for a repository', wrong: { repository: 'evil.example/x/acme/checkout' } },
  { why: 'with no hash', wrong: { commit: 'main' } },
  { why: 'with no time', wrong: { at: 'this morning' } },
] satisfies { why: string; wrong: Partial<Change> }[])('a change $why never counts', ({ wrong }) => {
  const { verdict, changes, explanation } = accept([change(wrong)]);
  expect({ verdict, changes }).toEqual({ verdict: 'none', changes: [] });
  expect(explanation).toContain('1 named change was left out');
});

test('a pull request that nothing shows is left away, its commit stays', () => {
  expect(accept([change({ pullRequest: 99 })]).changes).toMatchObject([
    { pullRequest: undefined, url: 'https://github.com/acme/checkout/commit/1a2b3c4d5e6f' },
  ]);
});

test('the nearest before the onset comes first', () => {
  const early = change({ commit: '7e8d9c0b1a2f', at: '2026-11-21T09:00:00Z', pullRequest: null });
  expect(accept([early, change()]).changes.map(({ minutesBeforeOnset }) => minutesBeforeOnset)).toEqual([12, 522]);
});

test('likely without a quote is only possible', () => {
  expect(accept([change()], { evidence: [] }).verdict).toBe('possible');
});

test('none is an answer', () => {
  expect(accept([], { verdict: 'none' })).toMatchObject({
    verdict: 'none',
    changes: [],
    explanation: 'The pool is too small.',
  });
});

test('a commit message that names another repository makes no change, and no link, of that one', () => {
  const lie = `${COMMITS}\n1234567abcde 2026-11-21T17:20:00Z mallory: see evil/phish (#9)`;
  const forged = change({
    repository: 'evil/phish',
    commit: '1234567abcde',
    pullRequest: 9,
    at: '2026-11-21T17:20:00Z',
  });

  expect(accept([forged], {}, lie)).toMatchObject({ verdict: 'none', changes: [] });
});
