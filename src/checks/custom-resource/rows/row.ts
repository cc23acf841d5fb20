import type { CustomResourceRow, SicknessRule } from '../../../domain/custom-resource.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

const STATUS_CONDITIONS = [{ at: 'status.conditions' }];

type Needed = 'id' | 'group' | 'kind' | 'plural' | 'family' | 'reason' | 'rules' | 'sees' | 'cannotSee';

/** A row of ours, with what most of them have: conditions where Kubernetes keeps them, five minutes for what mends itself. */
export function shippedRow(
  row: Pick<CustomResourceRow, Needed> & Partial<Omit<CustomResourceRow, 'origin'>>,
): CustomResourceRow {
  return {
    namespaced: true,
    graceMs: 5 * MINUTE_MS,
    conditions: STATUS_CONDITIONS,
    ignore: [],
    causes: [],
    ownsWorkloads: false,
    nextSteps: [],
    ...row,
    origin: 'shipped',
  };
}

/** Nobody has said for a long time whether it works: its controller may be gone. */
export function neverJudged(condition: string, graceMs = 30 * MINUTE_MS): SicknessRule {
  return { when: [{ condition, status: ['Unknown'] }], impact: 'warning', graceMs, since: ['last-change'] };
}
