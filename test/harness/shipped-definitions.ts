import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const DIRECTORY = join(import.meta.dirname, '..', '..', 'agents');

/** The definitions as they are shipped: what goes into the two ConfigMaps. */
export async function shippedDefinitions(): Promise<{ claude: string; agents: Record<string, string> }> {
  const agents: Record<string, string> = {};
  for (const name of await readdir(DIRECTORY)) {
    if (name.endsWith('.md') && name !== 'CLAUDE.md') agents[name] = await readFile(join(DIRECTORY, name), 'utf8');
  }
  return { claude: await readFile(join(DIRECTORY, 'CLAUDE.md'), 'utf8'), agents };
}

/** Without the example services that a test's cluster does not have: people would be told of them. */
export function withoutExamples(guide: string, ...kept: readonly string[]): string {
  const example = /^- (?:\*\*|`)([a-z][\w-]*\/[\w-]+)(?:\*\*|`).*\n(?: {2}.*\n)*/gm;
  return guide.replaceAll(example, (line, name: string) => (kept.includes(name) ? line : ''));
}
