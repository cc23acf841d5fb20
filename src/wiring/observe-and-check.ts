import { setImmediate } from 'node:timers/promises';
import { checksWith } from '../checks/catalogue.ts';
import { allRows } from '../checks/custom-resource/shipped-rows.ts';
import { kindsFor, runChecksInTurns } from '../checks/run-checks.ts';
import type { ClusterReader } from '../cluster/reader.ts';
import type { CycleSteps } from '../cycle/steps.ts';
import { tierOf } from '../definitions/matching.ts';
import type { Logger } from '../log.ts';
import type { Redact } from '../redact.ts';
import type { Settings } from '../settings/settings.ts';
import { KINDS_OF_POLICY } from './assess.ts';
import type { OwnerMemory } from './owner-memory.ts';
import type { PatrolPods } from './patrol-pods.ts';

/** A cycle's look at the cluster: what the checks that are due need to read, and what they find in it. */
export function createObserveAndCheck(parts: {
  readonly cluster: Pick<ClusterReader, 'takeSnapshot'>;
  readonly settings: () => Settings;
  readonly patrolPods: PatrolPods;
  readonly owners: Pick<OwnerMemory, 'lastKnownOwner'>;
  readonly redact: Redact;
  readonly now: () => number;
  readonly log: Logger;
}): Pick<CycleSteps, 'observe' | 'check'> {
  const { cluster, settings, patrolPods, owners, redact, now, log } = parts;
  const checks = () => checksWith(settings().customResources);
  const settingsOf = (checkId: string) => settings().checks[checkId] ?? {};
  return {
    observe: async (due, signal) => {
      const snapshot = await cluster.takeSnapshot({
        kinds: [...kindsFor(due, settingsOf, checks()), ...KINDS_OF_POLICY],
        customResources: allRows(settings().customResources),
        namespaces: settings().namespaces,
        ...(due === 'patrol' && { podsToRead: await patrolPods.decide() }),
        signal,
      });
      patrolPods.note(snapshot);
      return snapshot;
    },
    check: (snapshot, due, pinned) =>
      runChecksInTurns(
        snapshot,
        {
          nowMs: now(),
          settings: settingsOf,
          checks: checks(),
          due,
          lastKnownOwner: owners.lastKnownOwner,
          tierOf: (subject) => tierOf(subject, pinned),
          redact,
          onError: (checkId, error) => log.error('check failed', { check: checkId, err: error }),
        },
        setImmediate,
      ),
  };
}
