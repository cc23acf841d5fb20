import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { Octokit } from '@octokit/rest';

const ThrottledOctokit = Octokit.plugin(throttling, retry);
export type Client = InstanceType<typeof ThrottledOctokit>;

/** Longer waits are the next cycle's business: an agent has minutes. */
const LONGEST_WAIT_SECONDS = 5;

/** @param apiUrl `undefined` for github.com */
export function makeClient(token: string, apiUrl: string | undefined): Client {
  const waitsShortly = (retryAfter: number, _request: unknown, _client: unknown, retryCount: number): boolean =>
    retryAfter <= LONGEST_WAIT_SECONDS && retryCount < 1;
  return new ThrottledOctokit({
    auth: token,
    userAgent: 'k8s-monitor',
    ...(apiUrl !== undefined && { baseUrl: apiUrl }),
    throttle: { onRateLimit: waitsShortly, onSecondaryRateLimit: waitsShortly },
    retry: { retries: 1 },
    // The client would print to the console; what matters comes back as an error.
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
  });
}
