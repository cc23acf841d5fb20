const HOUR_AND_MINUTE = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: 'UTC' } as const;

/** `12:41 UTC`; with the date when it is another day than `nowMs`. */
export function clockText(atMs: number, nowMs: number): string {
  const time = new Intl.DateTimeFormat('en-GB', HOUR_AND_MINUTE).format(atMs);
  const day = new Date(atMs).toISOString().slice(0, 10);
  return new Date(nowMs).toISOString().startsWith(day) ? `${time} UTC` : `${day} ${time} UTC`;
}

/** A time that Slack shows in each reader's own zone, with the UTC form where it cannot. */
export function slackTime(atMs: number, nowMs: number): string {
  const today = new Date(nowMs).toISOString().slice(0, 10) === new Date(atMs).toISOString().slice(0, 10);
  return `<!date^${Math.floor(atMs / 1000)}^${today ? '{time}' : '{date_short} {time}'}|${clockText(atMs, nowMs)}>`;
}
