import { expect, test } from 'vitest';
import type { CycleReport } from '../../../src/domain/report.ts';
import { createRedactor } from '../../../src/redact.ts';
import { silentLog } from '../../../src/log.ts';
import { openStore } from '../../../src/store/store.ts';
import { aDecision, anIncident, aNotice, aPass, aStore, DAY_MS, NOW_MS } from './builders.ts';

const CANARY = `ghp_${'a1B2'.repeat(8)}`;

function aReport(id: string, endedAtMs: number, incidents: readonly string[] = []): CycleReport {
  return {
    cycle: {
      id,
      trigger: 'scheduled',
      startedAt: new Date(endedAtMs).toISOString(),
      endedAt: new Date(endedAtMs).toISOString(),
      revision: 'r',
    },
    cluster: { id: 'cluster-1', name: 'prod', version: '1' },
    gaps: [],
    checks: [],
    findings: [],
    incidents: incidents.map((incident) => ({
      id: incident,
      fingerprint: 'f',
      severity: 'SEV-2',
      state: 'open',
      findings: [],
    })),
    decisions: [],
    agents: [],
    notCalled: [],
    definitions: { files: [], read: [], warnings: [] },
    usage: { calls: 0, inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 0 },
    stages: [],
    summary: '',
  };
}

test('a pass comes back as it was decided, and a later one takes its place', async () => {
  const store = await aStore();
  await store.commitPass(aPass({ incidents: [anIncident()], decisions: [aDecision()] }));
  await store.commitPass(
    aPass({ incidents: [anIncident({ cyclesSeen: 2 })], decisions: [aDecision({ told: false, reason: 'ongoing' })] }),
  );

  const { incidents } = await store.loadIncidents(NOW_MS);
  expect(incidents).toEqual([anIncident({ cyclesSeen: 2 })]);
  const stored = await store.loadIncident(anIncident().id);
  expect(stored?.decisions).toEqual([aDecision(), aDecision({ told: false, reason: 'ongoing' })]);
});

test('known are the open ones and those resolved within a day; the history counts seven days', async () => {
  const store = await aStore();
  const resolved = (id: string, resolvedAtMs: number) => anIncident({ id, state: 'resolved', resolvedAtMs });
  await store.commitPass(
    aPass({
      incidents: [
        anIncident({ id: 'open', openedAtMs: NOW_MS - 30 * DAY_MS }),
        resolved('recent', NOW_MS - DAY_MS + 1),
        resolved('old', NOW_MS - DAY_MS),
      ],
    }),
  );
  const { incidents, inSevenDays } = await store.loadIncidents(NOW_MS);

  expect(incidents.map(({ id }) => id).toSorted()).toEqual(['open', 'recent']);
  expect([...inSevenDays.values()]).toEqual([2]);
});

test('one problem cannot be open twice, and the pass that tries leaves nothing behind', async () => {
  const store = await aStore();
  await store.commitPass(aPass({ incidents: [anIncident({ id: 'one' })] }));
  const second = aPass({ incidents: [anIncident({ id: 'two' })], notices: [aNotice()] });

  await expect(store.commitPass(second)).rejects.toThrow('UNIQUE');
  expect(await store.outbox.due(NOW_MS, 10)).toEqual([]);
});

test('an identity may end and begin in one pass', async () => {
  const store = await aStore();
  await store.commitPass(aPass({ incidents: [anIncident({ id: 'one' })] }));
  const ended = anIncident({ id: 'one', state: 'resolved', resolvedAtMs: NOW_MS });
  await store.commitPass(aPass({ incidents: [anIncident({ id: 'two' }), ended] }));

  expect((await store.loadIncidents(NOW_MS)).incidents).toHaveLength(2);
});

test('another cluster on the same volume sees nothing of the first', async () => {
  const store = await aStore();
  await store.commitPass(aPass({ incidents: [anIncident()], notices: [aNotice()] }));
  await store.identify('cluster-2');

  expect((await store.loadIncidents(NOW_MS)).incidents).toEqual([]);
  expect(await store.outbox.due(NOW_MS, 10)).toEqual([]);
});

