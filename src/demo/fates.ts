import type { Card } from '../domain/card.ts';
import type { Incident } from '../domain/incident.ts';
import type { DemoCycle, DemoOutcome } from './run-demo.ts';

export type Verb = 'told' | 'worse' | 'edited' | 'resolved' | 'silenced' | 'waits' | 'unseen' | 'over' | 'ongoing';

type Told = DemoCycle['result']['report']['decisions'][number];

/** What was told counts more than the second pass's "still there". */
export function decisionAbout({ id }: Incident, decisions: readonly Told[]): Told | undefined {
  const about = decisions.filter(({ incident }) => incident === id);
  return about.find(({ told }) => told) ?? about.at(-1);
}

/** What became of one incident in one cycle: a word, and why. */
export function fateOf(
  incident: Incident,
  { told, reason, detail }: Told,
  card: Card | undefined,
  headlineBefore: string | undefined,
  nowMs: number,
): readonly [Verb, string] {
  if (reason === 'resolved') return ['resolved', detail];
  if (incident.state === 'resolved') return ['over', detail];
  if (incident.absentSinceMs === nowMs) return ['unseen', 'not seen; a second full read decides'];
  if (told && reason === 'first-seen') {
    return ['edited', card?.origin === 'rule' ? 'says why nobody has looked into it' : "has the agents' words now"];
  }
  if (told) return ['worse', `${detail}, edited, with a reply to the channel`];
  if (reason === 'known-issue' || reason === 'quoted-rule') return ['silenced', detail];
  if (reason === 'outside-hours') return ['waits', detail];
  if (card === undefined) return ['ongoing', detail];
  return ['edited', card.headline === headlineBefore ? 'seen again, nothing new' : `now ${titleOf(card)}`];
}

/** The headline without the object's name. */
function titleOf({ headline }: Card): string {
  return headline.split(': ').slice(1).join(': ');
}

/** How each incident ended, from the decisions of all cycles and from what Slack holds. */
export function fatesOf({ cycles, slack }: DemoOutcome): readonly { readonly name: string; readonly fate: string }[] {
  const incidents = new Map(cycles.flatMap((cycle) => cycle.incidents).map((each) => [each.id, each]));
  const decisions = cycles.flatMap(({ result }) => result.report.decisions);
  return [...incidents.values()].map((incident) => {
    const about = decisions.filter((each) => each.incident === incident.id);
    const message = slack
      .flatMap((channel) => channel.messages)
      .find((each) => each.metadata?.event_payload['subject'] === incident.id);
    const silent = about.find(({ told, reason }) => !told && reason !== 'ongoing');
    const told =
      message === undefined ? '' : `told in one message, edited ${times(message.edits.length)}, ${incident.state}`;
    const withheld =
      silent === undefined
        ? ''
        : silent.reason === 'outside-hours'
          ? `not told: ${silent.detail}`
          : `silenced because of ${silent.detail}`;
    return {
      name: `${incident.severity} ${incident.owner.namespace}/${incident.owner.name}`,
      fate:
        told === '' ? `${withheld}; ${incident.state === 'resolved' ? 'over, and nobody was called' : 'open'}` : told,
    };
  });
}

export function times(count: number): string {
  return count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`;
}
