import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { ENVIRONMENTS, IMPACTS, TIERS } from '../../../src/domain/severity.ts';
import { assessBuiltin } from '../../../src/policy/builtin-policy.ts';
import { createEvaluate } from '../../../src/policy/evaluate.ts';
import { createCompile, type Compiled } from '../../../src/policy/opa.ts';
import type { Assess, Assessment, PolicySubject, PolicySurroundings } from '../../../src/policy/policy.ts';
import { createRegoPolicy } from '../../../src/policy/rego-policy.ts';
import { createTryPolicies } from '../../../src/policy/try-policies.ts';
import { propertyRuns } from '../../harness/property-runs.ts';
import { filesOf, NAMES, NOWHERE, opa, POLICIES, shipped, subject } from './setup.ts';

const PRIORITY_TABLE = [
  ['critical', 'production', 'P0'],
  ['critical', 'staging', 'P1'],
  ['critical', 'development', 'P1'],
  ['critical', 'test', 'P1'],
  ['critical', undefined, 'P1'],
  ['error', 'production', 'P1'],
  ['error', 'staging', 'P2'],
  ['error', undefined, 'P2'],
  ['warning', 'production', 'P2'],
  ['warning', undefined, 'P2'],
  ['info', 'production', 'P3'],
  ['info', undefined, 'P3'],
] as const;

const ENVIRONMENT_TABLE = [
  ['shop', 'production', 'production'],
  ['shop', 'staging', 'staging'],
  ['shop', 'development', 'development'],
  ['prod-shop', 'staging', 'staging'],
  ['prod-shop', undefined, 'production'],
  ['staging-shop', undefined, 'staging'],
  ['dev-shop', undefined, 'development'],
  ['dev-shop', 'uat', 'development'],
  ['reproduction-x', undefined, 'unknown'],
  ['shop', 'PRODUCTION', 'production'],
  ['shop', '7', 'unknown'],
  ['shop', 'x'.repeat(253), 'unknown'],
  ['shop', undefined, 'unknown'],
] as const;

const labelled = (environment: string | undefined) => ({
  namespaceLabels: environment === undefined ? {} : { environment },
});

