import { DateTime } from 'luxon';
import type { TimeWindow } from '../domain/time-window.ts';
import { durationsIn } from './read-tolerances.ts';

export interface TimeLimits {
  /** Empty: no window is named. */
  readonly windows: readonly TimeWindow[];
  readonly untilMs: number | undefined;
  /** Words about time that could not be read. Whoever carries them must not be taken as "always". */
  readonly unread: string | undefined;
  /** The unread words only hint at a time (`nightly`); they name no day, hour or date. */
  readonly vague: boolean;
}

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const DAY = String.raw`(?:sun|mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?)(?:days?)?s?`;
const DAY_RANGE = new RegExp(String.raw`\b(${DAY})\s*(?:-|–|to|through)\s*(${DAY})\b`, 'gi');
const DAY_ALONE = new RegExp(String.raw`\b${DAY}\b`, 'gi');
const EVERY_DAY = /\b(?:daily|nightly|every\s*(?:day|night|morning|evening)|each\s+(?:day|night))\b/i;
const CLOCK = String.raw`(?:\d{1,2}(?::[0-5]\d)?\s*(?:[ap]\.?m\b\.?)?|(?:[01]\d|2[0-4])[0-5]\d(?:\s?h(?:rs|ours)?\b)?|midnight|noon)`;
const TIME_RANGE = new RegExp(
  String.raw`(?<![\w:.-])(${CLOCK})\s*(?:-|–|—|to|until|till|and)\s*(${CLOCK})(?!\w|:\d)`,
  'gi',
);
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
const ZONE =
  /^\s*\(?\s*((?:UTC|GMT)\s?[+-]\d{1,2}(?::?\d{2})?(?!\d)|UTC|GMT|Z|[A-Z][A-Za-z_]+(?:\/[A-Z][A-Za-z_+-]+)+|[A-Z]{2,5}(?![\w-]))/;
/** A rhythm that a weekly window cannot hold: taken as weekly it would silence too much. */
const OTHER_RHYTHM =
  /\b(?:(?:first|second|third|fourth|fifth|1st|2nd|3rd|4th|5th|last)\s+(?:day|week|(?:sun|mon|tues|wednes|thurs|fri|satur)day)|every\s+(?:other|second|third)|alternate|bi-?weekly|fortnightly|monthly|quarterly|yearly|of\s+(?:the|each|every)\s+month|hourly|every\s+\d*\s*(?:minutes?|hours?)|every\s+(?:two|three|four)\s+weeks)\b/i;
const MONTHS = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec';
const MONTH = String.raw`(${MONTHS})[a-z]*\.?`;
const ISO_DATE = String.raw`(\d{4})-(\d{2})-(\d{2})`;
const UNTIL_ISO = new RegExp(
  String.raw`\b(?:until|till|through|expires?(?:\s+on)?:?|valid\s+until:?|ends?\s+on)\s*:?\s+${ISO_DATE}(?:[T ](\d{2}):(\d{2})Z?)?`,
  'i',
);
const UNTIL_WORDS = new RegExp(
  String.raw`\b(?:until|till|through)\s*:?\s+(?:${MONTH}\s+(\d{1,2})(?:st|nd|rd|th)?|(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?${MONTH})(?:,?\s+(\d{4}))\b`,
  'i',
);
const UNTIL_VAGUE = new RegExp(
  String.raw`\b(?:until|till|through)\s*:?\s+(?:\d|next|tomorrow|tonight|the\s+end|end\s+of|${DAY}\b|(?:${MONTHS})[a-z]*\b)`,
  'i',
);

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
  if (until === 'unread') return unread(UNTIL_VAGUE.exec(flat)?.[0] ?? UNTIL_ISO.exec(flat)?.[0] ?? 'until');
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

function readUntil(text: string, zone: string): number | undefined | 'unread' {
  const iso = UNTIL_ISO.exec(text);
  const words = UNTIL_WORDS.exec(text);
  let date: DateTime | undefined;
  let whole = true;
  if (iso !== null) {
    whole = iso[4] === undefined;
    const [year, month, day, hour, minute] = iso.slice(1).map((part) => Number(part ?? 0));
    date = DateTime.fromObject(
      { year: year ?? 0, month: month ?? 0, day: day ?? 0, hour: hour ?? 0, minute: minute ?? 0 },
      { zone: iso[0].endsWith('Z') ? 'utc' : zone },
    );
  } else if (words !== null) {
    const month = MONTHS.split('|').indexOf((words[1] ?? words[4] ?? '').slice(0, 3).toLowerCase()) + 1;
    date = DateTime.fromObject({ year: Number(words[5]), month, day: Number(words[2] ?? words[3]) }, { zone });
  }
  if (date === undefined) {
    // `02:00 until 03:00` is a range of times, not an expiry.
    return UNTIL_VAGUE.test(text.replace(TIME_RANGE, ' ')) ? 'unread' : undefined;
  }
  if (!date.isValid) return 'unread';
  return (whole ? date.plus({ days: 1 }) : date).toMillis();
}

function daysIn(text: string): readonly number[] | undefined {
  if (EVERY_DAY.test(text)) return [0, 1, 2, 3, 4, 5, 6];
  const found = new Set<number>();
  if (/\bweekdays?\b/i.test(text)) for (const day of [1, 2, 3, 4, 5]) found.add(day);
  if (/\bweekends?\b/i.test(text)) for (const day of [0, 6]) found.add(day);
  for (const [, first = '', last = ''] of text.matchAll(DAY_RANGE)) {
    for (let day = dayOf(first); ; day = (day + 1) % 7) {
      found.add(day);
      if (day === dayOf(last)) break;
    }
  }
  for (const [day] of text.replace(DAY_RANGE, ' ').matchAll(DAY_ALONE)) found.add(dayOf(day));
  return found.size === 0 ? undefined : [...found].toSorted((left, right) => left - right);
}

function dayOf(word: string): number {
  return DAYS.indexOf(word.slice(0, 3).toLowerCase());
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

function clockText(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
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

/** Minutes since midnight. A missing am or pm is the other's, unless that would turn the range around. */
function minutesOf(first: string, last: string): { startMinute: number; endMinute: number } | undefined {
  const start = clockOf(first);
  const end = clockOf(last);
  if (start === undefined || end === undefined) return undefined;
  if (end.meridiem !== undefined && start.meridiem === undefined && start.hour <= 12 && !start.is24) {
    const same = toMinutes(start, end.meridiem);
    const endMinute = toMinutes(end, end.meridiem);
    return { startMinute: same < endMinute ? same : toMinutes(start, end.meridiem === 'a' ? 'p' : 'a'), endMinute };
  }
  const startMinute = toMinutes(start, start.meridiem);
  const endMinute = toMinutes(end, end.meridiem ?? undefined);
  return startMinute === endMinute ? undefined : { startMinute, endMinute };
}

interface Clock {
  readonly hour: number;
  readonly minute: number;
  readonly meridiem: 'a' | 'p' | undefined;
  /** Written so that no am or pm can be missing: `02:00`, `midnight`. */
  readonly is24: boolean;
}

function clockOf(text: string): Clock | undefined {
  const word = text.trim().toLowerCase();
  if (word === 'midnight') return { hour: 0, minute: 0, meridiem: undefined, is24: true };
  if (word === 'noon') return { hour: 12, minute: 0, meridiem: undefined, is24: true };
  const match = /^(\d{2})(\d{2})(?:\s?h.*)?$/.exec(word) ?? /^(\d{1,2})(?::(\d{2}))?\s*([ap])?/.exec(word);
  if (match === null) return undefined;
  const hour = Number(match[1]);
  const meridiem = match[3] === 'a' || match[3] === 'p' ? match[3] : undefined;
  if (hour > 24 || (meridiem !== undefined && (hour > 12 || hour === 0))) return undefined;
  return { hour, minute: Number(match[2] ?? 0), meridiem, is24: match[1]?.startsWith('0') === true };
}

function toMinutes(clock: Clock, meridiem: 'a' | 'p' | undefined): number {
  const hour = meridiem === undefined ? clock.hour : (clock.hour % 12) + (meridiem === 'p' ? 12 : 0);
  return hour * 60 + clock.minute;
}

/** @returns `undefined` for what looks like a zone and is none that is clear: `IST` is India's, Israel's and Ireland's */
function zoneFrom(written: string | undefined, zone: string): string | undefined {
  if (written === undefined) return zone;
  if (written === 'Z') return 'UTC';
  const offset = /^(?:UTC|GMT)\s?([+-])(\d{1,2}):?(\d{2})?$/.exec(written);
  if (offset !== null) {
    const [, sign, hours = '', minutes = '00'] = offset;
    return Number(hours) <= 14 && Number(minutes) < 60 ? `${sign}${hours.padStart(2, '0')}:${minutes}` : undefined;
  }
  if (['UTC', 'GMT', 'CET', 'EET', 'WET'].includes(written)) return written;
  if (written.includes('/')) return isZone(written) ? written : undefined;
  // Other words in capitals are emphasis: `DO NOT FLAG`.
  return /^[A-Z]{1,3}[SD]?T$/.test(written) && written !== 'NOT' ? undefined : zone;
}

function isZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
