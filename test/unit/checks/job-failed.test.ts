import { expect, test } from 'vitest';
import { jobFailed } from '../../../src/checks/job/job-failed.ts';
import { aCondition, aCronJob, aJob, aSickPod, aTermination, ago, ownedBy } from '../../builders/kubernetes.ts';
import { findingsOf, withGap } from './run.ts';

const gaveUp = (minutes: number) =>
  aCondition('Failed', 'True', {
    reason: 'BackoffLimitExceeded',
    message: 'Job has reached the specified backoff limit',
    changedAtMs: ago(minutes),
  });
const failed = { succeeded: 0, failed: 7, completedAtMs: undefined, conditions: [gaveUp(10)] };

test('a Job that gave up tells how its last container ended', () => {
  const job = aJob(failed);
  const pod = aSickPod(
    { terminated: aTermination({ exitCode: 3 }) },
    { phase: 'Failed', restartPolicy: 'Never', meta: { owners: ownedBy('Job', job.meta, 'batch/v1') } },
  );

  expect(findingsOf(jobFailed, { Job: [job], Pod: [pod] })[0]).toMatchObject({
    family: 'job',
    reason: 'JobFailed',
    impact: 'error',
    onsetAtMs: ago(10),
    owner: { kind: 'Job', name: 'import' },
    title: 'job import failed after 7 failed pods (backoff limit of 6 spent): container api ended with exit code 3',
  });
});

test('several failed Jobs of one CronJob are one finding of the CronJob', () => {
  const cron = aCronJob();
  const owners = ownedBy('CronJob', cron.meta, 'batch/v1');
  const jobs = [1, 2].map((run) =>
    aJob({
      ...failed,
      conditions: [gaveUp(run * 60)],
      meta: { name: `import-${String(run)}`, uid: `j${String(run)}`, owners },
    }),
  );

  expect(findingsOf(jobFailed, { Job: jobs, CronJob: [cron] })).toMatchObject([
    { owner: { kind: 'CronJob', name: 'import' }, onsetAtMs: ago(120), title: expect.stringMatching(/ in 2 jobs$/) },
  ]);
});

test.each([
  { minutes: 1.9, found: 0 },
  { minutes: 2, found: 1 },
])('$minutes minutes after it gave up: $found findings', ({ minutes, found }) => {
  expect(findingsOf(jobFailed, { Job: [aJob({ ...failed, conditions: [gaveUp(minutes)] })] })).toHaveLength(found);
});

test.each([
  { name: 'succeeded after retries', job: aJob({ failed: 3 }) },
  { name: 'is suspended', job: aJob({ suspend: true, succeeded: 0, conditions: [aCondition('Suspended', 'True')] }) },
  { name: 'still retries', job: aJob({ failed: 3, active: 1, succeeded: 0, conditions: [] }) },
  { name: 'is being deleted', job: aJob({ ...failed, meta: { deletedAtMs: ago(1) } }) },
])('a Job that $name has not failed', ({ job }) => {
  expect(findingsOf(jobFailed, { Job: [job] })).toEqual([]);
});

test.each([
  { reason: 'DeadlineExceeded', over: { activeDeadlineSeconds: 600 }, why: 'deadline of 600 s passed' },
  { reason: 'PodFailurePolicy', over: {}, why: 'its failure policy gave it up' },
  { reason: 'SomethingNew', over: {}, why: 'SomethingNew' },
])('a Job that failed for $reason says so', ({ reason, over, why }) => {
  const job = aJob({ ...failed, failed: 0, ...over, conditions: [{ ...gaveUp(10), reason }] });

  expect(findingsOf(jobFailed, { Job: [job] })[0]?.title).toBe(`job import failed (${why})`);
});

test('a later success of the same CronJob heals the failure, an earlier one does not', () => {
  const cron = aCronJob();
  const owners = ownedBy('CronJob', cron.meta, 'batch/v1');
  const broken = aJob({ ...failed, meta: { name: 'import-1', uid: 'j1', owners } });
  const fine = (minutes: number) =>
    aJob({ completedAtMs: ago(minutes), meta: { name: 'import-2', uid: 'j2', owners } });

  expect(findingsOf(jobFailed, { Job: [broken, fine(5)], CronJob: [cron] })).toEqual([]);
  expect(findingsOf(jobFailed, { Job: [broken, fine(15)], CronJob: [cron] })).toHaveLength(1);
  expect(findingsOf(jobFailed, { Job: [broken], CronJob: [aCronJob({ lastSuccessAtMs: ago(5) })] })).toEqual([]);
});

test('Jobs that cannot be read leave it unevaluated; CronJobs that cannot be read leave the name', () => {
  const owners = ownedBy('CronJob', aCronJob().meta, 'batch/v1');
  const job = aJob({ ...failed, meta: { name: 'import-1', owners } });

  expect(withGap(jobFailed, 'Job', { Job: [job] })).toMatchObject({
    findings: [],
    outcomes: [{ evaluated: 'partly' }],
  });
  expect(withGap(jobFailed, 'CronJob', { Job: [job] }).findings).toMatchObject([
    { owner: { kind: 'CronJob', name: 'import' } },
  ]);
});
