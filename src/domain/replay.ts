import type { AgentsOutcome } from './agent-report.ts';
import type { Incident } from './incident.ts';
import type { Severity } from './severity.ts';
import type { TimeWindow } from './time-window.ts';

/** Raised when a record of before can no longer be decided again from what it holds. */
export const REPLAY_VERSION = 1;

/**
 * What decided in a cycle besides its findings, its checks and the files: with these, the cycle can be decided again. Times are ISO 8601 UTC;
 * what the files said is not here, they are found by their hashes.
 */
export interface ReplayRecord {
  readonly version: typeof REPLAY_VERSION;
  readonly clusterId: string;
  readonly settings: DecidingSettings;
  readonly scope: Scope;
  /** All of the cluster where a finding is about a cluster-wide object, whose environment they decide; else empty. */
  readonly namespaces: readonly { readonly name: string; readonly labels: Readonly<Record<string, string>> }[];
  /** One, or two where agents ran. */
  readonly passes: readonly ReplayPass[];
  /** What the agents reported, accepted by code; left out where none ran. Their findings are among the cycle's. */
  readonly agents?: AgentReports;
}

/** The namespaces that a cycle was to look at. */
export interface Scope {
  /** Left out: all. */
  readonly included?: readonly string[];
  readonly excluded: readonly string[];
}

/** What of the operator's settings decides whether, where and as what people are told. */
export interface DecidingSettings {
  readonly clusterName: string;
  /** IANA zone of windows that name none. */
  readonly zone: string;
  readonly channels: Readonly<Record<Severity, string>>;
  readonly allowedChannels: readonly string[];
  readonly businessHours: TimeWindow;
  readonly environments: {
    readonly cluster?: string | undefined;
    readonly namespaces: Readonly<Record<string, string>>;
    readonly lines?: {
      readonly cluster?: number | undefined;
      readonly namespaces: Readonly<Record<string, number>>;
    };
  };
}

export interface ReplayPass {
  readonly pass: 1 | 2;
  /** When policy and Markdown were asked about the findings that are new in this pass. */
  readonly assessedAt: string;
  readonly decidedAt: string;
  readonly snapshotAt: string;
  readonly analysis: { readonly expected: boolean; readonly available: boolean; readonly missing?: string | undefined };
  /** The incidents that the agents were asked about; left out: everything. */
  readonly focus?: readonly string[] | undefined;
  /** Ids of the incidents that it opened, in their order. */
  readonly opened: readonly string[];
  /**
   * Incidents as they stood before, without their quotations. In pass 2 only those that another cycle had touched since pass 1: the others
   * stand as pass 1 left them.
   */
  readonly known: readonly Incident[];
}

type AgentReports = Pick<AgentsOutcome, 'missing' | 'analyses' | 'correlations' | 'verdicts' | 'words'>;
