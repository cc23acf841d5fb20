// Written here and not taken from a library: node-cron has no arithmetic, croner and cron-parser move a run out of the hour that a clock leaves out,
// and the controller leaves it out: they would call a CronJob late that is not.

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** No schedule that ever runs waits longer: a 29 February can be eight years away. */
const HORIZON_DAYS = 8 * 366 + 1;

/** Five fields as sets of their values, in their order; `isAnyDay` tells whether a star stands in one of the two day fields. */
export interface CronSchedule {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly weekdays: ReadonlySet<number>;
  /** With a star in either day field both must match, without one either may. */
  readonly isAnyDay: boolean;
}

const MACROS: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** @returns `undefined` for what is not a plain schedule of five fields or its macro (`@every`, a zone inside it, nonsense) */
export function parseCron(text: string): CronSchedule | undefined {
  const fields = (MACROS.get(text.trim()) ?? text).trim().split(/\s+/);
  const [minute, hour, day, month, weekday, more] = fields;
  if (minute === undefined || hour === undefined || day === undefined) return undefined;
  if (month === undefined || weekday === undefined || more !== undefined) return undefined;
  const minutes = parseField(minute, 0, 59);
  const hours = parseField(hour, 0, 23);
  const days = parseField(day, 1, 31);
  const months = parseField(month, 1, 12, MONTHS);
  const weekdays = parseField(weekday, 0, 6, WEEKDAYS);
  if (!minutes || !hours || !days || !months || !weekdays) return undefined;
  return { minutes, hours, days, months, weekdays, isAnyDay: hasStar(day) || hasStar(weekday) };
}

/** As the controller has it: a stepped star restricts, a plain one does not. */
function hasStar(field: string): boolean {
  return field.split(',').some((part) => /^[*?](?:\/1)?$/.test(part));
}

function parseField(field: string, min: number, max: number, names: readonly string[] = []): Set<number> | undefined {
  const values = new Set<number>();
  for (const part of field.toLowerCase().split(',')) {
    const match = /^(?:[*?]|([a-z]+|\d+)(?:-([a-z]+|\d+))?)(?:\/(\d+))?$/.exec(part);
    if (match === null) return undefined;
    const [, from, to, stepText] = match;
    const step = stepText === undefined ? 1 : Number(stepText);
    const first = from === undefined ? min : numberOf(from, min, names);
    // `5/15` runs to the end of the range.
    const last =
      to !== undefined ? numberOf(to, min, names) : from !== undefined && stepText === undefined ? first : max;
    if (!(step >= 1 && first >= min && first <= last && last <= max)) return undefined;
    for (let value = first; value <= last; value += step) values.add(value);
  }
  return new Set([...values].toSorted((left, right) => left - right));
}

/** The first name stands for the range's first number. */
function numberOf(text: string, min: number, names: readonly string[]): number {
  if (/^\d+$/.test(text)) return Number(text);
  const index = names.indexOf(text);
  return index === -1 ? Number.NaN : index + min;
}

/** How a zone's clock stands against UTC. */
export type ZoneOffset = (atMs: number) => number;

/** A zone's rules never change while the process runs, and are dear to load; there are some hundred zones. */
const knownZones = new Map<string, ZoneOffset>();

/** @returns `undefined` for a zone that is not known here; '' is UTC */
export function zoneOffset(timeZone: string): ZoneOffset | undefined {
  if (timeZone === '' || timeZone === 'UTC' || timeZone === 'Etc/UTC') return () => 0;
  const known = knownZones.get(timeZone) ?? loadZone(timeZone);
  if (known !== undefined) knownZones.set(timeZone, known);
  return known;
}

function loadZone(timeZone: string): ZoneOffset | undefined {
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    return (atMs) => {
      const part = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
      const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
      return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1_000) * 1_000;
    };
  } catch {
    return undefined;
  }
}

/**
 * When the schedule runs next after a moment.
 *
 * A time that the clock jumps over does not come that day; of one that comes twice the first counts.
 *
 * @returns Unix milliseconds; `undefined` where it never runs (30 February)
 */
export function nextRun(schedule: CronSchedule, offset: ZoneOffset, afterMs: number): number | undefined {
  const firstDayMs = Math.floor((afterMs + offset(afterMs)) / DAY_MS) * DAY_MS;
  for (let day = 0; day < HORIZON_DAYS; day += 1) {
    const localDayMs = firstDayMs + day * DAY_MS;
    if (!runsOn(schedule, new Date(localDayMs))) continue;
    // Only around a change of the clock do the two differ.
    const offsets = [...new Set([offset(localDayMs - DAY_MS), offset(localDayMs + 2 * DAY_MS)])];
    for (const hour of schedule.hours) {
      for (const minute of schedule.minutes) {
        const localMs = localDayMs + (hour * 60 + minute) * MINUTE_MS;
        if (localMs - Math.min(...offsets) <= afterMs) continue;
        const atMs = momentOf(localMs, offsets, offset);
        if (atMs !== undefined && atMs > afterMs) return atMs;
      }
    }
  }
  return undefined;
}

/** Whether a moment is one at which the schedule runs, to the minute. */
export function runsAt(schedule: CronSchedule, offset: ZoneOffset, atMs: number): boolean {
  const local = new Date(atMs + offset(atMs));
  return (
    runsOn(schedule, local) && schedule.hours.has(local.getUTCHours()) && schedule.minutes.has(local.getUTCMinutes())
  );
}

/** How often it runs after the one moment and up to the other, counted up to a limit. */
export function runsBetween(
  schedule: CronSchedule,
  offset: ZoneOffset,
  afterMs: number,
  untilMs: number,
  limit: number,
): number {
  let runs = 0;
  for (
    let atMs = nextRun(schedule, offset, afterMs);
    atMs !== undefined && atMs <= untilMs && runs < limit;
    runs += 1
  ) {
    atMs = nextRun(schedule, offset, atMs);
  }
  return runs;
}

function runsOn({ days, months, weekdays, isAnyDay }: CronSchedule, local: Date): boolean {
  const isDay = days.has(local.getUTCDate());
  const isWeekday = weekdays.has(local.getUTCDay());
  return months.has(local.getUTCMonth() + 1) && (isAnyDay ? isDay && isWeekday : isDay || isWeekday);
}

/** The first moment at which the zone's clock shows this local time, written as if it were UTC. */
function momentOf(localMs: number, offsets: readonly number[], offset: ZoneOffset): number | undefined {
  const [only, ...others] = offsets;
  if (only !== undefined && others.length === 0) return localMs - only;
  const moments = offsets.map((offsetMs) => localMs - offsetMs).filter((atMs) => atMs + offset(atMs) === localMs);
  return moments.length === 0 ? undefined : Math.min(...moments);
}
