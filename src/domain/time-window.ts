/** A weekly recurring window, such as `Sun 02:00-03:00 Europe/Berlin`. */
export interface TimeWindow {
  /** 0 = Sunday … 6 = Saturday; the day on which the window begins. */
  readonly days: readonly number[];
  /** Minutes since local midnight; `endMinute` ≤ `startMinute` means that it ends on the next day. The end is exclusive. */
  readonly startMinute: number;
  readonly endMinute: number;
  /** IANA name. */
  readonly zone: string;
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MINUTES_A_DAY = 1440;

/** Weekday and minute of the day on the wall clock of `zone`. */
function wallClock(atMs: number, zone: string): { readonly day: number; readonly minute: number } {
  const parts = formatterOf(zone).formatToParts(atMs);
  const part = (type: string): string => parts.find((candidate) => candidate.type === type)?.value ?? '0';
  return { day: WEEKDAYS.indexOf(part('weekday')), minute: Number(part('hour')) * 60 + Number(part('minute')) };
}

/** Making a formatter costs a hundred times what using it does. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  formatters.set(zone, made);
  return made;
}

export function isOpen(window: TimeWindow, atMs: number): boolean {
  const { day, minute } = wallClock(atMs, window.zone);
  const beganOn = (candidate: number): boolean => window.days.includes((candidate + 7) % 7);
  if (window.endMinute > window.startMinute) {
    return beganOn(day) && minute >= window.startMinute && minute < window.endMinute;
  }
  return (beganOn(day) && minute >= window.startMinute) || (beganOn(day - 1) && minute < window.endMinute);
}

/** The next minute (≥ `atMs`) at which the window is open; `undefined` when it has no days. Within eight days, whatever the zone's clock changes. */
export function nextOpening(window: TimeWindow, atMs: number): number | undefined {
  return nextMinute(atMs, (candidate) => isOpen(window, candidate));
}

/** The next minute (≥ `atMs`) at which the window is not open; `undefined` when it never closes. */
export function nextClosing(window: TimeWindow, atMs: number): number | undefined {
  return nextMinute(atMs, (candidate) => !isOpen(window, candidate));
}

/** `Sun 02:00-03:00 UTC`, for people. */
export function windowText({ days, startMinute, endMinute, zone }: TimeWindow): string {
  const named = days.length === 7 ? 'daily' : days.map((day) => WEEKDAYS[day] ?? '').join(', ');
  return `${named} ${minuteText(startMinute)}-${minuteText(endMinute)} ${zone}`;
}

/** Whether `after` is open at a minute of the week at which `before` is not; of another zone it is taken to be. */
export function opensMore(before: TimeWindow, after: TimeWindow): boolean {
  if (before.zone !== after.zone) return true;
  const open = minutesOf(before);
  return [...minutesOf(after)].some((minute) => !open.has(minute));
}

function minutesOf({ days, startMinute, endMinute }: TimeWindow): ReadonlySet<number> {
  const length = endMinute > startMinute ? endMinute - startMinute : endMinute - startMinute + MINUTES_A_DAY;
  const minutes = days.flatMap((day) =>
    Array.from({ length }, (_, index) => (day * MINUTES_A_DAY + startMinute + index) % (7 * MINUTES_A_DAY)),
  );
  return new Set(minutes);
}

function minuteText(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

function nextMinute(atMs: number, holds: (candidateMs: number) => boolean): number | undefined {
  if (holds(atMs)) return atMs;
  const firstMinute = Math.ceil(atMs / 60_000) * 60_000;
  for (let minutes = 0; minutes <= 8 * MINUTES_A_DAY; minutes += 1) {
    const candidate = firstMinute + minutes * 60_000;
    if (holds(candidate)) return candidate;
  }
  return undefined;
}
