import fc from 'fast-check';
import { expect, test } from 'vitest';
import { propertyRuns } from '../../harness/property-runs.ts';
import { validated } from './run-validate.ts';

/** Whatever comes on stdin: a document that the schema accepts, places that exist, and never a word of a Secret. */
const HIDDEN = 'aVeryPrivateWord';
const MANIFEST = `apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Secret
  metadata: { name: keys }
  stringData:
    token: ${HIDDEN}
    more: |
      ${HIDDEN}
- apiVersion: v1
  kind: ConfigMap
  metadata:
    name: k8s-monitor-agents
  data:
    a.md: |
      ---
      name: a
      description: d
      model: sonet
      ---
      Look.
---
apiVersion: v1
kind: ConfigMap
metadata: { name: k8s-monitor-config }
data:
  config.yaml: |
    schedule:
      patroll: x
`;

/** One piece of the text taken out, doubled or replaced by what means something in YAML; the Secret's own lines stay below it. */
const edit = fc.record({
  at: fc.nat(MANIFEST.length),
  length: fc.nat(12),
  by: fc.constantFrom(
    '',
    '\n',
    ' ',
    '  ',
    '\t',
    '---\n',
    '"',
    "'",
    '|',
    '>',
    ': ',
    '- ',
    '{',
    '}',
    '[',
    ']',
    '&a ',
    '*a',
    '!x ',
    '#',
    '%',
    '@',
    '\\',
    '\u0000',
    '€',
    '\uFEFF',
  ),
});

const edited = fc
  .array(edit, { minLength: 0, maxLength: 6 })
  .map((edits) =>
    edits.reduce((text, { at, length, by }) => text.slice(0, at) + by + text.slice(at + length), MANIFEST),
  );

test('a manifest that was edited anywhere', async () => {
  await fc.assert(
    fc.asyncProperty(edited, async (text) => {
      const document = await validated(['-'], { stdin: text });
      const lines = text.split('\n').length;

      for (const { line = 1 } of [...document.complaints, ...document.ignored, ...document.files])
        expect(line).toBeLessThanOrEqual(lines + 1);
      // An edit may turn the Secret into something else, and then it is none; as long as it is one, nothing of it is said.
      const secret =
        /kind: Secret\n {2}metadata: \{ name: keys \}\n {2}stringData:\n {4}token: aVeryPrivateWord\n {4}more: \|\n {6}aVeryPrivateWord\n- api/;
      const isTold = JSON.stringify(document).includes(HIDDEN);
      expect(secret.test(text) && isTold).toBe(false);
    }),
    { numRuns: propertyRuns(300), seed: 20261121 },
  );
}, 120_000);

test('any text at all', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 200 }), async (text) => {
      const { exitCode, counts } = await validated(['-'], { stdin: text });
      expect(exitCode).toBe(counts.problems > 0 ? 2 : 0);
    }),
    { numRuns: propertyRuns(200), seed: 20261121 },
  );
}, 120_000);
