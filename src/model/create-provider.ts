import type { ClientOptions } from '@anthropic-ai/sdk';
import type { Logger } from '../log.ts';
import type { ReadSecret } from '../secret.ts';
import type { ModelSettings } from './model-settings.ts';
import { createOpenAi, OPENAI_URL } from './openai.ts';
import type { Provider } from './provider.ts';
import type { VertexAccess } from './vertex.ts';

/** Where Claude lives when nobody says otherwise. */
const ANTHROPIC_ORIGIN = 'https://api.anthropic.com';

type Asked = Exclude<ModelSettings['provider'], 'none'>;

interface Access {
  readonly apiKey: ReadSecret;
  readonly openAiKey: ReadSecret | undefined;
  readonly vertex: VertexAccess | undefined;
}

/** What a provider needs before it can be asked and does not have, for a person; `undefined`: nothing. */
export function lackOf(provider: Asked, { apiKey, openAiKey, vertex }: Access): string | undefined {
  switch (provider) {
    case 'anthropic':
      return apiKey() === undefined ? 'no model key is configured (ANTHROPIC_API_KEY)' : undefined;
    case 'openai':
      return openAiKey?.() === undefined ? 'no model key is configured (OPENAI_API_KEY)' : undefined;
    case 'vertex_ai':
      return vertex === undefined ? 'no Google project is configured (ANTHROPIC_VERTEX_PROJECT_ID)' : undefined;
  }
}

/** The service of these settings. Nothing of it is shared with the one before: a conversation never crosses a swap. */
export function createProvider(
  { provider, endpoint }: ModelSettings,
  parts: Access & {
    /** `ANTHROPIC_BASE_URL`. */
    readonly anthropicBaseUrl: string | undefined;
    readonly now: () => number;
    readonly log: Logger;
    readonly fetch?: ClientOptions['fetch'];
  },
): Provider {
  const { apiKey, openAiKey, vertex, now, log } = parts;
  const fetchOption = parts.fetch === undefined ? {} : { fetch: parts.fetch };
  if (provider === 'openai' && openAiKey !== undefined) {
    return createOpenAi({ apiKey: openAiKey, baseUrl: endpoint ?? OPENAI_URL, now, ...fetchOption });
  }
  if (provider === 'vertex_ai' && vertex !== undefined) {
    return onUse(async () => {
      const { createVertex } = await import('./vertex.ts');
      return createVertex({ access: vertex, baseUrl: endpoint, now, log, ...fetchOption });
    });
  }
  return onUse(async () => {
    const { createAnthropic } = await import('./anthropic.ts');
    const baseUrl = endpoint ?? parts.anthropicBaseUrl ?? ANTHROPIC_ORIGIN;
    return createAnthropic({ apiKey, baseUrl, now, log, ...fetchOption });
  });
}

/** Made with its first request: its SDK costs 9 MiB, and a monitor whose cluster is well may ask no model for days. */
function onUse(make: () => Promise<Provider>): Provider {
  let made: Promise<Provider> | undefined;
  return async (request, attempt) => {
    made ??= make();
    return (await made)(request, attempt);
  };
}
