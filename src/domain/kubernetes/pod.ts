import type { Condition, ObjectMeta } from './meta.ts';

export interface Pod {
  readonly meta: ObjectMeta;
  readonly nodeName: string;
  readonly serviceAccountName: string;
  readonly restartPolicy: string;
  readonly priorityClassName: string;
  readonly schedulerName: string;
  readonly schedulingGates: readonly string[];
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly claimNames: readonly string[];
  /** Of the pod as a whole, in place of the sums of its containers; empty where they count one by one. */
  readonly requests: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, string>>;
  readonly initContainers: readonly Container[];
  readonly containers: readonly Container[];
  readonly phase: string;
  readonly reason: string;
  readonly message: string;
  readonly startedAtMs: number | undefined;
  readonly conditions: readonly Condition[];
  readonly initContainerStatuses: readonly ContainerStatus[];
  readonly containerStatuses: readonly ContainerStatus[];
}

export interface Container {
  readonly name: string;
  readonly image: string;
  /** `Always` on an init container makes it a sidecar. */
  readonly restartPolicy: string;
  /** Quantities as written, such as `256Mi`. */
  readonly requests: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, string>>;
  readonly ports: readonly { readonly name: string; readonly containerPort: number; readonly protocol: string }[];
  /** Somebody sits, or sat, at its standard input. */
  readonly hasStdin: boolean;
  readonly hasReadinessProbe: boolean;
  readonly hasLivenessProbe: boolean;
  readonly hasStartupProbe: boolean;
}

export interface ContainerStatus {
  readonly name: string;
  readonly image: string;
  readonly ready: boolean;
  /** `undefined` where the API did not say. */
  readonly started: boolean | undefined;
  readonly restartCount: number;
  readonly waiting: { readonly reason: string; readonly message: string } | undefined;
  readonly running: { readonly startedAtMs: number | undefined } | undefined;
  readonly terminated: ContainerTermination | undefined;
  readonly lastTerminated: ContainerTermination | undefined;
}

export interface ContainerTermination {
  readonly exitCode: number;
  readonly signal: number;
  readonly reason: string;
  readonly message: string;
  readonly startedAtMs: number | undefined;
  readonly finishedAtMs: number | undefined;
}
