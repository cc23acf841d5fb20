import { anObject, type KubernetesObject } from './objects.ts';
import { aPod, nodeFor, podSpec, podSuffix, type ContainerPlan } from './pods.ts';
import { iso, moments } from './timeline.ts';

const FOUR_MINUTES_MS = 240_000;

interface CronJobPlan {
  readonly namespace: string;
  readonly name: string;
  readonly schedule: string;
  readonly container: ContainerPlan;
  /** Starts of its runs, oldest first; each took four minutes and succeeded. */
  readonly runsAtMs: readonly number[];
}

export function aCronJob({ namespace, name, schedule, container, runsAtMs }: CronJobPlan): readonly KubernetesObject[] {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: podSpec(container, 'Never') };
  const last = runsAtMs.at(-1) ?? moments.longAgo;
  const cronJob = anObject(
    'batch/v1',
    'CronJob',
    { namespace, name, createdAtMs: moments.longAgo, labels },
    {
      spec: {
        schedule,
        timeZone: 'Etc/UTC',
        suspend: false,
        concurrencyPolicy: 'Forbid',
        jobTemplate: { spec: { template } },
      },
      status: { lastScheduleTime: iso(last), lastSuccessfulTime: iso(last + FOUR_MINUTES_MS) },
    },
  );
  const jobs = runsAtMs.flatMap((startedAtMs) => {
    const finishedAtMs = startedAtMs + FOUR_MINUTES_MS;
    const job = anObject(
      'batch/v1',
      'Job',
      {
        namespace,
        name: `${name}-${Math.floor(startedAtMs / 60_000)}`,
        createdAtMs: startedAtMs,
        labels,
        owner: cronJob,
      },
      {
        spec: { completions: 1, parallelism: 1, backoffLimit: 3, suspend: false, template },
        status: {
          startTime: iso(startedAtMs),
          completionTime: iso(finishedAtMs),
          succeeded: 1,
          conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: iso(finishedAtMs) }],
        },
      },
    );
    const pod = aPod({
      owner: job,
      name: `${job.metadata.name}-${podSuffix(0)}`,
      labels: { ...labels, 'batch.kubernetes.io/job-name': job.metadata.name },
      container,
      node: nodeFor(1),
      createdAtMs: startedAtMs,
      state: { is: 'completed', startedAtMs, finishedAtMs },
    });
    return [job, pod];
  });
  return [cronJob, ...jobs];
}
