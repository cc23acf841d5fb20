import { anEvent } from '../../../control-plane/builders/event.ts';
import { aJob } from '../../../control-plane/builders/job.ts';
import { kubeObject, type PlainObject } from '../../../control-plane/builders/plain.ts';
import type { CheckCase, Given } from '../case.ts';
import { ownerOf, since, templateFor } from './workload-objects.ts';

type Fields = Readonly<Record<string, unknown>>;
const HOUR = 60;
const DAY = 24 * HOUR;

function aPlainJob(
  { namespace }: Given,
  name: string,
  { spec = {}, status = {}, owner }: { spec?: Fields; status?: Fields; owner?: PlainObject } = {},
): PlainObject {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace, ...(owner !== undefined && { owner: ownerOf(owner) }) },
    spec: { template: templateFor(name, { restartPolicy: 'Never' }), ...spec },
    status,
  };
}

function gaveUp(given: Given, minutes: number, reason: string, message: string, more: Fields = {}): Fields {
  return {
    startTime: given.ago(minutes + 10),
    failed: 1,
    conditions: ['FailureTarget', 'Failed'].map((type) => since(given, type, 'True', minutes, reason, message)),
    ...more,
  };
}

function succeeded(given: Given, minutes: number): Fields {
  return {
    startTime: given.ago(minutes + 5),
    completionTime: given.ago(minutes),
    succeeded: 1,
    conditions: ['SuccessCriteriaMet', 'Complete'].map((type) =>
      since(given, type, 'True', minutes, 'CompletionsReached'),
    ),
  };
}

const BACKOFF = ['BackoffLimitExceeded', 'Job has reached the specified backoff limit'] as const;
const failed = 'job-failed';

