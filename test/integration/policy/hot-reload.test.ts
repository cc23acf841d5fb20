import { rename, rm } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createCompile, type PolicyFile } from '../../../src/policy/opa.ts';
import { NAMES, NOWHERE, opa, policyBench, shipped, subject } from './setup.ts';

/** Everything critical is P2, unless this says P3. */
const always = (priority: string): string => `package priority\n\npriority := "${priority}"\n`;
const BROKEN = 'package priority\n\npriority := "P0" if {\n';
const OLD = 'package priority\n\npriority = "P0" { input.severity == "critical" }\n';
/** For an annotation of this kind alone, JavaScript's engine does not come to an end. */
const POISONED = `package labels

custom_labels := {"parts": regex.split("^(a+)+$", input.pod.annotations.note)} if input.pod.annotations.note
`;
const POISON = { note: `${'a'.repeat(40)}!` };

describe.skipIf(opa === undefined)('policies that change while the monitor runs', () => {
  test('RG-6, B4: an edit is in force at the next evaluation, with its hash in the log', async () => {
    await using bench = await policyBench();
    await bench.mount(await shipped());
    await bench.policies.start();
    expect(await bench.assess(subject())).toMatchObject([{ priority: 'P1' }]);

    await bench.mount(await shipped({ 'priority.rego': always('P3') }));

    expect(await bench.assess(subject())).toMatchObject([
      { priority: 'P3', policy: { priority: 'priority.rego:priority' } },
    ]);
    const reloaded = bench.log.filter(({ msg }) => msg === 'policy reloaded');
    expect(reloaded).toEqual([
      expect.objectContaining({
        policy: 'priority',
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        duration: expect.stringMatching(/^\d+ms$/),
      }),
    ]);
    expect(bench.reloads).toEqual(['accepted']);
  });

  test('RG-7: the hash of each policy is said at the start and after each reload', async () => {
    await using bench = await policyBench();
    await bench.mount(await shipped());
    await bench.policies.start();
    const { files } = await bench.policies.pin();

    const said = bench.log.filter(({ msg }) => msg === 'policy hash');
    expect(said.map(({ policy, hash }) => [policy, hash])).toEqual(
      files.map(({ name, sha256 }) => [name.replace('.rego', ''), sha256]),
    );
    expect(bench.reloads).toEqual([]);
  });

  test('RG-6, RG-9, B4: a broken edit is refused, said once with rego_parse_error, and the previous policies go on', async () => {
    await using bench = await policyBench();
    await bench.mount(await shipped({ 'priority.rego': always('P3') }));
    await bench.policies.start();

    await bench.mount(
      await shipped({ 'priority.rego': BROKEN, 'labels.rego': 'package labels\n\ncustom_labels := {"a": "b"}\n' }),
    );
    const { warnings, files } = await bench.policies.pin();

    expect(await bench.assess(subject())).toMatchObject([{ priority: 'P3', customLabels: {} }]);
    expect(warnings).toMatchObject([
      {
        file: 'priority.rego',
        line: expect.any(Number),
        code: 'rego_parse_error',
        outcome: 'rejected',
        message: expect.stringMatching(/^rego_parse_error: .*the previous policies stay in force$/),
      },
    ]);
    expect(files.map(({ stale }) => stale?.code)).toEqual(Array(3).fill('rego_parse_error'));
    expect(bench.log.filter(({ msg }) => msg === 'policy reload failed')).toMatchObject([
      { level: 'error', policy: 'priority', error: expect.stringMatching(/^rego_parse_error: /) },
    ]);
    expect(bench.reloads).toEqual(['refused']);
  });

  test('an edit in the syntax of before OPA 1.0 is refused with the words that mend it', async () => {
    await using bench = await policyBench();
    await bench.mount(await shipped());
    await bench.policies.start();

    await bench.mount(await shipped({ 'priority.rego': OLD }));
    const { warnings } = await bench.policies.pin();

    expect(warnings[0]?.message).toMatch(/`if` keyword is required.*import rego\.v1.*`contains`/);
  });

  test('RG-11: the old ConfigMap applied again is a reload to the old hash', async () => {
    await using bench = await policyBench();
    await bench.mount(await shipped());
    await bench.policies.start();
    const before = await bench.policies.pin();
    await bench.mount(await shipped({ 'priority.rego': always('P3') }));
    await bench.policies.pin();
    await bench.mount(await shipped());

    expect(await bench.assess(subject())).toMatchObject([{ priority: 'P1' }]);
    expect((await bench.policies.pin()).hash).toBe(before.hash);
    expect(bench.log.filter(({ msg }) => msg === 'policy reloaded').at(-1)).toMatchObject({
      policy: 'priority',
      hash: before.files.find(({ name }) => name === 'priority.rego')?.sha256,
    });
  });

  test('a refused edit that is taken back is no trouble any more', async () => {
    await using bench = await policyBench();
    await bench.mount(await shipped());
    await bench.policies.start();
    await bench.mount(await shipped({ 'priority.rego': BROKEN }));
    await bench.policies.pin();
    await bench.mount(await shipped());
    const { warnings, files } = await bench.policies.pin();

    expect(warnings).toEqual([]);
    expect(files.map(({ stale }) => stale)).toEqual([undefined, undefined, undefined]);
  });

  test('B4: an update during an evaluation: what was pinned goes on with the old policies', async () => {
    await using bench = await policyBench();
    await bench.mount(await shipped());
    await bench.policies.start();
    const before = await bench.policies.pin();
    const running = before.assess(Array(50).fill(subject()), NOWHERE);
    await bench.mount(await shipped({ 'priority.rego': always('P3') }));
    const after = await bench.policies.pin();

    const priorities = async (judged: ReturnType<typeof before.assess>) =>
      new Set((await judged).map(({ assessment }) => assessment.priority));
    expect(await priorities(running)).toEqual(new Set(['P1']));
    expect(await priorities(before.assess([subject()], NOWHERE))).toEqual(new Set(['P1']));
    expect(await priorities(after.assess([subject()], NOWHERE))).toEqual(new Set(['P3']));
  });

  test('B4: a ConfigMap that is emptied and comes back: the last good policies meanwhile', async () => {
    await using bench = await policyBench();
    await bench.mount(await shipped({ 'priority.rego': always('P3') }));
    await bench.policies.start();

    await bench.mount({});
    const { warnings } = await bench.policies.pin();
    expect(await bench.assess(subject())).toMatchObject([{ priority: 'P3' }]);
    expect(warnings.map(({ code }) => code)).toEqual(Array(3).fill('rego_file_missing'));

    await bench.mount(await shipped());
    expect(await bench.assess(subject())).toMatchObject([{ priority: 'P1' }]);
    expect((await bench.policies.pin()).warnings).toEqual([]);
  });

  test('B4: a directory that is gone for a while: the last good policies meanwhile', async () => {
    await using bench = await policyBench();
    await bench.mount(await shipped({ 'priority.rego': always('P3') }));
    await bench.policies.start();
    await rename(bench.directory, `${bench.directory}-away`);
    const gone = await bench.policies.pin();
    expect(gone.warnings).toMatchObject([{ outcome: 'rejected', message: expect.stringContaining('stay in force') }]);
    expect(await bench.assess(subject())).toMatchObject([{ priority: 'P3' }]);

    await rename(`${bench.directory}-away`, bench.directory);
    expect((await bench.policies.pin()).warnings).toEqual([]);
  });

  test('a thousand pins of the same files compile once', async () => {
    let compiled = 0;
    const compile = createCompile(opa ?? '');
    await using bench = await policyBench({ compile: (files) => ((compiled += 1), compile(files)) });
    await bench.mount(await shipped());
    await Promise.all(Array.from({ length: 1_000 }, () => bench.policies.pin()));

    expect(compiled).toBe(1);
  });

  test('an edit that is taken back compiles nothing, decides as before, and is a reload', async () => {
    let compiled = 0;
    const compile = createCompile(opa ?? '');
    await using bench = await policyBench({ compile: (files) => ((compiled += 1), compile(files)) });
    const judged: unknown[] = [];
    for (const texts of [{}, { 'priority.rego': always('P3') }, {}, { 'priority.rego': BROKEN }, {}]) {
      await bench.mount(await shipped(texts));
      judged.push((await bench.assess(subject())).map(({ priority }) => priority));
    }

    expect(judged).toEqual([['P1'], ['P3'], ['P1'], ['P1'], ['P1']]);
    expect(compiled).toBe(3);
    expect(bench.reloads).toEqual(['accepted', 'accepted', 'refused']);
  });

  test('four good sets are remembered, and no more', async () => {
    let compiled = 0;
    const compile = createCompile(opa ?? '');
    await using bench = await policyBench({ compile: (files) => ((compiled += 1), compile(files)) });
    for (const round of [0, 1, 2, 3, 4]) {
      await bench.mount(await shipped({ 'priority.rego': `# ${round}\n${always('P3')}` }));
      await bench.policies.pin();
    }
    expect(compiled).toBe(5);
    await bench.mount(await shipped({ 'priority.rego': `# 1\n${always('P3')}` }));
    await bench.policies.pin();
    expect(compiled).toBe(5);
    await bench.mount(await shipped({ 'priority.rego': `# 0\n${always('P3')}` }));
    await bench.policies.pin();

    expect(compiled).toBe(6);
  });

  test('files may have other names, said in the settings', async () => {
    await using bench = await policyBench({ files: { ...NAMES, priority: 'urgency.rego' } });
    const { 'priority.rego': _, ...others } = await shipped();
    await bench.mount({ ...others, 'urgency.rego': always('P3') });
    await bench.policies.start();

    expect(await bench.assess(subject())).toMatchObject([{ policy: { priority: 'urgency.rego:priority' } }]);
  });
});

