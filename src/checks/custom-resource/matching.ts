import type { CustomResource, PlacedCondition, SicknessTest } from '../../domain/custom-resource.ts';

/** What a test found; `undefined` where it does not hold. */
export interface Match {
  /** Every condition that is as the test says; empty for a test of a field. */
  readonly conditions: readonly PlacedCondition[];
  /** The field's values; left out for a test of conditions. */
  readonly values?: readonly string[];
}

/** A controller that did not look at a change for longer than this is taken at its last word. */
const STALE_MS = 10 * 60_000;

/** Holds a test against an object. What the status says of an older generation is not what is so now, until it has been so for long. */
export function match(test: SicknessTest, object: CustomResource, nowMs: number): Match | undefined {
  const isRecent = nowMs - object.changedAtMs < STALE_MS;
  const isStale = (observed: number | undefined): boolean =>
    isRecent && observed !== undefined && observed < object.meta.generation;
  if ('field' in test) {
    const values = object.values[test.field] ?? [];
    if (test.field.startsWith('status.') && isStale(object.observedGeneration)) return undefined;
    return holds(test, values) ? { conditions: [], values } : undefined;
  }
  const { condition: type, status = ['False'], reasons, exceptReasons, place } = test;
  const conditions = object.conditions.filter(
    (condition) =>
      condition.type === type &&
      (status.length === 0 || status.includes(condition.status)) &&
      (reasons?.includes(condition.reason) ?? true) &&
      !(exceptReasons?.includes(condition.reason) ?? false) &&
      (place === undefined || condition.of.split(' ', 1)[0] === place) &&
      !isStale(condition.observedGeneration ?? object.observedGeneration),
  );
  return conditions.length === 0 ? undefined : { conditions };
}

function holds(
  {
    is,
    isNot,
    isSet,
  }: { readonly is?: readonly string[]; readonly isNot?: readonly string[]; readonly isSet?: boolean },
  values: readonly string[],
): boolean {
  if (is !== undefined && !values.some((value) => is.includes(value))) return false;
  if (isNot !== undefined && values.some((value) => isNot.includes(value))) return false;
  return isSet === undefined || isSet === values.some((value) => value !== '');
}
