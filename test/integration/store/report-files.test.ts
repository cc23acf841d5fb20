import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CycleReport } from '../../../src/domain/report.ts';
import { silentLog } from '../../../src/log.ts';
import { createRedactor } from '../../../src/redact.ts';
import { pruneReportFiles, writeReportFiles } from '../../../src/store/report-files.ts';
import { openStore } from '../../../src/store/store.ts';
import { openRecordedCycles } from '../../../src/store/recorded-cycles.ts';
import { aFinding } from '../../unit/incidents/builders.ts';
import { NOW_MS } from '../../unit/store/builders.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'k8s-monitor-reports-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const CYCLE_ID = '2026-11-18T10:00:00Z-scheduled';

function aReport(): CycleReport {
  const { onsetAtMs, ...finding } = aFinding();
  const onsetAt = new Date(onsetAtMs).toISOString();
  const incident = { fingerprint: 'f', severity: 'SEV-2', state: 'open' } as const;
  const decision = {
    at: onsetAt,
    pass: 1,
    told: true,
    reason: 'first-seen',
    detail: 'new',
    severity: 'SEV-2',
  } as const;
  return {
    cycle: { id: CYCLE_ID, trigger: 'scheduled', startedAt: onsetAt, endedAt: onsetAt, revision: 'r' },
    cluster: { id: 'cluster-1', name: 'prod', version: '1' },
    gaps: [],
    checks: [],
    findings: ['f1', 'f2'].map((id) => ({ ...finding, id, onsetAt, hold: null })),
    incidents: [
      { ...incident, id: 'INC-1', findings: ['f1'] },
      { ...incident, id: 'INC-2', findings: ['f2'] },
    ],
    decisions: [
      { ...decision, incident: 'INC-1' },
      { ...decision, incident: 'INC-2' },
    ],
    agents: [],
    notCalled: [],
    definitions: { files: [], read: [], warnings: [] },
    usage: { calls: 0, inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 0 },
    stages: [],
    summary: `the key was ghp_${'a1B2'.repeat(8)}`,
  };
}

function read(name: string): CycleReport {
  return JSON.parse(readFileSync(join(directory, name), 'utf8')) as CycleReport;
}

test('one file for the cycle and one for each incident, redacted, with nothing else left behind', async () => {
  await writeReportFiles(
    join(directory),
    aReport(),
    createRedactor(() => []),
  );

  expect(readdirSync(directory).toSorted()).toEqual([
    '2026-11-18T10-00-00Z-scheduled.json',
    'INC-1.json',
    'INC-2.json',
  ]);
  expect(read('INC-2.json')).toMatchObject({
    cycle: { id: CYCLE_ID },
    incidents: [{ id: 'INC-2' }],
    findings: [{ id: 'f2' }],
    decisions: [{ incident: 'INC-2' }],
  });
  expect(read('2026-11-18T10-00-00Z-scheduled.json').summary).toBe('the key was [redacted]');
});

test('a later cycle replaces the file of an incident as a whole', async () => {
  await writeReportFiles(directory, aReport(), (text) => text);
  const later = { ...aReport(), findings: [], incidents: aReport().incidents.slice(0, 1), decisions: [] };
  await writeReportFiles(directory, later, (text) => text);

  expect(read('INC-1.json')).toMatchObject({ findings: [], decisions: [] });
  expect(read('INC-2.json').findings).toHaveLength(1);
});

test('a directory that cannot be made is one clear message', async () => {
  writeFileSync(join(directory, 'file'), '');

  await expect(writeReportFiles(join(directory, 'file', 'reports'), aReport(), (text) => text)).rejects.toMatchObject({
    code: 'STORE_UNUSABLE',
    message: expect.stringContaining('reports cannot be written to'),
  });
});

test('a report can be read while another process works on the database', async () => {
  const file = join(directory, 'monitor.db');
  expect(await openRecordedCycles(file)).toBeUndefined();
  await using store = await openStore({ at: { file }, now: () => NOW_MS, log: silentLog, redact: (text) => text });
  await store.identify('cluster-1');
  await store.reports.save(aReport());

  await using recorded = await openRecordedCycles(file);
  expect((await recorded?.report(CYCLE_ID))?.cycle.id).toBe(CYCLE_ID);
  expect((await recorded?.report('INC-2'))?.cycle.id).toBe(CYCLE_ID);
  expect(await recorded?.report('INC-3')).toBeUndefined();
});

test('report files that nobody wrote for their time go, others and foreign files stay', async () => {
  for (const name of ['old.json', 'new.json', 'notes.txt']) writeFileSync(join(directory, name), '{}');
  const oldS = NOW_MS / 1_000 - 15 * 86_400;
  for (const name of ['old.json', 'notes.txt']) utimesSync(join(directory, name), oldS, oldS);
  utimesSync(join(directory, 'new.json'), NOW_MS / 1_000, NOW_MS / 1_000);

  const removed = await pruneReportFiles(directory, NOW_MS - 14 * 86_400_000);

  expect(removed).toBe(1);
  expect(readdirSync(directory).toSorted()).toEqual(['new.json', 'notes.txt']);
});

test('a report directory that does not exist has nothing to remove', async () => {
  await expect(pruneReportFiles(join(directory, 'none'), NOW_MS)).resolves.toBe(0);
});
