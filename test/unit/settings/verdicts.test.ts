import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { silentLog } from '../../../src/log.ts';
import { createSettings } from '../../../src/settings/read-settings.ts';
import type { SettingsDecided } from '../../../src/settings/verdicts.ts';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

/** One installation: its directory and its database outlive a process. */
function installation(files: Record<string, string | undefined>) {
  const texts = new Map<string, string>();
  const heard: SettingsDecided[] = [];
  return {
    files,
    decided: () => heard.splice(0),
    start: async () => {
      const settings = createSettings({
        configFile: '/config/config.yaml',
        required: false,
        readFile: (path) => files[path.replace('/config/', '')],
        cronProblem: () => undefined,
        allowedOrigins: [],
        log: silentLog,
        atStart: 'wait',
      });
      settings.onDecided(async (decided) => void heard.push(decided));
      await settings.keepLastGood({
        load: () => Promise.resolve(new Map([...texts].map(([name, text]) => [name, { text, acceptedAtMs: 0 }]))),
        save: async (name, text) => void texts.set(name, text),
        forget: async (name) => void texts.delete(name),
      });
      return settings;
    },
  };
}

test('the first files ever are accepted with nothing before them', async () => {
  const { start, decided } = installation({ 'config.yaml': 'log_level: warn\n' });
  await start();

  expect(decided()).toMatchObject([
    {
      isFirst: true,
      verdict: { file: 'config.yaml', outcome: 'accepted', sha256After: hash('log_level: warn\n') },
    },
  ]);
});

test('an edit is told once, with what it said before and says now and where', async () => {
  const { start, files, decided } = installation({ 'config.yaml': 'log_level: warn\n' });
  const settings = await start();
  decided();
  files['config.yaml'] = '# a remark\nlog_level: debug\n';
  settings.refresh();
  settings.refresh();

  const [only, ...others] = decided();
  expect(others).toEqual([]);
  expect(only).toMatchObject({
    isFirst: false,
    before: { log_level: 'warn' },
    after: { log_level: 'debug' },
    verdict: { sha256Before: hash('log_level: warn\n'), sha256After: hash('# a remark\nlog_level: debug\n') },
  });
  expect(only?.lineOf(['log_level'])).toBe(2);
});

test('a refusal is told once for the same content, and its rollback is an acceptance', async () => {
  const { start, files, decided } = installation({ 'config.yaml': 'log_level: warn\n' });
  const settings = await start();
  decided();
  files['config.yaml'] = 'log_level: loud\n';
  settings.refresh();
  settings.refresh();
  expect(decided()).toMatchObject([
    {
      verdict: {
        outcome: 'rejected',
        sha256Before: hash('log_level: warn\n'),
        sha256After: hash('log_level: loud\n'),
        code: 'CONFIG_INVALID',
        message: expect.stringContaining('log_level'),
      },
    },
  ]);
  files['config.yaml'] = 'log_level: warn\n';
  settings.refresh();
  expect(decided()).toMatchObject([{ verdict: { outcome: 'accepted', sha256After: hash('log_level: warn\n') } }]);
});

test('across a restart each file is held against what was accepted last: changed, added, taken away, broken', async () => {
  const { start, files, decided } = installation({ 'config.yaml': 'log_level: warn\n', 'dedup.yaml': 'ttl: 1m\n' });
  await start();
  decided();
  await start();
  expect(decided()).toEqual([]);

  files['config.yaml'] = 'log_level: error\n';
  files['flags.json'] = '{"notifications": false}';
  files['dedup.yaml'] = undefined;
  await start();
  expect(decided()).toMatchObject([
    { verdict: { file: 'config.yaml' }, before: { log_level: 'warn' }, after: { log_level: 'error' } },
    {
      verdict: { file: 'dedup.yaml', sha256Before: hash('ttl: 1m\n') },
      before: { ttl: 60_000 },
      after: { ttl: 300_000 },
    },
    { verdict: { file: 'flags.json' }, before: { notifications: true }, after: { notifications: false } },
  ]);

  files['config.yaml'] = 'log_level: [';
  await start();
  expect(decided()).toMatchObject([
    { verdict: { file: 'config.yaml', outcome: 'rejected', sha256Before: hash('log_level: error\n') } },
  ]);
});
