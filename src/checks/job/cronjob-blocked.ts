import type { CheckedFinding } from '../../domain/check.ts';
import type { CronJob } from '../../domain/kubernetes/workload.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { nextRun, runsBetween } from './cron-schedule.ts';
import { clockworkOf, cronFinding, isUnfinished, timeText } from './cron-state.ts';
import { fields, quoteField } from '../evidence.ts';
import { describeObject } from '../next-steps.ts';
import type { View } from '../view.ts';

/** One run that overlaps the next happens; two that are left out are a rhythm lost. */
const MIN_SKIPPED = 2;
const MAX_COUNT = 100;

export const cronJobBlocked: Check = {
  id: 'cronjob-blocked',
  family: 'job',
  sees: 'CronJobs that may not overlap (Forbid) and have left out two runs or more, because one Job does not end. Not: a single overlap, suspended CronJobs.',
  cannotSee: 'CronJobs without a time zone whose controller does not run in UTC, schedules with @every.',
  needs: ['CronJob', 'Job'],
  uses: ['Pod', 'Service'],
  worstImpact: 'warning',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) => view.objects.CronJob.flatMap((cron) => blocked(view, cron) ?? []),
};

function blocked(view: View, cron: CronJob): CheckedFinding | undefined {
  const { meta, suspend, concurrencyPolicy } = cron;
  if (suspend || concurrencyPolicy !== 'Forbid' || meta.deletedAtMs !== undefined) return undefined;
  const clockwork = clockworkOf(cron);
  const running = view
    .jobsOf(meta.uid)
    .filter((job) => isUnfinished(job) && !job.suspend && job.meta.deletedAtMs === undefined)
    .toSorted((left, right) => left.meta.createdAtMs - right.meta.createdAtMs);
  const [job] = running;
  if (clockwork === undefined || job === undefined) return undefined;
  const { schedule, offset } = clockwork;
  const startedAtMs = job.startedAtMs ?? job.meta.createdAtMs;
  const skipped = runsBetween(schedule, offset, startedAtMs, view.nowMs, MAX_COUNT);
  const firstSkippedMs = nextRun(schedule, offset, startedAtMs);
  if (skipped < MIN_SKIPPED || firstSkippedMs === undefined) return undefined;
  return cronFinding(view, cron, {
    reason: 'ConcurrencyBlocked',
    impact: 'warning',
    title: `job ${job.meta.name} has not ended since ${timeText(startedAtMs)}, ${skipped >= MAX_COUNT ? 'more than ' : ''}${String(skipped)} runs were left out (concurrencyPolicy: Forbid)`,
    onsetAtMs: firstSkippedMs,
    evidence: [
      quoteField(
        'Job',
        job.meta,
        'status',
        fields({ active: job.active, succeeded: job.succeeded, failed: job.failed }),
      ),
    ],
    nextSteps: [
      describeObject('job', job.meta),
      `kubectl get pods -n ${meta.namespace} -l batch.kubernetes.io/job-name=${job.meta.name}`,
    ],
  });
}
