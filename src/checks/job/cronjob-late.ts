import type { CheckedFinding } from '../../domain/check.ts';
import type { CronJob } from '../../domain/kubernetes/workload.ts';
import type { Check } from '../check.ts';
import { nextRun, runsBetween } from './cron-schedule.ts';
import { clockworkOf, cronFinding, isUnfinished, timeText } from './cron-state.ts';
import { describeObject, inNamespace } from '../next-steps.ts';
import type { View } from '../view.ts';

const MAX_COUNT = 100;

export const cronJobLate: Check = {
  id: 'cronjob-late',
  family: 'job',
  sees: 'CronJobs that did not start a run 10 minutes after its time, by their schedule and time zone. Not: suspended ones, those whose last run is still at work and may not overlap (cronjob-blocked).',
  cannotSee:
    'CronJobs without a time zone whose controller does not run in UTC, schedules with @every; one that was resumed with a start deadline looks late until its next time.',
  needs: ['CronJob', 'Job'],
  uses: ['Service'],
  worstImpact: 'error',
  graceMs: 10 * 60_000,
  run: (view) => view.objects.CronJob.flatMap((cron) => late(view, cron) ?? []),
};

function late(view: View, cron: CronJob): CheckedFinding | undefined {
  const { meta, suspend, concurrencyPolicy, lastScheduleAtMs } = cron;
  if (suspend || meta.deletedAtMs !== undefined) return undefined;
  const clockwork = clockworkOf(cron);
  if (clockwork === undefined) return undefined;
  const { schedule, offset } = clockwork;
  const sinceMs = Math.max(lastScheduleAtMs ?? 0, meta.createdAtMs);
  const dueAtMs = nextRun(schedule, offset, sinceMs);
  if (dueAtMs === undefined || dueAtMs > view.nowMs) return undefined;
  const jobs = view.jobsOf(meta.uid);
  // A Job that is there although the CronJob's own status lags behind.
  if (jobs.some((job) => job.meta.createdAtMs >= dueAtMs)) return undefined;
  if (concurrencyPolicy === 'Forbid' && jobs.some(isUnfinished)) return undefined;
  const missed = runsBetween(schedule, offset, sinceMs, view.nowMs, MAX_COUNT);
  return cronFinding(view, cron, {
    reason: 'CronJobLate',
    impact: missed > 1 ? 'error' : 'warning',
    title: `did not run at ${timeText(dueAtMs)}${missed > 1 ? ` and has missed ${missed >= MAX_COUNT ? 'more than ' : ''}${String(missed)} runs` : ''}: schedule ${cron.schedule}, last run ${timeText(lastScheduleAtMs) || 'never'}`,
    onsetAtMs: dueAtMs,
    nextSteps: [
      describeObject('cronjob', meta),
      `kubectl get events --field-selector involvedObject.name=${meta.name}${inNamespace(meta.namespace)}`,
    ],
  });
}
