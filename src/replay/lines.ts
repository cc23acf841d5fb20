import { CHANGES, type Change, type CycleComparison, type IncidentComparison } from './compare.ts';
import { plainLine } from '../domain/plain-line.ts';
import type { Telling } from './telling.ts';

/** How many decisions would have been what, for the last line and for machines. */
export interface Counts {
  readonly cycles: number;
  readonly incidents: number;
  readonly decisions: number;
  readonly changes: Readonly<Partial<Record<Change, number>>>;
}

const CHANGE_WORDS: Readonly<Record<Change, string>> = {
  silenced: 'silenced',
  later: 'told later',
  told: 'newly told',
  earlier: 'told earlier',
  raised: 'raised',
  lowered: 'lowered',
  'other-channel': 'sent elsewhere',
  'other-contacts': 'other people called',
  'other-reason': 'for another reason',
  marked: 'marked otherwise',
  same: 'as before',
};

export function countsOf(cycles: readonly CycleComparison[]): Counts {
  const all = cycles.flatMap(({ incidents }) => incidents);
  const changes: Partial<Record<Change, number>> = {};
  for (const { change } of all) changes[change] = (changes[change] ?? 0) + 1;
  return {
    cycles: cycles.length,
    incidents: new Set(all.map(({ incident }) => incident)).size,
    decisions: all.length,
    changes,
  };
}

/** `3 cycles, 14 decisions about 5 incidents: 1 silenced, 2 raised, 11 as before`. */
export function countLine({ cycles, incidents, decisions, changes }: Counts): string {
  if (decisions === 0)
    return `${counted(cycles, 'cycle')}, no decision: there was nothing to tell in ${cycles === 1 ? 'it' : 'them'}`;
  const size = `${counted(cycles, 'cycle')}, ${counted(decisions, 'decision')} about ${counted(incidents, 'incident')}`;
  const named = CHANGES.flatMap((change) => {
    const count = changes[change] ?? 0;
    return count === 0 ? [] : [`${count} ${CHANGE_WORDS[change]}`];
  });
  if (named.length === 0) return `${size}: nothing would have been told differently`;
  const same = changes.same ?? 0;
  return `${size}: ${[...named, ...(same === 0 ? [] : [`${same} ${CHANGE_WORDS.same}`])].join(', ')}`;
}

/** How words are set off where a terminal can; the text itself elsewhere. */
export type Paint = (style: 'bold' | 'dim' | 'red' | 'green' | 'yellow', text: string) => string;

/**
 * What would have been told differently, incident by incident in the order in which they first differ. Cycles that differ alike share a
 * paragraph, a rule is shown once for each incident, and what merely follows from an earlier difference takes one line.
 */
export function differenceLines(cycles: readonly CycleComparison[], paint: Paint): readonly string[] {
  const day = cycles[0]?.startedAt ?? '';
  const differing = cycles.flatMap((cycle) =>
    cycle.incidents.filter(({ change }) => change !== 'same').map((incident) => ({ cycle, incident })),
  );
  return [...Map.groupBy(differing, ({ incident }) => incident.incident).values()].flatMap((group) => {
    const shown = new Set<string>();
    const paragraphs: { readonly cycles: CycleComparison[]; readonly lines: readonly string[] }[] = [];
    for (const { cycle, incident } of group) {
      const lines = paragraphOf(incident, { nowIso: cycle.startedAt, shown, isFirst: paragraphs.length === 0, paint });
      const last = paragraphs.at(-1);
      if (last !== undefined && last.lines.join('\n') === lines.join('\n')) last.cycles.push(cycle);
      else paragraphs.push({ cycles: [cycle], lines });
    }
    const last = group.at(-1)?.incident;
    return [
      `${paint('bold', last?.incident ?? '')}  ${last?.about ?? ''}`,
      ...paragraphs.flatMap(({ cycles: alike, lines }) => [
        `  ${timesOf(alike, day)}  ${lines[0] ?? ''}`,
        ...lines.slice(1),
      ]),
      '',
    ];
  });
}

/** What the edit says about these incidents without effect, each rule once. */
export function idleLines(cycles: readonly CycleComparison[]): readonly string[] {
  const lines = cycles.flatMap(({ incidents, startedAt }) =>
    incidents.flatMap(({ about, idle }) =>
      idle.map(({ place, text, why }): readonly [string, readonly string[]] => [
        place,
        [`  ${place}  known issue: ${shortened(text)}`, `    did not silence ${about}: ${why} at ${minute(startedAt)}`],
      ]),
    ),
  );
  // The first cycle stands for all.
  const once = new Map(lines.toReversed()).values().toArray().toReversed().flat();
  return once.length === 0 ? [] : ['Without effect in these cycles:', ...once, ''];
}

/** `2026-11-22 02:10 to 02:40 UTC`. */
export function spanOf(cycles: readonly CycleComparison[]): string {
  const [first, last] = [cycles[0]?.startedAt ?? '', cycles.at(-1)?.startedAt ?? ''];
  return first === last ? minute(first) : `${minute(first)} to ${minute(last, first)}`;
}

