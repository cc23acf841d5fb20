import { expect, test } from 'vitest';
import { cronJobBlocked } from '../../../src/checks/job/cronjob-blocked.ts';
import { cronJobLate } from '../../../src/checks/job/cronjob-late.ts';
import { cronJobNeverSucceeded } from '../../../src/checks/job/cronjob-never-succeeded.ts';
import { cronJobSuspended } from '../../../src/checks/job/cronjob-suspended.ts';
import { aCondition, aCronJob, aJob, ago, anEvent, ownedBy } from '../../builders/kubernetes.ts';
import { findingsOf, withGap } from './run.ts';

const HOUR = 60;
const WEEK = 7 * 24 * HOUR;
const owners = ownedBy('CronJob', aCronJob().meta, 'batch/v1');
const running = (minutes: number) =>
  aJob({
    active: 1,
    succeeded: 0,
    conditions: [],
    completedAtMs: undefined,
    startedAtMs: ago(minutes),
    meta: { name: 'import-1', createdAtMs: ago(minutes), owners },
  });
const failed = (minutes: number) =>
  aJob({
    succeeded: 0,
    completedAtMs: undefined,
    conditions: [aCondition('Failed', 'True', { reason: 'BackoffLimitExceeded', changedAtMs: ago(minutes) })],
    meta: { name: 'import-1', createdAtMs: ago(minutes + 1), owners },
  });

// It is 18:00; the schedule is every full hour.
test('a CronJob that missed one run is a warning, more are an error', () => {
  const one = aCronJob({ schedule: '45 * * * *', lastScheduleAtMs: ago(75) });
  const three = aCronJob({ schedule: '45 * * * *', lastScheduleAtMs: ago(3 * HOUR + 15) });

  expect(findingsOf(cronJobLate, { CronJob: [one] })).toMatchObject([
    {
      family: 'job',
      reason: 'CronJobLate',
      impact: 'warning',
      onsetAtMs: ago(15),
      title: 'did not run at 2026-11-21 17:45 UTC: schedule 45 * * * *, last run 2026-11-21 16:45 UTC',
    },
  ]);
  expect(findingsOf(cronJobLate, { CronJob: [three] })).toMatchObject([
    { impact: 'error', onsetAtMs: ago(2 * HOUR + 15), title: expect.stringContaining('has missed 3 runs') },
  ]);
});

test('a CronJob that never ran is late since its first time', () => {
  const cron = aCronJob({ lastScheduleAtMs: undefined, meta: { createdAtMs: ago(90) } });

  expect(findingsOf(cronJobLate, { CronJob: [cron] })).toMatchObject([{ onsetAtMs: ago(60) }]);
});

test('the time zone counts', () => {
  const cron = (timeZone: string) => aCronJob({ schedule: '0 18 * * *', timeZone, lastScheduleAtMs: ago(25 * HOUR) });

  // 18:00 in Berlin was an hour ago, yesterday's run was on time; in New York today's is still to come.
  expect(findingsOf(cronJobLate, { CronJob: [cron('Europe/Berlin')] })).toMatchObject([{ onsetAtMs: ago(60) }]);
  expect(
    findingsOf(cronJobLate, {
      CronJob: [aCronJob({ schedule: '0 18 * * *', timeZone: 'America/New_York', lastScheduleAtMs: ago(19 * HOUR) })],
    }),
  ).toEqual([]);
});

test.each([
  { name: 'on time', cron: aCronJob({ schedule: '30 * * * *', lastScheduleAtMs: ago(30) }), jobs: [] },
  { name: 'a few minutes late', cron: aCronJob({ schedule: '51 * * * *', lastScheduleAtMs: ago(69) }), jobs: [] },
  {
    name: 'new, before its first time',
    cron: aCronJob({ schedule: '0 3 1 1 *', lastScheduleAtMs: undefined }),
    jobs: [],
  },
  { name: 'suspended', cron: aCronJob({ suspend: true, lastScheduleAtMs: ago(5 * HOUR) }), jobs: [] },
  {
    name: 'waiting for its last run',
    cron: aCronJob({ concurrencyPolicy: 'Forbid', lastScheduleAtMs: ago(2 * HOUR) }),
    jobs: [running(120)],
  },
  { name: 'behind in its own status only', cron: aCronJob({ lastScheduleAtMs: ago(2 * HOUR) }), jobs: [running(60)] },
  {
    name: 'of a zone that nobody told',
    cron: aCronJob({ schedule: '30 1 * * *', lastScheduleAtMs: Date.UTC(2026, 10, 20, 23, 30) }),
    jobs: [],
  },
  {
    name: 'of a schedule that cannot be read',
    cron: aCronJob({ schedule: '@every 1h', lastScheduleAtMs: ago(9 * HOUR) }),
    jobs: [],
  },
  {
    name: 'being deleted',
    cron: aCronJob({ lastScheduleAtMs: ago(9 * HOUR), meta: { deletedAtMs: ago(1) } }),
    jobs: [],
  },
])('a CronJob that is $name is not late', ({ cron, jobs }) => {
  expect(findingsOf(cronJobLate, { CronJob: [cron], Job: jobs })).toEqual([]);
});

