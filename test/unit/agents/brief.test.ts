import { expect, test } from 'vitest';
import { briefOf, quotesOf } from '../../../src/agents/brief.ts';
import type { Analysis } from '../../../src/domain/agent-report.ts';

function anAnalysis(changes: Partial<Analysis> & Pick<Analysis, 'findingId'>): Analysis {
  return {
    agent: 'k8s-analyzer',
    cause: 'the limit is too low',
    confidence: 'High',
    evidence: [{ id: 'e1', source: 'status', quote: 'exitCode: 137, reason: OOMKilled' }],
    nextSteps: [],
    notChecked: [],
    ...changes,
  };
}

test('the same words about several findings stand once, and name each of them', () => {
  const brief = briefOf({
    analyses: [
      anAnalysis({ findingId: 'f1' }),
      anAnalysis({ findingId: 'f2', confidence: 'Low' }),
      anAnalysis({ findingId: 'f3' }),
    ],
  });

  expect(brief).toEqual({
    analyses: [
      { findings: ['f1', 'f3'], cause: 'the limit is too low', confidence: 'High', evidence: ['e1'] },
      { findings: ['f2'], cause: 'the limit is too low', confidence: 'Low', evidence: ['e1'] },
    ],
  });
});

test('what was not checked is never left out', () => {
  const brief = briefOf({ analyses: [anAnalysis({ findingId: 'f1', notChecked: ['events: forbidden'] })] });

  expect(brief.analyses).toMatchObject([{ notChecked: ['events: forbidden'] }]);
});

test('each quote stands once with its source, all lines of one evidence are kept, and what the reader sees anyway is left out', () => {
  const first = { id: 'e7', source: 'k8s_logs shop/api', quote: 'heap usage 99%' };
  const second = { ...first, quote: 'killed by the kernel' };
  const seen = { id: 'e1', source: 'status', quote: 'exitCode: 137' };

  const quotes = quotesOf([{ evidence: [first, seen] }, { evidence: [first, second] }], new Set(['e1']));

  expect(quotes).toEqual({ e7: ['k8s_logs shop/api', 'heap usage 99%', 'killed by the kernel'] });
});