describe.skipIf(opa === undefined)('a start', () => {
  test('onto a refused set that was never good ends with the words of the seeds', async () => {
    await using bench = await policyBench();
    await bench.mount(await shipped({ 'priority.rego': OLD }));

    await expect(bench.policies.start()).rejects.toMatchObject({
      code: 'POLICY_INVALID',
      message: expect.stringMatching(/^invalid Rego policy: priority\.rego:3: rego_parse_error: /),
    });
  });

  test('onto a refused set goes on with the last good one of before the restart, flagged', async () => {
    const stored: { files: readonly PolicyFile[] } = { files: [] };
    await using before = await policyBench({ stored });
    await before.mount(await shipped({ 'priority.rego': always('P3') }));
    await before.policies.start();

    await using after = await policyBench({ stored });
    await after.mount(await shipped({ 'priority.rego': BROKEN }));
    await after.policies.start();

    expect(await after.assess(subject())).toMatchObject([{ priority: 'P3' }]);
    expect((await after.policies.pin()).warnings).toMatchObject([{ code: 'rego_parse_error', outcome: 'rejected' }]);
  });

  test('B4: without a directory the built-in policy answers, and the log says why', async () => {
    await using bench = await policyBench();
    await rm(bench.directory, { recursive: true });
    await bench.policies.start();
    const { warnings } = await bench.policies.pin();

    expect(await bench.assess(subject())).toMatchObject([{ policy: { priority: 'built-in:critical-other' } }]);
    expect(warnings).toMatchObject([{ code: 'directory-missing', outcome: 'rejected' }]);
    expect(bench.log).toMatchObject([{ level: 'warn', msg: 'built-in policy is in force' }]);
  });

  test('B4: without opa the built-in policy answers, the log and the card say why, and opa is tried again', async () => {
    let command = '/nowhere/opa';
    await using bench = await policyBench({ compile: (files) => createCompile(command)(files) });
    await bench.mount(await shipped({ 'priority.rego': always('P3') }));
    await bench.policies.start();
    const { warnings } = await bench.policies.pin();

    expect(await bench.assess(subject())).toMatchObject([{ policy: { priority: 'built-in:critical-other' } }]);
    expect(warnings).toMatchObject([
      { code: 'opa-missing', outcome: 'rejected', message: expect.stringMatching(/the built-in policy is in force$/) },
    ]);
    expect(bench.log.filter(({ level }) => level === 'warn')).toMatchObject([
      { msg: 'built-in policy is in force', reason: expect.stringContaining('OPA_PATH') },
    ]);

    command = opa ?? '';
    bench.clock.nowMs += 11 * 60_000;
    expect(await bench.assess(subject())).toMatchObject([{ priority: 'P3' }]);
  });
});

