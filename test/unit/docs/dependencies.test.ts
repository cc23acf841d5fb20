import { expect, test } from 'vitest';
import { roomOf, sourceImports } from '../../builders/imports.ts';
import { tableOf, textOf } from '../../builders/markdown.ts';

type Versions = Readonly<Record<string, string>>;
const manifest = JSON.parse(textOf('package.json')) as {
  readonly dependencies: Versions;
  readonly devDependencies: Versions;
  readonly optionalDependencies: Versions;
};
const [RUNTIME = '', DEVELOPMENT = ''] = textOf('docs/dependencies.md').split('## Development');

test('every dependency stands with its exact version and a reason, and no other', () => {
  const documented = tableOf(RUNTIME, 'package');

  expect(versionsOf(documented)).toEqual(manifest.dependencies);
  expect(documented.filter((row) => row.at(-1) === '')).toEqual([]);
});

test('development has its own table, Node itself included', () => {
  const documented = tableOf(DEVELOPMENT, 'package');

  expect(versionsOf(documented)).toEqual({ ...manifest.devDependencies, ...manifest.optionalDependencies });
  expect(documented.filter((row) => row.at(-1) === '')).toEqual([]);
});

test('every dependency is imported in the rooms that stand beside it', () => {
  const rooms = new Map<string, Set<string>>();
  for (const { file, target, kind } of sourceImports()) {
    if (kind === 'package') rooms.set(target, (rooms.get(target) ?? new Set()).add(roomOf(file)));
  }
  const imported = [...rooms].map(([name, where]) => `${name}: ${[...where].toSorted().join(', ')}`);
  const documented = tableOf(RUNTIME, 'package').map(([name, , where]) => `${name}: ${where}`);

  expect(documented.toSorted()).toEqual(imported.toSorted());
});

test('no version is a range', () => {
  const versions = Object.values({ ...manifest.dependencies, ...manifest.devDependencies });

  expect(versions.filter((version) => !/^\d+\.\d+\.\d+(?:-[\w.-]+)?$/.test(version))).toEqual([]);
});

function versionsOf(rows: readonly (readonly string[])[]): Versions {
  return Object.fromEntries(rows.map(([name = '', version = '']) => [name, version]));
}
