import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { definitionChanges } from '../../../src/audit/definition-changes.ts';
import { inspectDefinitions } from '../../../src/definitions/assemble.ts';
import { propertyRuns } from '../../harness/property-runs.ts';
import { settings } from '../definitions/fixtures.ts';

const SHIPPED = new URL('../../../agents/', import.meta.url);
const shipped = new Map(
  readdirSync(SHIPPED)
    .filter((name) => name.endsWith('.md'))
    .map((name) => [name, readFileSync(new URL(name, SHIPPED), 'utf8')]),
);

/** Lines that mean something, put anywhere into any file, or a line taken away, or a whole file. */
const anEdit = fc.record({
  file: fc.constantFrom(...shipped.keys(), 'another.md'),
  at: fc.double({ min: 0, max: 0.999, noNaN: true }),
  line: fc.constantFrom(
    '- payments/checkout-api: card payments',
    '- shop/web restarts. Do not alert.',
    '- shop/web every Sunday 02:00-03:00 UTC. Do not alert.',
    '## P0',
    '## Known issues',
    'tools: k8s_get',
    'model: opus',
    '---',
    'SEV-1: #elsewhere',
    '',
  ),
  how: fc.constantFrom('insert', 'remove', 'drop'),
});

function edited(
  files: ReadonlyMap<string, string>,
  edits: readonly (typeof anEdit extends fc.Arbitrary<infer Edit> ? Edit : never)[],
) {
  const after = new Map(files);
  for (const { file, at, line, how } of edits) {
    const lines = (after.get(file) ?? '---\nname: another\ndescription: d\n---\nLook.\n').split('\n');
    const place = Math.floor(at * lines.length);
    if (how === 'insert') lines.splice(place, 0, line);
    if (how === 'remove') lines.splice(place, 1);
    if (how === 'drop') after.delete(file);
    else after.set(file, lines.join('\n'));
  }
  return after;
}

function read(files: ReadonlyMap<string, string>) {
  const bytes = new Map([...files].map(([name, text]) => [name, Buffer.from(text)]));
  return inspectDefinitions(bytes, settings).definitions;
}

test('whatever is edited: the same set is no difference, another set is at least one, each with a file of one of them and a line in it', () => {
  fc.assert(
    fc.property(fc.array(anEdit, { maxLength: 6 }), fc.array(anEdit, { maxLength: 6 }), (first, second) => {
      const [old, fresh] = [edited(shipped, first), edited(shipped, second)];
      const [before, after] = [read(old), read(fresh)];
      const options = { costOf: () => 1, textOf: (file: string) => fresh.get(file) };

      expect(definitionChanges(before, before, { ...options, textOf: (file) => old.get(file) })).toEqual([]);
      const changes = definitionChanges(before, after, options);
      expect(changes.length > 0).toBe(before.revision !== after.revision);
      for (const { kind, file, line, words } of changes) {
        const text = (kind === 'removed' ? old.get(file) : undefined) ?? fresh.get(file) ?? old.get(file);
        expect(words).not.toBe('');
        expect(text, file).toBeDefined();
        const longest = Math.max(...[old, fresh].map((files) => (files.get(file) ?? '').split('\n').length));
        expect(line ?? 1).toBeGreaterThan(0);
        expect(line ?? 1).toBeLessThanOrEqual(longest);
      }
    }),
    { numRuns: propertyRuns(60) },
  );
}, 60_000);
