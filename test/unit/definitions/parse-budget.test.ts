import { readFileSync } from 'node:fs';
import type { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { assembleDefinitions, type GoodContent, type Source } from '../../../src/definitions/assemble.ts';
import { createAssembler } from '../../../src/definitions/assembler.ts';
import { parseInThread } from '../../../src/definitions/parse-in-thread.ts';
import type { ParseTask } from '../../../src/definitions/parse-task.ts';
import { aFile, settings } from './fixtures.ts';

const agent = (name: string, body = 'Look at the pods.\n', more = ''): string =>
  `---\nname: ${name}\ndescription: d\n${more}---\n${body}`;
const source = (name: string, text: string, lastGood?: string): Source => {
  const { bytes, sha256 } = aFile(name, text);
  return { name, content: { bytes, sha256 }, lastGood: lastGood === undefined ? undefined : good(name, lastGood) };
};
function good(name: string, text: string): GoodContent {
  const { bytes, sha256 } = aFile(name, text);
  return { bytes, sha256, acceptedAtMs: 0 };
}
const LARGE = `x: ${'y'.repeat(3_000)}\n`;
const SERVICES = '## P0\n- payments/api: money\n';
const isAbout = (task: ParseTask, word: string): boolean =>
  task.kind === 'file'
    ? Buffer.from(task.content.bytes).includes(word)
    : [task.orchestrator?.text ?? '', ...task.agents.map(({ body }) => body)].some((text) => text.includes(word));
/** A thread that gives up whatever holds the word `slow`, and remembers what it was asked. */
function aThread() {
  const asked: string[] = [];
  const parse: typeof parseInThread = async (tasks, given) => {
    asked.push(...tasks.map((task) => (task.kind === 'file' ? task.name : 'rules')));
    const quick = tasks.filter((task) => !isAbout(task, 'slow'));
    const results = quick.map((task) => run(task, given));
    return tasks.map((task) => results[quick.indexOf(task)]);
  };
  return { asked, parse };
}
function run(task: ParseTask, given: typeof settings) {
  if (task.kind === 'rules') return { kind: 'rules', rules: rulesOf(task) } as const;
  const { definitions } = assembleDefinitions([{ name: task.name, content: task.content, lastGood: undefined }], given);
  const part = definitions.agents[0] === undefined ? undefined : { agent: definitions.agents[0] };
  return { kind: 'file', parsed: { part, warnings: [] } } as const;
}
function rulesOf(task: ParseTask & { kind: 'rules' }) {
  const { text } = task.orchestrator ?? { text: '' };
  const { definitions } = assembleDefinitions([source('CLAUDE.md', text)], settings);
  const { tiers, knownIssues, tolerances, channels, contacts, read } = definitions;
  return { tiers, knownIssues, tolerances, channels, contacts, read, warnings: [] };
}

test('what is assembled with a budget is what is assembled without one', async () => {
  const sources = [
    source('CLAUDE.md', `${SERVICES}${'Some words about us.\n'.repeat(400)}`),
    source('a.md', agent('a')),
    source('b.md', agent('b', 'Look.\n', LARGE)),
    source('c.md', '---\nname: [\n---\nx', agent('c')),
    source('d.md', agent('A')),
    source('escalation-manager.md', agent('escalation-manager', '- SEV-1: #war-room\n')),
  ];
  const budgeted = await createAssembler()(sources, settings);

  expect(budgeted).toEqual(assembleDefinitions(sources, settings));
});

test('what did not change is not read again, and what changed is', async () => {
  const { asked, parse } = aThread();
  const assemble = createAssembler(parse);
  const before = [source('a.md', agent('a', 'One.\n', LARGE)), source('b.md', agent('b', 'Two.\n', LARGE))];
  await assemble(before, settings);
  expect(asked).toEqual(['a.md', 'b.md']);
  await assemble(before, settings);
  expect(asked).toHaveLength(2);

  const [, unchanged] = before;
  await assemble(
    [source('a.md', agent('a', 'New.\n', LARGE)), ...(unchanged === undefined ? [] : [unchanged])],
    settings,
  );
  expect(asked.slice(2)).toEqual(['a.md']);
  await assemble(before, { ...settings, toolCeiling: ['k8s_get'] });
  expect(asked.slice(3)).toEqual(['a.md', 'b.md']);
});

test('an edit that is taken back is not read again', async () => {
  const { asked, parse } = aThread();
  const assemble = createAssembler(parse);
  const before = [source('a.md', agent('a', 'One.\n', LARGE)), source('b.md', agent('b', 'Two.\n', LARGE))];
  const first = await assemble(before, settings);
  await assemble([source('a.md', agent('a', 'Three.\n', LARGE)), ...before.slice(1)], settings);
  await assemble(before.slice(1), settings);
  expect(asked).toEqual(['a.md', 'b.md', 'a.md']);

  await assemble([source('a.md', agent('a', 'Three.\n', LARGE)), ...before.slice(1)], settings);
  expect(asked).toHaveLength(3);
  expect(await assemble(before, settings)).toEqual(first);
});

test('what took too long holds up no other edit, and is tried again ten minutes later', async () => {
  let nowMs = 0;
  const { asked, parse } = aThread();
  const assemble = createAssembler(parse, () => nowMs);
  const slow = source('a.md', agent('a', 'slow\n', LARGE), agent('a', 'Good.\n'));
  const rejected = async (body: string): Promise<readonly string[]> => {
    const { definitions } = await assemble([slow, source('b.md', agent('b', body, LARGE))], settings);
    expect(definitions.agents.map((each) => each.body)).toEqual(['Good.\n', body]);
    return definitions.warnings.filter(({ code }) => code === 'too-slow').map(({ file }) => file);
  };

  expect(await rejected('One.\n')).toEqual(['a.md']);
  expect(await rejected('Two.\n')).toEqual(['a.md']);
  expect(asked).toEqual(['a.md', 'b.md', 'b.md']);
  nowMs += 10 * 60_000;
  expect(await rejected('Two.\n')).toEqual(['a.md']);
  expect(asked.slice(3)).toEqual(['a.md']);
});

test('while hundreds of small files are read, the loop turns', async () => {
  const files = Array.from({ length: 2_000 }, (_, index) => source(`${index}.md`, agent(`agent-${index}`)));
  const assembling = createAssembler()(files, settings);
  let isOver = false;
  let turns = 0;
  const count = (): void => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const { definitions } = await assembling;
  isOver = true;

  expect(definitions.agents).toHaveLength(2_000);
  expect(turns).toBeGreaterThan(1);
});

test('a file that takes too long is rejected, keeps its last good version, and touches no other', async () => {
  const sources = [
    source('a.md', agent('a', 'slow\n', LARGE), agent('a', 'Good.\n')),
    source('b.md', agent('b')),
    source('c.md', agent('c', 'slow\n', LARGE)),
  ];
  const { definitions, accepted } = await createAssembler(aThread().parse)(sources, settings);

  expect(definitions.agents.map(({ name, body }) => [name, body])).toEqual([
    ['a', 'Good.\n'],
    ['b', 'Look at the pods.\n'],
  ]);
  expect(definitions.files.find(({ name }) => name === 'a.md')?.stale).toMatchObject({ code: 'too-slow' });
  expect(
    definitions.warnings.filter(({ code }) => code === 'too-slow').map(({ file, outcome }) => [file, outcome]),
  ).toEqual([
    ['a.md', 'rejected'],
    ['c.md', 'rejected'],
  ]);
  expect(accepted.map(({ name }) => name)).toEqual(['b.md']);
});

const LONG = 'Some words about us.\n'.repeat(400);

test.each([
  ['CLAUDE.md', `${SERVICES}slow\n${LONG}`, '# Policy\n'],
  ['escalation-manager.md', `${SERVICES}\n${LONG}`, 'slow\n'],
])('rules that take too long are the fault of %s, whose last good version stays', async (culprit, claude, policy) => {
  const sources = [
    source('CLAUDE.md', claude, SERVICES),
    source('escalation-manager.md', agent('escalation-manager', policy), agent('escalation-manager')),
  ];
  const { definitions } = await createAssembler(aThread().parse)(sources, settings);

  expect(definitions.files.map(({ name, stale }) => [name, stale?.code])).toEqual(
    sources.map(({ name }) => [name, name === culprit ? 'too-slow' : undefined]),
  );
  expect(definitions.tiers.map(({ name }) => name)).toEqual(['api']);
});

test('one slow text among 200 is given up, every other is read, and no thread is left', async () => {
  const threads: Worker[] = [];
  const onThread = (thread: Worker): void => void threads.push(thread);
  process.on('worker', onThread);
  const hostile = `## P0\n${'- a/b: #x\n'.repeat(25_000)}`;
  const rules = (text: string): ParseTask => ({ kind: 'rules', orchestrator: { text, sha256: '' }, agents: [] });
  const files = Array.from({ length: 198 }, (_, index): ParseTask => {
    const { name, ...content } = aFile(`${index}.md`, agent(`agent-${index}`, 'Look.\n', LARGE));
    return { kind: 'file', name, content };
  });

  const results = await parseInThread(
    [...files.slice(0, 99), rules(hostile), ...files.slice(99), rules(SERVICES)],
    settings,
  );
  process.off('worker', onThread);

  expect(results[99]).toBeUndefined();
  expect(results.at(-1)).toMatchObject({ kind: 'rules', rules: { tiers: [{ name: 'api' }] } });
  const agents = results.flatMap((result) =>
    result?.kind === 'file' && result.parsed.part !== undefined && 'agent' in result.parsed.part
      ? [result.parsed.part.agent.name]
      : [],
  );
  expect(agents).toEqual(files.map((_, index) => `agent-${index}`));
  expect(threads.length).toBeGreaterThan(1);
  expect(threads.map(({ threadId }) => threadId)).toEqual(threads.map(() => -1));
}, 30_000);

test('a thread is told the names of models and no other variable', () => {
  const source = readFileSync(new URL('../../../src/definitions/parse-in-thread.ts', import.meta.url), 'utf8');

  expect(source).toContain("name.endsWith('_MODEL')");
  expect(source).toContain('env: {}');
});

const fill = (unit: string, length: number): string => unit.repeat(Math.ceil(length / unit.length)).slice(0, length);

test.each(['\n', ' ', '[\n', '{a: ', 'a: ', '&a ', '- ', ': ', '\u0301', 'x\n', '(,', '"', "''", '\\x41', '# ', '? '])(
  'two KiB of %j in the front matter, which are read in the own thread, take milliseconds',
  (unit) => {
    for (const head of ['', 'x: ', 'tools: ', 'description: ', 'tools:\n\t', 'x: "', 'x: |\n']) {
      const startedAt = process.cpuUsage();
      assembleDefinitions([source('a.md', `---\nname: a\n${head}${fill(unit, 2_000)}\n---\nb\n`)], settings);
      const { user, system } = process.cpuUsage(startedAt);
      expect((user + system) / 1_000).toBeLessThan(250);
    }
  },
);

test.each([
  '- a/b: #x\n',
  '- `a/b` restarts nightly at 02:00\n',
  '| a ',
  '**a** ',
  'between 02:00 and 04:00 UTC ',
  'a or ',
  '`a/b`, ',
])('sixteen KiB of %j in the rules, which are read in the own thread, take milliseconds', (unit) => {
  for (const head of ['', '## P0\n', '## Known Issues\n- `', '## P0\n| service | namespace |\n|---|---|\n']) {
    const text = fill(unit, 16 * 1024)
      .split('\n')
      .slice(0, 299)
      .join('\n');
    const startedAt = process.cpuUsage();
    assembleDefinitions([source('CLAUDE.md', head + text)], settings);
    const { user, system } = process.cpuUsage(startedAt);
    expect((user + system) / 1_000).toBeLessThan(250);
  }
});
