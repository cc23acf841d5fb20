import { clockText } from '../../domain/clock-text.ts';

/** A time that Slack shows in each reader's own zone, with the UTC form where it cannot. */
export function slackTime(atMs: number, nowMs: number): string {
  const today = new Date(nowMs).toISOString().slice(0, 10) === new Date(atMs).toISOString().slice(0, 10);
  return `<!date^${Math.floor(atMs / 1000)}^${today ? '{time}' : '{date_short} {time}'}|${clockText(atMs, nowMs)}>`;
}
