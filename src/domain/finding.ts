import type { ContainerRun } from './container-run.ts';
import type { EvidenceQuote } from './evidence.ts';
import type { ObjectRef, Owner } from './object-ref.ts';
import type { Environment, Impact, Priority, Severity, Tier } from './severity.ts';

/** The class of problem that gives an incident its identity: one owner has at most one open incident a family. */
export const FAMILIES = [
  'workload',
  'job',
  'node',
  'volume',
  'network',
  'certificate',
  'quota',
  'autoscaling',
  'admission',
  'gitops',
  'signal',
  'other',
] as const;
export type Family = (typeof FAMILIES)[number];

/** What went wrong, from a closed list for each family; an agent's own, and that of an event which no check knows, is `Other` with a slug behind a colon (`Other:slow-queries`). */
export const REASONS = {
  workload: [
    'CrashLoop',
    'OOMKilled',
    'ImagePull',
    'ConfigError',
    'StartFailed',
    'SandboxFailed',
    'InitFailed',
    'Unschedulable',
    'SchedulingGated',
    'ProbeFailing',
    'RestartsHigh',
    'Evicted',
    'StuckTerminating',
    'CompletionBlocked',
    'PodFailed',
    'ResizeRefused',
    'ReplicasShort',
    'RolloutStuck',
    'RolloutPaused',
  ],
  job: ['JobFailed', 'CronJobSuspended', 'CronJobLate', 'ConcurrencyBlocked', 'NeverSucceeded'],
  node: [
    'NodeNotReady',
    'NodeUnreachable',
    'NodePressure',
    'NetworkUnavailable',
    'NodeCordoned',
    'VersionSkew',
    'PodsFailingOnNode',
    'PodsOverCapacity',
    'NodeProblem',
  ],
  volume: [
    'ClaimPending',
    'ClaimLost',
    'ClaimTerminating',
    'ResizePending',
    'VolumeNotMounted',
    'VolumeReleased',
    'VolumeFailed',
    'StorageClassMissing',
  ],
  network: [
    'NoEndpoints',
    'TargetPortUnknown',
    'LoadBalancerPending',
    'IngressClassMissing',
    'IngressBackendMissing',
    'IngressPortUnknown',
    'PolicySelectsNothing',
    'GatewayNotReady',
    'RouteNotReady',
  ],
  certificate: ['CertificateNotReady', 'CertificateExpiring', 'CaBundleExpired'],
  quota: ['CreationForbidden', 'QuotaNearlyFull'],
  autoscaling: ['AtMaximum', 'CannotScale', 'ScaleTargetMissing', 'MetricsMissing'],
  admission: ['WebhookUnavailable', 'ApiServiceUnavailable', 'CrdNotEstablished', 'ConversionUnavailable'],
  gitops: ['SyncFailed', 'OutOfSync', 'Degraded', 'SourceFailed', 'GitOpsSuspended'],
  signal: [],
  other: [
    'NamespaceTerminating',
    'SingleReplica',
    'DrainBlocked',
    'BudgetSelectsNothing',
    'ResourceNotReady',
    'OperatorNotReady',
  ],
} as const satisfies Record<Family, readonly string[]>;
export type KnownReason = (typeof REASONS)[Family][number];
export type Reason = KnownReason | `Other:${string}`;

type Origin = 'check' | 'agent' | 'signal';

/** One problem on one object, as a check (or an agent, or a signal) states it. */
export interface Finding {
  /** `f1`…, unique in its cycle. Checks leave the numbering to the runner. */
  readonly id: string;
  readonly origin: Origin;
  /** The check's id, or the agent's name. */
  readonly check: string;
  readonly family: Family;
  readonly reason: Reason;
  readonly impact: Impact;
  readonly object: ObjectRef;
  readonly owner: Owner;
  /** One sentence for people, without the object's name at its start: `0 of 3 replicas ready: container api was OOM killed`. */
  readonly title: string;
  /** When it began, from the object itself. */
  readonly onsetAtMs: number;
  readonly evidence: readonly EvidenceQuote[];
  /** Whose log says why; left out where no container has anything to say. */
  readonly logOf?: ContainerRun;
  /** A command or action that a person can run, safest first. */
  readonly nextSteps: readonly string[];
  /** What policy, tiers and known issues match against. */
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly images: readonly string[];
  readonly serviceNames: readonly string[];
  /** The finding that causes this one: it opens no incident of its own. */
  readonly attachedTo?: string;
  /** Agents only: at least one citation was verified. */
  readonly verified?: boolean;
}

/** Why people must not be told yet or at all, as the SREs' own text says. */
export type Hold =
  | {
      readonly kind: 'known-issue';
      readonly text: string;
      readonly file: string;
      readonly line: number;
      /** The end of the window that is open, when the entry has one. */
      readonly untilMs?: number;
    }
  /** An entry that might concern it: the first message of a SEV-1/2 waits for the escalation agent, at most 90 s. */
  | { readonly kind: 'possible-known-issue'; readonly text: string; readonly file: string; readonly line: number }
  | {
      readonly kind: 'within-tolerance';
      readonly untilMs: number;
      readonly text: string;
      readonly file: string;
      readonly line: number;
    };

/** A finding with everything that policy and Markdown say about it. */
export interface AssessedFinding extends Finding {
  readonly namespaceLabels: Readonly<Record<string, string>>;
  readonly environment: Environment;
  readonly customLabels: Readonly<Record<string, readonly string[]>>;
  readonly tier: Tier | undefined;
  readonly priority: Priority;
  /** What policy said, before the tier moved it. */
  readonly priorityByPolicy?: Priority;
  /** The severity that holds without any model. */
  readonly floor: Severity;
  /** Which rule gave each; for the report. */
  readonly policy: { readonly environment: string; readonly labels: string; readonly priority: string };
  readonly hold: Hold | undefined;
}
