import { expect, test } from 'vitest';
import type { FileVerdict } from '../../../src/domain/change.ts';
import { changeEvents } from '../../../src/wiring/change-events.ts';

const HASH = 'a'.repeat(64);
const accepted: FileVerdict = {
  component: 'definitions',
  file: 'a.md',
  outcome: 'accepted',
  sha256After: HASH,
  changes: [
    { kind: 'changed', about: 'prompt', file: 'a.md', words: 'a: prompt changed: +1 −0 lines' },
    { kind: 'widened', about: 'tools', file: 'a.md', words: 'a: tools granted: k8s_logs' },
  ],
};
const rejected: FileVerdict = {
  component: 'definitions',
  file: 'b.md',
  outcome: 'rejected',
  code: 'invalid-yaml',
  message: 'line 2: no',
  changes: [],
};

test('what was taken is one event, what was refused another, widenings before the rest', () => {
  expect(changeEvents([accepted, { ...accepted, file: 'c.md', changes: [] }, rejected])).toEqual([
    {
      type: 'Normal',
      reason: 'ConfigReloaded',
      message:
        'definitions in force: a.md (aaaaaaaaaaaa), c.md (aaaaaaaaaaaa). widened: a: tools granted: k8s_logs. a: prompt changed: +1 −0 lines',
    },
    {
      type: 'Warning',
      reason: 'ConfigRejected',
      message: 'definitions refused, what was in force stays: b.md: invalid-yaml: line 2: no',
    },
  ]);
});

test('a file that was taken away is said to be removed, and one that never was in force to be refused no longer', () => {
  const { sha256After: _, ...over } = { ...accepted, changes: [] };
  expect(
    changeEvents([
      { ...over, sha256Before: HASH },
      { ...over, file: '/agents' },
    ]),
  ).toMatchObject([{ message: 'definitions in force: a.md (removed), /agents (no longer refused)' }]);
});
