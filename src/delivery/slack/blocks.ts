/** The three kinds of Block Kit blocks that our messages are made of. https://docs.slack.dev/reference/block-kit/blocks */
export type Block =
  | { readonly type: 'header'; readonly text: PlainText }
  | { readonly type: 'section'; readonly text: Markup | PlainText }
  | { readonly type: 'context'; readonly elements: readonly Markup[] };

interface PlainText {
  readonly type: 'plain_text';
  readonly text: string;
  readonly emoji: boolean;
}

/** `verbatim`: nothing in it becomes a link or a mention unless our code wrote the tag. */
interface Markup {
  readonly type: 'mrkdwn';
  readonly text: string;
  readonly verbatim: true;
}

/** Slack's own limit. */
export const HEADER_CHARACTERS = 150;
/** Slack takes 3,000; a reader takes less. */
export const SECTION_CHARACTERS = 2400;
/** All texts of a message together; beyond it nobody reads on. */
export const MESSAGE_CHARACTERS = 9000;

export function header(text: string): Block {
  return { type: 'header', text: { type: 'plain_text', text, emoji: true } };
}

export function section(text: string): Block {
  return { type: 'section', text: { type: 'mrkdwn', text, verbatim: true } };
}

/** A section in which no character means anything. */
export function plainSection(text: string): Block {
  return { type: 'section', text: { type: 'plain_text', text, emoji: false } };
}

export function context(text: string): Block {
  return { type: 'context', elements: [{ type: 'mrkdwn', text, verbatim: true }] };
}

/** Characters of a block that count against {@link MESSAGE_CHARACTERS}. */
export function lengthOf(block: Block): number {
  return block.type === 'context'
    ? block.elements.reduce((sum, element) => sum + element.text.length, 0)
    : block.text.text.length;
}