export const jobFailedCases: readonly CheckCase[] = [
  {
    check: failed,
    name: 'it spent its retries',
    objects: ({ namespace, nowMs }) => [
      aJob('import')
        .in(namespace)
        .at(nowMs)
        .failed({ exitCode: 3, sinceMs: 15 * 60_000 }),
    ],
    finds: [
      {
        check: failed,
        reason: 'JobFailed',
        impact: 'error',
        object: 'Job import',
        owner: 'Job import',
        onsetMinutes: 15,
        title:
          /^job import failed after 1 failed pod \(backoff limit of 0 spent\): container app ended with exit code 3$/,
      },
    ],
  },
  {
    check: failed,
    name: 'its deadline passed, and no pod of it is left',
    objects: (given) => [
      aPlainJob(given, 'report', {
        spec: { activeDeadlineSeconds: 600 },
        status: gaveUp(given, 20, 'DeadlineExceeded', 'Job was active longer than specified deadline', { failed: 0 }),
      }),
    ],
    finds: [
      {
        check: failed,
        reason: 'JobFailed',
        onsetMinutes: 20,
        title: /^job report failed \(deadline of 600 s passed\)$/,
      },
    ],
  },
  {
    check: failed,
    name: 'its own policy gave it up at the first wrong exit code',
    objects: (given) => [
      aPlainJob(given, 'train', {
        status: gaveUp(
          given,
          9,
          'PodFailurePolicy',
          'Container app for pod shop/train-x failed with exit code 42 matching FailJob rule at index 0',
        ),
      }),
    ],
    finds: [{ check: failed, reason: 'JobFailed', onsetMinutes: 9, title: /its failure policy gave it up/ }],
  },
  {
    check: failed,
    name: 'too many of its indexes failed',
    objects: (given) => [
      aPlainJob(given, 'shards', {
        spec: {
          completions: 5,
          parallelism: 2,
          completionMode: 'Indexed',
          backoffLimitPerIndex: 1,
          maxFailedIndexes: 1,
        },
        status: gaveUp(
          given,
          11,
          'MaxFailedIndexesExceeded',
          'Job has exceeded the specified maximal number of failed indexes',
          {
            failed: 4,
            failedIndexes: '1,3',
          },
        ),
      }),
    ],
    finds: [{ check: failed, reason: 'JobFailed', onsetMinutes: 11, title: /indexes failed: Job has exceeded/ }],
  },
  {
    check: failed,
    name: 'it gave up half an hour ago, and its last pod does not end',
    objects: (given) => [
      aPlainJob(given, 'import', {
        status: {
          startTime: given.ago(50),
          failed: 1,
          terminating: 1,
          conditions: [since(given, 'FailureTarget', 'True', 30, ...BACKOFF)],
        },
      }),
    ],
    finds: [{ check: failed, reason: 'JobFailed', onsetMinutes: 30 }],
  },
  {
    check: failed,
    name: 'the last run of a CronJob failed',
    ageMinutes: 3 * HOUR,
    objects: (given) => {
      const cron = aNightlyRun(given, { succeededMinutes: 2 * HOUR });
      return [cron, aPlainJob(given, 'nightly-2', { owner: cron, status: gaveUp(given, 30, ...BACKOFF) })];
    },
    finds: [
      { check: failed, reason: 'JobFailed', object: 'Job nightly-2', owner: 'CronJob nightly', onsetMinutes: 30 },
    ],
  },
  {
    check: failed,
    name: 'a later run of the same CronJob succeeded',
    ageMinutes: 3 * HOUR,
    objects: (given) => {
      const cron = aNightlyRun(given, { succeededMinutes: 30 });
      return [
        cron,
        aPlainJob(given, 'nightly-1', { owner: cron, status: gaveUp(given, 90, ...BACKOFF) }),
        aPlainJob(given, 'nightly-2', { owner: cron, status: succeeded(given, 30) }),
      ];
    },
    finds: [],
  },
  {
    check: failed,
    name: 'it has failed twice and still may try',
    objects: (given) => [
      aPlainJob(given, 'flaky', {
        spec: { backoffLimit: 6 },
        status: { startTime: given.ago(20), active: 1, ready: 1, failed: 2 },
      }),
    ],
    finds: [],
  },
  {
    check: failed,
    name: 'its second try succeeded',
    objects: (given) => [aPlainJob(given, 'flaky', { status: { ...succeeded(given, 12), failed: 1 } })],
    finds: [],
  },
  {
    check: failed,
    name: 'a queue holds it back',
    objects: (given) => [
      aPlainJob(given, 'queued', {
        spec: { suspend: true },
        status: { conditions: [since(given, 'Suspended', 'True', 55, 'JobSuspended', 'Job suspended')] },
      }),
    ],
    finds: [],
  },
  {
    check: failed,
    name: 'one index failed, and its success policy was met all the same',
    objects: (given) => [
      aPlainJob(given, 'shards', {
        spec: {
          completions: 3,
          parallelism: 3,
          completionMode: 'Indexed',
          backoffLimitPerIndex: 0,
          successPolicy: { rules: [{ succeededCount: 2 }] },
        },
        status: {
          startTime: given.ago(20),
          completionTime: given.ago(10),
          succeeded: 2,
          completedIndexes: '0,1',
          failed: 1,
          failedIndexes: '2',
          conditions: ['SuccessCriteriaMet', 'Complete'].map((type) => since(given, type, 'True', 10, 'SuccessPolicy')),
        },
      }),
    ],
    finds: [],
  },
];

/** A CronJob that started a Job 40 minutes ago, and whose last success is so many minutes old. */
function aNightlyRun(given: Given, { succeededMinutes }: { readonly succeededMinutes: number }): PlainObject {
  return aCron(
    given,
    'nightly',
    { schedule: '0 0 1 1 *' },
    { lastScheduleTime: given.ago(40), lastSuccessfulTime: given.ago(succeededMinutes) },
  );
}

function aCron({ namespace }: Given, name: string, spec: Fields, status: Fields = {}): PlainObject {
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name, namespace },
    spec: {
      timeZone: 'Etc/UTC',
      jobTemplate: { spec: { template: templateFor(name, { restartPolicy: 'Never' }) } },
      ...spec,
    },
    status,
  };
}

/** An hourly schedule that came due so many minutes before the judgement, and the time of its run so many hours before that. */
function hourly({ nowMs, ago }: Given, dueMinutes: number): { schedule: string; runBefore: (hours: number) => string } {
  const due = new Date(nowMs - dueMinutes * 60_000);
  const overMinutes = due.getUTCSeconds() / 60;
  return {
    schedule: `${String(due.getUTCMinutes())} * * * *`,
    runBefore: (hours) => ago(dueMinutes + overMinutes + hours * HOUR),
  };
}