test('no credential reaches any table', async () => {
  const store = await aStore({ redact: createRedactor(() => []) });
  const leaky = anIncident({ channel: CANARY, owner: { kind: 'Pod', namespace: CANARY, name: `token=${CANARY}` } });
  await store.commitPass(
    aPass({
      incidents: [leaky],
      decisions: [aDecision({ detail: CANARY })],
      notices: [aNotice({ content: { kind: 'reply', text: CANARY, broadcast: false } })],
      evidence: [{ id: 'e1', source: CANARY, quote: CANARY }],
    }),
  );
  await store.reports.save({ ...aReport('c1', NOW_MS), summary: CANARY });
  await store.lastGood.save({ name: 'a.md', sha256: 's', bytes: Buffer.from(`key ${CANARY}`), savedAtMs: NOW_MS });

  const everything = JSON.stringify([
    await store.loadIncidents(NOW_MS),
    await store.loadIncident(leaky.id),
    await store.outbox.due(NOW_MS, 10),
    await store.reports.load('c1'),
    await store.reports.evidenceOf('cycle-1'),
    (await store.lastGood.load()).map(({ bytes }) => Buffer.from(bytes).toString()),
  ]);
  expect(everything).not.toContain(CANARY);
  expect(everything.split('[redacted]').length).toBeGreaterThan(7);
});

test('a credential is known by its key as well', async () => {
  const store = await aStore({ redact: createRedactor(() => []) });
  await store.reports.save({
    ...aReport('c1', NOW_MS),
    cluster: { id: 'c', name: 'n', version: 'v', password: 'hunter22' } as never,
  });

  expect(JSON.stringify(await store.reports.load('c1'))).not.toContain('hunter22');
});

test('incident numbers restart every day and go on after what was stored', async () => {
  const store = await aStore();
  expect([store.nextIncidentNumber(NOW_MS), store.nextIncidentNumber(NOW_MS)]).toEqual([1, 2]);
  await store.commitPass(aPass());
  await store.identify('cluster-2');
  await store.identify('cluster-1');

  expect(store.nextIncidentNumber(NOW_MS)).toBe(3);
  expect(store.nextIncidentNumber(NOW_MS + DAY_MS)).toBe(1);
});

test('a report is found by its cycle, and the newest by an incident in it', async () => {
  const store = await aStore();
  await store.reports.save(aReport('c1', NOW_MS, ['INC-1']));
  await store.reports.save(aReport('c2', NOW_MS + 1, ['INC-1', 'INC-2']));

  expect((await store.reports.load('c1'))?.cycle.id).toBe('c1');
  expect((await store.reports.load('INC-1'))?.cycle.id).toBe('c2');
  expect(await store.reports.load('INC-3')).toBeUndefined();
  expect((await store.reports.list(10)).map(({ cycleId }) => cycleId)).toEqual(['c2', 'c1']);
});

test('definitions come back byte for byte until they are forgotten', async () => {
  const store = await aStore();
  const bytes = new Uint8Array([0, 255, 10, 13]);
  await store.lastGood.save({ name: 'a.md', sha256: 'x', bytes, savedAtMs: 1 });
  const [loaded] = await store.lastGood.load();
  expect([...loaded!.bytes]).toEqual([...bytes]);

  await store.lastGood.forget('a.md');
  expect(await store.lastGood.load()).toEqual([]);
});

test('an accepted text is kept by its hash while it is in use, and as long after as reports that may have used it', async () => {
  const clock = { nowMs: NOW_MS };
  const store = await aStore({ now: () => clock.nowMs });
  const save = (name: string, text: string) =>
    store.lastGood.save({ name, sha256: `sha of ${text}`, bytes: Buffer.from(text), savedAtMs: clock.nowMs });
  const kept = async (text: string) => (await store.lastGood.version(`sha of ${text}`)) !== undefined;
  await save('a.md', 'first');
  await save('b.md', 'other');
  clock.nowMs += 100 * DAY_MS;
  await store.prune(clock.nowMs);
  await save('a.md', 'second');
  await store.lastGood.forget('b.md');

  clock.nowMs += 13 * DAY_MS;
  await store.prune(clock.nowMs);
  expect([await kept('first'), await kept('other'), await kept('second')]).toEqual([true, true, true]);
  clock.nowMs += 2 * DAY_MS;
  await store.prune(clock.nowMs);
  expect([await kept('first'), await kept('other'), await kept('second')]).toEqual([false, false, true]);
});

