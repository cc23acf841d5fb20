import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAgentFile } from '../../../src/definitions/parse-agent-file.ts';
import { readCorpus } from '../../../tools/corpus/read-corpus.ts';
import { propertyRuns } from '../../harness/property-runs.ts';
import { aFile, settings } from './fixtures.ts';

const folder = fileURLToPath(new URL('../../corpus/agents/', import.meta.url));
const seeds = readCorpus(folder)
  .filter(({ bytes }) => bytes < 8_000)
  .map(({ path }) => new Uint8Array(readFileSync(folder + path)));
/** Bytes that mean something to a parser of front matter. */
const SHARP = [...Buffer.from('\n\r\t :-#"\'[]{}&*!|>%@`,\\'), 0, 0xff, 0xc2, 0xe2];

const mutated = fc
  .record({
    seed: fc.constantFrom(...seeds),
    edits: fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 0.999, noNaN: true }),
        how: fc.constantFrom('set', 'insert', 'remove', 'repeat'),
        byte: fc.oneof(fc.constantFrom(...SHARP), fc.integer({ min: 0, max: 255 })),
      }),
      { minLength: 1, maxLength: 12 },
    ),
  })
  .map(({ seed, edits }) => {
    let bytes = [...seed];
    for (const { at, how, byte } of edits) {
      // Most edits into the front matter, which is where a parser can be hurt.
      const index = Math.floor(at * Math.min(bytes.length, 300));
      if (how === 'set') bytes[index] = byte;
      else if (how === 'insert') bytes.splice(index, 0, byte);
      else if (how === 'remove') bytes.splice(index, 1);
      else bytes = [...bytes.slice(0, index), ...bytes.slice(Math.max(0, index - 40), index), ...bytes.slice(index)];
    }
    return Uint8Array.from(bytes);
  });

test('a mutated agent file is accepted, lenient, ignored or rejected, always with the same result, and runs nothing', () => {
  fc.assert(
    fc.property(mutated, (bytes) => {
      const file = { ...aFile('a.md', ''), bytes };
      const first = parseAgentFile(file, settings);

      expect(['accepted', 'lenient', 'ignored', 'rejected']).toContain(first.outcome);
      expect(first.agent !== undefined).toBe(first.outcome === 'accepted' || first.outcome === 'lenient');
      expect(first.agent !== undefined || first.warnings.length > 0).toBe(true);
      expect(parseAgentFile(file, settings)).toEqual(first);
      expect(Reflect.get(globalThis, 'canary')).toBeUndefined();
      expect(Reflect.get({}, 'polluted')).toBeUndefined();
    }),
    { numRuns: propertyRuns(1_000) },
  );
});
