import { expect, test } from 'vitest';
import {
  aFinding,
  agentsSaid,
  aMonitor,
  anOutcome,
  aVerdict,
  cardOfOutcome,
  MINUTE_MS,
  MORNING_MS,
} from './builders.ts';

test('a card from the checks alone names the owner whose replicas are counted; the pod stands in its evidence', () => {
  const finding = aFinding({ title: '0 of 3 replicas ready: container api was OOM killed' });
  const { sections } = cardOfOutcome(aMonitor().pass({ findings: [finding] }));

  expect(sections).toEqual([
    {
      heading: "What's happening",
      text: 'Deployment payments/api: 0 of 3 replicas ready: container api was OOM killed',
    },
    { heading: 'Evidence', text: 'Pod payments/api-1 status: exit code 1, reason Error' },
  ]);
});

test('what is found on anything but a pod is told under its own name', () => {
  const object = { apiVersion: 'batch/v1', kind: 'Job', namespace: 'payments', name: 'backup-1' };
  const owner = { kind: 'CronJob', namespace: 'payments', name: 'backup' };
  const { sections } = cardOfOutcome(aMonitor().pass({ findings: [aFinding({ object, owner, title: 'it failed' })] }));

  expect(sections[0]?.text).toBe('Job payments/backup-1: it failed');
});

test('the card of what is over names the cycle whose model calls it shows', () => {
  const monitor = aMonitor();
  monitor.pass({ findings: [aFinding()] });
  monitor.pass({ pass: 2, findings: [aFinding()], agents: agentsSaid({ verdicts: [aVerdict()] }) });
  monitor.pass({ cycleId: 'cycle-2', nowMs: MORNING_MS + 5 * MINUTE_MS, outcomes: [anOutcome()] });
  const over = monitor.pass({ cycleId: 'cycle-3', nowMs: MORNING_MS + 10 * MINUTE_MS, outcomes: [anOutcome()] });

  expect(cardOfOutcome(over)).toMatchObject({
    state: 'resolved',
    footer: { cycleId: 'cycle-3', analysedInCycle: 'cycle-1', modelCalls: 3 },
  });
});
