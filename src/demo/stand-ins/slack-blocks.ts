import * as z from 'zod';

/*
 * Block Kit as chat.postMessage checks it: https://docs.slack.dev/reference/block-kit/blocks. Only the blocks and
 * elements that a monitor has use for; any other type is refused, so that nobody builds on what is not checked here.
 */

const plainText = (max: number) =>
  z.strictObject({
    type: z.literal('plain_text'),
    text: z.string().min(1).max(max),
    emoji: z.boolean().optional(),
  });
const markdownText = (max: number) =>
  z.strictObject({ type: z.literal('mrkdwn'), text: z.string().min(1).max(max), verbatim: z.boolean().optional() });
const anyText = (max: number) => z.discriminatedUnion('type', [plainText(max), markdownText(max)]);
const blockId = z.string().min(1).max(255).optional();
const actionId = z.string().min(1).max(255).optional();

const confirm = z.strictObject({
  title: plainText(100),
  text: anyText(300),
  confirm: plainText(30),
  deny: plainText(30),
  style: z.enum(['primary', 'danger']).optional(),
});
const button = z.strictObject({
  type: z.literal('button'),
  text: plainText(75),
  action_id: actionId,
  url: z.url().max(3000).optional(),
  value: z.string().max(2000).optional(),
  style: z.enum(['primary', 'danger']).optional(),
  confirm: confirm.optional(),
  accessibility_label: z.string().max(75).optional(),
});
const option = z.strictObject({
  text: anyText(75),
  value: z.string().min(1).max(150),
  description: plainText(75).optional(),
});
const select = z.strictObject({
  type: z.literal('static_select'),
  action_id: actionId,
  placeholder: plainText(150).optional(),
  options: z.array(option).min(1).max(100),
  initial_option: option.optional(),
});
const overflow = z.strictObject({
  type: z.literal('overflow'),
  action_id: actionId,
  options: z
    .array(option.extend({ url: z.url().max(3000).optional() }))
    .min(1)
    .max(5),
  confirm: confirm.optional(),
});
const image = z.strictObject({
  type: z.literal('image'),
  image_url: z.url().max(3000),
  alt_text: z.string().max(2000),
});
const element = z.discriminatedUnion('type', [button, select, overflow]);

const block = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('header'), text: plainText(150), block_id: blockId }),
  z
    .strictObject({
      type: z.literal('section'),
      text: anyText(3000).optional(),
      fields: z.array(anyText(2000)).min(1).max(10).optional(),
      accessory: z.discriminatedUnion('type', [button, select, overflow, image]).optional(),
      expand: z.boolean().optional(),
      block_id: blockId,
    })
    .refine(({ text, fields }) => text !== undefined || fields !== undefined, 'a section needs text or fields'),
  z.strictObject({
    type: z.literal('context'),
    elements: z
      .array(z.discriminatedUnion('type', [plainText(3000), markdownText(3000), image]))
      .min(1)
      .max(10),
    block_id: blockId,
  }),
  z.strictObject({ type: z.literal('divider'), block_id: blockId }),
  z.strictObject({ type: z.literal('actions'), elements: z.array(element).min(1).max(25), block_id: blockId }),
  z.strictObject({ type: z.literal('markdown'), text: z.string().min(1).max(12_000), block_id: blockId }),
  image.extend({ title: plainText(2000).optional(), block_id: blockId }),
]);

export type SlackBlock = z.infer<typeof block>;

/** At most 50 blocks in a message. */
const MAX_BLOCKS = 50;
/** All `markdown` blocks of a message together. */
const MAX_MARKDOWN_CHARACTERS = 12_000;
/** Beyond this the service says `msg_blocks_too_long`; its bound for all blocks of a message together. */
const MAX_BLOCKS_CHARACTERS = 100_000;

export type BlocksProblem = { readonly error: string; readonly detail: string };

/** Checks the `blocks` argument after JSON decoding. */
export function parseBlocks(value: unknown): readonly SlackBlock[] | BlocksProblem {
  if (!Array.isArray(value)) return { error: 'invalid_blocks_format', detail: 'blocks must be a JSON array' };
  if (value.length > MAX_BLOCKS) {
    return { error: 'invalid_blocks', detail: `no more than ${MAX_BLOCKS} items allowed [json-pointer:/blocks]` };
  }
  if (JSON.stringify(value).length > MAX_BLOCKS_CHARACTERS) {
    return { error: 'msg_blocks_too_long', detail: 'the blocks of this message are too long' };
  }
  const parsed = z.array(block).safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return {
      error: 'invalid_blocks',
      detail: `${issue?.message ?? 'invalid'} [json-pointer:/blocks/${issue?.path.join('/') ?? ''}]`,
    };
  }
  return repeatedId(parsed.data) ?? longMarkdown(parsed.data) ?? parsed.data;
}

function repeatedId(blocks: readonly SlackBlock[]): BlocksProblem | undefined {
  const blockIds = new Set<string>();
  for (const { block_id: id } of blocks) {
    if (id === undefined) continue;
    if (blockIds.has(id)) return { error: 'invalid_blocks', detail: `block_id ${id} is not unique` };
    blockIds.add(id);
  }
  for (const each of blocks) {
    if (each.type !== 'actions') continue;
    const actionIds = each.elements.flatMap(({ action_id: id }) => (id === undefined ? [] : [id]));
    if (new Set(actionIds).size < actionIds.length) {
      return { error: 'invalid_blocks', detail: 'action_id is not unique within its block' };
    }
  }
  return undefined;
}

function longMarkdown(blocks: readonly SlackBlock[]): BlocksProblem | undefined {
  const characters = blocks.reduce((sum, each) => sum + (each.type === 'markdown' ? each.text.length : 0), 0);
  if (characters <= MAX_MARKDOWN_CHARACTERS) return undefined;
  return { error: 'msg_too_long', detail: 'the markdown blocks of this message are too long' };
}