/** The truth tables and limits of the SignalProcessing guide, asked of the files that are shipped, through the real opa. */
describe.skipIf(opa === undefined)('the shipped policies', () => {
  const evaluate = createEvaluate();
  let compiled: Compiled;
  let assess: Assess;
  const troubles: string[] = [];

  beforeAll(async () => {
    compiled = await createTryPolicies({ compile: createCompile(opa ?? ''), evaluate })(
      filesOf(await shipped()),
      NAMES,
    );
    if (compiled.kind !== 'compiled') throw new Error(JSON.stringify(compiled));
    const onTrouble = (trouble: unknown): void => void troubles.push(JSON.stringify(trouble));
    assess = createRegoPolicy({ wasm: compiled.wasm, files: NAMES, evaluate, onTrouble });
  });

  async function all(subjects: readonly PolicySubject[], surroundings = NOWHERE): Promise<readonly Assessment[]> {
    const assessed = await assess(subjects, surroundings);
    expect(troubles).toEqual([]);
    return assessed.map(({ assessment }) => assessment);
  }

  async function judged(one: PolicySubject, surroundings: PolicySurroundings = NOWHERE): Promise<Assessment> {
    const [judgment] = await all([one], surroundings);
    if (judgment === undefined) throw new Error('not judged');
    return judgment;
  }

  test('pass their own tests, which `opa test` runs', async () => {
    const { stdout } = await promisify(execFile)(opa ?? '', ['test', '--verbose', fileURLToPath(POLICIES)]);

    expect(stdout).toMatch(/PASS: 13\/13/);
    for (const name of ['environment', 'labels', 'priority']) expect(stdout).toContain(`data.${name}_test.`);
  });

  test('are clean for `opa check --strict` and formatted', async () => {
    const run = promisify(execFile);
    const folder = fileURLToPath(POLICIES);

    await expect(run(opa ?? '', ['check', '--strict', folder])).resolves.toMatchObject({ stderr: '' });
    await expect(run(opa ?? '', ['fmt', '--fail', '--list', folder])).resolves.toMatchObject({ stdout: '' });
  });

  test('compile and pass the smoke test', () => {
    expect(compiled).toMatchObject({ kind: 'compiled' });
  });

  test('RG-3: the truth table of priorities', async () => {
    const said = await all(PRIORITY_TABLE.map(([impact, environment]) => subject({ impact }, labelled(environment))));

    expect(said.map(({ priority }, index) => [...(PRIORITY_TABLE[index] ?? []).slice(0, 2), priority])).toEqual(
      PRIORITY_TABLE,
    );
    expect(new Set(said.map(({ policy }) => policy.priority))).toEqual(new Set(['priority.rego:priority']));
  });

  test('RG-4: the truth table of environments', async () => {
    const said = await all(
      ENVIRONMENT_TABLE.map(([namespace, label]) =>
        subject({ object: { apiVersion: 'v1', kind: 'Pod', namespace, name: 'api-1' } }, labelled(label)),
      ),
    );

    expect(
      said.map(({ environment }, index) => [...(ENVIRONMENT_TABLE[index] ?? []).slice(0, 2), environment]),
    ).toEqual(ENVIRONMENT_TABLE);
    expect(new Set(said.map(({ policy }) => policy.environment))).toEqual(new Set(['environment.rego:environment']));
  });

  test('RG-5: annotations behind the prefix become labels, without it; nothing is an empty object', async () => {
    const annotations = { 'kubernaut.ai/label-team': 'payments', 'kubernaut.ai/team': 'x', team: 'y' };

    expect((await judged(subject({ annotations }))).customLabels).toEqual({ team: ['payments'] });
    expect((await judged(subject())).customLabels).toEqual({});
    expect((await judged(subject())).policy.labels).toBe('labels.rego:custom_labels');
  });

  test.each([
    ['a name that nobody may set', { 'kubernaut.ai/label-severity': 'low' }, {}],
    [
      'a reserved prefix behind ours',
      { 'kubernaut.ai/label-kubernaut.ai/x': '1', 'kubernaut.ai/label-system/y': '1' },
      {},
    ],
    ['a name of 64 characters', { [`kubernaut.ai/label-${'k'.repeat(64)}`]: 'v' }, { ['k'.repeat(63)]: ['v'] }],
    ['a value of 101 characters', { 'kubernaut.ai/label-a': 'é'.repeat(101) }, { a: ['é'.repeat(100)] }],
    [
      'eleven names',
      Object.fromEntries('kjihgfedcba'.split('').map((letter) => [`kubernaut.ai/label-${letter}`, letter])),
      Object.fromEntries('abcdefghij'.split('').map((letter) => [letter, [letter]])),
    ],
  ])('B4: the limits of labels: %s', async (_, annotations, expected) => {
    expect((await judged(subject({ annotations }))).customLabels).toEqual(expected);
  });

  test('environments.yaml answers where the policy says nothing, and priority sees its answer', async () => {
    const environments = { namespaces: { 'shop*': 'production' }, lines: { namespaces: { 'shop*': 3 } } };
    const result = await judged(subject(), { namespaces: [], environments });

    expect(result).toMatchObject({
      environment: 'production',
      priority: 'P0',
      policy: { environment: 'environments.yaml:3' },
    });
  });

  test('RG-4: labels and annotations of a workload never decide its environment', async () => {
    const result = await judged(
      subject({ labels: { environment: 'production' }, annotations: { environment: 'production' } }),
    );

    expect(result.environment).toBe('unknown');
  });

  test('B4: ten evaluations at once agree', async () => {
    const results = await Promise.all(Array.from({ length: 10 }, () => judged(subject())));

    expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
  });

  test('the built-in policy says the same of everything', async () => {
    const word = fc.constantFrom('', 'team', 'severity', 'system/x', 'é', 'a'.repeat(70), '__proto__', '7', 'Z', 'b');
    const annotations = fc
      .array(fc.tuple(fc.constantFrom('kubernaut.ai/label-', 'kubernaut.ai/', ''), word, fc.string()), {
        maxLength: 14,
      })
      .map((entries) => Object.fromEntries(entries.map(([prefix, key, value]) => [prefix + key, value])));
    const namespace = fc.constantFrom('', 'prod-a', 'staging-a', 'dev-a', 'shop', 'reproduction', 'mapped');
    const label = fc.constantFrom(undefined, ...ENVIRONMENTS, ' Production', 'STAGING', 'uat', '');
    const one = fc
      .record({
        impact: fc.constantFrom(...IMPACTS),
        namespace,
        label,
        annotations,
        tier: fc.constantFrom(undefined, ...TIERS),
      })
      .map(({ impact, namespace: name, label: said, annotations: some, tier }) =>
        subject(
          { impact, annotations: some, object: { apiVersion: 'v1', kind: 'Pod', namespace: name, name: 'x' } },
          { tier, namespaceLabels: said === undefined || name === '' ? {} : { environment: said } },
        ),
      );
    const environments = fc.record({
      cluster: fc.constantFrom(undefined, 'production', 'staging', 'nonsense'),
      namespaces: fc.constantFrom({}, { mapped: 'production', 'sh?p': 'Staging' }),
    });
    const namespaces = fc.constantFrom(
      [],
      [{ name: 'prod-a', labels: {} }],
      [{ name: 'shop', labels: { environment: 'test' } }],
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(one, { minLength: 100, maxLength: 200, size: 'max' }),
        environments,
        namespaces,
        async (subjects, map, known) => {
          const surroundings = { namespaces: known, environments: map };
          const sorted = (labels: Assessment['customLabels']) =>
            Object.keys(labels)
              .toSorted((one, other) => one.localeCompare(other))
              .map((name) => [name, labels[name]]);
          const values = ({ environment, customLabels, priority }: Assessment) => ({
            environment,
            customLabels: sorted(customLabels),
            priority,
          });
          const byRego = (await assess(subjects, surroundings)).map(({ assessment }) => values(assessment));
          const builtIn = (await assessBuiltin(subjects, surroundings)).map(({ assessment }) => values(assessment));
          const different = byRego.findIndex((said, index) => JSON.stringify(said) !== JSON.stringify(builtIn[index]));
          // One of many, so that a person can read it.
          expect({ of: subjects[different], says: byRego[different] }).toEqual({
            of: subjects[different],
            says: builtIn[different],
          });
        },
      ),
      { endOnFailure: true, numRuns: Math.min(propertyRuns(4), 200) },
    );
    expect(troubles).toEqual([]);
  });
});
