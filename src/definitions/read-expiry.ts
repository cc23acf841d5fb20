import { DateTime } from 'luxon';
import { TIME_RANGE } from './clock-words.ts';
import { DAY } from './day-words.ts';

const MONTHS = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec';
const MONTH = String.raw`(${MONTHS})[a-z]*\.?`;
const ISO_DATE = String.raw`(\d{4})-(\d{2})-(\d{2})`;
export const UNTIL_ISO = new RegExp(
  String.raw`\b(?:until|till|through|expires?(?:\s+on)?:?|valid\s+until:?|ends?\s+on)\s*:?\s+${ISO_DATE}(?:[T ](\d{2}):(\d{2})Z?)?`,
  'i',
);
export const UNTIL_WORDS = new RegExp(
  String.raw`\b(?:until|till|through)\s*:?\s+(?:${MONTH}\s+(\d{1,2})(?:st|nd|rd|th)?|(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?${MONTH})(?:,?\s+(\d{4}))\b`,
  'i',
);
export const UNTIL_VAGUE = new RegExp(
  String.raw`\b(?:until|till|through)\s*:?\s+(?:\d[\w/:-]*|next(?:\s+\w+)?|tomorrow|tonight|the\s+end|end\s+of|${DAY}\b|(?:${MONTHS})[a-z]*\b)`,
  'i',
);

/** Unix milliseconds; `unread` for a date that is named and cannot be read. */
export function readUntil(text: string, zone: string): number | undefined | 'unread' {
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