test('a Job that does not end keeps a Forbid CronJob from its next runs', () => {
  const cron = aCronJob({ concurrencyPolicy: 'Forbid', lastScheduleAtMs: ago(4 * HOUR) });

  expect(findingsOf(cronJobBlocked, { CronJob: [cron], Job: [running(4 * HOUR)] })).toMatchObject([
    {
      reason: 'ConcurrencyBlocked',
      impact: 'warning',
      onsetAtMs: ago(3 * HOUR),
      owner: { kind: 'CronJob', name: 'import' },
      title: 'job import-1 has not ended since 2026-11-21 14:00 UTC, 4 runs were left out (concurrencyPolicy: Forbid)',
    },
  ]);
});

const forbid = aCronJob({ concurrencyPolicy: 'Forbid', lastScheduleAtMs: ago(4 * HOUR) });
test.each([
  {
    name: 'a single overlap',
    cron: aCronJob({ concurrencyPolicy: 'Forbid', lastScheduleAtMs: ago(HOUR) }),
    jobs: [running(HOUR)],
  },
  { name: 'overlap that is allowed', cron: { ...forbid, concurrencyPolicy: 'Allow' }, jobs: [running(4 * HOUR)] },
  { name: 'a run that has ended', cron: forbid, jobs: [failed(4 * HOUR)] },
  { name: 'a suspended CronJob', cron: { ...forbid, suspend: true }, jobs: [running(4 * HOUR)] },
  { name: 'no run', cron: forbid, jobs: [] },
])('$name blocks nothing', ({ cron, jobs }) => {
  expect(findingsOf(cronJobBlocked, { CronJob: [cron], Job: jobs })).toEqual([]);
});

test('a CronJob that has been suspended for a week is worth a line, not an alarm', () => {
  const cron = (minutes: number) => aCronJob({ suspend: true, lastScheduleAtMs: ago(minutes) });

  expect(findingsOf(cronJobSuspended, { CronJob: [cron(WEEK + HOUR)] })).toMatchObject([
    { reason: 'CronJobSuspended', impact: 'info', onsetAtMs: ago(WEEK) },
  ]);
  expect(findingsOf(cronJobSuspended, { CronJob: [cron(WEEK)] })).toEqual([]);
  expect(findingsOf(cronJobSuspended, { CronJob: [{ ...cron(2 * WEEK), suspend: false }] })).toEqual([]);
});

const young = aCronJob({ lastScheduleAtMs: ago(HOUR), meta: { createdAtMs: ago(5 * HOUR + 1) } });
test('a CronJob whose every run failed has never succeeded', () => {
  expect(findingsOf(cronJobNeverSucceeded, { CronJob: [young], Job: [failed(50)] })).toMatchObject([
    {
      reason: 'NeverSucceeded',
      impact: 'error',
      onsetAtMs: ago(5 * HOUR),
      title: 'has never succeeded in 5 runs; the last, import-1, failed (BackoffLimitExceeded)',
    },
  ]);
});

test.each([
  { name: 'succeeded once', cron: { ...young, lastSuccessAtMs: ago(4 * HOUR) }, jobs: [failed(50)] },
  {
    name: 'has a Job on record that did',
    cron: young,
    jobs: [failed(50), aJob({ meta: { name: 'import-0', uid: 'j0', owners } })],
  },
  { name: 'is at work', cron: young, jobs: [running(50)] },
  { name: 'has run twice', cron: { ...young, lastScheduleAtMs: ago(4 * HOUR) }, jobs: [failed(200)] },
  { name: 'keeps no failed Jobs', cron: young, jobs: [] },
  { name: 'never ran', cron: { ...young, lastScheduleAtMs: undefined }, jobs: [] },
])('a CronJob that $name is not said to have never succeeded', ({ cron, jobs }) => {
  expect(findingsOf(cronJobNeverSucceeded, { CronJob: [cron], Job: jobs })).toEqual([]);
});

test.each([
  { check: cronJobLate, kind: 'CronJob' },
  { check: cronJobLate, kind: 'Job' },
  { check: cronJobBlocked, kind: 'Job' },
  { check: cronJobSuspended, kind: 'CronJob' },
  { check: cronJobNeverSucceeded, kind: 'Job' },
])('$kind that cannot be read leaves $check.id unevaluated', ({ check, kind }) => {
  const objects = {
    CronJob: [
      aCronJob({ lastScheduleAtMs: ago(9 * HOUR) }),
      aCronJob({ suspend: true, lastScheduleAtMs: ago(2 * WEEK), meta: { name: 'other' } }),
    ],
    Job: [failed(50)],
  };

  expect(withGap(check, kind, objects)).toMatchObject({ findings: [], outcomes: [{ evaluated: 'partly' }] });
});

test('a CronJob whose time zone nobody knows never runs, and its controller says so', () => {
  const cron = aCronJob({ timeZone: 'Mars/Olympus', lastScheduleAtMs: undefined });
  const event = anEvent(
    { kind: 'CronJob', meta: cron.meta },
    { reason: 'UnknownTimeZone', message: 'invalid timeZone: "Mars/Olympus"', firstAtMs: ago(50), lastAtMs: ago(20) },
  );

  expect(findingsOf(cronJobLate, { CronJob: [cron], Event: [event] })).toMatchObject([
    {
      reason: 'CronJobLate',
      impact: 'error',
      onsetAtMs: ago(50),
      title: 'never runs, because nobody knows its time zone Mars/Olympus',
    },
  ]);
  expect(findingsOf(cronJobLate, { CronJob: [cron] })).toEqual([]);
});
