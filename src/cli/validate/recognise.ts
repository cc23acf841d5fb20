import { ORCHESTRATOR_FILE } from '../../definitions/parse-file.ts';

/** What came without a name that says what it is. */
type Recognised = { readonly manifest: true } | { readonly name: string } | undefined;

/** `kind` and `apiVersion` at the beginning of lines, or quoted as in JSON. */
const MANIFEST = [/^\s*["']?apiVersion["']?\s*:/m, /^\s*["']?kind["']?\s*:/m];
const FRONT_MATTER = /^\uFEFF?---[ \t]*\r?\n(?:.*\r?\n)*?(?:name|description)[ \t]*:/;

/** What a text is by its looks: of stdin, of a pipe, of a file with a strange name. */
export function recognise(text: string): Recognised {
  // A manifest's Markdown holds front matter, and no agent's front matter holds both.
  const isJson = text.trimStart().startsWith('{');
  if (MANIFEST.every((pattern) => pattern.test(isJson ? text.replaceAll(/[{,]/g, '\n') : text)))
    return { manifest: true };
  if (FRONT_MATTER.test(text)) return { name: 'agent.md' };
  const [, policy] = /^package\s+(?:[\w]+\.)*(\w+)/.exec(firstStatement(text)) ?? [];
  if (policy !== undefined) return { name: `${policy}.rego` };
  if (/^#{1,6}\s/m.test(text)) return { name: ORCHESTRATOR_FILE };
  return undefined;
}

function firstStatement(text: string): string {
  return text.split('\n').find((line) => line.trim() !== '' && !line.startsWith('#')) ?? '';
}
