import type { Ask } from '../cycle/coordinator.ts';
import type { CycleResult } from '../cycle/cycle.ts';
import type { DefinitionWarning } from '../domain/definitions.ts';
import type { MonitorCards, MonitorFacts } from './monitor-cards.ts';
import type { OwnerMemory } from './owner-memory.ts';

/** What is recorded behind a cycle or a changed file, while the next ones go on. */
export interface FollowUp extends AsyncDisposable {
  readonly ofCycle: (result: CycleResult, ask: Ask) => void;
  readonly ofFiles: (warnings: readonly DefinitionWarning[]) => void;
  /** Resolves when all that was begun is recorded. */
  readonly settled: () => Promise<void>;
}

export function createFollowUp(parts: {
  readonly owners: Pick<OwnerMemory, 'remember'>;
  readonly cards: MonitorCards;
  readonly facts: () => MonitorFacts;
}): FollowUp {
  const { owners, cards, facts } = parts;
  let following: Promise<void> = Promise.resolve();
  const follow = (...work: readonly Promise<void>[]): void => {
    const before = following;
    // Resolves with nothing: what it resolved with would hold on to all that went before.
    following = Promise.all([before, ...work]).then(() => undefined);
  };
  const settled = (): Promise<void> => following;
  return {
    ofCycle: (result, ask) =>
      follow(owners.remember(result.snapshot, result.findings), cards.tell(result, ask, facts())),
    ofFiles: (warnings) => follow(cards.tellFiles({ warnings, settingsProblem: facts().settingsProblem })),
    settled,
    [Symbol.asyncDispose]: settled,
  };
}
