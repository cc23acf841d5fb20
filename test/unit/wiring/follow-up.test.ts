import { expect, test } from 'vitest';
import type { DefinitionWarning } from '../../../src/domain/definitions.ts';
import { createFollowUp } from '../../../src/wiring/follow-up.ts';

test('what follows one thing after another is waited for, and holds on to nothing of what went before', async () => {
  const recorded: string[] = [];
  const followUp = createFollowUp({
    owners: { remember: () => Promise.resolve() },
    cards: {
      tell: () => Promise.resolve(),
      tellFiles: async ({ warnings }) => {
        await Promise.resolve();
        recorded.push(...warnings.map(({ file }) => file));
      },
    },
    facts: () => ({ settingsProblem: undefined, storeMovedAside: undefined, agentsConfigured: true }),
  });
  const warning = (file: string): DefinitionWarning => {
    return { file, line: 1, code: 'invalid-yaml', outcome: 'rejected', message: '' };
  };
  followUp.ofFiles([warning('a.md')]);
  followUp.ofFiles([warning('b.md')]);

  // Whatever it resolved with would be kept as long as the process runs, cycle upon cycle.
  expect(await followUp.settled()).toBeUndefined();
  expect(recorded).toEqual(['a.md', 'b.md']);
});
