import { expect, test } from 'vitest';
import { CHECKS } from '../../../src/checks/catalogue.ts';
import type { Check } from '../../../src/checks/check.ts';
import { crashLoop } from '../../../src/checks/workload/crash-loop.ts';
import { imagePull } from '../../../src/checks/workload/image-pull.ts';
import { nodePressure } from '../../../src/checks/node/node-pressure.ts';
import { kindsFor } from '../../../src/checks/run-checks.ts';
import { covered } from '../../../src/domain/check.ts';
import { aCondition, aDeployment, aNode, aSickPod, aSnapshot, aTermination, ago } from '../../builders/kubernetes.ts';
import { findingsOf, run, runInTurns } from './run.ts';

const looping = {
  restartCount: 7,
  waiting: { reason: 'CrashLoopBackOff', message: '' },
  lastTerminated: aTermination(),
};
const pressed = aNode({ conditions: [aCondition('DiskPressure', 'True', { changedAtMs: ago(9) })] });

const throwing: Check = {
  ...crashLoop,
  id: 'throwing',
  run: () => {
    throw new TypeError('surprise: token=hunter2-hunter2');
  },
};

test('a check that throws stops no other, is not evaluated, and is told to the caller', () => {
  const errors: string[] = [];

  const { findings, outcomes } = run(aSnapshot({ Pod: [aSickPod(looping)] }), {
    checks: [throwing, crashLoop],
    redact: (text) => text.replace(/token=\S+/, 'token=[redacted]'),
    onError: (id, error) => errors.push(`${id}: ${String(error)}`),
  });

  expect(findings).toHaveLength(1);
  expect(outcomes[0]).toMatchObject({
    id: 'throwing',
    evaluated: 'no',
    gaps: [{ resource: 'Pod', cause: 'malformed', detail: 'check throwing failed: surprise: token=[redacted]' }],
  });
  expect(errors).toEqual(['throwing: TypeError: surprise: token=hunter2-hunter2']);
});

test.each([
  { due: 'all', impact: undefined, evaluated: 'yes' },
  { due: 'patrol', impact: undefined, evaluated: 'not-due' },
  { due: 'patrol', impact: 'error', evaluated: 'yes' },
] as const)('node pressure (a warning, set to $impact) in $due: $evaluated', ({ due, impact, evaluated }) => {
  const settings = () => (impact === undefined ? {} : { impact });

  expect(run(aSnapshot({ Node: [pressed] }), { checks: [nodePressure], due, settings }).outcomes[0]?.evaluated).toBe(
    evaluated,
  );
});

test('settings switch a check off, move its grace and replace its impact', () => {
  const objects = { Node: [pressed] };

  expect(run(aSnapshot(objects), { checks: [nodePressure], settings: () => ({ enabled: false }) })).toMatchObject({
    findings: [],
    outcomes: [{ evaluated: 'switched-off' }],
  });
  expect(findingsOf(nodePressure, objects, { settings: () => ({ graceMs: 10 * 60_000 }) })).toEqual([]);
  expect(findingsOf(nodePressure, objects, { settings: () => ({ impact: 'info' }) })[0]?.impact).toBe('info');
});

test('settings are asked for by the check’s id', () => {
  const asked: string[] = [];

  run(aSnapshot(), { settings: (id) => (asked.push(id), {}) });

  expect(new Set(asked)).toEqual(new Set(CHECKS.map(({ id }) => id)));
});

test('a kind that was not asked for makes its checks not due, without a gap', () => {
  expect(run(aSnapshot({}, { read: ['Node'] }), { checks: [crashLoop] }).outcomes[0]).toMatchObject({
    evaluated: 'not-due',
    gaps: [],
  });
});

test('a gap of the whole kind, and a gap of every kind of cause, is never a finding and never coverage', () => {
  for (const cause of [
    'forbidden',
    'unauthorized',
    'timeout',
    'unreachable',
    'refused',
    'malformed',
    'not-served',
    'truncated',
  ] as const) {
    const gaps = [{ resource: 'Pod', cause, detail: '' }];
    const { findings, outcomes } = run(aSnapshot({ Pod: [aSickPod(looping)] }, { gaps }), { checks: [crashLoop] });

    expect(findings).toEqual([]);
    expect(covered(outcomes, 'crash-loop', 'payments')).toBe(false);
  }
});

test('namespaces outside the scope are not spoken of', () => {
  const pods = ['payments', 'shop', 'kube-system'].map((namespace) => aSickPod(looping, { meta: { namespace } }));
  const seen = (over: Parameters<typeof aSnapshot>[1]) =>
    run(aSnapshot({ Pod: pods }, over), { checks: [crashLoop] }).findings.map(({ object }) => object.namespace);

  expect(seen({ excludedNamespaces: ['kube-system'] })).toEqual(['payments', 'shop']);
  expect(seen({ includedNamespaces: ['shop'] })).toEqual(['shop']);
});