function timesOf(cycles: readonly CycleComparison[], day: string): string {
  const [first, last] = [cycles[0]?.startedAt ?? '', cycles.at(-1)?.startedAt ?? ''];
  if (cycles.length === 1) return minute(first, day);
  return `${minute(first, day)} to ${minute(last, first)}, ${cycles.length} cycles:`;
}

/** The first line goes behind the time. */
function paragraphOf(
  comparison: IncidentComparison,
  parts: {
    readonly nowIso: string;
    /** Rules and notes that stand above already. */
    readonly shown: Set<string>;
    readonly isFirst: boolean;
    readonly paint: Paint;
  },
): readonly string[] {
  const { change, was, now, marks, rules } = comparison;
  const { nowIso, shown, isFirst, paint } = parts;
  const fresh = (lines: readonly string[]): readonly string[] =>
    lines.filter((line) => {
      if (shown.has(line)) return false;
      shown.add(line);
      return true;
    });
  const noted = (side: Telling | undefined, other: Telling | undefined): readonly string[] =>
    (side?.notes ?? [])
      .filter((note) => other?.notes.includes(note) !== true)
      .map((note) => `          ${plainLine(note)}`);
  const marked = marks
    .filter(({ what }) => what !== 'floor')
    .map((mark) => plainLine(`${mark.what} ${mark.was} → ${mark.now}`))
    .join(', ');
  const ruled = rules.map(({ side, what, place, text }) => {
    const sign = side === 'was' ? paint('red', `- ${place}`) : paint('green', `+ ${place}`);
    return `    ${sign}  ${what}: ${shortened(text)}`;
  });
  const isMoved = was?.channel !== now?.channel || was?.contacts.join(' ') !== now?.contacts.join(' ');
  const words = (telling: Telling | undefined): string => plainLine(wordsOf(telling, nowIso, isMoved));
  const [wordsThen, wordsNow] = [words(was), words(now)];
  if (!isFirst && was?.told !== true && now?.told !== true) {
    const follows = wordsThen === wordsNow ? marked : `${wordsThen} → ${wordsNow}`;
    return [`${paint('dim', 'and so')} ${follows}`, ...fresh([...noted(now, was), ...ruled])];
  }
  return [
    paint(change === 'silenced' || change === 'later' ? 'yellow' : 'bold', CHANGE_WORDS[change]),
    `    then  ${wordsThen}`,
    ...fresh(noted(was, now)),
    `    now   ${wordsNow}`,
    ...fresh([...noted(now, was), ...(marked === '' ? [] : [`          ${marked}`]), ...ruled]),
  ];
}

/** @param isMoved the address differs: it is said of what is not told as well */
function wordsOf(telling: Telling | undefined, nowIso: string, isMoved: boolean): string {
  if (telling === undefined) return 'not looked at';
  const { told, reason, severity, channel, contacts, until } = telling;
  const why = whyOf(telling);
  const address = [channel ?? 'its channel', ...contacts].join(' ');
  if (told) return `told ${severity} in ${address}: ${why}`;
  // Business hours have been named already.
  const end = until === undefined || reason === 'outside-hours' ? '' : `, until ${minute(until, nowIso)}`;
  return `not told, ${severity}${isMoved ? ` in ${address}` : ''}: ${why}${end}`;
}

/** The reason in words; the text of a rule stands below, with its place. */
function whyOf({ reason, detail }: Telling): string {
  const words = detail.replace(/"[^]*" \(([^()\s]+:\d+)\)/, '$1');
  switch (reason) {
    case 'first-seen':
    case 'resolved':
    case 'ongoing':
      return reason;
    case 'worse':
    case 'reopened':
    case 'cause-changed':
    case 'unacknowledged':
    case 'acknowledged':
    case 'snoozed':
    case 'flapping':
    case 'maintenance':
    case 'switched-off':
      return `${reason}, ${words}`;
    case 'known-issue':
    case 'within-tolerance':
    case 'held':
    case 'quoted-rule':
    case 'grouped':
      return words;
    // The severity stands before it.
    case 'outside-hours':
    case 'below-threshold':
      return words.replace(/^SEV-\d /, '');
  }
}

/** `2026-11-21 18:00 UTC`; of the same day as another moment the time alone. */
function minute(iso: string, besides = ''): string {
  const [day, time = ''] = iso.split('T');
  const clock = `${time.slice(0, 5)} UTC`;
  return day !== undefined && besides.startsWith(day) ? clock : `${day} ${clock}`;
}

const LONGEST_TEXT = 160;

function shortened(text: string): string {
  const line = plainLine(text).replaceAll(/\s+/g, ' ').trim();
  return line.length <= LONGEST_TEXT ? line : `${line.slice(0, LONGEST_TEXT - 1)}…`;
}

function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
