export const TRIGGERS = ['scheduled', 'patrol', 'incident', 'manual'] as const;
export type Trigger = (typeof TRIGGERS)[number];

/** `2026-11-21T18:00:05Z-scheduled`. */
export function cycleIdOf(startedAtMs: number, trigger: Trigger): string {
  return `${new Date(startedAtMs).toISOString().slice(0, 19)}Z-${trigger}`;
}