test('owners, spend and the end of cycles are remembered', async () => {
  const store = await aStore();
  const object = { kind: 'ReplicaSet', namespace: 'payments', name: 'api-7d9' };
  const owner = { kind: 'Deployment', namespace: 'payments', name: 'api' };
  await store.owners.save([{ object, owner }], NOW_MS);
  await store.spend.add('2026-11-18', 0.25, 3);
  await store.spend.add('2026-11-18', 0.5, 1);
  await store.cycleEnds.record('scheduled', NOW_MS);

  expect(await store.owners.load()).toEqual(new Map([['ReplicaSet/payments/api-7d9', owner]]));
  expect([await store.spend.on('2026-11-18'), await store.spend.on('2026-11-19')]).toEqual([0.75, 0]);
  expect([await store.cycleEnds.last('scheduled'), await store.cycleEnds.last('patrol')]).toEqual([NOW_MS, undefined]);
});

test('bulk is kept for 14 days, history for 90; what is open or unsent stays', async () => {
  const store = await aStore();
  const resolvedAtMs = NOW_MS - 91 * DAY_MS;
  await store.commitPass(
    aPass({
      incidents: [
        anIncident({ id: 'open', openedAtMs: NOW_MS - 200 * DAY_MS }),
        anIncident({ id: 'ended', state: 'resolved', resolvedAtMs }),
      ],
      decisions: [aDecision({ incidentId: 'open', atMs: resolvedAtMs }), aDecision({ incidentId: 'open' })],
      notices: [aNotice({ decidedAtMs: resolvedAtMs })],
      evidence: [{ id: 'e1', source: 's', quote: 'q' }],
    }),
  );
  await store.reports.save(aReport('old', NOW_MS - 15 * DAY_MS, ['open']));
  await store.reports.save(aReport('new', NOW_MS - 13 * DAY_MS));
  await store.prune(NOW_MS);

  expect((await store.reports.list(10)).map(({ cycleId }) => cycleId)).toEqual(['new']);
  expect(await store.reports.load('open')).toBeUndefined();
  expect((await store.loadIncident('open'))?.decisions).toHaveLength(1);
  expect(await store.loadIncident('ended')).toBeUndefined();
  expect(await store.outbox.due(NOW_MS, 10)).toHaveLength(1);
  expect(await store.reports.evidenceOf('cycle-1')).toHaveLength(1);
  await store.prune(NOW_MS + 15 * DAY_MS);
  expect(await store.reports.evidenceOf('cycle-1')).toEqual([]);
});

test('above the cap the oldest days of bulk go first', async () => {
  const store = await aStore();
  const summary = 'x'.repeat(200_000);
  for (const days of [1, 3, 5, 7, 9]) {
    await store.reports.save({ ...aReport(`${days} days`, NOW_MS - days * DAY_MS + 1), summary });
  }
  const { bytes, bulkDays } = await store.prune(NOW_MS, 900_000);

  expect(bytes).toBeLessThanOrEqual(900_000);
  expect(bulkDays).toBe(6);
  expect((await store.reports.list(10)).map(({ cycleId }) => cycleId)).toEqual(['1 days', '3 days', '5 days']);
});

test('incidents from before the cluster told its id become its own, under the identity that they have there', async () => {
  const store = await openStore({ at: 'memory', now: () => NOW_MS, log: silentLog, redact: (text) => text });
  await store.commitPass(
    aPass({
      incidents: [anIncident({ id: 'early', clusterId: '', fingerprint: 'of nowhere' })],
      decisions: [aDecision({ incidentId: 'early' })],
    }),
  );
  const number = store.nextIncidentNumber(NOW_MS);
  await store.commitPass(aPass());
  await store.identify('cluster-1', ({ clusterId, family }) => `${clusterId} ${family}`);

  const { incidents } = await store.loadIncidents(NOW_MS);
  expect(incidents).toMatchObject([{ id: 'early', clusterId: 'cluster-1', fingerprint: 'cluster-1 workload' }]);
  expect((await store.loadIncident('early'))?.decisions).toHaveLength(1);
  expect(store.nextIncidentNumber(NOW_MS)).toBe(number + 1);
});