describe.skipIf(opa === undefined)('a policy that passes the smoke test and fails in earnest', () => {
  test('B4: takes too long for one finding: the built-in policy answers for that rule alone, said in report and log', async () => {
    await using bench = await policyBench({ limits: { ruleMs: 400 } });
    await bench.mount(await shipped({ 'labels.rego': POISONED, 'priority.rego': always('P3') }));
    await bench.policies.start();
    const { assess, troubles } = await bench.policies.pin();
    const annotations = { ...POISON, 'kubernaut.ai/label-team': 'payments' };
    const judged = await assess(
      [subject(), subject({ annotations }), subject({ annotations: { note: 'b' } })],
      NOWHERE,
    );

    expect(judged.map(({ assessment }) => assessment)).toMatchObject([
      { customLabels: {}, priority: 'P3', policy: { labels: 'labels.rego:custom_labels' } },
      { customLabels: { team: ['payments'] }, policy: { labels: 'built-in:annotations' } },
      { customLabels: { parts: ['b'] }, priority: 'P3', policy: { labels: 'labels.rego:custom_labels' } },
    ]);
    expect(troubles()).toMatchObject([
      {
        file: 'labels.rego',
        code: 'rego_too_slow',
        outcome: 'lenient',
        message: expect.stringMatching(/took longer than 400 ms; the built-in policy decided for Pod shop\/api-1$/),
      },
    ]);
    expect(bench.log.filter(({ msg }) => msg === 'policy evaluation failed')).toHaveLength(1);
  });

  test('B4: takes too long for all of them: after the common deadline the built-in policy answers', async () => {
    await using bench = await policyBench({ limits: { ruleMs: 300, totalMs: 900 } });
    await bench.mount(await shipped());
    await bench.policies.start();
    await bench.mount(await shipped({ 'labels.rego': POISONED }));
    const { assess } = await bench.policies.pin();
    const startedAt = performance.now();
    const judged = await assess(Array(40).fill(subject({ annotations: POISON })), NOWHERE);

    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(new Set(judged.map(({ assessment }) => assessment.policy.labels))).toEqual(new Set(['built-in:default']));
    expect(judged.map(({ assessment }) => assessment.priority)).toEqual(Array(40).fill('P1'));
  });

  test('has two answers for what the smoke test did not think of: the built-in one, with file and line', async () => {
    await using bench = await policyBench();
    await bench.mount(
      await shipped({
        'priority.rego': 'package priority\n\npriority := "P1"\n\npriority := "P0" if input.owner.name == "ledger"\n',
      }),
    );
    await bench.policies.start();
    const { assess, troubles } = await bench.policies.pin();
    const owner = { kind: 'Deployment', namespace: 'shop', name: 'ledger' };
    const judged = await assess([subject({ owner }), subject()], NOWHERE);

    expect(judged.map(({ assessment }) => assessment.policy.priority)).toEqual([
      'built-in:critical-other',
      'priority.rego:priority',
    ]);
    expect(troubles()).toMatchObject([{ file: 'priority.rego', line: 5, code: 'eval_conflict_error' }]);
  });
});
