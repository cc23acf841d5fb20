import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { startSlackStandIn, type SlackStandIn } from '../../../src/demo/stand-ins/slack.ts';
import type { SlackMessage } from '../../../src/demo/stand-ins/slack-messages.ts';
import { startProgram } from '../command.ts';
import { handClock, SECOND_MS, type HandClock } from '../hand-clock.ts';
import type { Plan } from './plan.ts';
import { CYCLES_MS } from './trouble.ts';

const CHANNEL = 'critical-alerts';

/** One incident from its beginning to its end, over as many lives of the process as it takes. */
export interface Story extends AsyncDisposable {
  readonly slack: SlackStandIn;
  readonly directory: string;
  /** Lets the process live once: it goes on with the cycle that was not over yet. */
  readonly live: (options?: { readonly kill?: Plan['kill']; readonly killAfterMs?: number }) => Promise<Life>;
  readonly isOver: () => boolean;
  /** Cycles that are over. */
  readonly cyclesOver: () => number;
}

interface Life {
  readonly wasKilled: boolean;
  readonly stderr: string;
}

/** @param child what `buildChild` made */
export async function startStory(
  child: { readonly file: string },
  options: {
    /** Without history an interrupted message cannot be looked for. */
    readonly historyReadable?: boolean;
    readonly beginsAtMs?: number;
    readonly kubeconfig?: string;
    /** Called before each life with the moment at which its next cycle runs. */
    readonly prepare?: (atMs: number) => Promise<void>;
    /** One cycle a life, so that `prepare` sets the stage of each. */
    readonly oneCycleALife?: boolean;
  } = {},
): Promise<Story> {
  const beginsAtMs = options.beginsAtMs ?? Date.now();
  const clock: HandClock = handClock(beginsAtMs);
  await using acquired = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'kill-nine-'));
  acquired.defer(() => rm(directory, { recursive: true, force: true }));
  await mkdir(join(directory, 'data'));
  // The shipped one names services that are not here, of which people would be told too.
  await mkdir(join(directory, 'claude'));
  await writeFile(join(directory, 'claude', 'CLAUDE.md'), '# One cluster\n');
  const scopes = options.historyReadable === false ? ['chat:write', 'channels:read'] : undefined;
  // Slack's clock stands at the beginning of each life, so it comes to be minutes behind the monitor's, as a skewed clock would.
  const slack = acquired.use(await startSlackStandIn({ now: clock.now, ...(scopes !== undefined && { scopes }) }));
  let over = 0;
  let lives = 0;

  const running = acquired.move();
  return {
    slack,
    directory,
    isOver: () => over === CYCLES_MS.length,
    cyclesOver: () => over,
    live: async ({ kill, killAfterMs } = {}) => {
      // A restart takes a few seconds; no cycle happens at the moment of an earlier one.
      const late = lives * 2 * SECOND_MS;
      lives += 1;
      const ahead = CYCLES_MS.slice(over).map((ms) => beginsAtMs + ms + late);
      const cyclesAtMs = options.oneCycleALife === true ? ahead.slice(0, 1) : ahead;
      clock.set(cyclesAtMs[0] ?? clock.now());
      await options.prepare?.(clock.now());
      if (cyclesAtMs.length === 0) clock.set(beginsAtMs + (CYCLES_MS.at(-1) ?? 0) + late);
      const plan: Plan = {
        directory,
        beginsAtMs,
        startsAtMs: clock.now(),
        cyclesAtMs,
        slack: { url: slack.url, token: slack.token },
        ...(options.kubeconfig !== undefined && { kubeconfig: options.kubeconfig }),
        ...(kill !== undefined && { kill }),
      };
      const command = startProgram(child.file, [JSON.stringify(plan)]);
      const timer =
        killAfterMs === undefined ? undefined : setTimeout(() => command.child.kill('SIGKILL'), killAfterMs);
      const { code, signal, stdout, stderr } = await command.ended;
      clearTimeout(timer);
      over += stdout.split('\n').filter((line) => line.startsWith('over ')).length;
      if (signal !== 'SIGKILL' && code !== 0) throw new Error(`the process ended with ${code}: ${stderr}`);
      return { wasKilled: signal === 'SIGKILL', stderr };
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** What people see in the end, whatever the ids and times: equal for every way in which the story went. */
export interface Shape {
  readonly texts: readonly string[];
  readonly replies: readonly (readonly [text: string, broadcast: boolean])[];
}

export function shapeOf({ slack }: Pick<Story, 'slack'>): Shape {
  const messages = slack.messages(CHANNEL);
  return {
    texts: messages.map(({ text }) => withoutTimes(text)),
    replies: messages.flatMap(({ replies }) =>
      replies.map(({ text, broadcast }) => [withoutTimes(text), broadcast] as const),
    ),
  };
}

function withoutTimes(text: string): string {
  return text.replaceAll(/INC-\d{8}_\d{6}-\d{3}/g, 'INC').replaceAll(/\d\d:\d\d(?::\d\d)?|\d+ (?:s|min)\b/g, 'T');
}

/** What the database decided to tell and what Slack stored, by delivery id. */
export interface Journal {
  /** Ids of the notices that the database says were told. */
  readonly told: readonly string[];
  /** Notices that still wait; none, when all is done. */
  readonly waiting: readonly string[];
  /** Ids that Slack stored, as a message, a reply or an edit. */
  readonly stored: readonly string[];
  /** Ids that Slack stored as a message or reply more than once, with how often too many. */
  readonly duplicates: readonly (readonly [id: string, extra: number])[];
  /** Incidents in the database. */
  readonly incidents: readonly { readonly id: string; readonly state: string }[];
}

export function journalOf({ slack, directory }: Pick<Story, 'slack' | 'directory'>): Journal {
  using database = new DatabaseSync(join(directory, 'data', 'k8s-monitor.db'), { readOnly: true });
  const rows = database.prepare('select notice_id as id, status from outbox order by sequence').all();
  const withStatus = (wanted: readonly string[]): readonly string[] =>
    rows.filter(({ status }) => wanted.includes(String(status))).map(({ id }) => String(id));
  const placed = slack.messages(CHANNEL).flatMap((message) => [message, ...message.replies]);
  const posted = Map.groupBy(
    placed.map((message) => versionsOf(message)[0] ?? ''),
    (id) => id,
  );
  return {
    told: withStatus(['sent']).toSorted(),
    waiting: withStatus(['pending', 'sending', 'parked']),
    stored: [...new Set(placed.flatMap(versionsOf))].toSorted(),
    duplicates: [...posted].flatMap(([id, all]) => (all.length > 1 ? [[id, all.length - 1] as const] : [])),
    incidents: database
      .prepare('select id, state from incident')
      .all()
      .map(({ id, state }) => ({ id: String(id), state: String(state) })),
  };
}

/** The delivery ids that a message carried, oldest first. */
function versionsOf(message: SlackMessage): readonly string[] {
  return [...message.edits, message].map(({ metadata }) => String(metadata?.event_payload['delivery_id']));
}
