import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { DefinitionWarning } from '../../../src/domain/definitions.ts';
import { corpusLines, readCorpus } from '../../../tools/corpus/read-corpus.ts';

/*
 * Agent files of our own in the many shapes of published ones, each with what becomes of it. `npm run corpus -- DIR` does the same for any
 * other folder.
 */

const folder = fileURLToPath(new URL('../../corpus/agents', import.meta.url));
const files = readCorpus(folder);

const EXPECTED: readonly (readonly [
  path: string,
  outcome: DefinitionWarning['outcome'],
  name: string | undefined,
  codes: readonly string[],
])[] = [
  ['plain/minimal.md', 'accepted', 'minimal', []],
  ['plain/tools-comma.md', 'accepted', 'tools-comma', ['tool-without-effect', 'shell-means-read-tools']],
  ['plain/tools-array.md', 'accepted', 'tools-array', ['tool-without-effect', 'shell-means-read-tools']],
  ['plain/tools-list.md', 'accepted', 'tools-list', ['tool-without-effect']],
  ['plain/tools-none.md', 'accepted', 'tools-none', []],
  ['plain/tools-empty.md', 'accepted', 'tools-empty', []],
  ['plain/tools-all.md', 'accepted', 'tools-all', []],
  ['plain/tools-own.md', 'accepted', 'tools-own', []],
  ['plain/tools-mcp.md', 'accepted', 'tools-mcp', ['shell-means-read-tools', 'tool-without-effect']],
  ['plain/tools-rules.md', 'accepted', 'tools-rules', ['shell-means-read-tools', 'tool-without-effect']],
  ['plain/tools-unknown.md', 'accepted', 'tools-unknown', ['tool-without-effect', 'unknown-tool', 'no-tools']],
  ['plain/tools-legacy.md', 'accepted', 'tools-legacy', ['tool-without-effect', 'no-tools']],
  ['plain/tools-blanks.md', 'accepted', 'tools-blanks', ['tool-without-effect', 'shell-means-read-tools']],
  ['plain/tools-all-words.md', 'accepted', 'tools-all-words', []],
  ['plain/tools-lines.md', 'accepted', 'tools-lines', []],
  ['plain/tools-lines-behind-colon.md', 'lenient', 'tools-lines-behind-colon', ['lenient-yaml']],
  ['plain/tools-map.md', 'rejected', undefined, ['invalid-type']],
  ['plain/tools-map-behind-colon.md', 'rejected', undefined, ['lenient-yaml', 'invalid-type']],
  ['plain/disallowed.md', 'accepted', 'disallowed', []],
  ['models/haiku.md', 'accepted', 'model-haiku', []],
  ['models/sonnet.md', 'accepted', 'model-sonnet', []],
  ['models/opus.md', 'accepted', 'model-opus', []],
  ['models/inherit.md', 'accepted', 'model-inherit', []],
  ['models/upper-case.md', 'accepted', 'model-upper-case', []],
  ['models/quoted.md', 'accepted', 'model-quoted', []],
  ['models/full-id.md', 'accepted', 'model-full-id', []],
  ['models/variable.md', 'accepted', 'model-variable', ['model-not-set']],
  ['models/unknown.md', 'accepted', 'model-unknown', ['unknown-model']],
  ['models/settings-alias.md', 'accepted', 'model-settings-alias', ['unknown-model']],
  ['models/long-context.md', 'accepted', 'model-long-context', ['model-suffix']],
  ['models/display-name.md', 'accepted', 'model-display-name', ['unknown-model']],
  ['models/empty.md', 'accepted', 'model-empty', []],
  ['fields/color.md', 'accepted', 'color', ['field-without-effect']],
  ['fields/hooks-empty.md', 'accepted', 'hooks-empty', ['field-without-effect']],
  ['fields/hooks.md', 'accepted', 'hooks', ['field-without-effect']],
  ['fields/mcp-servers.md', 'accepted', 'mcp-servers', ['field-without-effect']],
  ['fields/permission-mode.md', 'accepted', 'permission-mode', ['field-without-effect']],
  ['fields/skills.md', 'accepted', 'skills', ['field-without-effect']],
  ['fields/effort.md', 'accepted', 'effort', []],
  ['fields/unknown.md', 'accepted', 'unknown-fields', ['unknown-key']],
  ['fields/nested-unknown.md', 'accepted', 'nested-unknown', ['unknown-key']],
  ['fields/ours.md', 'accepted', 'ours', []],
  ['fields/wrong-case.md', 'accepted', 'wrong-case', ['unknown-key']],
  ['fields/allowed-tools.md', 'accepted', 'allowed-tools', ['unknown-key']],
  ['fields/scripts.md', 'accepted', 'scripts', ['unknown-key', 'field-without-effect']],
  ['fields/unknown-behind-colon.md', 'lenient', 'unknown-behind-colon', ['lenient-yaml', 'unknown-key']],
  ['fields/comments-behind-colon.md', 'lenient', 'comments-behind-colon', ['lenient-yaml']],
  ['descriptions/quoted.md', 'accepted', 'quoted', []],
  ['descriptions/single-quoted.md', 'accepted', 'single-quoted', []],
  ['descriptions/literal.md', 'accepted', 'literal', []],
  ['descriptions/folded.md', 'accepted', 'folded', []],
  ['descriptions/continued.md', 'accepted', 'continued', []],
  ['descriptions/colon.md', 'lenient', 'colon', ['lenient-yaml']],
  ['descriptions/example-line.md', 'lenient', 'example-line', ['lenient-yaml', 'field-without-effect']],
  ['descriptions/example-escaped.md', 'lenient', 'example-escaped', ['lenient-yaml']],
  ['descriptions/example-prose.md', 'lenient', 'example-prose', ['lenient-yaml']],
  ['descriptions/hash.md', 'lenient', 'hash', ['comment-in-description']],
  ['descriptions/emoji.md', 'accepted', 'emoji', []],
  ['descriptions/other-languages.md', 'accepted', 'other-languages', []],
  ['descriptions/dash.md', 'accepted', 'dash', []],
  ['descriptions/leading-bracket.md', 'lenient', 'leading-bracket', ['lenient-yaml']],
  ['descriptions/leading-star.md', 'lenient', 'leading-star', ['lenient-yaml']],
  ['descriptions/bold-first.md', 'lenient', 'bold-first', ['lenient-yaml']],
  ['descriptions/quotation-first.md', 'lenient', 'quotation-first', ['lenient-yaml']],
  ['descriptions/unclosed-quote.md', 'rejected', undefined, ['invalid-yaml']],
  ['descriptions/leading-at.md', 'lenient', 'leading-at', ['lenient-yaml']],
  ['descriptions/long.md', 'accepted', 'long', ['description-cut']],
  ['descriptions/missing.md', 'rejected', undefined, ['no-description']],
  ['descriptions/empty.md', 'rejected', undefined, ['no-description']],
  ['names/missing.md', 'ignored', undefined, ['no-name']],
  ['names/missing-with-tools-map.md', 'ignored', undefined, ['unknown-key', 'no-name']],
  ['names/template.md', 'rejected', undefined, ['invalid-type']],
  ['names/words.md', 'rejected', undefined, ['invalid-name']],
  ['names/other-script.md', 'rejected', undefined, ['invalid-name']],
  ['names/dots.md', 'accepted', 'powershell-5.1-helper', []],
  ['names/capitals.md', 'accepted', 'k8s-helper', []],
  ['names/blanks.md', 'rejected', undefined, ['invalid-name']],
  ['names/number.md', 'accepted', '007', []],
  ['names/colon.md', 'rejected', undefined, ['invalid-name']],
  ['names/quoted.md', 'accepted', 'quoted-name', []],
  ['names/other-than-file.md', 'accepted', 'another-name', []],
  ['shapes/bom.md', 'accepted', 'bom', []],
  ['shapes/crlf.md', 'accepted', 'crlf', []],
  ['shapes/crlf-colon.md', 'lenient', 'crlf-colon', ['lenient-yaml']],
  ['shapes/tabs.md', 'lenient', 'tabs', ['lenient-yaml']],
  ['shapes/trailing-blanks.md', 'accepted', 'trailing-blanks', []],
  ['shapes/rules-in-body.md', 'accepted', 'rules-in-body', []],
  ['shapes/code-in-body.md', 'accepted', 'code-in-body', []],
  ['shapes/comments.md', 'accepted', 'comments', []],
  ['shapes/huge.md', 'accepted', 'huge', []],
  ['shapes/no-front-matter.md', 'ignored', undefined, ['no-front-matter']],
  ['shapes/blank-first.md', 'ignored', undefined, ['no-front-matter']],
  ['shapes/fenced.md', 'ignored', undefined, ['no-front-matter']],
  ['shapes/comment-first.md', 'ignored', undefined, ['no-front-matter']],
  ['shapes/heading-first.md', 'ignored', undefined, ['no-front-matter']],
  ['shapes/unclosed.md', 'rejected', undefined, ['unclosed-front-matter']],
  ['shapes/empty-body.md', 'rejected', undefined, ['empty-body']],
  ['shapes/duplicate-key.md', 'rejected', undefined, ['duplicate-key']],
  ['shapes/javascript.md', 'rejected', undefined, ['front-matter-language']],
  ['shapes/tag.md', 'rejected', undefined, ['explicit-tag']],
  ['shapes/anchors.md', 'rejected', undefined, ['alias']],
  ['shapes/latin-1.md', 'rejected', undefined, ['not-utf8']],
  ['shapes/json.md', 'accepted', 'json', []],
  ['shapes/nbsp.md', 'rejected', undefined, ['invalid-yaml']],
  ['shapes/zero-width.md', 'accepted', 'zero-width', ['invisible-characters']],
];

