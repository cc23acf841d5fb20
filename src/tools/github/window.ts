import * as z from 'zod';
import { MonitorError } from '../../errors.ts';
import { instantSchema } from '../time-text.ts';

const DAY_MS = 86_400_000;
const LONGEST_MS = 14 * DAY_MS;

/** Fields of a question about a stretch of time. */
export const windowFields = {
  until: instantSchema
    .optional()
    .describe('onset of the problem, 2026-11-21T18:00:00Z: later changes are never shown; now when left out'),
  since: instantSchema.optional().describe('24 hours before "until" when left out, at most 14 days'),
};
export const windowSchema = z.object(windowFields);

export interface Window {
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** @throws {MonitorError} `TOOL_INPUT_INVALID` for an empty window */
export function windowOf(input: z.infer<typeof windowSchema>, nowMs: number): Window {
  const untilMs = Math.min(input.until ?? nowMs, nowMs);
  const sinceMs = Math.max(input.since ?? untilMs - DAY_MS, untilMs - LONGEST_MS);
  if (sinceMs >= untilMs)
    throw new MonitorError('TOOL_INPUT_INVALID', '"since" must be before "until", and "until" not in the future.');
  return { sinceMs, untilMs };
}

export function windowText({ sinceMs, untilMs }: Window): string {
  return `${instantText(sinceMs)} to ${instantText(untilMs)}`;
}

export function instantText(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`;
}

/** `15 min before`: how a change stands to the end of the window, which is the onset. */
export function beforeText(atMs: number, untilMs: number): string {
  return `${Math.round((untilMs - atMs) / 60_000)} min before`;
}
