/** How a time of day is written. */
export const CLOCK = String.raw`(?:\d{1,2}(?::[0-5]\d)?\s*(?:[ap]\.?m\b\.?)?|(?:[01]\d|2[0-4])[0-5]\d(?:\s?h(?:rs|ours)?\b)?|midnight|noon)`;
export const TIME_RANGE = new RegExp(
  String.raw`(?<![\w:.-])(${CLOCK})\s*(?:-|–|—|to|until|till|and)\s*(${CLOCK})(?!\w|:\d)`,
  'gi',
);

/** Minutes since midnight. A missing am or pm is the other's, unless that would turn the range around. */
export function minutesOf(first: string, last: string): { startMinute: number; endMinute: number } | undefined {
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

export function clockOf(text: string): Clock | undefined {
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

export function toMinutes(clock: Clock, meridiem: 'a' | 'p' | undefined): number {
  const hour = meridiem === undefined ? clock.hour : (clock.hour % 12) + (meridiem === 'p' ? 12 : 0);
  return hour * 60 + clock.minute;
}

export function clockText(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}
