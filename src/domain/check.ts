import type { Finding, Family } from './finding.ts';
import type { Owner } from './object-ref.ts';
import type { Impact } from './severity.ts';
import type { Gap } from './snapshot.ts';

/** What a check states; the runner adds ids, origin and the check's own name. */
export type CheckedFinding = Omit<Finding, 'id' | 'origin' | 'check' | 'attachedTo' | 'verified'> & {
  /** What it may be a mere symptom of, the likeliest first: where one of these has a finding of its own, this one hangs on that. */
  readonly causes?: readonly Owner[];
};

export interface CheckSettings {
  readonly enabled: boolean;
  readonly graceMs: number;
  /** The operator's impact instead of the check's own. */
  readonly impact?: Impact;
}

export interface CheckOutcome {
  readonly id: string;
  readonly family: Family;
  /** `partly`: not in the namespaces of its gaps. */
  readonly evaluated: 'yes' | 'partly' | 'no' | 'not-due' | 'switched-off';
  readonly gaps: readonly Gap[];
  readonly findings: number;
  /** A patrol looked in these namespaces only, because all was whole elsewhere. Left out: everywhere. */
  readonly onlyIn?: readonly string[];
}

export interface CheckRun {
  readonly findings: readonly Finding[];
  readonly outcomes: readonly CheckOutcome[];
}

/** Whether this check, in this cycle, looked at this namespace ('' for cluster-wide objects) completely. */
export function covered(outcomes: readonly CheckOutcome[], checkId: string, namespace: string): boolean {
  const outcome = outcomes.find((candidate) => candidate.id === checkId);
  if (outcome === undefined) return false;
  if (outcome.onlyIn?.includes(namespace) === false) return false;
  if (outcome.evaluated === 'yes') return true;
  if (outcome.evaluated !== 'partly') return false;
  return namespace !== '' && outcome.gaps.every((gap) => gap.namespace !== undefined && gap.namespace !== namespace);
}
