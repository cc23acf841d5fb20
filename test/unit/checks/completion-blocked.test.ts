import { expect, test } from 'vitest';
import { completionBlocked } from '../../../src/checks/workload/completion-blocked.ts';
import type { ContainerStatus } from '../../../src/domain/kubernetes/pod.ts';
import { aContainer, aJob, aPod, aStatus, aTermination, ago, ownedBy } from '../../builders/kubernetes.ts';
import { findingsOf, withGap } from './run.ts';

const owners = ownedBy('Job', aJob().meta, 'batch/v1');
const done = (minutes: number, exitCode = 0) =>
  aStatus({ name: 'import', running: undefined, terminated: aTermination({ exitCode, finishedAtMs: ago(minutes) }) });
const proxy = aStatus({ name: 'cloud-sql-proxy' });

function ofJob(statuses: readonly ContainerStatus[], over: Parameters<typeof aPod>[0] = {}) {
  return aPod({
    restartPolicy: 'Never',
    containers: statuses.map(({ name }) => aContainer({ name, image: `registry.example/${name}:1` })),
    containerStatuses: statuses,
    meta: { owners },
    ...over,
  });
}

test('a helper that runs on after the work is done keeps the Job from ending', () => {
  expect(findingsOf(completionBlocked, { Pod: [ofJob([done(30), proxy])], Job: [aJob()] })).toMatchObject([
    {
      reason: 'CompletionBlocked',
      impact: 'warning',
      onsetAtMs: ago(30),
      owner: { kind: 'Job', name: 'import' },
      title: 'the work is done, but container cloud-sql-proxy still runs: the Job cannot end',
    },
  ]);
});

test('a container that failed for good while another runs on', () => {
  expect(findingsOf(completionBlocked, { Pod: [ofJob([done(30, 3), aStatus({ name: 'work' })])] })[0]?.title).toBe(
    'container import failed and is not started again, but container work still runs: the Job cannot end',
  );
});

test.each([
  { name: 'a helper that has just been left alone', pod: ofJob([done(9), proxy]) },
  { name: 'work that takes longer than other work', pod: ofJob([done(30), aStatus({ name: 'second-half' })]) },
  {
    name: 'a helper that ends before the work',
    pod: ofJob([{ ...done(30), name: 'log-shipper' }, aStatus({ name: 'work' })]),
  },
  {
    name: 'a failed container that is started again',
    pod: ofJob([done(30, 3), proxy], { restartPolicy: 'OnFailure' }),
  },
  { name: 'a Job at work', pod: ofJob([aStatus({ name: 'import' }), proxy]) },
  { name: 'a pod that is to run for ever', pod: ofJob([done(30), proxy], { meta: {}, restartPolicy: 'Always' }) },
  { name: 'a finished pod', pod: ofJob([done(30)], { phase: 'Succeeded' }) },
])('$name is no finding', ({ pod }) => {
  expect(findingsOf(completionBlocked, { Pod: [pod] })).toEqual([]);
});

test('pods that cannot be read leave it unevaluated', () => {
  expect(withGap(completionBlocked, 'Pod', { Pod: [ofJob([done(30), proxy])] })).toMatchObject({
    findings: [],
    outcomes: [{ evaluated: 'partly' }],
  });
});
