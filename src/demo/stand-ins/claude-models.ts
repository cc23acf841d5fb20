/** What the stand-in knows of one model. */
export interface ClaudeModel {
  readonly id: string;
  readonly displayName: string;
  readonly line: 'haiku' | 'sonnet' | 'opus';
  readonly createdAt: string;
  readonly lifecycle: 'active' | 'deprecated' | 'retired';
  readonly retiresAt: string | null;
  readonly maxInputTokens: number;
  readonly maxOutputTokens: number;
  /** A shorter prefix is not cached although it is marked. */
  readonly minCacheTokens: number;
  /** `tool_choice` `any` and `tool` are accepted. */
  readonly forcedToolChoice: boolean;
  readonly prefill: boolean;
  readonly thinkingTypes: readonly ('adaptive' | 'between_tools' | 'disabled' | 'enabled')[];
  /** What a thinking block may be sent back to: only the conversation it came from, or any of the account. */
  readonly thinkingBoundTo: 'conversation' | 'account';
  readonly efforts: readonly ('low' | 'medium' | 'high' | 'xhigh' | 'max')[];
}

const CURRENT = {
  lifecycle: 'active',
  retiresAt: null,
  maxInputTokens: 1_000_000,
  maxOutputTokens: 128_000,
  minCacheTokens: 1024,
  prefill: false,
  efforts: ['low', 'medium', 'high', 'xhigh', 'max'],
} as const;

/** The models of November 2026 that the product's aliases name, and one on its way out. */
export const claudeModels: readonly ClaudeModel[] = [
  {
    ...CURRENT,
    id: 'claude-haiku-5-5',
    displayName: 'Claude Haiku 5.5',
    line: 'haiku',
    createdAt: '2026-09-29T00:00:00Z',
    forcedToolChoice: true,
    thinkingTypes: ['adaptive', 'between_tools', 'disabled'],
    thinkingBoundTo: 'account',
  },
  {
    ...CURRENT,
    id: 'claude-sonnet-5-5',
    displayName: 'Claude Sonnet 5.5',
    line: 'sonnet',
    createdAt: '2026-09-29T00:00:00Z',
    forcedToolChoice: false,
    thinkingTypes: ['adaptive', 'between_tools', 'disabled'],
    thinkingBoundTo: 'conversation',
  },
  {
    ...CURRENT,
    id: 'claude-opus-5-5',
    displayName: 'Claude Opus 5.5',
    line: 'opus',
    createdAt: '2026-10-13T00:00:00Z',
    forcedToolChoice: false,
    // Its thinking cannot be switched off.
    thinkingTypes: ['adaptive'],
    thinkingBoundTo: 'conversation',
  },
  {
    ...CURRENT,
    id: 'claude-sonnet-4-5',
    displayName: 'Claude Sonnet 4.5',
    line: 'sonnet',
    createdAt: '2025-09-29T00:00:00Z',
    lifecycle: 'deprecated',
    retiresAt: '2026-11-30T00:00:00Z',
    maxInputTokens: 200_000,
    maxOutputTokens: 64_000,
    forcedToolChoice: true,
    prefill: true,
    thinkingTypes: ['disabled', 'enabled'],
    thinkingBoundTo: 'account',
    efforts: [],
  },
];

/** The body of `GET /v1/models/{id}`. */
export function modelInfo(model: ClaudeModel): Record<string, unknown> {
  const yes = { supported: true };
  const has = (supported: boolean) => ({ supported });
  return {
    type: 'model',
    id: model.id,
    display_name: model.displayName,
    line: model.line,
    created_at: model.createdAt,
    lifecycle: model.lifecycle,
    deprecated_at: model.lifecycle === 'active' ? null : '2026-06-01T00:00:00Z',
    retires_at: model.retiresAt,
    max_input_tokens: model.maxInputTokens,
    max_tokens: model.maxOutputTokens,
    capabilities: {
      batch: yes,
      citations: yes,
      code_execution: yes,
      context_management: {
        supported: true,
        clear_thinking_20251015: yes,
        clear_tool_uses_20250919: yes,
        compact_20260112: yes,
      },
      effort: {
        supported: model.efforts.length > 0,
        low: has(model.efforts.includes('low')),
        medium: has(model.efforts.includes('medium')),
        high: has(model.efforts.includes('high')),
        xhigh: has(model.efforts.includes('xhigh')),
        max: has(model.efforts.includes('max')),
      },
      image_input: yes,
      pdf_input: yes,
      server_tools: { supported: true, code_execution: yes, web_search: yes },
      structured_outputs: yes,
      thinking: {
        supported: true,
        types: {
          adaptive: has(model.thinkingTypes.includes('adaptive')),
          between_tools: has(model.thinkingTypes.includes('between_tools')),
          disabled: has(model.thinkingTypes.includes('disabled')),
          enabled: has(model.thinkingTypes.includes('enabled')),
        },
      },
    },
  };
}
