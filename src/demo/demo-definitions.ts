import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The shipped Markdown by file name, put here by the build: a single file has no directory beside it. From source there is none. */
declare const SHIPPED_DEFINITIONS: Readonly<Record<string, string>> | undefined;

/**
 * A directory with the definitions that the demo works by: a checkout's own `agents/`, so that an edit of them shows in the next demo;
 * else those that the single file carries, written to `scratchDir`.
 */
export async function demoDefinitionsDir(scratchDir: string): Promise<string> {
  if (typeof SHIPPED_DEFINITIONS === 'undefined') {
    const directory = fileURLToPath(new URL('../../agents', import.meta.url));
    if (!existsSync(join(directory, 'CLAUDE.md'))) throw new Error(`the demo needs ${directory}/CLAUDE.md`);
    return directory;
  }
  const directory = join(scratchDir, 'agents');
  await mkdir(directory, { recursive: true });
  for (const [name, text] of Object.entries(SHIPPED_DEFINITIONS)) await writeFile(join(directory, name), text);
  return directory;
}
