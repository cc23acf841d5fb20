import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { roomOf, sourceFiles, sourceFolders, sourceImports } from '../builders/imports.ts';
import { codeIn, tableOf, textOf } from '../builders/markdown.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DOCUMENT = textOf('docs/architecture.md');
/** What any room may import. */
const GROUND = ['domain', 'errors.ts', 'log.ts', 'secret.ts', 'redact.ts'];
/** Those whose work is to join rooms. */
const JOINERS = ['main.ts', 'cli', 'demo', 'app.ts', 'wiring'];
/** Libraries of a general kind; every other package is an SDK of one folder. */
const SHARED_LIBRARIES = ['zod', 'yaml', 'p-limit'];

interface Arrows {
  readonly from: string;
  readonly rooms: readonly string[];
  readonly ground: readonly string[];
}

const drawn: readonly Arrows[] = tableOf(DOCUMENT, 'from').map(([from = '', rooms = '', ground = '']) => ({
  from,
  rooms: listOf(rooms, ', '),
  ground: listOf(ground, ', '),
}));

test('every import between rooms is drawn, and every arrow is used', () => {
  const used = [
    ...new Set(
      sourceImports()
        .filter(({ kind, target }) => kind === 'own' && !target.startsWith('..'))
        .map(({ file, target }) => [roomOf(file), roomOf(target)] as const)
        .filter(([from, to]) => from !== to)
        .map(([from, to]) => `${from} → ${to}`),
    ),
  ];
  const inTable = drawn.flatMap(({ from, rooms, ground }) => [...rooms, ...ground].map((to) => `${from} → ${to}`));

  expect(used.toSorted()).toEqual(inTable.toSorted());
});

test('every room has its row, and the ground stands in its own column', () => {
  const rooms = new Set(sourceFiles().map(roomOf));

  expect(drawn.map(({ from }) => from).toSorted()).toEqual([...rooms].toSorted());
  for (const row of drawn) {
    expect(row.rooms.filter((room) => GROUND.includes(room))).toEqual([]);
    expect(row.ground.filter((room) => !GROUND.includes(room))).toEqual([]);
  }
});

test('the picture shows the arrows between rooms of the table', () => {
  const picture = /```mermaid\ngraph TD\n([\s\S]*?)```/.exec(DOCUMENT)?.[1] ?? '';
  const inPicture = listOf(picture, '\n').flatMap((line) => {
    const [from = '', to = ''] = line.split(' --> ').map((side) => side.trim());
    return to.split(' & ').map((room) => `${from} → ${room}`);
  });
  const inTable = drawn.flatMap(({ from, rooms }) => rooms.map((to) => `${from} → ${to}`));

  expect(inPicture.toSorted()).toEqual(inTable.toSorted());
});

test('only those that join rooms know rooms, and nobody goes in a circle', () => {
  expect(drawn.filter(({ rooms }) => rooms.length > 0).map(({ from }) => from)).toEqual(JOINERS);

  const next = new Map<string, string[]>();
  for (const { file, target, kind } of sourceImports()) {
    if (kind === 'own') next.set(file, [...(next.get(file) ?? []), target]);
  }
  expect([...next.keys()].flatMap((file) => circleFrom(file, next))).toEqual([]);
});

