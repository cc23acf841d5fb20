/** Criticality of a service, from `CLAUDE.md`. */
export const TIERS = ['P0', 'P1', 'P2', 'P3'] as const;
export type Tier = (typeof TIERS)[number];

/** Urgency of a finding, from policy. */
export const PRIORITIES = ['P0', 'P1', 'P2', 'P3'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** The only word people see for how bad an incident is; SEV-1 is the worst. */
export const SEVERITIES = ['SEV-1', 'SEV-2', 'SEV-3', 'SEV-4'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What is really lost: nothing ready, some not ready, at risk, hygiene. */
export const IMPACTS = ['critical', 'error', 'warning', 'info'] as const;
export type Impact = (typeof IMPACTS)[number];

export const ENVIRONMENTS = ['production', 'staging', 'development', 'test', 'unknown'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/** Negative when `left` is worse than `right`, so that an ascending sort puts the worst first. */
export function compareSeverity(left: Severity, right: Severity): number {
  return SEVERITIES.indexOf(left) - SEVERITIES.indexOf(right);
}

export function worstSeverity(severities: readonly Severity[]): Severity | undefined {
  return severities.toSorted(compareSeverity)[0];
}

/** P0→SEV-1, P1→SEV-2, P2→SEV-3, P3→SEV-4: the floor under what any model may say. */
export function severityOf(priority: Priority): Severity {
  return SEVERITIES[PRIORITIES.indexOf(priority)] ?? 'SEV-4';
}
