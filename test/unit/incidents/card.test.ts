import { expect, test } from 'vitest';
import { aFinding, aMonitor, cardOfOutcome } from './builders.ts';

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
