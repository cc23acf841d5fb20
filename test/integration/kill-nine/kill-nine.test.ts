import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { buildChild, type Child } from '../../harness/kill-nine/build-child.ts';
import { IN_DOUBT, POINTS } from '../../harness/kill-nine/plan.ts';
import { journalOf, shapeOf, startStory, type Shape, type Story } from '../../harness/kill-nine/story.ts';

// Each story is a chain of processes that mostly wait; more of them at once only wait longer for a core.
vi.setConfig({ maxConcurrency: 3, testTimeout: 240_000 });

let child: Child;
let undisturbed: Shape;
beforeAll(async () => {
  child = await buildChild();
  await using story = await startStory(child);
  await story.live();
  undisturbed = shapeOf(story);
  expect(undisturbed.texts).toHaveLength(1);
  expect(undisturbed.texts[0]).toMatch(/recovered/);
  expect(undisturbed.replies.map(([, broadcast]) => broadcast)).toEqual([false, true]);
});

afterAll(() => child[Symbol.asyncDispose]());

/** The process dies at the point in the cycle that opens, the one that edits and the one that resolves; each time another one goes on. */
async function dieInEachPhase(story: Story, point: string): Promise<readonly boolean[]> {
  const killed: boolean[] = [];
  for (const phase of [0, 1, 3]) {
    const { wasKilled } = await story.live({ kill: { cycle: phase - story.cyclesOver(), step: point } });
    killed.push(wasKilled);
  }
  await story.live();
  return killed;
}

test.concurrent.each(POINTS)(
  'a process that is killed at "%s" loses nothing and tells nothing twice',
  async (point) => {
    await using story = await startStory(child);

    const killed = await dieInEachPhase(story, point);

    expect(killed).toEqual([true, true, true]);
    const journal = journalOf(story);
    expect(journal.stored).toEqual(journal.told);
    expect(journal).toMatchObject({ waiting: [], duplicates: [], incidents: [{ state: 'resolved' }] });
    expect(shapeOf(story)).toEqual(undisturbed);
    expect(story.slack.violations).toEqual([]);
  },
);

test.concurrent.each(['delivery: sending committed', ...IN_DOUBT])(
  'where history may not be read, a process that is killed at "%s" loses nothing and explains what comes twice',
  async (point) => {
    await using story = await startStory(child, { historyReadable: false });

    const { wasKilled } = await story.live({ kill: { cycle: 0, step: point } });
    await story.live();

    expect(wasKilled).toBe(true);
    const journal = journalOf(story);
    expect(journal.stored).toEqual(journal.told);
    expect(journal).toMatchObject({ waiting: [], incidents: [{ state: 'resolved' }] });
    // The extra message carries the same delivery id as the first.
    expect(journal.duplicates.map(([, extra]) => extra)).toEqual(IN_DOUBT.has(point) ? [1] : []);
    expect(story.slack.violations.filter(({ error }) => error !== 'missing_scope')).toEqual([]);
  },
);
