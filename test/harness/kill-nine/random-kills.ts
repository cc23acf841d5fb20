import { journalOf, shapeOf, startStory, type Shape, type Story } from './story.ts';

export interface RandomKills {
  readonly kills: number;
  readonly stories: number;
  /** Messages that came twice, each explained by its delivery id; none where history may be read. */
  readonly duplicates: number;
  /** What must never be: one line each. */
  readonly failures: readonly string[];
}

/** A story ends even if every life was to be cut short. */
const MOST_KILLS_A_STORY = 10;
/** A story without a kill passes about so many steps. */
const STEPS_A_STORY = 110;
/** Long enough for a whole life on a machine that is not busy. */
const LONGEST_LIFE_MS = 900;

/**
 * Stories whose process is killed again and again: at a step that chance chooses, or at a moment that it chooses.
 *
 * @param random in [0, 1)
 */
export async function killAtRandom(
  child: { readonly file: string },
  options: {
    readonly kills: number;
    readonly random: () => number;
    readonly storiesAtOnce?: number;
    readonly onStory?: (soFar: RandomKills) => void;
  },
): Promise<RandomKills> {
  const { random } = options;
  const undisturbed = await undisturbedShape(child);
  let soFar: RandomKills = { kills: 0, stories: 0, duplicates: 0, failures: [] };

  const tell = async (): Promise<void> => {
    while (soFar.kills < options.kills) {
      const historyReadable = random() < 0.5;
      await using story = await startStory(child, { historyReadable });
      const kills = await cutShort(story, random);
      const { duplicates, failures } = judge(story, { kills, historyReadable, undisturbed });
      soFar = {
        kills: soFar.kills + kills,
        stories: soFar.stories + 1,
        duplicates: soFar.duplicates + duplicates,
        failures: [...soFar.failures, ...failures],
      };
      options.onStory?.(soFar);
    }
  };
  await Promise.all(Array.from({ length: options.storiesAtOnce ?? 2 }, tell));
  return soFar;
}

async function undisturbedShape(child: { readonly file: string }): Promise<Shape> {
  await using story = await startStory(child);
  await story.live();
  return shapeOf(story);
}

async function cutShort(story: Story, random: () => number): Promise<number> {
  let kills = 0;
  while (!story.isOver()) {
    const options =
      kills >= MOST_KILLS_A_STORY
        ? {}
        : random() < 0.5
          ? { kill: { count: 1 + Math.floor(random() * STEPS_A_STORY) } }
          : { killAfterMs: random() * LONGEST_LIFE_MS };
    const { wasKilled } = await story.live(options);
    if (wasKilled) kills += 1;
  }
  // What the last life left in the outbox.
  await story.live();
  return kills;
}

function judge(
  story: Story,
  { kills, historyReadable, undisturbed }: { kills: number; historyReadable: boolean; undisturbed: Shape },
): { readonly duplicates: number; readonly failures: readonly string[] } {
  const journal = journalOf(story);
  const duplicates = journal.duplicates.reduce((sum, [, extra]) => sum + extra, 0);
  const seen = JSON.stringify(shapeOf(story));
  const wrong: readonly (readonly [boolean, string])[] = [
    [journal.waiting.length > 0, `${journal.waiting.length} notices still wait`],
    [
      JSON.stringify(journal.stored) !== JSON.stringify(journal.told),
      `the database says ${journal.told.join()} were told, Slack has ${journal.stored.join()}`,
    ],
    [duplicates > (historyReadable ? 0 : kills), `${duplicates} duplicates after ${kills} kills`],
    [duplicates === 0 && seen !== JSON.stringify(undisturbed), `people see ${seen}`],
    [
      journal.incidents.length !== 1 || journal.incidents[0]?.state !== 'resolved',
      `incidents: ${JSON.stringify(journal.incidents)}`,
    ],
  ];
  return { duplicates, failures: wrong.flatMap(([isWrong, line]) => (isWrong ? [line] : [])) };
}
