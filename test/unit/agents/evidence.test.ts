import { expect, test } from 'vitest';
import type { Gap } from '../../../src/domain/snapshot.ts';
import { cappedConfidence, createEvidenceLog, relevantGap, verifiedCitations } from '../../../src/agents/evidence.ts';
import { aFinding } from './builders.ts';

function logWith(text: string, isError = false) {
  const log = createEvidenceLog([aFinding()]);
  const item = log.add({ source: 'k8s_logs payments/checkout-api-1', text, tool: 'k8s_logs', isError });
  return { log, id: item.id };
}

test('ids go on behind those of the checks', () => {
  expect(logWith('x').id).toBe('e2');
});

test.each([
  { why: 'stands in the result', id: 'e2', quote: 'dial tcp 10.0.0.7:5432: connection refused', holds: true },
  {
    why: 'differs in white space only',
    id: 'e2',
    quote: 'dial tcp\n  10.0.0.7:5432:   connection refused',
    holds: true,
  },
  { why: 'names the id in brackets', id: '[e2]', quote: 'connection refused', holds: true },
  { why: 'hides an invisible character', id: 'e2', quote: 'connection\u200B refused', holds: true },
  { why: "stands in the check's own evidence", id: 'e1', quote: 'CrashLoopBackOff: back-off', holds: true },
  { why: 'is shorter than twelve characters', id: 'e2', quote: 'refused', holds: false },
  { why: 'is padded to twelve characters', id: 'e2', quote: 'refused            ', holds: false },
  { why: 'stands in another result', id: 'e1', quote: 'connection refused', holds: false },
  { why: 'names an id that does not exist', id: 'e99', quote: 'connection refused', holds: false },
  { why: 'is almost what stands there', id: 'e2', quote: 'connection was refused', holds: false },
])('a citation that $why: $holds', ({ id, quote, holds }) => {
  const { log } = logWith('panic: dial tcp 10.0.0.7:5432: connection refused\n');
  expect(verifiedCitations([{ id, quote }], log)).toHaveLength(holds ? 1 : 0);
});

test('a failed question proves nothing', () => {
  const { log, id } = logWith('forbidden: cannot list pods', true);
  expect(verifiedCitations([{ id, quote: 'forbidden: cannot list pods' }], log)).toEqual([]);
});

test('one quote given twice is one proof', () => {
  const { log, id } = logWith('pool size 5 reached');
  const quotes = verifiedCitations(
    [
      { id, quote: 'pool size 5 reached' },
      { id, quote: 'pool  size 5 reached' },
    ],
    log,
  );
  expect(quotes).toEqual([{ id, source: 'k8s_logs payments/checkout-api-1', quote: 'pool size 5 reached' }]);
});

const fact = { id: 'e2', source: 's', quote: 'replicas went from 3 to 9' };
const other = { id: 'e3', source: 's', quote: 'limit is 512Mi on container api' };
const message = { id: 'e2', source: 's', quote: 'panic: connection refused' };
test.each([
  { claimed: 'High', quotes: [], gap: false, expected: 'Inconclusive' },
  { claimed: 'Low', quotes: [], gap: false, expected: 'Inconclusive' },
  { claimed: 'High', quotes: [fact], gap: false, expected: 'Medium' },
  { claimed: 'High', quotes: [fact, other], gap: false, expected: 'High' },
  { claimed: 'High', quotes: [message], gap: false, expected: 'High' },
  { claimed: 'High', quotes: [fact, other], gap: true, expected: 'Medium' },
  { claimed: 'Medium', quotes: [fact, other], gap: false, expected: 'Medium' },
  { claimed: 'Low', quotes: [message], gap: true, expected: 'Low' },
  { claimed: 'Inconclusive', quotes: [message], gap: false, expected: 'Inconclusive' },
] as const)('$claimed with $quotes.length quotes, gap $gap: $expected', ({ claimed, quotes, gap, expected }) => {
  expect(cappedConfidence(claimed, quotes, gap)).toBe(expected);
});

const gap = (resource: string, namespace?: string): Gap => ({
  resource,
  cause: 'forbidden',
  detail: 'needs list',
  ...(namespace !== undefined && { namespace }),
});
test.each([
  { gap: gap('Pod'), family: 'workload', relevant: true },
  { gap: gap('Pod', 'payments'), family: 'workload', relevant: true },
  { gap: gap('Pod', 'search'), family: 'workload', relevant: false },
  { gap: gap('StorageClass'), family: 'workload', relevant: false },
  { gap: gap('StorageClass'), family: 'volume', relevant: true },
  { gap: gap('StorageClass'), family: 'other', relevant: true },
] as const)(
  'a gap in $gap.resource $gap.namespace matters to $family: $relevant',
  ({ gap: found, family, relevant }) => {
    expect(relevantGap([found], family, 'payments') !== undefined).toBe(relevant);
  },
);
