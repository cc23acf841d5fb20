import { condition, metadataOf, suffixOf, timeOf, type Builder, type KubeObject } from './kube-object.ts';
import { CONTAINER_NAME, podSpec } from './pod-objects.ts';

export interface JobBuilder extends Builder {
  in(namespace: string): JobBuilder;
  image(image: string): JobBuilder;
  /** Its pod failed until the limit was reached, or its deadline passed. */
  failed(options?: { readonly reason?: JobFailure; readonly exitCode?: number; readonly sinceMs?: number }): JobBuilder;
  succeeded(): JobBuilder;
  /** The moment that every time counts back from, in Unix milliseconds; the present unless told. */
  at(nowMs: number): JobBuilder;
  healthy(): JobBuilder;
}

type JobFailure = 'BackoffLimitExceeded' | 'DeadlineExceeded';

interface JobPlan {
  readonly name: string;
  readonly namespace: string;
  readonly image: string;
  readonly failure: JobFailure | undefined;
  readonly exitCode: number;
  /** When it ended, before now. */
  readonly sinceMs: number;
  readonly nowMs: number;
}

const FIVE_MINUTES_MS = 300_000;
const FAILURE_MESSAGES: Readonly<Record<JobFailure, string>> = {
  BackoffLimitExceeded: 'Job has reached the specified backoff limit',
  DeadlineExceeded: 'Job was active longer than specified deadline',
};

/** A Job that ran to its end, well unless told otherwise, and its last pod. */
export function aJob(name: string): JobBuilder {
  const image = `registry.example.com/${name}:1.0.0`;
  const nowMs = Date.now();
  return build({ name, namespace: 'default', image, failure: undefined, exitCode: 0, sinceMs: FIVE_MINUTES_MS, nowMs });
}

function build(plan: JobPlan): JobBuilder {
  const change = (changes: Partial<JobPlan>): JobBuilder => build({ ...plan, ...changes });
  const succeeded = (): JobBuilder => change({ failure: undefined, exitCode: 0 });
  return {
    in: (namespace) => change({ namespace }),
    image: (image) => change({ image }),
    failed: ({ reason = 'BackoffLimitExceeded', exitCode = 1, sinceMs = FIVE_MINUTES_MS } = {}) =>
      change({ failure: reason, exitCode, sinceMs }),
    succeeded,
    healthy: succeeded,
    at: (nowMs) => change({ nowMs }),
    objects: () => {
      const job = jobObject(plan);
      return [job, podObject(plan, job)];
    },
  };
}

function jobObject(plan: JobPlan): KubeObject {
  const endedAtMs = plan.nowMs - plan.sinceMs;
  const { failure } = plan;
  const labels = { 'batch.kubernetes.io/job-name': plan.name };
  const conditions =
    failure === undefined
      ? ['SuccessCriteriaMet', 'Complete'].map((type) => condition(type, 'True', endedAtMs, 'CompletionsReached'))
      : ['FailureTarget', 'Failed'].map((type) =>
          condition(type, 'True', endedAtMs, failure, FAILURE_MESSAGES[failure]),
        );
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metadataOf({ kind: 'Job', ...plan, createdAtMs: startedAtMs(plan), labels }),
    spec: {
      parallelism: 1,
      completions: 1,
      backoffLimit: 0,
      template: { metadata: { labels }, spec: runOnce(plan) },
    },
    status: {
      startTime: timeOf(startedAtMs(plan)),
      ...(failure === undefined ? { succeeded: 1, completionTime: timeOf(endedAtMs) } : { failed: 1 }),
      terminating: 0,
      ready: 0,
      conditions,
    },
  };
}

function podObject(plan: JobPlan, owner: KubeObject): KubeObject {
  const endedAtMs = plan.nowMs - plan.sinceMs;
  const isFailed = plan.failure !== undefined;
  const name = `${plan.name}-${suffixOf(plan.name, 5)}`;
  const createdAtMs = startedAtMs(plan);
  const over = (type: string): Record<string, unknown> =>
    condition(type, 'False', endedAtMs, isFailed ? 'PodFailed' : 'PodCompleted');
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: metadataOf({
      kind: 'Pod',
      name,
      namespace: plan.namespace,
      createdAtMs,
      labels: { 'batch.kubernetes.io/job-name': plan.name },
      owner,
    }),
    spec: { ...runOnce(plan), nodeName: 'worker-1' },
    status: {
      phase: isFailed ? 'Failed' : 'Succeeded',
      startTime: timeOf(createdAtMs),
      conditions: [condition('PodScheduled', 'True', createdAtMs), over('ContainersReady'), over('Ready')],
      containerStatuses: [
        {
          name: CONTAINER_NAME,
          image: plan.image,
          imageID: `${plan.image}@sha256:${'0'.repeat(64)}`,
          ready: false,
          started: false,
          restartCount: 0,
          state: {
            terminated: {
              exitCode: plan.exitCode,
              reason: isFailed ? 'Error' : 'Completed',
              startedAt: timeOf(createdAtMs),
              finishedAt: timeOf(endedAtMs),
            },
          },
        },
      ],
    },
  };
}

function runOnce(plan: JobPlan): Record<string, unknown> {
  return { ...podSpec({ image: plan.image, memoryLimit: '256Mi' }), restartPolicy: 'Never' };
}

function startedAtMs(plan: JobPlan): number {
  return plan.nowMs - plan.sinceMs - FIVE_MINUTES_MS;
}
