import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLog } from '../../../src/log.ts';
import { openStore, type Store, type StoreOptions } from '../../../src/store/store.ts';
import { aDecision, anIncident, aNotice, aPass, NOW_MS } from '../../unit/store/builders.ts';

const PROCESS = fileURLToPath(import.meta.resolve('./process.ts'));

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'k8s-monitor-store-'));
  file = join(directory, 'monitor.db');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function open(over: Partial<StoreOptions> = {}): Promise<Store> {
  const store = await openStore({
    at: { file },
    now: () => NOW_MS,
    log: silentLog,
    redact: (text) => text,
    lockWaitMs: 0,
    ...over,
  });
  await store.identify('cluster-1');
  return store;
}

test('what was committed is there after a restart, with the next incident number', async () => {
  {
    await using store = await open();
    store.nextIncidentNumber(NOW_MS);
    await store.commitPass(aPass({ incidents: [anIncident()], decisions: [aDecision()], notices: [aNotice()] }));
  }
  await using store = await open();

  expect(store.clusterId()).toBe('cluster-1');
  expect((await store.loadIncidents(NOW_MS)).incidents).toEqual([anIncident()]);
  expect(await store.outbox.due(NOW_MS, 10)).toHaveLength(1);
  expect(store.nextIncidentNumber(NOW_MS)).toBe(2);
});

test('a row that was being sent when the process ended comes back as such', async () => {
  {
    await using store = await open();
    await store.commitPass(aPass({ notices: [aNotice()] }));
    const [row] = await store.outbox.due(NOW_MS, 1);
    await store.outbox.markSending(row!.sequence, NOW_MS);
  }
  await using store = await open();

  expect(await store.outbox.due(NOW_MS, 1)).toMatchObject([{ status: 'sending', attempts: 1 }]);
});

test('a database of a newer version is left alone, with the remedy', async () => {
  await (await open())[Symbol.asyncDispose]();
  const raw = new DatabaseSync(file);
  raw.exec('insert into schema_version values (999, 0)');
  raw.close();
  const before = readFileSync(file);

  await expect(open()).rejects.toMatchObject({
    code: 'STORE_NEWER',
    message: expect.stringContaining('start the newer k8s-monitor'),
  });
  expect(readFileSync(file).equals(before)).toBe(true);
});

test.each([
  { what: 'is no database at all', damage: () => writeFileSync(file, 'not a database, '.repeat(1_000)) },
  {
    what: 'has a torn page in its middle',
    damage: () => {
      const bytes = readFileSync(file);
      bytes.fill(0xa5, 5 * 4096, 9 * 4096);
      writeFileSync(file, bytes);
    },
  },
])('a file that $what is moved aside, kept, and said', async ({ damage }) => {
  await (await open())[Symbol.asyncDispose]();
  damage();
  const damaged = readFileSync(file);
  const said: string[] = [];
  await using store = await open({ log: { ...silentLog, error: (message) => void said.push(message) } });

  expect(store.movedAside).toMatch(/monitor\.db\.damaged-2026-11-18T10-00-00/);
  expect(readFileSync(store.movedAside!).equals(damaged)).toBe(true);
  expect(said).toEqual(['the database was damaged and moved aside; a new one is begun']);
  await store.commitPass(aPass({ incidents: [anIncident()] }));
});

test('a full disk is said, loses nothing that was committed, and ends when there is room', async () => {
  {
    await using store = await open({ maxPages: 120 });
    await store.commitPass(aPass({ incidents: [anIncident()], notices: [aNotice()] }));
    const evidence = Array.from({ length: 50 }, (_, index) => ({
      id: `e${index}`,
      source: 's',
      quote: 'q'.repeat(16_000),
    }));
    const large = aPass({ incidents: [anIncident({ cyclesSeen: 99 })], notices: [aNotice()], evidence });

    await expect(store.commitPass(large)).rejects.toMatchObject({
      code: 'STORE_UNUSABLE',
      retryable: true,
      message: expect.stringContaining('the disk is full'),
    });
    expect((await store.loadIncidents(NOW_MS)).incidents).toMatchObject([{ cyclesSeen: 1 }]);
    expect(await store.outbox.counts()).toMatchObject({ pending: 1 });
  }
  await using store = await open();
  await store.commitPass(aPass({ incidents: [anIncident({ cyclesSeen: 2 })] }));
  expect((await store.loadIncidents(NOW_MS)).incidents).toMatchObject([{ cyclesSeen: 2 }]);
});

