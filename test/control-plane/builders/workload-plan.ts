import { podObjects, podSpec } from './pod-objects.ts';
import type { KubeObject } from './kube-object.ts';
import { HEALTHY, type Affliction } from './trouble.ts';

/** What the builders of Deployments, StatefulSets and bare Pods have in common. */
export interface WorkloadPlan {
  readonly name: string;
  readonly namespace: string;
  readonly replicas: number;
  readonly image: string;
  readonly memoryLimit: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly claimNames: readonly string[];
  /** Pods go to these in turn. */
  readonly nodeNames: readonly string[];
  readonly nowMs: number;
  /** How long ago everything was created; a real server says now whatever we say. */
  readonly ageMs: number;
  readonly affliction: Affliction;
}

/** The words that say what a workload is; `B` is the builder. */
export interface WorkloadWords<B> {
  in(namespace: string): B;
  image(image: string): B;
  labelled(labels: Readonly<Record<string, string>>): B;
  annotated(annotations: Readonly<Record<string, string>>): B;
  mounting(claimName: string): B;
  on(...nodeNames: string[]): B;
  /** The moment that every time in the objects counts back from, in Unix milliseconds; the present unless told. */
  at(nowMs: number): B;
  /** How long it has been there; a day unless told. */
  aged(ageMs: number): B;
}

const DAY_MS = 86_400_000;

export function newPlan(name: string): WorkloadPlan {
  return {
    name,
    namespace: 'default',
    replicas: 1,
    image: `registry.example.com/${name}:1.0.0`,
    memoryLimit: '512Mi',
    labels: {},
    annotations: {},
    claimNames: [],
    nodeNames: ['worker-1'],
    nowMs: Date.now(),
    ageMs: DAY_MS,
    affliction: HEALTHY,
  };
}

export function workloadWords<B>(plan: WorkloadPlan, change: (plan: Partial<WorkloadPlan>) => B): WorkloadWords<B> {
  return {
    in: (namespace) => change({ namespace }),
    image: (image) => change({ image }),
    labelled: (labels) => change({ labels: { ...plan.labels, ...labels } }),
    annotated: (annotations) => change({ annotations: { ...plan.annotations, ...annotations } }),
    mounting: (claimName) => change({ claimNames: [...plan.claimNames, claimName] }),
    on: (...nodeNames) => change({ nodeNames }),
    at: (nowMs) => change({ nowMs }),
    aged: (ageMs) => change({ ageMs }),
  };
}

/** The labels of its pods, and what its selector selects. */
export function selectorOf(plan: WorkloadPlan): Record<string, string> {
  return { app: plan.name };
}

export function createdAtMs(plan: WorkloadPlan): number {
  return plan.nowMs - Math.max(plan.ageMs, plan.affliction.sinceMs);
}

export function templateOf(plan: WorkloadPlan): {
  metadata: { labels: Record<string, string> };
  spec: Record<string, unknown>;
} {
  return { metadata: { labels: { ...plan.labels, ...selectorOf(plan) } }, spec: podSpec(plan) };
}

/** How many of its pods are troubled, and how many serve. */
export function countsOf(plan: WorkloadPlan): { replicas: number; ready: number; troubled: number } {
  const troubled = plan.affliction.trouble.kind === 'none' ? 0 : Math.min(plan.replicas, plan.affliction.pods);
  const ready = plan.affliction.trouble.kind === 'restarting' ? plan.replicas : plan.replicas - troubled;
  return { replicas: plan.replicas, ready, troubled };
}

/** Its pods and their events; the troubled ones come first. */
export function podsOf(
  plan: WorkloadPlan,
  names: readonly string[],
  owner: KubeObject,
  labels: Readonly<Record<string, string>> = {},
): KubeObject[] {
  const { troubled } = countsOf(plan);
  return names.flatMap((name, index) =>
    podObjects({
      name,
      namespace: plan.namespace,
      labels: { ...plan.labels, ...selectorOf(plan), ...labels },
      spec: podSpec(plan),
      image: plan.image,
      nodeName: plan.nodeNames[index % plan.nodeNames.length] ?? 'worker-1',
      owner,
      trouble: index < troubled ? plan.affliction.trouble : { kind: 'none' },
      nowMs: plan.nowMs,
      createdAtMs: createdAtMs(plan),
      onsetAtMs: plan.nowMs - plan.affliction.sinceMs,
    }),
  );
}
