/** A zone directly behind a time. */
export const ZONE =
  /^\s*\(?\s*((?:UTC|GMT)\s?[+-]\d{1,2}(?::?\d{2})?(?!\d)|UTC|GMT|Z|[A-Z][A-Za-z_]+(?:\/[A-Z][A-Za-z_+-]+)+|[A-Z]{2,5}(?![\w-]))/;

/** @returns `undefined` for what looks like a zone and is none that is clear: `IST` is India's, Israel's and Ireland's */
export function zoneFrom(written: string | undefined, zone: string): string | undefined {
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
