import { expect, test } from 'vitest';
import { createDefinitions, isAgentFile, isOrchestratorFile } from '../../../src/definitions/create-definitions.ts';
import type { GoodContent } from '../../../src/definitions/assemble.ts';
import type { DirectoryRead } from '../../../src/domain/mounted-directory.ts';
import { createLogger } from '../../../src/log.ts';
import { aFile, settings } from './fixtures.ts';

const agent = (name: string, body = 'Look.'): string => `---\nname: ${name}\ndescription: d\n---\n${body}\n`;
const broken = '---\nname: [\n---\nx';

function reading(files: Readonly<Record<string, string>>): DirectoryRead {
  return {
    kind: 'read',
    directory: '/mounted',
    version: '..1',
    files: Object.entries(files).map(([name, text]) => ({ ...aFile(name, text), frozen: false })),
    unreadable: [],
  };
}

function aStage() {
  const stored = new Map<string, GoodContent>();
  const lines: Record<string, unknown>[] = [];
  const stage = {
    claude: reading({ 'CLAUDE.md': '# Guide' }),
    agents: reading({ 'b.md': agent('b'), 'a.md': agent('a') }),
    stored,
    lines,
    storeFails: false,
    source: () => {
      const check = (): void => {
        if (stage.storeFails) throw new Error('disk full');
      };
      return createDefinitions({
        readClaudeDir: async () => stage.claude,
        readAgentsDir: async () => stage.agents,
        lastGood: {
          load: async () => {
            check();
            return stored;
          },
          save: async (file, content) => {
            check();
            stored.set(file, content);
          },
          forget: async (file) => {
            check();
            stored.delete(file);
          },
        },
        settings: () => settings,
        now: () => Date.UTC(2026, 10, 21),
        log: createLogger({
          level: 'info',
          sink: { write: (line) => void lines.push(JSON.parse(line)) },
          redact: (text) => text,
          now: () => 0,
        }),
      });
    },
  };
  return stage;
}

test('a pin holds CLAUDE.md and every agent, and logs the two lines that operators look for', async () => {
  const stage = aStage();
  const definitions = await stage.source().pin();

  expect(definitions.orchestrator?.text).toBe('# Guide');
  expect(definitions.agents.map(({ name }) => name)).toEqual(['a', 'b']);
  expect(definitions.revision).toMatch(/^[0-9a-f]{64}$/);
  expect(stage.lines.map((line) => line['msg'])).toEqual([
    'Loading orchestrator context from CLAUDE.md',
    'Discovered agents: a, b',
  ]);
  expect(stage.lines[0]).toMatchObject({ revision: definitions.revision });
  expect([...stage.stored.keys()].toSorted()).toEqual(['CLAUDE.md', 'a.md', 'b.md']);
});

test('the revision is one of the whole set, and comes back when an edit is taken back', async () => {
  const stage = aStage();
  const source = stage.source();
  const first = await source.pin();
  stage.agents = reading({ 'a.md': agent('a'), 'b.md': agent('b', 'Look twice.') });
  const second = await source.pin();
  stage.agents = reading({ 'b.md': agent('b'), 'a.md': agent('a') });

  expect(second.revision).not.toBe(first.revision);
  expect((await source.pin()).revision).toBe(first.revision);
  expect(first.agents[1]?.body).toBe('Look.\n');
});

test('a rejected file keeps its last good version, flagged stale, also after a restart, and touches no other', async () => {
  const stage = aStage();
  await stage.source().pin();
  stage.agents = reading({ 'a.md': broken, 'b.md': agent('b', 'New.') });

  const { agents, files, warnings } = await stage.source().pin();

  expect(agents.map(({ name, body }) => [name, body])).toEqual([
    ['a', 'Look.\n'],
    ['b', 'New.\n'],
  ]);
  expect(files.find((file) => file.name === 'a.md')?.stale).toMatchObject({
    code: 'invalid-yaml',
    line: 2,
    message: expect.stringContaining('2026-11-21'),
  });
  expect(warnings).toContainEqual(expect.objectContaining({ file: 'a.md', code: 'invalid-yaml', outcome: 'rejected' }));
  expect(stage.stored.get('a.md')?.sha256).toBe(aFile('a.md', agent('a')).sha256);
});

test('a rejected file without a last good version is left out', async () => {
  const stage = aStage();
  stage.agents = reading({ 'a.md': broken, 'b.md': agent('b') });

  const { agents, files } = await stage.source().pin();

  expect(agents.map(({ name }) => name)).toEqual(['b']);
  expect(files.map(({ name }) => name)).toEqual(['CLAUDE.md', 'b.md']);
});

