import { PRIORITIES, type Environment, type Impact, type Priority, type Tier } from '../domain/severity.ts';

export interface Prioritized {
  readonly priority: Priority;
  /** The row of the table: `built-in:critical-production`, `built-in:warning`, … */
  readonly rule: string;
}

/** What is lost × where: the truth table of the shipped policy. Unknown environments count as non-production. */
export function priorityOf(impact: Impact, environment: Environment): Prioritized {
  const place = environment === 'production' ? 'production' : 'other';
  switch (impact) {
    case 'critical':
      return { priority: place === 'production' ? 'P0' : 'P1', rule: `built-in:critical-${place}` };
    case 'error':
      return { priority: place === 'production' ? 'P1' : 'P2', rule: `built-in:error-${place}` };
    case 'warning':
      return { priority: 'P2', rule: 'built-in:warning' };
    case 'info':
      return { priority: 'P3', rule: 'built-in:info' };
  }
}

const STEPS: Readonly<Record<Tier, number>> = { P0: -1, P1: 0, P2: 1, P3: 1 };

/** A P0 service is one step more urgent than policy says, P2 and P3 services one less; never beyond P0 and P3. */
export function moveByTier(priority: Priority, tier: Tier | undefined): Priority {
  const step = tier === undefined ? 0 : STEPS[tier];
  const moved = Math.min(Math.max(PRIORITIES.indexOf(priority) + step, 0), PRIORITIES.length - 1);
  return PRIORITIES[moved] ?? priority;
}
