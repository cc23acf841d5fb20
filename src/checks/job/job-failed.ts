import type { CheckedFinding } from '../../domain/check.ts';
import type { Condition } from '../../domain/kubernetes/meta.ts';
import type { Job } from '../../domain/kubernetes/workload.ts';
import { about } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { clause, fields, quoteCondition, quoteField, terminationFields } from '../evidence.ts';
import { describeObject, inNamespace } from '../next-steps.ts';
import { condition, containerName, containersOf, endedRun } from '../pod-state.ts';
import { lastTermination } from '../workload/restarts.ts';
import { ownerKey, type View } from '../view.ts';

export const jobFailed: Check = {
  id: 'job-failed',
  family: 'job',
  sees: 'Jobs that have given up (retries spent, deadline passed, failure policy). Not: suspended Jobs, Jobs that still retry, failures after which a later Job of the same owner succeeded.',
  cannotSee:
    'Jobs that finished with the wrong result, failures whose Job was deleted between two cycles, Jobs without a deadline that never end.',
  needs: ['Job'],
  uses: ['CronJob', 'Pod', 'Service'],
  worstImpact: 'error',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) => {
    const lastSuccessMs = successByOwner(view);
    return view.objects.Job.flatMap((job) => {
      const failed = giveUp(job);
      if (job.meta.deletedAtMs !== undefined || failed === undefined) return [];
      const { top } = view.ownership('Job', job.meta);
      const succeededAtMs = Math.max(
        lastSuccessMs.get(ownerKey(top)) ?? 0,
        top.kind === 'CronJob' ? (view.cronJob(top.namespace, top.name)?.lastSuccessAtMs ?? 0) : 0,
      );
      return succeededAtMs > (failed.changedAtMs ?? job.meta.createdAtMs) ? [] : [findingFor(view, job, failed)];
    });
  },
};

/** `FailureTarget` comes first: the Job has given up, and its last pods are still ending. */
function giveUp({ conditions }: Job): Condition | undefined {
  return ['Failed', 'FailureTarget']
    .map((type) => condition(conditions, type))
    .find((candidate) => candidate?.status === 'True');
}

/** When a Job of each owner last succeeded. */
function successByOwner(view: View): ReadonlyMap<string, number> {
  const successes = new Map<string, number>();
  for (const job of view.objects.Job) {
    const complete = condition(job.conditions, 'Complete');
    if (complete?.status !== 'True') continue;
    const key = ownerKey(view.ownership('Job', job.meta).top);
    const atMs = job.completedAtMs ?? complete.changedAtMs ?? job.meta.createdAtMs;
    successes.set(key, Math.max(successes.get(key) ?? 0, atMs));
  }
  return successes;
}

function findingFor(view: View, job: Job, failed: Condition): CheckedFinding {
  const { meta, template } = job;
  const death = lastDeath(view, job);
  const tries = job.failed === 0 ? '' : ` after ${String(job.failed)} failed ${job.failed === 1 ? 'pod' : 'pods'}`;
  return {
    ...about(view, 'Job', 'batch/v1', meta, template),
    family: 'job',
    reason: 'JobFailed',
    impact: 'error',
    title: `job ${meta.name} failed${tries} (${whyItGaveUp(job, failed)})${death === undefined ? '' : `: ${death.text}`}`,
    onsetAtMs: failed.changedAtMs ?? meta.createdAtMs,
    evidence: [
      quoteCondition('Job', meta, failed),
      ...(death === undefined ? [] : [death.quote]),
      quoteField('Job', meta, 'status', fields({ failed: job.failed, succeeded: job.succeeded })),
      quoteField(
        'Job',
        meta,
        'spec',
        fields({ backoffLimit: job.backoffLimit, activeDeadlineSeconds: job.activeDeadlineSeconds ?? '' }),
      ),
    ],
    ...(death !== undefined && { logOf: death.run }),
    nextSteps: [
      describeObject('job', meta),
      `kubectl logs job/${meta.name} --all-containers --tail=100${inNamespace(meta.namespace)}`,
    ],
  };
}

function whyItGaveUp({ backoffLimit, activeDeadlineSeconds }: Job, { reason, message }: Condition): string {
  switch (reason) {
    case 'BackoffLimitExceeded':
      return `backoff limit of ${String(backoffLimit)} spent`;
    case 'DeadlineExceeded':
      return activeDeadlineSeconds === undefined
        ? 'deadline passed'
        : `deadline of ${String(activeDeadlineSeconds)} s passed`;
    case 'PodFailurePolicy':
      return 'its failure policy gave it up';
    case 'FailedIndexes':
    case 'MaxFailedIndexesExceeded':
      return `indexes failed: ${clause(message)}`;
    default:
      return reason || clause(message);
  }
}

/** How the Job's last failed container ended, where its pods are still there. */
function lastDeath(view: View, job: Job) {
  const deaths = view
    .podsOf(job.meta.uid)
    .flatMap((pod) =>
      containersOf(pod).map((container) => ({ pod, container, end: lastTermination(container.status) })),
    )
    .flatMap(({ pod, container, end }) => (end === undefined || end.exitCode === 0 ? [] : [{ pod, container, end }]))
    .toSorted((left, right) => (right.end.finishedAtMs ?? 0) - (left.end.finishedAtMs ?? 0));
  const [last] = deaths;
  if (last === undefined) return undefined;
  const { pod, container, end } = last;
  const why = ['', 'Error'].includes(end.reason) ? '' : ` (${end.reason})`;
  const state = container.status.terminated === undefined ? 'lastState' : 'state';
  return {
    text: `${containerName(container)} ended with exit code ${String(end.exitCode)}${why}`,
    run: endedRun(pod, container),
    quote: quoteField(
      'Pod',
      pod.meta,
      `${container.path}.${state}.terminated`,
      terminationFields(end),
      end.finishedAtMs,
    ),
  };
}
