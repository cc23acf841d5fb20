/*
 * Everything that a card says is untrusted: names, log lines, words of a model. This file is the only way from such a text
 * into a message. https://docs.slack.dev/messaging/formatting-message-text#escaping
 */

const CUT_MARK = '…';

/** Tags that ring people (`<!channel>`, `<@U…>`, `<!subteam^…>`) or name a channel (`<#C…>`). */
const MENTION_TAGS = /<(?:[!@#])[^<>\n]{0,200}>/g;
/** The bare words ring nobody while `link_names` is off; they are broken all the same, also where a cut would make one of a longer word. */
const LOUD_WORDS = /@(?=here|channel|everyone)/gi;
/** Control characters except tab and line feed, and the marks that turn the direction of text around. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const INVISIBLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** Without control and direction characters, lone surrogates and mentions; still unescaped. */
function cleanText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll('\r\n', '\n')
    .replace(INVISIBLE, '')
    .replace(MENTION_TAGS, '[mention]')
    .replace(LOUD_WORDS, '@\u2060')
    .trim();
}

/**
 * Cleans, escapes and cuts, so that the result is at most `max` UTF-16 units and never ends inside an entity or a character.
 * A text of a megabyte costs no more than one of `max`.
 */
export function escapeWithin(text: string, max: number): string {
  // Four units of input may vanish for each that stays; more than that is not worth reading.
  const clean = cleanText(text.slice(0, max * 4));
  let escaped = '';
  for (const character of clean) {
    const next = escapeCharacter(character);
    if (escaped.length + next.length > max) return fitMark(escaped, max);
    escaped += next;
  }
  return text.length > max * 4 ? fitMark(escaped, max) : escaped;
}

/** `escapeWithin` on one line. */
export function escapeLineWithin(text: string, max: number): string {
  return escapeWithin(text.slice(0, max * 4 + 1).replace(/\s+/g, ' '), max);
}

/** A code span; backticks inside would end it and become apostrophes. */
export function codeSpan(text: string, max: number): string {
  const inside = escapeLineWithin(text.slice(0, max * 4 + 1).replaceAll('`', "'"), max - 2);
  return inside === '' ? '' : `\`${inside}\``;
}

/** A link that our code built; anything but https falls back to its label. */
export function link(url: string, label: string, max: number): string {
  const shown = escapeLineWithin(label, max).replaceAll('|', '/');
  if (!/^https:\/\/[^\s<>|]{1,400}$/.test(url)) return shown;
  return `<${url.replaceAll('&', '&amp;')}|${shown}>`;
}

function escapeCharacter(character: string): string {
  switch (character) {
    case '&':
      return '&amp;';
    case '<':
      return '&lt;';
    case '>':
      return '&gt;';
    default:
      return character;
  }
}

/** Puts the mark of a cut at the end, taking away whole characters and entities until it fits. */
function fitMark(escaped: string, max: number): string {
  const pieces = escaped.match(/&(?:amp|lt|gt);|[\s\S]/gu) ?? [];
  let length = escaped.length;
  while (length + CUT_MARK.length > max && pieces.length > 0) length -= pieces.pop()?.length ?? 0;
  return pieces.join('').trimEnd() + CUT_MARK;
}
