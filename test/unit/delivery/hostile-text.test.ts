import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RUNGS, renderNotice } from '../../../src/delivery/slack/render.ts';
import { codeSpan, escapeWithin, link } from '../../../src/delivery/slack/text.ts';
import { renderTerminal } from '../../../src/delivery/terminal.ts';
import { parseBlocks } from '../../../src/demo/stand-ins/slack-blocks.ts';
import type { NoticeContent } from '../../../src/domain/notice.ts';
import { aMonitorCard, anAnalysedCard, aNotice, NOW_MS } from './builders.ts';
import { propertyRuns } from '../../harness/property-runs.ts';

const NASTY = [
  'x'.repeat(1_048_576),
  Array.from({ length: 10_000 }, (_, index) => `container-${index}`).join(', '),
  '<!channel> <!here|here> <!everyone> <@U123ABC> <!subteam^S123|team> <#C123|general>',
  '@here @channel @everyone',
  '<https://evil.example/?q=secret|click me> [md](https://evil.example)',
  '&lt;!channel&gt; &amp; & < >',
  '\u202Egnirts desrever\u202C \u2066isolated\u2069',
  '😀'.repeat(5000),
  '\uD800 lone \uDC00 surrogates \uD83D',
  'NUL \u0000 bell \u0007 escape \u001b[31mred\u001b[0m',
  '``` unfinished ` code ``` ``',
  '*bold* _italics_ ~gone~ > quote\n> more\n'.repeat(50),
  '',
  ' \n\t ',
  '&'.repeat(10_000),
  '|<|>|'.repeat(1000),
];
const hostileText = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ unit: 'binary', maxLength: 4000 }),
  fc
    .array(fc.constantFrom(...NASTY.filter(({ length }) => length < 1000)), { maxLength: 20 })
    .map((parts) => parts.join('')),
);
const lines = fc.array(hostileText, { maxLength: 30 });

const hostileContent: fc.Arbitrary<NoticeContent> = fc
  .record({
    words: fc.array(hostileText, { minLength: 12, maxLength: 12 }),
    lists: fc.array(lines, { minLength: 5, maxLength: 5 }),
    state: fc.constantFrom('open' as const, 'resolved' as const, 'silenced' as const, 'part-of' as const),
    kind: fc.constantFrom('card' as const, 'monitor' as const, 'evidence' as const, 'reply' as const),
  })
  .map(({ words, lists, state, kind }): NoticeContent => {
    const word = (index: number): string => words[index] ?? '';
    const list = (index: number): readonly string[] => lists[index] ?? [];
    const [change] = anAnalysedCard().changes;
    const card = anAnalysedCard({
      state,
      headline: word(0),
      headlineSuffix: word(1),
      cluster: word(2),
      namespace: word(3),
      object: word(4),
      reason: word(5),
      lead: word(6),
      sections: list(0).map((text) => ({ heading: word(7), text })),
      nextSteps: list(1),
      attached: list(2),
      notChecked: list(3),
      stateLines: list(4),
      contacts: list(1),
      changes:
        change === undefined ? [] : list(2).map((title) => ({ ...change, title, author: word(8), url: word(9) })),
      footer: { ...anAnalysedCard().footer, analysis: word(10), incidentId: word(11) },
    });
    if (kind === 'card') return { kind, card };
    if (kind === 'monitor')
      return { kind, card: aMonitorCard({ headline: word(0), lines: list(0), cluster: word(2) }) };
    return kind === 'evidence' ? { kind, lines: list(0) } : { kind, text: word(0), broadcast: true };
  });

test('whatever a cluster or a model says, the message satisfies Slack and rings nobody', () => {
  fc.assert(
    fc.property(hostileContent, fc.constantFrom(...RUNGS), (content, rung) => {
      const { text, blocks } = renderNotice(aNotice(content, { decidedAtMs: 0 }), NOW_MS, rung);

      expect(parseBlocks(JSON.parse(JSON.stringify(blocks)))).not.toHaveProperty('error');
      expect(text.length).toBeGreaterThan(0);
      expect(text.length).toBeLessThanOrEqual(3500);
      const everything = JSON.stringify({ text, blocks });
      expect(everything.length).toBeLessThan(20_000);
      expect(everything.isWellFormed()).toBe(true);
      // Only tags of our own: times, and links of https.
      const tags = everything.match(/<[^>]*>/g) ?? [];
      expect(tags.filter((tag) => !/^<(?:!date\^|https:\/\/)/.test(tag))).toEqual([]);
      expect(everything).not.toMatch(/@(?:here|channel|everyone)\b/i);
      const texts = blocks.map((block) => (block.type === 'context' ? '' : block.text.text)).join('');
      expect(texts.length).toBeLessThanOrEqual(9000);
    }),
    { numRuns: propertyRuns(400) },
  );
});

test('whatever a cluster says, no control character reaches the terminal and no line is wider than asked', () => {
  fc.assert(
    fc.property(hostileContent, fc.integer({ min: 40, max: 120 }), (content, width) => {
      fc.pre(content.kind === 'card' || content.kind === 'monitor');
      if (content.kind !== 'card' && content.kind !== 'monitor') return;

      const drawn = renderTerminal(content.card, { width, colors: false, nowMs: NOW_MS });

      // oxlint-disable-next-line no-control-regex -- they are what is looked for
      expect(drawn).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
      expect(Math.max(...drawn.split('\n').map((line) => line.length))).toBeLessThanOrEqual(width);
    }),
    { numRuns: propertyRuns(100) },
  );
});

test.each([
  { text: 'a < b && c > d', max: 100, expected: 'a &lt; b &amp;&amp; c &gt; d' },
  { text: '&&&&', max: 12, expected: '&amp;&amp;…' },
  { text: '<!channel> look', max: 100, expected: '[mention] look' },
  { text: '<@U123ABC>', max: 100, expected: '[mention]' },
  { text: '<https://evil.example|ok>', max: 100, expected: '&lt;https://evil.example|ok&gt;' },
  { text: 'mail @here now', max: 100, expected: 'mail @\u2060here now' },
  { text: '@hereinafter', max: 7, expected: '@\u2060here…' },
  { text: '😀😀😀', max: 4, expected: '😀…' },
  { text: 'a\uD800b', max: 10, expected: 'a\uFFFDb' },
  { text: 'a\u202Eb\u0000c', max: 10, expected: 'abc' },
])('$text within $max characters is $expected', ({ text, max, expected }) => {
  expect(escapeWithin(text, max)).toBe(expected);
});

test('a backtick cannot end a code span', () => {
  expect(codeSpan('a `b` <c>', 40)).toBe("`a 'b' &lt;c&gt;`");
});

test.each([
  { url: 'https://github.com/a/b/pull/1', expected: '<https://github.com/a/b/pull/1|a/b #1>' },
  { url: 'javascript:alert(1)', expected: 'a/b #1' },
  { url: 'https://x.example/>|<!channel>', expected: 'a/b #1' },
])('a link to $url is $expected', ({ url, expected }) => {
  expect(link(url, 'a/b #1', 50)).toBe(expected);
});
