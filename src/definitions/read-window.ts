import type { TimeWindow } from '../domain/time-window.ts';
import { CLOCK, clockOf, clockText, minutesOf, TIME_RANGE, toMinutes } from './clock-words.ts';
import { DAY, DAY_RANGE, dayOf, daysIn } from './day-words.ts';
import { readUntil, UNTIL_ISO, UNTIL_VAGUE, UNTIL_WORDS } from './read-expiry.ts';
import { durationsIn } from './read-tolerances.ts';
import { ZONE, zoneFrom } from './zone-words.ts';

export interface TimeLimits {
  /** Empty: no window is named. */
  readonly windows: readonly TimeWindow[];
  readonly untilMs: number | undefined;
  /** Words about time that could not be read. Whoever carries them must not be taken as "always". */
  readonly unread: string | undefined;
  /** The unread words only hint at a time (`nightly`); they name no day, hour or date. */
  readonly vague: boolean;
}

/** `Sat 22:00 to Sun 02:00`. */
const OVER_MIDNIGHT = new RegExp(
  String.raw`\b(${DAY})\s+(?:at\s+)?(${CLOCK})\s*(?:-|–|—|to|until|till|through)\s*(${DAY})\s+(?:at\s+)?(${CLOCK})(?!\w|:\d)`,
  'gi',
);
/** `at 2 AM for one hour`, `02:00 (30 min)`. */
const BEGIN_AND_LENGTH =
  /(?<![\w.:-])(?:at\s+)?(\d{1,2}:[0-5]\d|\d{1,2}(?::[0-5]\d)?\s*[ap]\.?m\b\.?|midnight|noon)(\s+UTC|\s+[A-Z][a-z]+\/[A-Z][A-Za-z_]+)?\s*(?:,?\s*for\s+|\(\s*)(?:about\s+|around\s+|up\s+to\s+|~\s*)?((?:\d+(?:\.\d+)?|an?|one|two|three|four|five|ten|fifteen|thirty)[\s-]*(?:m|mins?|minutes?|h|hrs?|hours?)(?![\w-]))\)?/gi;
const HOURS_OF_DAYS = new RegExp(
  String.raw`\b((?:${DAY}\s*(?:-|–|to|through)\s*)?${DAY}|weekdays|daily)\s+(\d{1,2})\s*[-–]\s*(1[3-9]|2[0-4])(?![\w:.]|\s*(?:[ap]\.?m|min|sec|hour|time|pod|replica|of)\b)`,
  'gi',
);
/** `Mon-Fri 9-5`: in the evening or in the night? */
const BARE_RANGE = new RegExp(
  String.raw`\b(?:${DAY}|weekdays|daily)\s+\d{1,2}\s*[-–]\s*\d{1,2}(?![\w:.-]|\s*(?:[ap]\.?m|min|sec|hour|time|pod|replica|of)\b)`,
  'i',
);
const CRON = /(?<!\S)[\d*][\d*/,-]*(?:\s+[\d*][\d*/,-]*){4}(?![^\s,.;)])/;
/** A rhythm that a weekly window cannot hold: taken as weekly it would silence too much. */
const OTHER_RHYTHM =
  /\b(?:(?:first|second|third|fourth|fifth|1st|2nd|3rd|4th|5th|last)\s+(?:day|week|(?:sun|mon|tues|wednes|thurs|fri|satur)day)|every\s+(?:other|second|third)|alternate|bi-?weekly|fortnightly|monthly|quarterly|yearly|of\s+(?:the|each|every)\s+month|hourly|every\s+\d*\s*(?:minutes?|hours?)|every\s+(?:two|three|four)\s+weeks)\b/i;
/**
 * Reads weekly windows and an expiry from English text: `Every Sunday 2-3 AM`, `daily 01:00-02:00`, `Sun 02:00-03:00 Europe/Berlin`,
 * `until 2026-12-01` (that day included).
 *
 * @param zone IANA zone where the text names none
 */
