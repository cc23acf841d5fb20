import { MonitorError } from '../../errors.ts';
import type { ReadSecret } from '../../secret.ts';
import type { Client } from './client.ts';

/**
 * Asks GitHub once, with the client's own retries for passing trouble.
 *
 * @throws {MonitorError} `TOOL_FAILED`, worded so that an agent can say what it did not check; `TOOL_INPUT_INVALID` for what does not exist
 */
export type AskGithub = <Result>(
  question: (client: Client, signal: AbortSignal) => Promise<Result>,
  signal: AbortSignal,
) => Promise<Result>;

const TIMEOUT_MS = 20_000;

/** @param options.apiUrl `undefined` for github.com; GitHub Enterprise's ends in `/api/v3` */
export function createGithub(options: {
  readonly readToken: ReadSecret;
  readonly apiUrl: string | undefined;
  readonly timeoutMs?: number;
}): AskGithub {
  let current: { readonly token: string; readonly client: Client } | undefined;

  const connected = async (): Promise<Client> => {
    const token = options.readToken()?.reveal();
    if (token === undefined || token === '') {
      throw new MonitorError('TOOL_FAILED', 'There is no GitHub token: set GITHUB_TOKEN or GITHUB_TOKEN_FILE.');
    }
    // Loaded with the first question, because not every monitor asks one.
    const { makeClient } = await import('./client.ts');
    if (current?.token !== token) current = { token, client: makeClient(token, options.apiUrl) };
    return current.client;
  };

  return async (question, signal) => {
    const late = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
    try {
      return await question(await connected(), AbortSignal.any([signal, late]));
    } catch (error) {
      if (signal.aborted || error instanceof MonitorError) throw error;
      throw translate(error, late.aborted);
    }
  };
}

/** Headers and bodies of the answer stay behind: the request in them carries the token. */
function translate(error: unknown, late: boolean): MonitorError {
  if (late) return new MonitorError('TOOL_FAILED', 'GitHub did not answer in time.', { retryable: true });
  const status = numberIn(error, 'status');
  const headers = headersOf(error);
  if (
    status === 429 ||
    (status === 403 && (headers['x-ratelimit-remaining'] === '0' || headers['retry-after'] !== undefined))
  ) {
    return new MonitorError(
      'TOOL_FAILED',
      `GitHub's rate limit is reached${untilText(headers)}: its changes could not be checked.`,
      {
        retryable: true,
      },
    );
  }
  switch (status) {
    case 401:
      return new MonitorError('TOOL_FAILED', 'GitHub refused the token: renew GITHUB_TOKEN (or its file).');
    case 403:
      return new MonitorError(
        'TOOL_FAILED',
        'GitHub forbids this: the token needs read access to contents and pull requests of the repository.',
      );
    case 404:
    case 422:
      return new MonitorError(
        'TOOL_INPUT_INVALID',
        'GitHub knows no such repository, branch, commit or pull request, or the token may not see it.',
      );
    case 500:
    case undefined:
    default:
      return new MonitorError(
        'TOOL_FAILED',
        `GitHub could not be asked (${status === undefined || status === 500 ? 'no usable answer' : `HTTP ${status}`}).`,
        {
          retryable: true,
        },
      );
  }
}

function untilText(headers: Readonly<Record<string, unknown>>): string {
  const reset = Number(headers['x-ratelimit-reset']);
  const after = Number(headers['retry-after']);
  if (Number.isFinite(after)) return ` for another ${after} s`;
  return Number.isFinite(reset) && reset > 0 ? ` until ${new Date(reset * 1000).toISOString().slice(0, 16)}Z` : '';
}

function numberIn(value: unknown, key: string): number | undefined {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return typeof found === 'number' ? found : undefined;
}

function headersOf(error: unknown): Readonly<Record<string, unknown>> {
  const response: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'response') : undefined;
  const headers: unknown =
    typeof response === 'object' && response !== null ? Reflect.get(response, 'headers') : undefined;
  return typeof headers === 'object' && headers !== null ? Object.fromEntries(Object.entries(headers)) : {};
}
