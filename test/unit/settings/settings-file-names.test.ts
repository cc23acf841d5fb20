import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { isSettingsFile } from '../../../src/settings/settings-file-names.ts';
import { readSettings } from '../../../src/settings/read-settings.ts';

test('the names that are watched are those that are read, whatever the main file is called', () => {
  const read = new Set<string>();
  readSettings({
    configFile: '/config/mine.yaml',
    required: false,
    readFile: (path) => {
      read.add(basename(path));
      return undefined;
    },
    cronProblem: () => undefined,
    allowedOrigins: [],
  });
  const isWatched = isSettingsFile('/config/mine.yaml');

  expect(read.size).toBeGreaterThan(5);
  expect([...read].filter((name) => !isWatched(name))).toEqual([]);
  expect(['config.yaml', 'notes.txt', '..data', 'mine.yaml.swp'].filter(isWatched)).toEqual([]);
});

test('all of them are read in one go, so that a swap in between can be noticed', () => {
  let goes = 0;
  let isWithin = false;
  const outside: string[] = [];
  readSettings({
    configFile: '/config/config.yaml',
    required: false,
    readFile: (path) => {
      if (!isWithin) outside.push(path);
      return undefined;
    },
    steadily: (read) => {
      goes += 1;
      isWithin = true;
      const result = read();
      isWithin = false;
      return result;
    },
    cronProblem: () => undefined,
    allowedOrigins: [],
  });

  expect([goes, outside]).toEqual([1, []]);
});
