import { expect, test } from 'vitest';
import type { GoodContent } from '../../../src/definitions/assemble.ts';
import { createDefinitions } from '../../../src/definitions/create-definitions.ts';
import type { DefinitionsDecided } from '../../../src/definitions/verdicts.ts';
import type { DirectoryRead } from '../../../src/domain/mounted-directory.ts';
import { silentLog } from '../../../src/log.ts';
import { aFile, settings } from './fixtures.ts';

const agent = (name: string, body = 'Look.'): string => `---\nname: ${name}\ndescription: d\n---\n${body}\n`;
const BROKEN = '---\nname: [\n---\nx';
const hash = (name: string, text: string): string => aFile(name, text).sha256;

/** One installation: its mounts and its database outlive a process. */
function installation() {
  const stored = new Map<string, GoodContent>();
  const heard: DefinitionsDecided[] = [];
  const stage = {
    agents: reading({ 'a.md': agent('a'), 'b.md': agent('b') }),
    heard,
    verdicts: () => heard.splice(0).flatMap(({ verdicts }) => verdicts),
    start: ({ tell = () => Promise.resolve() }: { readonly tell?: () => Promise<void> } = {}) =>
      createDefinitions({
        readClaudeDir: async () => reading({ 'CLAUDE.md': '# Guide' }),
        readAgentsDir: async () => stage.agents,
        lastGood: {
          load: async () => stored,
          save: async (file, content) => void stored.set(file, content),
          forget: async (file) => void stored.delete(file),
        },
        settings: () => settings,
        onDecided: (decided) => {
          heard.push(decided);
          return tell();
        },
        now: () => 0,
        log: silentLog,
      }),
  };
  return stage;
}

function reading(files: Readonly<Record<string, string>>): DirectoryRead {
  return {
    kind: 'read',
    directory: '/mounted',
    version: '..1',
    files: Object.entries(files).map(([name, text]) => ({ ...aFile(name, text), frozen: false })),
    unreadable: [],
  };
}

test('the first files ever are accepted with nothing before them', async () => {
  const stage = installation();
  await stage.start().pin();

  expect(stage.heard).toMatchObject([{ before: undefined }]);
  expect(stage.verdicts()).toEqual(
    [
      ['CLAUDE.md', '# Guide'],
      ['a.md', agent('a')],
      ['b.md', agent('b')],
    ].map(([file = '', text = '']) => ({ file, outcome: 'accepted', sha256After: hash(file, text) })),
  );
});

test('an edit, a file taken away and a new one are told once, however often it is looked', async () => {
  const stage = installation();
  const source = stage.start();
  await source.pin();
  stage.verdicts();
  stage.agents = reading({ 'a.md': agent('a', 'Twice.'), 'c.md': agent('c') });
  await Promise.all([source.pin(), source.pin()]);
  await source.pin();

  expect(stage.heard).toHaveLength(1);
  expect(stage.heard[0]?.textOf('a.md')).toBe(agent('a', 'Twice.'));
  expect(stage.verdicts()).toEqual([
    {
      file: 'a.md',
      outcome: 'accepted',
      sha256Before: hash('a.md', agent('a')),
      sha256After: hash('a.md', agent('a', 'Twice.')),
    },
    { file: 'c.md', outcome: 'accepted', sha256After: hash('c.md', agent('c')) },
    { file: 'b.md', outcome: 'accepted', sha256Before: hash('b.md', agent('b')) },
  ]);
});

test('a refused file is told once for the same content, and its rollback is an acceptance of what was in force', async () => {
  const stage = installation();
  const source = stage.start();
  await source.pin();
  stage.verdicts();
  const inForce = hash('a.md', agent('a'));

  stage.agents = reading({ 'a.md': BROKEN, 'b.md': agent('b') });
  await source.pin();
  await source.pin();
  expect(stage.verdicts()).toMatchObject([
    {
      file: 'a.md',
      outcome: 'rejected',
      sha256Before: inForce,
      sha256After: hash('a.md', BROKEN),
      code: 'invalid-yaml',
      message: expect.stringMatching(/^line 2: /),
    },
  ]);

  stage.agents = reading({ 'a.md': agent('a'), 'b.md': agent('b') });
  await source.pin();
  expect(stage.verdicts()).toEqual([
    { file: 'a.md', outcome: 'accepted', sha256Before: inForce, sha256After: inForce },
  ]);
});

test('what cannot be told yet is not kept yet: a process that is killed in between tells it again', async () => {
  const stage = installation();
  await stage.start().pin();
  stage.verdicts();
  stage.agents = reading({ 'a.md': agent('a', 'New.'), 'b.md': agent('b') });
  const killed = stage.start({ tell: () => new Promise(() => undefined) });
  void killed.pin();
  await expect.poll(() => stage.verdicts().length).toBe(1);
  await stage.start().pin();

  expect(stage.verdicts()).toMatchObject([{ file: 'a.md', sha256Before: hash('a.md', agent('a')) }]);
});

test('across a restart what was in force is the set of before; nothing changed is nothing to tell', async () => {
  const stage = installation();
  await stage.start().pin();
  stage.verdicts();
  await stage.start().pin();
  expect(stage.verdicts()).toEqual([]);

  stage.agents = reading({ 'a.md': agent('a', 'New.'), 'b.md': agent('b') });
  await stage.start().pin();
  expect(stage.heard[0]?.before?.agents[0]?.body).toBe('Look.\n');
  expect(stage.verdicts()).toMatchObject([{ file: 'a.md', sha256Before: hash('a.md', agent('a')) }]);
});

test('a volume that is lost is refused once; what was in force stays and is not told as gone', async () => {
  const stage = installation();
  const source = stage.start();
  await source.pin();
  stage.verdicts();
  const whole = stage.agents;
  stage.agents = { kind: 'broken', directory: '/mounted', cause: 'link-gone', message: 'no link' };
  await source.pin();
  await source.pin();

  expect(stage.verdicts()).toMatchObject([
    { file: '/mounted', outcome: 'rejected', code: 'volume-broken' },
    { file: 'a.md', outcome: 'rejected' },
    { file: 'b.md', outcome: 'rejected' },
  ]);
  stage.agents = whole;
  await source.pin();
  expect(stage.verdicts().map(({ file, outcome }) => `${file} ${outcome}`)).toEqual([
    'a.md accepted',
    'b.md accepted',
    '/mounted accepted',
  ]);
});

test('what was refused and is gone is over, so that the same refusal is told again', async () => {
  const stage = installation();
  const source = stage.start();
  const good = stage.agents;
  const withNew = reading({ 'a.md': agent('a'), 'b.md': agent('b'), 'new.md': BROKEN });
  await source.pin();
  stage.verdicts();
  for (const agents of [withNew, good, good, withNew]) {
    stage.agents = agents;
    await source.pin();
  }

  expect(stage.verdicts().map(({ file, outcome, sha256Before }) => [file, outcome, sha256Before])).toEqual([
    ['new.md', 'rejected', undefined],
    ['new.md', 'accepted', undefined],
    ['new.md', 'rejected', undefined],
  ]);
});
