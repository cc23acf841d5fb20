import type { ClientOptions } from '@anthropic-ai/sdk';
import * as z from 'zod';
import type { Logger } from '../log.ts';
import { Secret } from '../secret.ts';
import { createAnthropic } from './anthropic.ts';
import type { GoogleToken } from './google-token.ts';
import type { Provider } from './provider.ts';

/** Where Claude runs in somebody's Google Cloud. */
export interface VertexAccess {
  readonly project: string;
  /** `europe-west1`, or `global`. */
  readonly region: string;
  readonly token: GoogleToken;
}

const VERSION = 'vertex-2023-10-16';
const Body = z.looseObject({ model: z.string() });

/**
 * Claude on Vertex AI: the Messages API behind Google's door. The model stands in the path, the version in the body, and a Google token before it;
 * everything else is as the provider's own API has it.
 *
 * @param options.baseUrl with its `/v1`; `undefined`: the region's own
 */
export function createVertex(options: {
  readonly access: VertexAccess;
  readonly baseUrl: string | undefined;
  readonly now: () => number;
  readonly log: Logger;
  readonly fetch?: ClientOptions['fetch'];
}): Provider {
  const { access, now, log } = options;
  const baseUrl = (options.baseUrl ?? urlOf(access.region)).replace(/\/$/, '');
  const send = options.fetch ?? fetch;
  // Per request, because token and path depend on it; the client's own key never leaves.
  const throughGoogle: NonNullable<ClientOptions['fetch']> = async (_url, init) => {
    const { model, ...body } = Body.parse(JSON.parse(textOf(init?.body)));
    const token = await access.token(init?.signal ?? new AbortController().signal);
    const headers = new Headers(init?.headers);
    headers.delete('x-api-key');
    headers.set('authorization', `Bearer ${token.reveal()}`);
    const path = `projects/${encodeURIComponent(access.project)}/locations/${encodeURIComponent(access.region)}/publishers/anthropic/models/${encodeURIComponent(model)}:streamRawPredict`;
    return send(`${baseUrl}/${path}`, {
      ...init,
      headers,
      body: JSON.stringify({ anthropic_version: VERSION, ...body }),
      redirect: 'error',
    });
  };
  return createAnthropic({
    apiKey: () => new Secret('google'),
    baseUrl,
    fetch: throughGoogle,
    now,
    log,
  });
}

/** The SDK sends JSON as a string. */
function textOf(body: unknown): string {
  return typeof body === 'string' ? body : '';
}

function urlOf(region: string): string {
  return region === 'global'
    ? 'https://aiplatform.googleapis.com/v1'
    : `https://${region}-aiplatform.googleapis.com/v1`;
}
