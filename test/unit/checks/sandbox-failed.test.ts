import { expect, test } from 'vitest';
import { sandboxFailed } from '../../../src/checks/workload/sandbox-failed.ts';
import { aPod, ago } from '../../builders/kubernetes.ts';
import { aFailure, aPreparingPod, prepared } from './preparing.ts';
import { findingsOf, withGap } from './run.ts';

const ID = '4f1c'.repeat(16);
const SETUP = `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "${ID}": plugin type="calico" failed (add): connection refused`;

test.each([
  ['FailedCreatePodSandBox', SETUP, 'network plugin'],
  ['FailedCreatePodSandBox', 'no IP addresses available in range set: 10.1.0.1-10.1.0.254', 'no free pod address'],
  ['FailedCreatePodSandBox', 'no runtime for "gvisor" is configured', 'runtime class'],
  ['NetworkNotReady', 'network is not ready: NetworkReady=false reason:NetworkPluginNotReady', 'network plugin'],
])('%s: %s', (reason, message, cause) => {
  const pod = aPreparingPod(20);

  const [finding] = findingsOf(sandboxFailed, { Pod: [pod], Event: [aFailure(pod, reason, message)] });

  expect(finding).toMatchObject({
    reason: 'SandboxFailed',
    family: 'workload',
    impact: 'critical',
    onsetAtMs: ago(20),
  });
  expect(finding?.title).toContain(`the pod's sandbox cannot be made on node worker-1 (${cause}): `);
  expect(finding?.title).not.toContain(ID);
  expect(finding?.evidence[0]?.quote).toBe(message);
});

test('the words stay the same from try to try', () => {
  const pod = aPreparingPod(20);
  const titles = ['a', 'b'].map(
    (digit) =>
      findingsOf(sandboxFailed, {
        Pod: [pod],
        Event: [aFailure(pod, 'FailedCreatePodSandBox', SETUP.replace(ID, digit.repeat(64)))],
      })[0]?.title,
  );

  expect(titles[0]).toBeDefined();
  expect(titles[0]).toBe(titles[1]);
});

const failing = aPreparingPod(20);
const failure = aFailure(failing, 'FailedCreatePodSandBox', SETUP);
test.each([
  { name: 'whose sandbox came up after a failed try', pod: prepared(failing), events: [failure] },
  { name: 'that runs', pod: aPod({ meta: failing.meta }), events: [failure] },
  { name: 'that has just been placed', pod: aPreparingPod(1), events: [{ ...failure, firstAtMs: ago(1) }] },
  { name: 'that only takes its time', pod: failing, events: [] },
  { name: 'whose last failure is old', pod: failing, events: [{ ...failure, lastAtMs: ago(11) }] },
])('a pod $name is no finding', ({ pod, events }) => {
  expect(findingsOf(sandboxFailed, { Pod: [pod], Event: events })).toEqual([]);
});

test.each(['Pod', 'Event'])('%s that cannot be read leaves it unevaluated', (kind) => {
  expect(withGap(sandboxFailed, kind, { Pod: [failing], Event: [failure] })).toMatchObject({
    findings: [],
    outcomes: [{ evaluated: 'partly' }],
  });
});
