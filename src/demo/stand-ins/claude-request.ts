import * as z from 'zod';

/*
 * The part of the Messages request that the product uses, closed: a field that the real service does not know is
 * refused there with 400, and so it is here. Images, documents and server tools are not modelled.
 */

const cacheControl = z.strictObject({ type: z.literal('ephemeral'), ttl: z.enum(['5m', '1h']).optional() });
const cacheMark = cacheControl.nullish();

const textBlock = z.strictObject({
  type: z.literal('text'),
  text: z.string(),
  cache_control: cacheMark,
  citations: z.array(z.unknown()).nullish(),
});
const thinkingBlock = z.strictObject({ type: z.literal('thinking'), thinking: z.string(), signature: z.string() });
const redactedThinkingBlock = z.strictObject({ type: z.literal('redacted_thinking'), data: z.string() });
const toolUseBlock = z.strictObject({
  type: z.literal('tool_use'),
  id: z.string().regex(/^[a-zA-Z0-9_-]+$/),
  name: z.string().min(1).max(200),
  input: z.record(z.string(), z.unknown()),
  caller: z.looseObject({ type: z.string() }).optional(),
  toolset_name: z.string().nullish(),
  cache_control: cacheMark,
});
const toolResultBlock = z.strictObject({
  type: z.literal('tool_result'),
  tool_use_id: z.string().regex(/^[a-zA-Z0-9_-]+$/),
  content: z.union([z.string(), z.array(textBlock)]).optional(),
  is_error: z.boolean().optional(),
  toolset_name: z.string().nullish(),
  cache_control: cacheMark,
});
const contentBlock = z.discriminatedUnion('type', [
  textBlock,
  thinkingBlock,
  redactedThinkingBlock,
  toolUseBlock,
  toolResultBlock,
]);
const message = z.strictObject({
  role: z.enum(['user', 'assistant', 'system']),
  content: z.union([z.string(), z.array(contentBlock)]),
});
const tool = z.strictObject({
  type: z.literal('custom').nullish(),
  name: z.string(),
  description: z.string().optional(),
  input_schema: z.record(z.string(), z.unknown()),
  strict: z.boolean().optional(),
  input_examples: z.array(z.record(z.string(), z.unknown())).optional(),
  eager_input_streaming: z.boolean().nullish(),
  defer_loading: z.boolean().optional(),
  allowed_callers: z.array(z.string()).optional(),
  cache_control: cacheMark,
});
const toolChoice = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('auto'), disable_parallel_tool_use: z.boolean().optional() }),
  z.strictObject({ type: z.literal('any'), disable_parallel_tool_use: z.boolean().optional() }),
  z.strictObject({ type: z.literal('tool'), name: z.string(), disable_parallel_tool_use: z.boolean().optional() }),
  z.strictObject({ type: z.literal('none') }),
]);
const display = z.enum(['summarized', 'omitted']).nullish();
const thinking = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('adaptive'), display }),
  z.strictObject({ type: z.literal('between_tools') }),
  z.strictObject({ type: z.literal('disabled') }),
  z.strictObject({ type: z.literal('enabled'), budget_tokens: z.int().min(1024), display }),
]);
const outputConfig = z.strictObject({
  effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).nullish(),
  format: z.strictObject({ type: z.literal('json_schema'), schema: z.record(z.string(), z.unknown()) }).nullish(),
});

const promptFields = {
  model: z.string().min(1),
  messages: z.array(message).min(1),
  system: z.union([z.string(), z.array(textBlock)]).optional(),
  tools: z.array(tool).optional(),
  tool_choice: toolChoice.optional(),
  thinking: thinking.optional(),
  output_config: outputConfig.optional(),
  cache_control: cacheMark,
};

export const messagesRequest = z.strictObject({
  ...promptFields,
  max_tokens: z.int().min(0),
  stream: z.boolean().optional(),
  stop_sequences: z.array(z.string().min(1)).optional(),
  metadata: z.strictObject({ user_id: z.string().max(256).nullish() }).optional(),
  service_tier: z.enum(['auto', 'standard_only']).optional(),
  speed: z.enum(['standard', 'fast']).nullish(),
  diagnostics: z.strictObject({ previous_message_id: z.string().nullish() }).nullish(),
  inference_geo: z.string().nullish(),
});
export const countTokensRequest = z.strictObject(promptFields);

/** A body of `POST /v1/messages` that has the right shape. */
export type ClaudeRequest = z.infer<typeof messagesRequest>;
/** What the two endpoints have in common: the prompt. */
export type ClaudePrompt = z.infer<typeof countTokensRequest>;
export type ClaudeTool = z.infer<typeof tool>;
export type ClaudeContentBlock = z.infer<typeof contentBlock>;
export type ClaudeMessage = z.infer<typeof message>;

/** A message's content as blocks; a plain string is one text block. */
export function blocksOf(content: ClaudeMessage['content']): readonly ClaudeContentBlock[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

/** A tool result's or a block's readable text; empty where there is none. */
export function textOfBlock(block: ClaudeContentBlock): string {
  if (block.type === 'text') return block.text;
  if (block.type !== 'tool_result') return '';
  if (block.content === undefined || typeof block.content === 'string') return block.content ?? '';
  return block.content.map((part) => part.text).join('\n');
}

/** The system prompt as one text. */
export function systemText(request: ClaudePrompt): string {
  if (request.system === undefined || typeof request.system === 'string') return request.system ?? '';
  return request.system.map((block) => block.text).join('\n');
}

/** Everything readable that the model was sent: system prompt, then every message in order. */
export function promptText(request: ClaudePrompt): string {
  const said = request.messages.flatMap((each) => blocksOf(each.content).map(textOfBlock));
  return [systemText(request), ...said].join('\n');
}

/** Words a schema failure as the service does: `messages.0.content: Field required`. */
export function describeIssue(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys')
    return `${[...path, issue.keys[0]].join('.')}: Extra inputs are not permitted`;
  if (issue.code === 'invalid_union') {
    const deepest = issue.errors.flat().toSorted((a, b) => b.path.length - a.path.length)[0];
    if (deepest !== undefined) return describeIssue({ ...deepest, path: [...issue.path, ...deepest.path] });
  }
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  return `${path.join('.')}: ${missing ? 'Field required' : issue.message}`;
}