test('the tree names every folder and every file of the top, and nothing else', () => {
  const tree = /```\n(src\/\n[\s\S]*?)```/.exec(DOCUMENT)?.[1] ?? '';
  const inTree = pathsOf(tree);
  const folders = [...sourceFolders(), ...sourceFiles().filter((file) => !file.includes('/'))].map(
    (path) => `src/${path}`,
  );
  const testFolders = readdirSync(join(ROOT, 'test'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `test/${name}`);

  expect(inTree.filter((path) => path.startsWith('src/')).toSorted()).toEqual(folders.toSorted());
  expect(inTree.filter((path) => path.startsWith('test/')).toSorted()).toEqual(testFolders.toSorted());
  expect(inTree.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test('every file that the document names exists', () => {
  const named = codeIn(DOCUMENT).filter((code) => /^[\w./-]+\.(?:ts|md)$/.test(code) && code.includes('/'));
  const missing = named.filter((path) => !existsSync(join(ROOT, path)) && !existsSync(join(ROOT, 'src', path)));

  expect(named.length).toBeGreaterThan(40);
  expect(missing).toEqual([]);
});

test('every row about trouble names the test that shows it', () => {
  const rows = tableOf(DOCUMENT, 'stage');

  expect(rows.length).toBeGreaterThan(30);
  expect(rows.filter((row) => codeIn(row.at(-1) ?? '').length !== 1)).toEqual([]);
});

test('each SDK is imported in one folder, SQLite in the store alone', () => {
  const rooms = new Map<string, Set<string>>();
  for (const { file, target, kind } of sourceImports()) {
    if (kind !== 'package' && target !== 'node:sqlite') continue;
    rooms.set(target, (rooms.get(target) ?? new Set()).add(roomOf(file)));
  }
  const spread = [...rooms].filter(([name, where]) => where.size > 1 && !SHARED_LIBRARIES.includes(name));

  expect(spread.map(([name]) => name)).toEqual([]);
  expect([...(rooms.get('node:sqlite') ?? [])]).toEqual(['store']);
  expect(rooms.size).toBeGreaterThan(15);
});

test('the linter refuses what is not drawn: rooms that know rooms, and SDKs outside of their folder', () => {
  const rooms = drawn.map(({ from }) => from).filter((name) => !name.endsWith('.ts'));
  const sdks = sdksByRoom();
  const planted = rooms.flatMap((room) => [
    ...rooms
      .filter((other) => other !== room && isForbidden(room, other))
      .map((other) => ({ room, specifier: `../${other}/planted.ts` })),
    ...[...sdks].filter(([, owner]) => owner !== room).map(([name]) => ({ room, specifier: name })),
  ]);
  const refused = refusedByLinter(planted);
  const passed = planted.filter(({ room, specifier }) => !refused.has(`${room} ${specifier}`));

  expect(planted.length).toBeGreaterThan(300);
  expect(passed).toEqual([]);
});

/** What the lint configuration has to refuse; what joiners may know is the table's business. */
function isForbidden(room: string, other: string): boolean {
  if (GROUND.includes(other)) return false;
  if (room === 'cli' || room === 'demo') return false;
  return room === 'wiring' ? ['cli', 'demo'].includes(other) : true;
}

/** SDK → the room that speaks to it. */
function sdksByRoom(): ReadonlyMap<string, string> {
  return new Map(
    sourceImports()
      .filter(
        ({ kind, target }) => (kind === 'package' && !SHARED_LIBRARIES.includes(target)) || target === 'node:sqlite',
      )
      .map(({ file, target }) => [target, roomOf(file)]),
  );
}

/** Lints one file for each planted import, by the repository's own rules; gives `room specifier` of those that were refused. */
function refusedByLinter(
  planted: readonly { readonly room: string; readonly specifier: string }[],
): ReadonlySet<string> {
  const folder = mkdtempSync(join(tmpdir(), 'planted-imports-'));
  try {
    const configuration: Record<string, unknown> = { ...JSON.parse(textOf('.oxlintrc.json')), options: {} };
    delete configuration['$schema'];
    writeFileSync(join(folder, '.oxlintrc.json'), JSON.stringify(configuration));
    for (const [index, { room, specifier }] of planted.entries()) {
      mkdirSync(join(folder, 'src', room), { recursive: true });
      writeFileSync(join(folder, 'src', room, `planted-${index}.ts`), `import '${specifier}';\n`);
    }
    const linter = join(ROOT, 'node_modules/oxlint/bin/oxlint');
    const ran = spawnSync(process.execPath, [linter, '--format', 'json', 'src'], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    const { diagnostics } = JSON.parse(ran.stdout) as { diagnostics: { code: string; filename: string }[] };
    const numbers = diagnostics
      .filter(({ code }) => code.includes('no-restricted-imports'))
      .map(({ filename }) => Number(/planted-(\d+)\.ts$/.exec(filename)?.[1]));
    return new Set(numbers.map((index) => `${planted[index]?.room} ${planted[index]?.specifier}`));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The files of a circle through `start`, shortest way; `[]` when there is none. */
function circleFrom(start: string, next: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    for (const target of next.get(file) ?? []) {
      if (target === start) return [`${start} … ${file} → ${start}`];
      if (cameFrom.has(target)) continue;
      cameFrom.set(target, file);
      queue.push(target);
    }
  }
  return [];
}

/** A tree drawn by indentation: `name  what it is` a line; folders end in `/`, and may hold one (`cluster/projection/`). */
function pathsOf(tree: string): readonly string[] {
  let top = '';
  return listOf(tree, '\n').map((line) => {
    const name = line.trim().split(/\s+/)[0]?.replace(/\/$/, '') ?? '';
    if (!line.startsWith(' ')) top = name;
    return line.startsWith(' ') ? `${top}/${name}` : name;
  });
}

function listOf(text: string, separator: string): readonly string[] {
  return text.split(separator).filter((part) => part.trim() !== '');
}
