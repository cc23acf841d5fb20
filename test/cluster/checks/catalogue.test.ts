import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHECKS } from '../../../src/checks/catalogue.ts';
import { SHIPPED_ROWS } from '../../../src/checks/custom-resource/shipped-rows.ts';
import { snapshotKindNames, snapshotKinds } from '../../../src/cluster/kinds.ts';
import { customResourceName } from '../../../src/domain/custom-resource.ts';
import type { Snapshot } from '../../../src/domain/snapshot.ts';
import type { ControlPlane } from '../../control-plane/client.ts';
import { CUSTOM_KINDS, defineKinds } from '../../control-plane/builders/custom-resources.ts';
import { freshControlPlane } from '../../control-plane/control-plane.ts';
import { anAccount, grantEverywhere, rulesWithout } from '../../harness/accounts.ts';
import { isSick, type CheckCase } from './case.ts';
import { CASES } from './cases.ts';
import { compare, judge, loadCases, patrolled, readServer, titleOf, type Loaded } from './judge-cases.ts';

let server: ControlPlane;
let snapshot: Snapshot;
let bare: Snapshot;
let loaded: ReadonlyMap<CheckCase, Loaded>;

beforeAll(async () => {
  server = await freshControlPlane();
  const account = await anAccount(server);
  await grantEverywhere(server, account);
  await defineKinds(server, CUSTOM_KINDS);
  bare = await readServer(server, account.token);
  const all = await loadCases(server, CASES);
  loaded = new Map(all.map((one) => [one.checkCase, one]));
  snapshot = await readServer(server, account.token);
}, 300_000);

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

test('every check has at least one sick case and one healthy twin', () => {
  const without = CHECKS.map(({ id }) => id).filter(
    (id) =>
      !CASES.some((one) => one.check === id && isSick(one)) || !CASES.some((one) => one.check === id && !isSick(one)),
  );

  expect(without).toEqual([]);
});

test('the server with nothing of ours in it is healthy', () => {
  const day = { checkCase: { check: '', name: '', objects: () => [], finds: [] }, namespace: '', nowMs: Date.now() };

  expect(snapshot.gaps).toEqual([]);
  expect(judge(bare, { ...day, nowMs: Date.now() + 86_400_000 }).findings).toEqual([]);
});

describe.each([...new Set(CASES.map(({ check }) => check))])('%s', (check) => {
  test.each(CASES.filter((one) => one.check === check).map((one) => [titleOf(one), one] as const))(
    '%s',
    (_title, one) => {
      const place = placeOf(one);

      const { found, expected } = compare(place, judge(snapshot, place));

      expect(found).toEqual(expected);
    },
  );
});

test('a patrol that reads pods only where it has reason to sees all that one which reads them all sees', () => {
  const told = (one: CheckCase, narrowed: boolean): readonly string[] => {
    const place = placeOf(one);
    const { findings } = judge(narrowed ? patrolled(snapshot, place) : snapshot, place, { due: 'patrol' });
    return findings
      .filter(({ impact, attachedTo }) => ['critical', 'error'].includes(impact) && attachedTo === undefined)
      .map(({ check, object }) => `${titleOf(one)}: ${check} ${object.name}`);
  };

  expect(CASES.flatMap((one) => told(one, true))).toEqual(CASES.flatMap((one) => told(one, false)));
});

describe.each(snapshotKindNames())('without the right to list %s', (kind) => {
  let blind: Snapshot;
  beforeAll(async () => {
    const account = await anAccount(server);
    await grantEverywhere(server, account, rulesWithout(snapshotKinds[kind].resource));
    blind = await readServer(server, account.token);
  });

  test('the checks that need it are not evaluated, say so, and state nothing', () => {
    const needing = CHECKS.filter(({ needs }) => needs.includes(kind)).map(({ id }) => id);
    for (const one of CASES.filter(isSick)) {
      const { findings, outcomes } = judge(blind, placeOf(one));

      expect(findings.filter(({ check }) => needing.includes(check))).toEqual([]);
      const notEvaluated = outcomes.filter(({ evaluated }) => evaluated === 'no');
      expect(notEvaluated.map(({ id }) => id)).toEqual(needing);
      for (const { gaps } of notEvaluated) expect(gaps).toMatchObject([{ resource: kind, cause: 'forbidden' }]);
    }
  });

  test('no healthy twin is called sick', () => {
    const wrong = CASES.filter((one) => !isSick(one)).flatMap((one) =>
      judge(blind, placeOf(one)).findings.map(({ check, title }) => `${titleOf(one)}: ${check} says ${title}`),
    );

    expect(wrong).toEqual([]);
  });
});

describe.each([...new Set(SHIPPED_ROWS.map(({ plural }) => plural))])('without the right to list %s', (plural) => {
  test('the rows of that name are not evaluated, say so, and state nothing', async () => {
    const account = await anAccount(server);
    await grantEverywhere(server, account, rulesWithout(plural));
    const blind = await readServer(server, account.token);
    const rows = SHIPPED_ROWS.filter((row) => row.plural === plural);

    for (const one of CASES.filter(({ check }) => rows.some(({ id }) => id === check))) {
      const { findings, outcomes } = judge(blind, placeOf(one));

      expect(findings).toEqual([]);
      expect(outcomes.filter(({ evaluated }) => evaluated === 'no')).toMatchObject(
        rows.map((row) => ({
          id: row.id,
          gaps: [{ resource: customResourceName(row), cause: 'forbidden' }],
        })),
      );
    }
  });
});

test('the catalogue, counted', () => {
  const sick = CASES.filter(isSick).length;
  const unknown = CHECKS.reduce((sum, { needs }) => sum + needs.length, 0);
  console.log(
    `checks: ${String(CHECKS.length)} checks on a real API server: ${String(sick)} sick cases, ${String(CASES.length - sick)} healthy twins, ${String(unknown)} unknown (each check without each kind that it needs)`,
  );

  expect(CHECKS.length).toBeGreaterThan(0);
});

function placeOf(one: CheckCase): Loaded {
  const found = loaded.get(one);
  if (found === undefined) throw new Error(`${titleOf(one)} was not loaded`);
  return found;
}
