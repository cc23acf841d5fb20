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
