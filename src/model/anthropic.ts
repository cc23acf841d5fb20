import { Anthropic, type ClientOptions } from '@anthropic-ai/sdk';
import { MonitorError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { ReadSecret } from '../secret.ts';
import { toMonitorError } from './failures.ts';
import type { Provider } from './provider.ts';
import { readStream } from './stream.ts';
import { toRequest } from './translate.ts';
import { watchdog } from './watchdog.ts';

/**
 * Claude over the Messages API. The SDK's own retries, timeouts, logger and reading of the environment are all switched off: each of them exists
 * once in this product, elsewhere.
 */
export function createAnthropic(options: {
  readonly apiKey: ReadSecret;
  readonly baseUrl: string;
  readonly fetch?: ClientOptions['fetch'];
  readonly now: () => number;
  readonly log: Logger;
}): Provider {
  const { apiKey, log } = options;
  // Payloads of the SDK's lines may hold prompts; their first words are enough for a search.
  const line = (message: string): void => log.debug('anthropic client', { detail: message.slice(0, 200) });
  const client = new Anthropic({
    // Asked before every request, so that a rotated key is in force at once.
    apiKey: () => Promise.resolve(apiKey()?.reveal() ?? ''),
    authToken: null,
    webhookKey: null,
    baseURL: options.baseUrl,
    maxRetries: 0,
    logger: { error: line, warn: line, info: line, debug: line },
    logLevel: 'warn',
    openTelemetry: false,
    ...(options.fetch !== undefined && { fetch: options.fetch }),
  });

  return async (request, { maxTokens, temperature, deadlines, onUsage }) => {
    if (apiKey() === undefined) throw new MonitorError('MODEL_REJECTED', 'ANTHROPIC_API_KEY is not set');
    const watch = watchdog(request.signal);
    try {
      watch.expect(`no answer of the Claude API within ${deadlines.headersMs} ms`, deadlines.headersMs);
      const { data, response } = await watch.within(
        client.messages
          .create(toRequest(request, maxTokens, temperature), { signal: watch.signal, timeout: deadlines.callMs })
          .withResponse(),
      );
      const contentType = response.headers.get('content-type') ?? 'nothing';
      if (!contentType.startsWith('text/event-stream')) {
        throw new MonitorError(
          'MODEL_REJECTED',
          `${options.baseUrl} answered ${contentType} instead of a stream of events: is this the Claude API, or a proxy before it?`,
        );
      }
      const silence = `the Claude API fell silent for ${deadlines.idleMs} ms inside its answer`;
      watch.expect(silence, deadlines.idleMs);
      return await watch.within(readStream(data, () => watch.expect(silence, deadlines.idleMs), onUsage));
    } catch (error) {
      throw watch.expired() ?? toMonitorError(error, request.model, options.now());
    } finally {
      watch.stop();
    }
  };
}