export function readTimeLimits(text: string, zone: string): TimeLimits {
  const unread = (words: string): TimeLimits => ({
    windows: [],
    untilMs: undefined,
    unread: words.trim(),
    vague: false,
  });
  const flat = text.replace(/\s+/g, ' ');
  const until = readUntil(flat, zone);
  if (until === 'unread')
    return unread((UNTIL_ISO.exec(flat) ?? UNTIL_WORDS.exec(flat) ?? UNTIL_VAGUE.exec(flat))?.[0] ?? 'until');
  const dated = flat.replace(UNTIL_ISO, ' ').replace(UNTIL_WORDS, ' ');
  const rhythm = OTHER_RHYTHM.exec(dated) ?? CRON.exec(dated);
  if (rhythm !== null) return unread(rhythm[0]);
  const rest = withRanges(dated);
  const unsure = BARE_RANGE.exec(rest);
  if (unsure !== null) return unread(unsure[0]);
  const ranges = [...rest.matchAll(TIME_RANGE)].filter(
    (match) =>
      (/[:apmnh]/i.test(`${match[1]}${match[2]}`) || isMilitary(match, rest)) &&
      // `2 AM and 3 AM` are two moments, `between 2 and 3 AM` is a range.
      (!/\sand\s/i.test(match[0]) || /\bbetween\s+$/i.test(rest.slice(0, match.index))),
  );
  const windows: TimeWindow[] = [];
  let from = 0;
  for (const [index, range] of ranges.entries()) {
    const end = range.index + range[0].length;
    const next = ranges[index + 1]?.index ?? rest.length;
    // Days stand before the time as a rule (`Sunday 2-3 AM`), and behind it where none stand before (`2-3 AM on Sundays`).
    const days = daysIn(rest.slice(from, range.index)) ??
      daysIn(rest.slice(end, next)) ??
      windows.at(-1)?.days ?? [0, 1, 2, 3, 4, 5, 6];
    const minutes = minutesOf(range[1] ?? '', range[2] ?? '');
    const zoneMatch = ZONE.exec(rest.slice(end));
    const ownZone = zoneFrom(zoneMatch?.[1], zone);
    if (minutes === undefined || ownZone === undefined)
      return unread(rest.slice(range.index, end + (zoneMatch?.[0].length ?? 0)));
    windows.push({ days, ...minutes, zone: ownZone });
    from = end;
  }
  if (windows.length > 0) return { windows, untilMs: until, unread: undefined, vague: false };

  const wholeDays =
    /\b(?:on|every|each)\s+(?:weekends?|weekdays?)\b|\b(?:weekends|weekdays)\b/i.exec(rest) ??
    new RegExp(String.raw`\b(?:every|each)\s+${DAY}\b|\b(?:sun|mon|tues|wednes|thurs|fri|satur)days\b`, 'i').exec(
      rest,
    ) ??
    new RegExp(DAY_RANGE.source, 'i').exec(rest);
  if (wholeDays !== null) {
    const days = daysIn(rest);
    if (days !== undefined && !hasClock(rest))
      return {
        windows: [{ days, startMinute: 0, endMinute: 1440, zone }],
        untilMs: until,
        unread: undefined,
        vague: false,
      };
  }
  const named =
    /\b(?:sun|mon|tues|wednes|thurs|fri|satur)days?\b|\b\d{1,2}:[0-5]\d\b|\b\d{1,2}\s*[ap]\.?m\b|\b(?:on|from|between|after|before|starting|by)\s+\d{4}-\d{2}-\d{2}\b/i.exec(
      rest,
    );
  if (named !== null) return unread(named[0]);
  const abbreviated = /\b(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat)\b/.exec(rest);
  if (abbreviated !== null) return unread(abbreviated[0]);
  const hint = /\b(?:nightly|daily|weekly|at\s+night|overnight|weekends?|(?:business|office|working)\s+hours)\b/i.exec(
    rest,
  );
  return { windows: [], untilMs: until, unread: hint?.[0], vague: hint !== null };
}

/**
 * The limits of a rule together with those of the headings above it: `## Maintenance, Sundays 2-3 AM` bounds every bullet below. A window of
 * the rule's own goes before a heading's; of several expiries the first counts.
 *
 * @param headings outermost first
 */
export function readLimitsUnder(headings: readonly string[], text: string, zone: string): TimeLimits {
  const own = readTimeLimits(text, zone);
  const above = headings.toReversed().map((heading) => readTimeLimits(heading, zone));
  const expiries = [own, ...above].flatMap(({ untilMs }) => (untilMs === undefined ? [] : [untilMs]));
  const untilMs = expiries.length === 0 ? undefined : Math.min(...expiries);
  if (own.windows.length > 0 || own.unread !== undefined) return { ...own, untilMs };
  // A title that only hints at a time (`Nightly jobs`) bounds nothing.
  const bound = above.find(({ windows, unread, vague }) => windows.length > 0 || (unread !== undefined && !vague));
  return bound === undefined ? { ...own, untilMs } : { ...bound, untilMs };
}

/** Other ways of writing a range, brought into the one that is read. */
function withRanges(text: string): string {
  return text
    .replace(OVER_MIDNIGHT, (whole, first: string, start: string, last: string, end: string) => {
      const minutes = minutesOf(start, end);
      const isNext = (dayOf(first) + 1) % 7 === dayOf(last);
      // Longer than a night is no window of a day.
      return isNext && minutes !== undefined && minutes.endMinute <= minutes.startMinute
        ? `${first} ${start}-${end}`
        : whole;
    })
    .replace(BEGIN_AND_LENGTH, (whole, start: string, zone: string | undefined, length: string) => {
      const clock = clockOf(start);
      const minutes = (durationsIn(length)[0] ?? 0) / 60_000;
      if (clock === undefined || minutes < 1 || minutes > 720) return whole;
      const begin = toMinutes(clock, clock.meridiem);
      return ` ${clockText(begin)}-${clockText((begin + minutes) % 1440)}${zone ?? ''} `;
    })
    .replace(HOURS_OF_DAYS, (whole, days: string, start: string, end: string) =>
      Number(start) < Number(end) ? `${days} ${start}:00-${end}:00` : whole,
    );
}

/** `Sundays 0200-0300`, and not the years 2019-2024. */
function isMilitary(range: RegExpExecArray, text: string): boolean {
  if (!/^\d{4}$/.test(range[1] ?? '') || !/^\d{4}$/.test(range[2] ?? '')) return false;
  if (/^(?:19|20)/.test(range[1] ?? '') && /^(?:19|20)/.test(range[2] ?? '')) return false;
  const before = text.slice(Math.max(0, range.index - 20), range.index);
  return (
    ZONE.test(text.slice(range.index + range[0].length)) || (daysIn(before) !== undefined && /\w\s*$/.test(before))
  );
}

function hasClock(text: string): boolean {
  return /\b\d{4}\s*[-–]\s*\d{4}\b|\b\d{1,2}:\d{2}\b|\b\d{1,2}\s*[ap]\.?m\b/i.test(text);
}
