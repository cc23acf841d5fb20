import type { SuspectedChange } from './agent-report.ts';
import type { Severity } from './severity.ts';

/** One incident as people see it: words and facts, no markup. Every text is untrusted; the channel escapes it. */
export interface Card {
  readonly state: 'open' | 'resolved' | 'silenced' | 'part-of';
  readonly severity: Severity;
  /** `payments/checkout-api: 0 of 3 replicas ready`; written by code. */
  readonly headline: string;
  /** The notifier's, at most 60 characters. */
  readonly headlineSuffix: string | undefined;
  readonly cluster: string;
  readonly namespace: string;
  /** `Deployment/checkout-api`. */
  readonly object: string;
  readonly tier: string | undefined;
  readonly environment: string;
  readonly reason: string;
  readonly onsetAtMs: number;
  readonly cyclesSeen: number;
  readonly origin: 'rule' | 'rule + AI' | 'AI';
  /** First words where something must be explained before all else: told late, part of another incident, not recorded. */
  readonly lead: string | undefined;
  readonly sections: readonly { readonly heading: string; readonly text: string }[];
  /** Commands or actions, safest first, at most three. */
  readonly nextSteps: readonly string[];
  readonly changes: readonly SuspectedChange[];
  /** Symptoms attached to this incident, one line each. */
  readonly attached: readonly string[];
  readonly notChecked: readonly string[];
  /** `not verified since 13:00`, `resolved after 47 min, verified in 2 full reads`, refused rules. */
  readonly stateLines: readonly string[];
  /** Handles such as `@payments-team`, shown as text. */
  readonly contacts: readonly string[];
  readonly footer: {
    readonly incidentId: string;
    readonly cycleId: string;
    /** 8 hex characters. */
    readonly revision: string;
    /** The cycle whose calls these are, where there are some and it is known. */
    readonly analysedInCycle?: string;
    readonly modelCalls: number;
    /** Who answered those calls; none where nobody was asked. */
    readonly models?: readonly string[];
    readonly tokens: number;
    readonly costUsd: number;
    /** `pending`, `done`, or why it is missing. */
    readonly analysis: string;
  };
}

/** Trouble of the monitor itself: grey, worded by code, never by a model. */
export interface MonitorCard {
  /** One open card a key: `definitions`, `cluster`, `budget`, … */
  readonly key: string;
  readonly state: 'trouble' | 'over';
  readonly headline: string;
  readonly lines: readonly string[];
  readonly cluster: string;
  readonly atMs: number;
}