test('findings come worst first and evidence is numbered through; a second run says the same', () => {
  const snapshot = aSnapshot({
    Node: [pressed],
    Pod: [aSickPod(looping)],
    Deployment: [
      aDeployment({
        meta: { name: 'cart' },
        replicas: 2,
        readyReplicas: 1,
        conditions: [aCondition('Available', 'False', { changedAtMs: ago(20) })],
      }),
    ],
  });

  const first = run(snapshot);

  expect(first.findings.map(({ id, reason }) => `${id} ${reason}`)).toEqual([
    'f1 CrashLoop',
    'f2 ReplicasShort',
    'f3 NodePressure',
  ]);
  const ids = first.findings.flatMap(({ evidence }) => evidence.map(({ id }) => id));
  expect(ids).toEqual(ids.map((_, index) => `e${String(index + 1)}`));
  expect(run(snapshot)).toEqual(first);
});

test('titles and quotes pass the redactor', () => {
  const pod = aSickPod({ ...looping, lastTerminated: aTermination({ message: 'bad key sk-ant-0123456789abcdef' }) });

  const { findings } = run(aSnapshot({ Pod: [pod] }), {
    redact: (text) => text.replaceAll(/sk-ant-\w+/g, '[redacted]'),
  });

  expect(JSON.stringify(findings)).not.toContain('sk-ant-');
  expect(findings[0]?.title).toContain('[redacted]');
});

test('a patrol reads less than a full cycle, and nothing for checks that are switched off', () => {
  expect(kindsFor('all', () => ({}))).toContain('Node');
  expect(kindsFor('patrol', () => ({}), [nodePressure])).toEqual([]);
  expect(kindsFor('all', () => ({ enabled: false }))).toEqual([]);
});

test('every check has an id of its own, a sentence about what it sees, and needs something', () => {
  expect(new Set(CHECKS.map(({ id }) => id)).size).toBe(CHECKS.length);
  for (const check of CHECKS) {
    expect(check.id).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(check.sees).toMatch(/\.$/);
    expect(check.cannotSee).toMatch(/\.$/);
    expect(check.needs.length).toBeGreaterThan(0);
    expect(check.uses.filter((kind) => check.needs.includes(kind))).toEqual([]);
  }
});

test('a patrol that read the pods of one namespace says nothing of the others, and resolves nothing there', () => {
  const elsewhere = { namespace: 'shop', name: 'web', uid: 'uid-shop-web' };
  const snapshot = aSnapshot(
    { Node: [pressed], Pod: [aSickPod(looping), aSickPod(looping, { meta: elsewhere })] },
    { podNamespaces: new Set(['payments']) },
  );

  const { findings, outcomes } = run(snapshot, { checks: [crashLoop, nodePressure] });

  expect(findings.map(({ object }) => object.namespace).toSorted()).toEqual(['', 'payments']);
  expect(outcomes).toMatchObject([{ id: 'crash-loop', onlyIn: ['payments'] }, { id: 'node-pressure' }]);
  expect(
    ['payments', 'shop', ''].map((namespace) => [
      covered(outcomes, 'crash-loop', namespace),
      covered(outcomes, 'node-pressure', namespace),
    ]),
  ).toEqual([
    [true, true],
    [false, true],
    [false, true],
  ]);
});

test('in turns the checks say the same, and others have a turn while indexes, findings and their ties are made', async () => {
  const pods = Array.from({ length: 1_000 }, (_, index) =>
    aSickPod(
      { ready: false, waiting: { reason: 'ErrImagePull', message: 'not found' } },
      { meta: { name: `pod-${index}`, uid: `pod-${index}` } },
    ),
  );
  const snapshot = aSnapshot({ Pod: pods });
  let pulled = 0;
  let pauses = 0;
  const pulledBetweenPauses: number[] = [];
  const watched: Check = {
    ...imagePull,
    *run(view) {
      for (const finding of imagePull.run(view)) {
        pulled += 1;
        yield finding;
      }
    },
  };
  const inTurns = await runInTurns(snapshot, { checks: [watched] }, async () => {
    pauses += 1;
    pulledBetweenPauses.push(pulled);
    pulled = 0;
  });

  expect(inTurns).toEqual(run(snapshot, { checks: [imagePull] }));
  expect(inTurns.findings).toHaveLength(1_000);
  expect(Math.max(...pulledBetweenPauses)).toBeLessThanOrEqual(25);
  // As often again for their words, and half as often for what ties them together.
  expect(pauses).toBeGreaterThan((2.5 * 1_000) / 25);
});
