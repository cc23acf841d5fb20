import { expect, test } from 'vitest';
import { dueFor, type Done } from '../../../src/agents/complete.ts';
import { aFinding, anAgent, anIncident } from './builders.ts';

const done = (overrides: Partial<Done> = {}): Done => ({
  findings: [aFinding()],
  incidents: [],
  attempted: new Set(),
  verdicts: new Map(),
  githubConfigured: true,
  ...overrides,
});
const analysis = {
  headlineSuffix: undefined,
  sections: [],
  cause: undefined,
  confidence: undefined,
  nextSteps: [],
  changes: [],
  evidenceLines: [],
  notChecked: [],
  notes: [],
  modelCalls: 1,
  tokens: 1,
  costUsd: 0,
  atMs: 0,
};
const verdict = {
  findingId: 'f1',
  agent: 'escalation-manager',
  severity: 'SEV-4',
  notify: false,
  channel: undefined,
  reason: '',
  confidence: 'High',
  rule: undefined,
  recheckMinutes: undefined,
} as const;

test.each([
  {
    what: 'an analyzer on a quiet cycle',
    agent: anAgent(),
    called: false,
    state: done({ findings: [] }),
    expected: [],
  },
  {
    what: 'an analyzer for findings on a quiet cycle',
    agent: anAgent({ when: 'findings' }),
    called: false,
    state: done({ findings: [] }),
    expected: 'no findings',
  },
  {
    what: 'an analyzer of other reasons',
    agent: anAgent({ reasons: ['ImagePull'] }),
    called: false,
    state: done(),
    expected: 'no finding of its reasons',
  },
  {
    what: 'an analyzer of this reason',
    agent: anAgent({ reasons: ['CrashLoop'] }),
    called: false,
    state: done(),
    expected: ['f1'],
  },
  { what: 'an analyzer that ran', agent: anAgent(), called: true, state: done(), expected: 'called already' },
  {
    what: 'the correlator for a new SEV-1',
    agent: anAgent({ role: 'correlator' }),
    called: false,
    state: done(),
    expected: ['f1'],
  },
  {
    what: 'the correlator without GitHub',
    agent: anAgent({ role: 'correlator' }),
    called: false,
    state: done({ githubConfigured: false }),
    expected: 'GitHub is not configured',
  },
  {
    what: 'the correlator for a SEV-3',
    agent: anAgent({ role: 'correlator' }),
    called: false,
    state: done({ findings: [aFinding({ floor: 'SEV-3' })] }),
    expected: 'no new SEV-1 or SEV-2 without it',
  },
  {
    what: 'the correlator for what agents explained before',
    agent: anAgent({ role: 'correlator' }),
    called: false,
    state: done({ incidents: [anIncident({ analysis })] }),
    expected: 'no new SEV-1 or SEV-2 without it',
  },
  {
    what: 'the correlator that had a second look to take',
    agent: anAgent({ role: 'correlator' }),
    called: true,
    state: done({ attempted: new Set(['f9']) }),
    expected: ['f1'],
  },
  {
    what: 'the correlator that was sent already',
    agent: anAgent({ role: 'correlator' }),
    called: true,
    state: done({ attempted: new Set(['f1']) }),
    expected: 'no new SEV-1 or SEV-2 without it',
  },
  {
    what: 'escalation for every finding',
    agent: anAgent({ role: 'escalation' }),
    called: false,
    state: done({ findings: [aFinding(), aFinding({ id: 'f2', floor: 'SEV-4' })] }),
    expected: ['f1', 'f2'],
  },
  {
    what: 'escalation on a quiet cycle',
    agent: anAgent({ role: 'escalation' }),
    called: false,
    state: done({ findings: [] }),
    expected: 'no finding without a verdict',
  },
  {
    what: 'escalation for a symptom',
    agent: anAgent({ role: 'escalation' }),
    called: false,
    state: done({ findings: [aFinding({ attachedTo: 'f0' })] }),
    expected: 'no finding without a verdict',
  },
  {
    what: 'escalation for what a known issue silences',
    agent: anAgent({ role: 'escalation' }),
    called: false,
    state: done({ findings: [aFinding({ hold: { kind: 'known-issue', text: '', file: '', line: 1 } })] }),
    expected: 'no finding without a verdict',
  },
  {
    what: 'escalation for what a known issue might concern',
    agent: anAgent({ role: 'escalation' }),
    called: false,
    state: done({ findings: [aFinding({ hold: { kind: 'possible-known-issue', text: '', file: '', line: 1 } })] }),
    expected: ['f1'],
  },
  {
    what: 'the notifier for what is told',
    agent: anAgent({ role: 'notifier' }),
    called: false,
    state: done(),
    expected: ['f1'],
  },
  {
    what: 'the notifier for a SEV-4',
    agent: anAgent({ role: 'notifier' }),
    called: false,
    state: done({ findings: [aFinding({ floor: 'SEV-4' })] }),
    expected: 'no message without words',
  },
  {
    what: 'the notifier for what a verdict raised',
    agent: anAgent({ role: 'notifier' }),
    called: false,
    state: done({
      findings: [aFinding({ floor: 'SEV-4' })],
      verdicts: new Map([['f1', { ...verdict, severity: 'SEV-2' }]]),
    }),
    expected: ['f1'],
  },
  {
    what: 'the notifier for a silence without a rule',
    agent: anAgent({ role: 'notifier' }),
    called: false,
    state: done({ verdicts: new Map([['f1', verdict]]) }),
    expected: ['f1'],
  },
  {
    what: 'the notifier for a silence with a rule',
    agent: anAgent({ role: 'notifier' }),
    called: false,
    state: done({ verdicts: new Map([['f1', { ...verdict, rule: 'Do not alert about checkout.' }]]) }),
    expected: 'no message without words',
  },
])('$what: $expected', ({ agent, called, state, expected }) => {
  const due = dueFor(agent, called, state);
  expect(due.call ? due.findings.map(({ id }) => id) : due.reason).toEqual(expected);
});
