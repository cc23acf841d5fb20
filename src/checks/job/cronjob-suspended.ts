import type { Check } from '../check.ts';
import { nextRun } from './cron-schedule.ts';
import { clockworkOf, cronFinding, timeText } from './cron-state.ts';
import { describeObject, inNamespace } from '../next-steps.ts';

export const cronJobSuspended: Check = {
  id: 'cronjob-suspended',
  family: 'job',
  sees: 'CronJobs that are suspended and have not run for a week past their next time.',
  cannotSee: 'Whether somebody meant it, and when it was suspended: it counts from the first run that was left out.',
  needs: ['CronJob'],
  uses: ['Service'],
  worstImpact: 'info',
  graceMs: 7 * 24 * 60 * 60_000,
  run: (view) =>
    view.objects.CronJob.filter(({ suspend, meta }) => suspend && meta.deletedAtMs === undefined).flatMap((cron) => {
      const { meta, lastScheduleAtMs } = cron;
      const clockwork = clockworkOf(cron);
      const sinceMs = lastScheduleAtMs ?? meta.createdAtMs;
      const leftOutAtMs = clockwork && nextRun(clockwork.schedule, clockwork.offset, sinceMs);
      const onsetAtMs = leftOutAtMs ?? sinceMs;
      // Nothing has been left out yet.
      if (onsetAtMs > view.nowMs) return [];
      return cronFinding(view, cron, {
        reason: 'CronJobSuspended',
        impact: 'info',
        title: `is suspended: schedule ${cron.schedule}, last run ${timeText(lastScheduleAtMs) || 'never'}`,
        onsetAtMs,
        nextSteps: [
          describeObject('cronjob', meta),
          `kubectl patch cronjob ${meta.name}${inNamespace(meta.namespace)} -p '{"spec":{"suspend":false}}'`,
        ],
      });
    }),
};