test.each(EXPECTED)('%s is %s', (path, outcome, name, codes) => {
  const file = files.find((candidate) => candidate.path === path);

  expect(file?.outcome).toBe(outcome);
  expect(file?.agent?.name).toBe(name);
  expect(new Set(file?.reasons.map((reason) => reason.replace(/:\d+$/, '')))).toEqual(new Set(codes));
  expect(Reflect.get(globalThis, 'canary')).toBeUndefined();
});

test('every file of the folder has an expected outcome', () => {
  expect(files.map(({ path }) => path).toSorted()).toEqual(EXPECTED.map(([path]) => path).toSorted());
});

test('what is lenient keeps the whole description and the fields behind it', () => {
  const agentOf = (path: string) => files.find((file) => file.path === path)?.agent;

  expect(agentOf('descriptions/colon.md')).toMatchObject({
    description: 'Expert in one thing: reading logs. Use PROACTIVELY: at once.',
    tools: ['k8s_logs'],
    model: 'sonnet-id-1',
  });
  expect(agentOf('descriptions/example-prose.md')).toMatchObject({
    description: expect.stringMatching(/^Use this agent when pods crash\.[^]*user: "Why\?"[^]*<\/example>$/),
    tools: ['k8s_get', 'k8s_events'],
    model: 'opus-id-1',
  });
  expect(agentOf('descriptions/hash.md')?.description).toBe('Use #1 for all alerts');
  expect(agentOf('descriptions/bold-first.md')).toMatchObject({
    description: '**Use at once** when a pod restarts. Says **why** it did.',
    tools: ['k8s_logs'],
    model: 'haiku-id-1',
  });
  expect(agentOf('descriptions/quotation-first.md')?.description).toBe(
    '"Why is it down?": the agent for that question',
  );
});

