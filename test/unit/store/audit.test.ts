import { expect, test } from 'vitest';
import type { RecordedVerdict } from '../../../src/domain/change.ts';
import { createRedactor } from '../../../src/redact.ts';
import { silentLog } from '../../../src/log.ts';
import { openStore } from '../../../src/store/store.ts';
import { aStore, DAY_MS, NOW_MS } from './builders.ts';

const CANARY = `ghp_${'a1B2'.repeat(8)}`;

function verdict(id: string, over: Partial<RecordedVerdict> = {}): RecordedVerdict {
  return { id, atMs: NOW_MS, component: 'definitions', file: 'a.md', outcome: 'accepted', changes: [], ...over };
}

test('verdicts come back as they were, the newest first, and none twice', async () => {
  const store = await aStore();
  const first = verdict('1', {
    sha256Before: 'b',
    sha256After: 'a',
    changes: [{ kind: 'widened', about: 'tools', file: 'a.md', line: 4, words: 'a: tools granted: k8s_logs' }],
  });
  const second = verdict('2', { outcome: 'rejected', sha256After: 'x', code: 'invalid-yaml', message: 'line 2: no' });
  await store.audit.record([first, second]);
  await store.audit.record([first]);

  expect(await store.audit.list(10)).toEqual([second, first]);
  expect(await store.audit.list(1)).toEqual([second]);
});

test('a rejection stands until the file is accepted', async () => {
  const store = await aStore();
  await store.audit.record([
    verdict('1', { outcome: 'rejected', file: 'a.md' }),
    verdict('2', { outcome: 'rejected', file: 'b.md' }),
    verdict('3', { outcome: 'rejected', file: 'a.md', component: 'settings' }),
    verdict('4', { outcome: 'accepted', file: 'a.md' }),
  ]);

  expect((await store.audit.standingRejections()).map(({ id }) => id).toSorted()).toEqual(['2', '3']);
});

test('no credential is kept, wherever it stands', async () => {
  const store = await openStore({
    at: 'memory',
    now: () => NOW_MS,
    log: silentLog,
    redact: createRedactor(() => []),
  });
  await store.audit.record([
    verdict('1', {
      message: `token ${CANARY}`,
      changes: [{ kind: 'changed', about: 'setting', file: 'config.yaml', words: `a: none → ${CANARY}` }],
    }),
  ]);

  expect(JSON.stringify(await store.audit.list(1))).not.toContain(CANARY);
});

test('rows are kept for 90 days', async () => {
  const store = await aStore();
  await store.audit.record([
    verdict('old', { atMs: NOW_MS - 91 * DAY_MS }),
    verdict('recent', { atMs: NOW_MS - 89 * DAY_MS }),
  ]);
  await store.prune(NOW_MS);

  expect((await store.audit.list(10)).map(({ id }) => id)).toEqual(['recent']);
});

test('what was recorded before the cluster told its id is its own', async () => {
  const store = await openStore({ at: 'memory', now: () => NOW_MS, log: silentLog, redact: (text) => text });
  await store.audit.record([verdict('1')]);
  await store.identify('cluster-1');

  expect((await store.audit.list(10)).map(({ id }) => id)).toEqual(['1']);
});
