import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('../../src/', import.meta.url));

export interface Import {
  /** From `src/`, such as `cluster/read.ts`. */
  readonly file: string;
  /** From `src/` for a file of ours (`../package.json` is outside), the package's name, or `node:…`. */
  readonly target: string;
  readonly kind: 'own' | 'package' | 'node';
}

/** Every file below `src/`, by its path from there. */
export function sourceFiles(): readonly string[] {
  return readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .toSorted();
}

/** Every folder below `src/`, by its path from there. */
export function sourceFolders(): readonly string[] {
  return [...new Set(sourceFiles().flatMap((file) => ancestorsOf(dirname(file))))].toSorted();
}

/** What the source files import, from `import … from`, `export … from`, `import '…'` and `import('…')`; types too. */
export function sourceImports(): readonly Import[] {
  return sourceFiles().flatMap((file) => {
    const text = readFileSync(join(SOURCE, file), 'utf8');
    const targets = [...text.matchAll(/(?:^|[\s}])(?:from|import)\s*\(?\s*'([^'\n]+)'/g)].map(
      (match) => match[1] ?? '',
    );
    return targets.map((target) => importOf(file, target));
  });
}

/** The room of a path below `src/`: its first folder, or the file itself where it lies in none. */
export function roomOf(path: string): string {
  return path.split('/')[0] ?? path;
}

function importOf(file: string, target: string): Import {
  if (target.startsWith('.')) {
    return { file, target: relative(SOURCE, normalize(join(SOURCE, dirname(file), target))), kind: 'own' };
  }
  if (target.startsWith('node:')) return { file, target, kind: 'node' };
  const [first = '', second = ''] = target.split('/');
  return { file, target: first.startsWith('@') ? `${first}/${second}` : first, kind: 'package' };
}

function ancestorsOf(folder: string): readonly string[] {
  return folder === '.' ? [] : [...ancestorsOf(dirname(folder)), folder];
}