test.each<[path: string, tools: readonly string[], model: string]>([
  ['plain/tools-blanks.md', ['k8s_get', 'k8s_describe', 'k8s_logs', 'k8s_events'], 'inherit'],
  ['plain/tools-all-words.md', ['k8s_get', 'k8s_describe', 'k8s_logs', 'k8s_events'], 'inherit'],
  ['plain/tools-lines.md', ['k8s_get', 'k8s_logs', 'k8s_events'], 'inherit'],
  ['plain/tools-lines-behind-colon.md', ['k8s_logs', 'k8s_events'], 'inherit'],
  ['fields/unknown-behind-colon.md', ['k8s_events'], 'haiku-id-1'],
  ['fields/comments-behind-colon.md', ['k8s_logs', 'k8s_events'], 'haiku-id-1'],
  ['models/long-context.md', ['k8s_get', 'k8s_describe', 'k8s_logs', 'k8s_events'], 'sonnet-id-1'],
])('%s gives the tools and the model that its author meant', (path, tools, model) => {
  expect(files.find((file) => file.path === path)?.agent).toMatchObject({ tools, model });
});

test.each<[path: string, says: RegExp]>([
  ['shapes/comment-first.md', /must begin on the first line, not on line 3; remove what stands before it$/],
  ['names/words.md', /pod-watcher-big, for instance$/],
  ['names/other-script.md', /begin with a letter or digit$/],
  ['names/template.md', /^name must be text; brackets or dashes make a list of it/],
  ['plain/tools-map.md', /^tools must be one line with commas, or a list of names; here stands a map$/],
  ['descriptions/unclosed-quote.md', /^description has a quote that does not close/],
  ['descriptions/bold-first.md', /begins with \* is an alias\).*put the value in quotes$/],
  ['fields/allowed-tools.md', /^allowed-tools is not known and is ignored \(did you mean tools\?\)$/],
  ['fields/wrong-case.md', /did you mean \w+\?/],
])('%s: the message says what to do', (path, says) => {
  expect(files.find((file) => file.path === path)?.message).toMatch(says);
});

test('`npm run corpus` names each file with its outcome, time and reasons, and sums up', () => {
  const lines = corpusLines(files);
  const count = (outcome: string): number => EXPECTED.filter((row) => row[1] === outcome).length;

  expect(lines.find((line) => line.includes('descriptions/colon.md'))).toMatch(
    /^lenient +[\d.]+ ms +descriptions\/colon\.md +lenient-yaml:3 \(not valid YAML/,
  );
  expect(lines).toContain(
    `${files.length} files: ${count('accepted')} accepted, ${count('lenient')} lenient, ${count('ignored')} ignored, ${count('rejected')} rejected`,
  );
  expect(lines.find((line) => line.startsWith('time per file'))).toMatch(
    /median [\d.]+ ms, p99 [\d.]+ ms, worst [\d.]+ ms/,
  );
});

test('docs/corpus.md gives the figures of our own files', () => {
  const count = (outcome: string): number => EXPECTED.filter((row) => row[1] === outcome).length;
  const figures = [files.length, ...['accepted', 'lenient', 'ignored', 'rejected'].map(count)].join(' | ');

  expect(readFileSync(new URL('../../../docs/corpus.md', import.meta.url), 'utf8')).toMatch(
    new RegExp(`^\\| our own shapes, [^|]+ \\| ${figures.replaceAll('|', '\\|')} \\|$`, 'm'),
  );
});

test('a folder that is not there is named', () => {
  const { status, stderr } = spawnSync(process.execPath, ['tools/corpus/main.ts', 'no/such/folder'], {
    encoding: 'utf8',
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
  });

  expect([status, stderr]).toEqual([64, 'no/such/folder is no directory. Usage: npm run corpus -- DIR\n']);
});
