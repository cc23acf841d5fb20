import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLog } from '../../../src/log.ts';
import { openRecordedCycles } from '../../../src/store/recorded-cycles.ts';
import { openStore, type Store } from '../../../src/store/store.ts';

const NOW_MS = Date.UTC(2026, 10, 21, 18);
const DAY_MS = 86_400_000;
const TEXT = new TextEncoder().encode('# Guide\n');
const SHA256 = 'a'.repeat(64);

let file: string;
beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), 'k8s-monitor-migrations-')), 'k8s-monitor.db');
});
afterEach(() => rmSync(join(file, '..'), { recursive: true, force: true }));

const open = (): Promise<Store> =>
  openStore({ at: { file }, now: () => NOW_MS, log: silentLog, redact: (text) => text });

/** As a version left it that knew neither rows of changes nor texts of the past. */
async function aDatabaseOfVersion1(): Promise<void> {
  {
    await using store = await open();
    await store.identify('cluster-1');
    await store.lastGood.save({ name: 'CLAUDE.md', sha256: SHA256, bytes: TEXT, savedAtMs: NOW_MS - 30 * DAY_MS });
    await store.spend.add('2026-11-21', 1.5, 3);
  }
  const raw = new DatabaseSync(file);
  raw.exec('drop table audit; drop table file_version; delete from schema_version where version > 1');
  raw.close();
}

test('a database of version 1 keeps what it has, and what was in force in it is a text of the past', async () => {
  await aDatabaseOfVersion1();
  await using store = await open();

  expect(store.clusterId()).toBe('cluster-1');
  expect(await store.spend.on('2026-11-21')).toBe(1.5);
  expect((await store.lastGood.load()).map(({ name, sha256 }) => [name, sha256])).toEqual([['CLAUDE.md', SHA256]]);
  expect(await store.audit.list(10)).toEqual([]);

  // It was accepted a month ago and is replaced now: cycles of yesterday were decided by it.
  await store.lastGood.save({ name: 'CLAUDE.md', sha256: 'b'.repeat(64), bytes: TEXT, savedAtMs: NOW_MS });
  await store.prune(NOW_MS + 13 * DAY_MS);
  expect(await store.lastGood.version(SHA256)).toEqual(TEXT);
  await store.prune(NOW_MS + 15 * DAY_MS);
  expect(await store.lastGood.version(SHA256)).toBeUndefined();
});

test('commands that only read take one of version 1 as it is', async () => {
  await aDatabaseOfVersion1();
  await using recorded = await openRecordedCycles(file);

  expect(await recorded?.changes(10)).toEqual([]);
  expect(await recorded?.version(SHA256)).toBeUndefined();
  expect((await recorded?.files())?.map(({ name }) => name)).toEqual(['CLAUDE.md']);
});