test('a deleted file is gone, and forgotten', async () => {
  const stage = aStage();
  const source = stage.source();
  await source.pin();
  stage.agents = reading({ 'a.md': agent('a') });

  expect((await source.pin()).agents.map(({ name }) => name)).toEqual(['a']);
  expect([...stage.stored.keys()].toSorted()).toEqual(['CLAUDE.md', 'a.md']);
});

test.each<DirectoryRead>([
  { kind: 'broken', directory: '/agents', cause: 'link-gone', message: '/agents has lost its link' },
  { kind: 'missing', directory: '/agents', message: '/agents does not exist' },
])('a $kind volume keeps the last good set and is an alarm, never an empty set', async (trouble) => {
  const stage = aStage();
  const before = await stage.source().pin();
  stage.agents = trouble;

  const { agents, files, warnings, revision } = await stage.source().pin();

  expect(agents).toEqual(before.agents);
  expect(revision).toBe(before.revision);
  expect(files.filter((file) => file.stale !== undefined).map(({ name }) => name)).toEqual(['a.md', 'b.md']);
  expect(warnings).toContainEqual(
    expect.objectContaining({
      file: '/agents',
      code: trouble.kind === 'broken' ? 'volume-broken' : 'directory-missing',
      outcome: 'rejected',
    }),
  );
  expect(stage.stored.size).toBe(3);
});

test('no CLAUDE.md and no agents: the checks go on, and both are said', async () => {
  const stage = aStage();
  stage.claude = reading({});
  stage.agents = reading({ 'README.md': '# About\n' });

  const { orchestrator, agents, warnings } = await stage.source().pin();

  expect(orchestrator).toBeUndefined();
  expect(agents).toEqual([]);
  expect(warnings.map(({ code }) => code)).toEqual(['no-front-matter', 'no-orchestrator', 'no-agents']);
});

test('of two files with one name the first by file name wins, and the other is reported', async () => {
  const stage = aStage();
  stage.agents = reading({ 'z.md': agent('a', 'Second.'), 'a.md': agent('A', 'First.') });

  const { agents, warnings } = await stage.source().pin();

  expect(agents.map(({ fileName }) => fileName)).toEqual(['a.md']);
  expect(warnings).toMatchObject([{ file: 'z.md', code: 'duplicate-name', outcome: 'rejected' }]);
});

test('a file that cannot be read keeps its last good version', async () => {
  const stage = aStage();
  await stage.source().pin();
  stage.agents = {
    ...reading({ 'b.md': agent('b') }),
    kind: 'read',
    unreadable: [{ name: 'a.md', code: 'unreadable', message: 'EACCES' }],
  } as DirectoryRead;

  const { agents, files } = await stage.source().pin();

  expect(agents.map(({ name }) => name)).toEqual(['a', 'b']);
  expect(files.find((file) => file.name === 'a.md')?.stale?.code).toBe('unreadable');
});

test('a store that fails costs nothing but the memory across restarts, and is caught up', async () => {
  const stage = aStage();
  const source = stage.source();
  stage.storeFails = true;
  expect((await source.pin()).agents).toHaveLength(2);
  expect(stage.stored.size).toBe(0);

  stage.storeFails = false;
  await source.pin();
  expect(stage.stored.size).toBe(3);
});

test('a warning is logged when it appears, and not again at every cycle', async () => {
  const stage = aStage();
  const source = stage.source();
  stage.agents = reading({ 'a.md': broken, 'b.md': agent('b') });
  await source.pin();
  await source.pin();

  expect(stage.lines.filter((line) => line['msg'] === 'definition warning')).toHaveLength(1);
});

test('a file that will never be updated is remarked on', async () => {
  const stage = aStage();
  stage.claude = { ...stage.claude, files: [{ ...aFile('CLAUDE.md', '# Guide'), frozen: true }] } as DirectoryRead;

  expect((await stage.source().pin()).warnings).toMatchObject([{ file: 'CLAUDE.md', code: 'never-updated' }]);
});

test('in one shared directory CLAUDE.md is never an agent', () => {
  expect(['CLAUDE.md', 'a.md', 'notes.txt', 'README.md'].filter(isAgentFile)).toEqual(['a.md', 'README.md']);
  expect(['CLAUDE.md', 'a.md'].filter(isOrchestratorFile)).toEqual(['CLAUDE.md']);
});
