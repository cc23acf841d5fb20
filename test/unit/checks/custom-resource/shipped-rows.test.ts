import { expect, test } from 'vitest';
import { customResourceCheck } from '../../../../src/checks/custom-resource/custom-resource-check.ts';
import { SHIPPED_ROWS } from '../../../../src/checks/custom-resource/shipped-rows.ts';
import { CHECKS } from '../../../../src/checks/catalogue.ts';
import { pathsOf } from '../../../../src/domain/custom-resource.ts';
import { REASONS } from '../../../../src/domain/finding.ts';
import { parsePath } from '../../../../src/domain/object-path.ts';
import { aCustomSnapshot, iso, projected, rowOf, type RawParts } from '../../../builders/custom-resources.ts';
import { HEALTHY_STATES, SICK_STATES } from '../../../builders/custom-resource-states.ts';
import { run } from '../run.ts';

const says = (id: string, parts: RawParts) => {
  const row = rowOf(id);
  const snapshot = aCustomSnapshot([[row, [projected(row, parts)]]]);
  return run(snapshot, { checks: [customResourceCheck(row)] }).findings.map(
    ({ reason, impact, title }) => `${impact} ${reason}: ${title}`,
  );
};

test.each(SICK_STATES)('%s, %s: told', (id, _what, parts, expected) => {
  expect(says(id, parts)).toEqual([expected]);
});

test.each(HEALTHY_STATES)('%s, %s: silent', (id, _what, parts) => {
  expect(says(id, parts)).toEqual([]);
});

test.each(SHIPPED_ROWS.map((row) => row.id))('%s has a sick case and a healthy twin', (id) => {
  expect(SICK_STATES.some(([sick]) => sick === id)).toBe(true);
  expect(HEALTHY_STATES.some(([healthy]) => healthy === id)).toBe(true);
});

test.each(SICK_STATES)('%s, %s: nobody is told of what is being deleted', (id, _what, parts) => {
  expect(says(id, { ...parts, metadata: { ...parts.metadata, deletionTimestamp: iso(1) } })).toEqual([]);
});

test.each(SHIPPED_ROWS.map((row) => [row.id, row] as const))(
  '%s: paths are paths, reasons are of its family, no rule is quicker than the row',
  (_id, row) => {
    const { conditions: places, causes, rules, expiry, reason, family, graceMs } = row;
    const paths = [
      ...pathsOf(row),
      ...places.flatMap(({ at, each, namedBy }) => [at, each ?? at, namedBy ?? at]),
      ...causes.flatMap(({ at, name, namespace, kindAt }) => [at ?? name, name, namespace ?? name, kindAt ?? name]),
    ];

    expect(paths.filter((path) => parsePath(path) === undefined)).toEqual([]);
    const reasons: readonly string[] = REASONS[family];
    for (const used of [reason, ...rules.map((rule) => rule.reason ?? reason), expiry?.reason ?? reason])
      expect(reasons).toContain(used);
    for (const rule of rules) expect(rule.graceMs ?? graceMs).toBeGreaterThanOrEqual(graceMs);
  },
);

test('each row is a check of the catalogue, and no id is there twice', () => {
  const ids = CHECKS.map(({ id }) => id);

  expect(ids).toEqual(expect.arrayContaining(SHIPPED_ROWS.map(({ id }) => id)));
  expect(new Set(ids).size).toBe(ids.length);
});