const late = 'cronjob-late';
export const cronJobLateCases: readonly CheckCase[] = [
  {
    check: late,
    name: 'it left out its last run',
    ageMinutes: 10 * HOUR,
    objects: (given) => {
      const { schedule, runBefore } = hourly(given, 25);
      return [
        aCron(given, 'sync', { schedule }, { lastScheduleTime: runBefore(1), lastSuccessfulTime: runBefore(0.9) }),
      ];
    },
    finds: [
      {
        check: late,
        reason: 'CronJobLate',
        impact: 'warning',
        object: 'CronJob sync',
        owner: 'CronJob sync',
        title: /^did not run at .*: schedule /,
      },
    ],
  },
  {
    check: late,
    name: 'its controller has missed too many times and says so',
    ageMinutes: 10 * HOUR,
    objects: (given) => {
      const { schedule, runBefore } = hourly(given, 25);
      const cron = aCron(given, 'sync', { schedule, startingDeadlineSeconds: 60 }, { lastScheduleTime: runBefore(5) });
      const message =
        'too many missed start times: 101. Set or decrease .spec.startingDeadlineSeconds or check clock skew';
      return [cron, saidOf(given, cron, 'TooManyMissedTimes', message)];
    },
    finds: [
      {
        check: late,
        reason: 'CronJobLate',
        impact: 'error',
        title: /has missed 5 runs: schedule .* \(too many missed start times: 101/,
      },
    ],
  },
  {
    check: late,
    name: 'it has never run since it was made',
    ageMinutes: 10 * HOUR,
    objects: (given) => [aCron(given, 'sync', { schedule: hourly(given, 25).schedule })],
    finds: [{ check: late, reason: 'CronJobLate', impact: 'error', title: /last run never$/ }],
  },
  {
    check: late,
    name: 'it ran at its last time, in its own zone',
    ageMinutes: 10 * HOUR,
    objects: (given) => {
      const { schedule, runBefore } = hourly(given, 25);
      return [
        aCron(
          given,
          'sync',
          { schedule, timeZone: 'Asia/Shanghai' },
          { lastScheduleTime: runBefore(0), lastSuccessfulTime: runBefore(0) },
        ),
      ];
    },
    finds: [],
  },
  {
    check: late,
    name: 'its time was five minutes ago and the controller is slow',
    ageMinutes: 10 * HOUR,
    objects: (given) => {
      const { schedule, runBefore } = hourly(given, 5);
      return [aCron(given, 'sync', { schedule }, { lastScheduleTime: runBefore(1) })];
    },
    finds: [],
  },
  {
    check: late,
    name: 'it was made after its time today',
    objects: (given) => {
      const { schedule } = hourly(given, 70);
      return [aCron(given, 'sync', { schedule: schedule.replace('*', '3').replace('* * *', '1 1 *') })];
    },
    finds: [],
  },
  {
    check: late,
    name: 'its schedule runs in the zone of a controller that nobody can ask',
    ageMinutes: 3 * DAY,
    objects: (given) => {
      const { schedule, runBefore } = hourly(given, 25);
      const daily = schedule.replace('*', String(new Date(given.nowMs - 25 * 60_000).getUTCHours()));
      return [
        { ...aCron(given, 'sync', { schedule: daily, timeZone: undefined }, { lastScheduleTime: runBefore(26) }) },
      ];
    },
    finds: [],
  },
];

function saidOf({ nowMs }: Given, about: PlainObject, reason: string, message: string) {
  return anEvent({
    about: kubeObject(about),
    reason,
    message,
    count: 3,
    firstAtMs: nowMs - 40 * 60_000,
    lastAtMs: nowMs - 2 * 60_000,
    source: 'cronjob-controller',
  });
}

const blocked = 'cronjob-blocked';
export const cronJobBlockedCases: readonly CheckCase[] = [
  {
    check: blocked,
    name: 'one run hangs and four others were left out',
    ageMinutes: 10 * HOUR,
    objects: (given) => hanging(given, 4),
    finds: [
      {
        check: blocked,
        reason: 'ConcurrencyBlocked',
        impact: 'warning',
        owner: 'CronJob sync',
        title: /^job sync-1 has not ended since .*, 4 runs were left out/,
      },
    ],
  },
  {
    check: blocked,
    name: 'a run is a little longer than the time to the next',
    ageMinutes: 10 * HOUR,
    objects: (given) => hanging(given, 1),
    finds: [],
  },
  {
    check: blocked,
    name: 'it may overlap, and runs long',
    ageMinutes: 10 * HOUR,
    objects: (given) => hanging(given, 4, { concurrencyPolicy: 'Allow' }, 0),
    finds: [],
  },
  {
    check: blocked,
    name: 'it was suspended while its last run works on',
    ageMinutes: 10 * HOUR,
    objects: (given) => hanging(given, 4, { suspend: true }),
    finds: [],
  },
];

/** A run that began so many hours before the last time it was due. */
function hanging(given: Given, hours: number, spec: Fields = {}, lastRunHours = hours): readonly PlainObject[] {
  const { schedule, runBefore } = hourly(given, 25);
  const cron = aCron(
    given,
    'sync',
    { schedule, concurrencyPolicy: 'Forbid', ...spec },
    { lastScheduleTime: runBefore(lastRunHours) },
  );
  return [
    cron,
    aPlainJob(given, 'sync-1', { owner: cron, status: { startTime: runBefore(hours), active: 1, ready: 1 } }),
  ];
}

const never = 'cronjob-never-succeeded';
export const cronJobNeverSucceededCases: readonly CheckCase[] = [
  {
    check: never,
    name: 'five runs, and all of them failed',
    ageMinutes: 5 * HOUR + 30,
    objects: (given) => {
      const { schedule, runBefore } = hourly(given, 25);
      const cron = aCron(given, 'sync', { schedule }, { lastScheduleTime: runBefore(0) });
      return [cron, aPlainJob(given, 'sync-9', { owner: cron, status: gaveUp(given, 15, ...BACKOFF) })];
    },
    finds: [
      { check: failed, reason: 'JobFailed', object: 'Job sync-9', owner: 'CronJob sync' },
      {
        check: never,
        reason: 'NeverSucceeded',
        object: 'CronJob sync',
        attachedTo: failed,
        title: /never succeeded in [56] runs; the last, sync-9, failed/,
      },
    ],
  },
  {
    check: never,
    name: 'it succeeds',
    ageMinutes: 5 * HOUR + 30,
    objects: (given) => {
      const { schedule, runBefore } = hourly(given, 25);
      const cron = aCron(
        given,
        'sync',
        { schedule },
        { lastScheduleTime: runBefore(0), lastSuccessfulTime: runBefore(-0.1) },
      );
      return [cron, aPlainJob(given, 'sync-9', { owner: cron, status: succeeded(given, 19) })];
    },
    finds: [],
  },
  {
    check: never,
    name: 'its first run is still at work',
    ageMinutes: HOUR,
    objects: (given) => {
      const { schedule, runBefore } = hourly(given, 25);
      const cron = aCron(given, 'sync', { schedule }, { lastScheduleTime: runBefore(0) });
      return [
        cron,
        aPlainJob(given, 'sync-1', { owner: cron, status: { startTime: runBefore(0), active: 1, ready: 1 } }),
      ];
    },
    finds: [],
  },
];

const suspended = 'cronjob-suspended';
export const cronJobSuspendedCases: readonly CheckCase[] = [
  {
    check: suspended,
    name: 'nobody took the suspension back for ten days',
    ageMinutes: 20 * DAY,
    objects: (given) => {
      const { schedule, runBefore } = hourly(given, 25);
      return [aCron(given, 'sync', { schedule, suspend: true }, { lastScheduleTime: runBefore(240) })];
    },
    finds: [
      {
        check: suspended,
        reason: 'CronJobSuspended',
        impact: 'info',
        owner: 'CronJob sync',
        title: /^is suspended: schedule/,
      },
    ],
  },
  {
    check: suspended,
    name: 'it is suspended for a maintenance since yesterday',
    ageMinutes: 20 * DAY,
    objects: (given) => {
      const { schedule, runBefore } = hourly(given, 25);
      return [aCron(given, 'sync', { schedule, suspend: true }, { lastScheduleTime: runBefore(24) })];
    },
    finds: [],
  },
  {
    check: suspended,
    name: 'it would not have run for months anyway',
    ageMinutes: 20 * DAY,
    objects: (given) => {
      const inThreeMonths = ((new Date(given.nowMs).getUTCMonth() + 3) % 12) + 1;
      return [aCron(given, 'yearly', { schedule: `0 0 1 ${String(inThreeMonths)} *`, suspend: true })];
    },
    finds: [],
  },
];
