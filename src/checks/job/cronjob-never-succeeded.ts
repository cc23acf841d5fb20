import type { CheckedFinding } from '../../domain/check.ts';
import type { CronJob } from '../../domain/kubernetes/workload.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { nextRun, runsBetween } from './cron-schedule.ts';
import { clockworkOf, cronFinding, isUnfinished } from './cron-state.ts';
import { quoteCondition } from '../evidence.ts';
import { describeObject, inNamespace } from '../next-steps.ts';
import { condition } from '../pod-state.ts';
import type { View } from '../view.ts';

const MIN_RUNS = 3;
const MAX_COUNT = 100;

export const cronJobNeverSucceeded: Check = {
  id: 'cronjob-never-succeeded',
  family: 'job',
  sees: 'CronJobs that have run three times or more, never with success, the last Job failed. Not: those whose run is still at work, those with any success on record.',
  cannotSee:
    'CronJobs whose failed Jobs are not kept, CronJobs without a time zone whose controller does not run in UTC.',
  needs: ['CronJob', 'Job'],
  uses: ['Service'],
  worstImpact: 'error',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) => view.objects.CronJob.flatMap((cron) => neverSucceeded(view, cron) ?? []),
};

function neverSucceeded(view: View, cron: CronJob): CheckedFinding | undefined {
  const { meta, lastScheduleAtMs, lastSuccessAtMs, suspend } = cron;
  if (suspend || lastSuccessAtMs !== undefined || lastScheduleAtMs === undefined) return undefined;
  const clockwork = clockworkOf(cron);
  const jobs = view.jobsOf(meta.uid).toSorted((left, right) => right.meta.createdAtMs - left.meta.createdAtMs);
  const [last] = jobs;
  const failed = last && condition(last.conditions, 'Failed');
  if (clockwork === undefined || last === undefined || failed?.status !== 'True') return undefined;
  if (jobs.some((job) => isUnfinished(job) || condition(job.conditions, 'Complete')?.status === 'True'))
    return undefined;
  const { schedule, offset } = clockwork;
  const runs = runsBetween(schedule, offset, meta.createdAtMs, lastScheduleAtMs, MAX_COUNT);
  if (runs < MIN_RUNS) return undefined;
  return cronFinding(view, cron, {
    reason: 'NeverSucceeded',
    impact: 'error',
    title: `has never succeeded in ${runs >= MAX_COUNT ? 'more than ' : ''}${String(runs)} runs; the last, ${last.meta.name}, failed (${failed.reason})`,
    onsetAtMs: nextRun(schedule, offset, meta.createdAtMs) ?? meta.createdAtMs,
    evidence: [quoteCondition('Job', last.meta, failed)],
    causes: [{ kind: 'Job', namespace: last.meta.namespace, name: last.meta.name }],
    nextSteps: [
      describeObject('cronjob', meta),
      `kubectl logs job/${last.meta.name} --all-containers --tail=100${inNamespace(meta.namespace)}`,
    ],
  });
}