test('a directory that cannot be written is one clear message', async () => {
  const file = join(directory, 'a-file');
  writeFileSync(file, '');

  await expect(open({ at: { file: join(file, 'data', 'monitor.db') } })).rejects.toMatchObject({
    code: 'STORE_UNUSABLE',
    message: expect.stringMatching(
      /the data directory .* cannot be made .*: mount a volume that this user may write to/,
    ),
  });
});

test.each([
  { what: 'a file that may only be read', file: 0o444, directory: 0o777 },
  { what: 'a directory that may only be read', file: 0o666, directory: 0o555 },
  { what: 'both', file: 0o444, directory: 0o555 },
])('$what is one clear message, and nothing is changed', async ({ file: fileMode, directory: directoryMode }) => {
  await (await open())[Symbol.asyncDispose]();
  for (const name of readdirSync(directory)) chmodSync(join(directory, name), fileMode);
  chmodSync(directory, directoryMode);
  const before = readFileSync(file);
  const { stderr, status } = spawnSync(process.execPath, [PROCESS, file, 'unprivileged'], { encoding: 'utf8' });

  expect(status).toBe(1);
  expect(stderr).toContain("code: 'STORE_UNUSABLE'");
  expect(stderr).toMatch(/Mount the data volume writable|this user may write to it/);
  expect(readFileSync(file).equals(before)).toBe(true);
  chmodSync(directory, 0o777);
});

test('a second process is refused while the first lives, also by kill -9 no lock is left', async () => {
  const first = spawn(process.execPath, [PROCESS, file, 'hold'], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const chunk of first.stdout) if (String(chunk).includes('holding')) break;

  await expect(open()).rejects.toMatchObject({
    code: 'STORE_UNUSABLE',
    message: expect.stringContaining('another k8s-monitor works on'),
  });
  first.kill('SIGKILL');
  await once(first, 'exit');
  await using store = await open();
  expect(store.clusterId()).toBe('cluster-1');
});

test(
  'kill -9 at every step: nothing is torn, nothing is lost, and the next process finishes the work',
  { timeout: 180_000 },
  async () => {
    const run = (killAt: number) =>
      spawnSync(process.execPath, [PROCESS, file, 'work', String(killAt)], { encoding: 'utf8' });
    const whole = run(0);
    expect(whole.stderr).toBe('');
    const steps = whole.stdout.split('\n').filter((line) => /: /.test(line));
    expect(steps.length).toBeGreaterThanOrEqual(20);

    for (let killAt = 1; killAt <= steps.length; killAt += 1) {
      for (const name of readdirSync(directory)) rmSync(join(directory, name));
      const killed = run(killAt);
      expect(killed.signal, `step ${killAt}, ${steps[killAt - 1]}`).toBe('SIGKILL');
      {
        await using store = await open();
        expect(store.movedAside).toBeUndefined();
        const stored = await store.loadIncident('INC-1');
        const { pending, sending } = await store.outbox.counts();
        const evidence = await store.reports.evidenceOf('cycle-1');
        // Decision, evidence and outbox rows exist exactly when their incident does.
        expect(stored?.decisions.length ?? 0).toBe(stored === undefined ? 0 : stored.incident.state === 'open' ? 1 : 2);
        expect(evidence).toHaveLength(stored === undefined ? 0 : 1);
        expect(stored === undefined ? pending + sending : 0).toBe(0);
      }
      const finished = run(0);
      expect(finished.stdout).toContain('done');
      const sent = (killed.stdout + finished.stdout).split('\n').filter((line) => line.startsWith('sent '));
      // At most the one that was on its way is sent again.
      expect(new Set(sent)).toEqual(new Set(['sent n1', 'sent n2', 'sent n3']));
      expect(sent.length).toBeLessThanOrEqual(4);
      await using store = await open();
      expect((await store.loadIncident('INC-1'))?.incident.state).toBe('resolved');
      expect(await store.outbox.counts()).toMatchObject({ pending: 0, sending: 0 });
    }
    expect(statSync(file).size).toBeGreaterThan(0);
  },
);
