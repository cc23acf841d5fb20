import { expect, test } from 'vitest';
import type { Event } from '../../../src/domain/kubernetes/cluster.ts';
import { warningEvents } from '../../../src/checks/other/warning-events.ts';
import { aDeployment, aMeta, anEvent, aPod, ago, ownedBy } from '../../builders/kubernetes.ts';
import { findingsOf, withGap } from './run.ts';

const deployment = aDeployment();
const pod = aPod({ meta: { owners: ownedBy('Deployment', deployment.meta) } });
const repeated = {
  reason: 'FailedKillPod',
  message: 'error killing pod',
  count: 12,
  firstAtMs: ago(30),
  lastAtMs: ago(2),
};
const warn = (over: Partial<Omit<Event, 'meta' | 'involved'>> = {}) =>
  anEvent({ kind: 'Pod', meta: pod.meta }, { ...repeated, ...over });

test('a warning that comes again and again is one finding of the owner, never more than a warning', () => {
  const second = aPod({ meta: { name: 'api-5d4f-x2', owners: pod.meta.owners } });
  const events = [warn({ count: 6 }), anEvent({ kind: 'Pod', meta: second.meta }, { ...repeated, count: 6 })];

  expect(findingsOf(warningEvents, { Event: events, Pod: [pod, second], Deployment: [deployment] })).toMatchObject([
    {
      family: 'other',
      reason: 'Other:failed-kill-pod',
      impact: 'warning',
      onsetAtMs: ago(30),
      owner: { kind: 'Deployment', name: 'api' },
      title: 'warning FailedKillPod comes again and again: error killing pod',
    },
  ]);
});

test('events about a kind that is not read stand for themselves', () => {
  const controller = aMeta({ name: 'web', uid: 'uid-controller' });
  const event = anEvent(
    { kind: 'ReplicationController', meta: controller },
    { ...repeated, reason: 'FailedToRestock', message: 'nothing left' },
  );

  expect(findingsOf(warningEvents, { Event: [event] })).toMatchObject([
    {
      reason: 'Other:failed-to-restock',
      owner: { kind: 'ReplicationController', namespace: 'payments', name: 'web' },
    },
  ]);
});

test.each([
  { name: 'a few', event: warn({ count: 9 }) },
  { name: 'a burst', event: warn({ firstAtMs: ago(11) }) },
  { name: 'long past', event: warn({ lastAtMs: ago(15) }) },
  { name: 'of no concern', event: warn({ type: 'Normal' }) },
  { name: 'another check judges', event: warn({ reason: 'Unhealthy' }) },
  { name: 'known to harm nobody', event: warn({ reason: 'DNSConfigForming' }) },
  { name: 'about a pod that is gone', event: anEvent({ kind: 'Pod', meta: aMeta({ name: 'gone' }) }, repeated) },
  {
    name: "about a namesake's life before",
    event: anEvent({ kind: 'Pod', meta: { ...pod.meta, uid: 'older' } }, repeated),
  },
])('warnings that are $name are no finding', ({ event }) => {
  expect(findingsOf(warningEvents, { Event: [event], Pod: [pod] })).toEqual([]);
});

test('events that cannot be read leave it unevaluated', () => {
  expect(withGap(warningEvents, 'Event', { Event: [warn()], Pod: [pod] })).toMatchObject({
    findings: [],
    outcomes: [{ evaluated: 'partly' }],
  });
});
