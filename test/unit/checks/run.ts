import type { CheckRun } from '../../../src/domain/check.ts';
import type { Finding } from '../../../src/domain/finding.ts';
import type { Snapshot, ObjectsByKind } from '../../../src/domain/snapshot.ts';
import { runChecks, runChecksInTurns, type CheckOptions } from '../../../src/checks/run-checks.ts';
import type { Check } from '../../../src/checks/check.ts';
import { aSnapshot, NOW_MS } from '../../builders/kubernetes.ts';

const OPTIONS: CheckOptions = {
  nowMs: NOW_MS,
  settings: () => ({}),
  due: 'all',
  lastKnownOwner: () => undefined,
  redact: (text) => text,
  onError: (_id, error) => {
    throw error;
  },
};

export function run(snapshot: Snapshot, over: Partial<CheckOptions> = {}): CheckRun {
  return runChecks(snapshot, { ...OPTIONS, ...over });
}

export function runInTurns(
  snapshot: Snapshot,
  over: Partial<CheckOptions>,
  pause: () => Promise<unknown>,
): Promise<CheckRun> {
  return runChecksInTurns(snapshot, { ...OPTIONS, ...over }, pause);
}

/** What one check says of these objects. */
export function findingsOf(
  check: Check,
  objects: Partial<ObjectsByKind>,
  over: Partial<CheckOptions> = {},
): readonly Finding[] {
  return run(aSnapshot(objects), { checks: [check], ...over }).findings;
}

/** How one check judges itself when this kind cannot be read in the namespace `payments`, and what it still states. */
export function withGap(check: Check, resource: string, objects: Partial<ObjectsByKind>): CheckRun {
  const gap = { resource, namespace: 'payments', cause: 'forbidden', detail: 'no list' } as const;
  return run(aSnapshot(objects, { gaps: [gap] }), { checks: [check] });
}
