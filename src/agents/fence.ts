/** Puts text from outside between marks which its author could not know. */
export interface Fence {
  /** Random, new in every cycle, so that no log line can pretend to end its own quotation. */
  readonly marker: string;
  readonly wrap: (from: string, text: string) => string;
  /** A word of another agent or of the cluster that stands outside a fence: readable, without the marker. */
  readonly plain: (text: string, maxCharacters: number) => string;
}

export function createFence(marker: string): Fence {
  const clean = (text: string): string => visibleText(text).replaceAll(marker, '[removed]');
  return {
    marker,
    wrap: (from, text) =>
      `<data-${marker} from="${clean(from).replaceAll(/["<>\n]/g, ' ')}">\n${clean(text)}\n</data-${marker}>`,
    plain: (text, maxCharacters) => cut(clean(text), maxCharacters),
  };
}

/** Without what a reader does not see: format characters (zero width, bidirectional, tags) and control characters except line feed and tab. */
export function visibleText(text: string): string {
  return text.replaceAll(/\p{Cf}|(?![\n\t])\p{Cc}/gu, '');
}

/** At most `maxCharacters` code points, with an ellipsis where something is missing. */
export function cut(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  const characters = Array.from(text);
  return characters.length <= maxCharacters ? text : `${characters.slice(0, maxCharacters - 1).join('')}…`;
}

/** One line without runs of white space: for titles, headings, list items. */
export function oneLine(text: string, maxCharacters: number): string {
  return cut(visibleText(text).replaceAll(/\s+/g, ' ').trim(), maxCharacters);
}
