import type { CheckedFinding } from '../../domain/check.ts';
import type { Event } from '../../domain/kubernetes/cluster.ts';
import type { CronJob } from '../../domain/kubernetes/workload.ts';
import type { Check } from '../check.ts';
import { nextRun, runsBetween, zoneOffset } from './cron-schedule.ts';
import { clockworkOf, cronFinding, isUnfinished, timeText } from './cron-state.ts';
import { clause, quoteEvent } from '../evidence.ts';
import { describeObject, inNamespace } from '../next-steps.ts';
import type { View } from '../view.ts';

const MAX_COUNT = 100;
/** What the controller says when it starts nothing. */
const EXCUSES = new Set([
  'UnknownTimeZone',
  'UnparseableSchedule',
  'InvalidSchedule',
  'TooManyMissedTimes',
  'MissSchedule',
  'FailedCreate',
  'FailedNeedsStart',
]);

export const cronJobLate: Check = {
  id: 'cronjob-late',
  family: 'job',
  sees: 'CronJobs that did not start a run 10 minutes after its time, by their schedule and time zone, and what their controller says to that; those whose time zone nobody knows. Not: suspended ones, those whose last run is still at work and may not overlap (cronjob-blocked).',
  cannotSee:
    'CronJobs without a time zone whose controller does not run in UTC, schedules with @every; one that was resumed with a start deadline looks late until its next time.',
  needs: ['CronJob', 'Job'],
  uses: ['Event', 'Service'],
  worstImpact: 'error',
  graceMs: 10 * 60_000,
  run: (view) => view.objects.CronJob.flatMap((cron) => late(view, cron) ?? []),
};

function late(view: View, cron: CronJob): CheckedFinding | undefined {
  const { meta, suspend, concurrencyPolicy, lastScheduleAtMs } = cron;
  if (suspend || meta.deletedAtMs !== undefined) return undefined;
  const clockwork = clockworkOf(cron);
  if (clockwork === undefined) return withoutZone(view, cron);
  const { schedule, offset } = clockwork;
  const sinceMs = Math.max(lastScheduleAtMs ?? 0, meta.createdAtMs);
  const dueAtMs = nextRun(schedule, offset, sinceMs);
  if (dueAtMs === undefined || dueAtMs > view.nowMs) return undefined;
  const jobs = view.jobsOf(meta.uid);
  // A Job that is there although the CronJob's own status lags behind.
  if (jobs.some((job) => job.meta.createdAtMs >= dueAtMs)) return undefined;
  if (concurrencyPolicy === 'Forbid' && jobs.some(isUnfinished)) return undefined;
  const missed = runsBetween(schedule, offset, sinceMs, view.nowMs, MAX_COUNT);
  const excuse = excuseOf(view, cron, EXCUSES);
  return cronFinding(view, cron, {
    reason: 'CronJobLate',
    impact: missed > 1 ? 'error' : 'warning',
    title: `did not run at ${timeText(dueAtMs)}${missed > 1 ? ` and has missed ${missed >= MAX_COUNT ? 'more than ' : ''}${String(missed)} runs` : ''}: schedule ${cron.schedule}, last run ${timeText(lastScheduleAtMs) || 'never'}${excuse === undefined ? '' : ` (${clause(excuse.message)})`}`,
    onsetAtMs: dueAtMs,
    evidence: excuse === undefined ? [] : [quoteEvent(excuse)],
    nextSteps: [
      describeObject('cronjob', meta),
      `kubectl get events --field-selector involvedObject.name=${meta.name}${inNamespace(meta.namespace)}`,
    ],
  });
}

/** Neither we nor its controller know the zone: it never runs. */
function withoutZone(view: View, cron: CronJob): CheckedFinding | undefined {
  const { meta, timeZone } = cron;
  const excuse = excuseOf(view, cron, new Set(['UnknownTimeZone']));
  if (excuse === undefined || zoneOffset(timeZone) !== undefined) return undefined;
  return cronFinding(view, cron, {
    reason: 'CronJobLate',
    impact: 'error',
    title: `never runs, because nobody knows its time zone ${timeZone}`,
    onsetAtMs: excuse.firstAtMs ?? excuse.lastAtMs,
    evidence: [quoteEvent(excuse)],
    nextSteps: [describeObject('cronjob', meta)],
  });
}

function excuseOf(
  view: View,
  { meta, lastScheduleAtMs = 0 }: CronJob,
  reasons: ReadonlySet<string>,
): Event | undefined {
  return view
    .eventsAbout(meta, 'CronJob')
    .find(({ reason, lastAtMs }) => reasons.has(reason) && lastAtMs > lastScheduleAtMs);
}
