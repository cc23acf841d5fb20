const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
export const DAY = String.raw`(?:sun|mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?)(?:days?)?s?`;
export const DAY_RANGE = new RegExp(String.raw`\b(${DAY})\s*(?:-|–|to|through)\s*(${DAY})\b`, 'gi');
const DAY_ALONE = new RegExp(String.raw`\b${DAY}\b`, 'gi');
const EVERY_DAY = /\b(?:daily|nightly|every\s*(?:day|night|morning|evening)|each\s+(?:day|night))\b/i;

/** Days of the week, 0 = Sunday; `undefined` where the text names none. */
export function daysIn(text: string): readonly number[] | undefined {
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

export function dayOf(word: string): number {
  return DAYS.indexOf(word.slice(0, 3).toLowerCase());
}
