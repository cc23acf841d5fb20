import { createSign } from 'node:crypto';
import * as z from 'zod';
import { messageOf, MonitorError } from '../errors.ts';
import { Secret } from '../secret.ts';

/** A token for Google's APIs, made when one is needed and kept until shortly before it ends. */
export type GoogleToken = (signal: AbortSignal) => Promise<Secret>;

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const TOKEN_URL = 'https://oauth2.googleapis.com/token';
const METADATA_HOST = 'metadata.google.internal';
/** Renewed this long before its end, so that none ends on its way. */
const EARLY_MS = 5 * 60_000;
const PATIENCE_MS = 10_000;

const Credentials = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('service_account'),
    client_email: z.string(),
    private_key: z.string(),
    token_uri: z.url().default(TOKEN_URL),
  }),
  z.object({
    type: z.literal('authorized_user'),
    client_id: z.string(),
    client_secret: z.string(),
    refresh_token: z.string(),
    token_uri: z.url().default(TOKEN_URL),
  }),
]);
const Granted = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });

/**
 * Application default credentials: the file of `GOOGLE_APPLICATION_CREDENTIALS` (a service account's key, or a person's login), else the metadata
 * server of the node.
 *
 * The returned function throws {MonitorError} `MODEL_REJECTED` for credentials that cannot be used, `MODEL_UNAVAILABLE` for a service that is away.
 */
export function createGoogleToken(options: {
  /** The file's text, read at each renewal; `undefined`: the metadata server is asked. */
  readonly readCredentials: () => string | undefined;
  /** `GCE_METADATA_HOST`. */
  readonly metadataHost: string | undefined;
  /** Unix time in milliseconds. */
  readonly now: () => number;
  /** Hears each token, so that no text can give it away. */
  readonly onCredential: (value: string) => void;
  readonly fetch?: typeof fetch;
}): GoogleToken {
  const { now } = options;
  const ask = options.fetch ?? fetch;
  let held: { readonly token: Secret; readonly endsAtMs: number; readonly of: string } | undefined;

  async function granted(url: string, init: RequestInit, signal: AbortSignal): Promise<z.infer<typeof Granted>> {
    let response: Response;
    let body: string;
    try {
      response = await ask(url, {
        ...init,
        signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
        redirect: 'error',
      });
      body = await response.text();
    } catch (error) {
      throw new MonitorError('MODEL_UNAVAILABLE', `no Google token: ${new URL(url).host}: ${messageOf(error)}`, {
        retryable: true,
        cause: error,
      });
    }
    const parsed = Granted.safeParse(jsonOf(body));
    if (response.ok && parsed.success) return parsed.data;
    const passing = response.status === 429 || response.status >= 500;
    throw new MonitorError(
      passing ? 'MODEL_UNAVAILABLE' : 'MODEL_REJECTED',
      `${new URL(url).host} gave no Google token (${response.status}): check GOOGLE_APPLICATION_CREDENTIALS, or the workload's identity`,
      { retryable: passing },
    );
  }

  function fromFile(text: string, signal: AbortSignal): Promise<z.infer<typeof Granted>> {
    const parsed = Credentials.safeParse(jsonOf(text));
    if (!parsed.success) {
      throw new MonitorError(
        'MODEL_REJECTED',
        'the file of GOOGLE_APPLICATION_CREDENTIALS is no key of a service account and no login of a person: other kinds are not supported, use the metadata server',
      );
    }
    const credentials = parsed.data;
    const { protocol, hostname } = new URL(credentials.token_uri);
    if (protocol !== 'https:' && hostname !== '127.0.0.1') {
      throw new MonitorError('MODEL_REJECTED', `the token_uri of GOOGLE_APPLICATION_CREDENTIALS is not https`);
    }
    const form =
      credentials.type === 'service_account'
        ? { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: assertionOf(credentials, now()) }
        : {
            grant_type: 'refresh_token',
            client_id: credentials.client_id,
            client_secret: credentials.client_secret,
            refresh_token: credentials.refresh_token,
          };
    return granted(credentials.token_uri, { method: 'POST', body: new URLSearchParams(form) }, signal);
  }

  return async (signal) => {
    const text = options.readCredentials();
    if (held !== undefined && held.of === (text ?? '') && now() < held.endsAtMs - EARLY_MS) return held.token;
    const { access_token: value, expires_in: seconds } =
      text === undefined
        ? await granted(
            `http://${options.metadataHost ?? METADATA_HOST}/computeMetadata/v1/instance/service-accounts/default/token`,
            { headers: { 'metadata-flavor': 'Google' } },
            signal,
          )
        : await fromFile(text, signal);
    options.onCredential(value);
    held = { token: new Secret(value), endsAtMs: now() + seconds * 1_000, of: text ?? '' };
    return held.token;
  };
}

/** RFC 7523, signed with the account's own key. */
function assertionOf(
  account: { readonly client_email: string; readonly private_key: string; readonly token_uri: string },
  nowMs: number,
): string {
  const issuedAt = Math.floor(nowMs / 1_000);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    iss: account.client_email,
    scope: SCOPE,
    aud: account.token_uri,
    iat: issuedAt,
    exp: issuedAt + 3_600,
  };
  const unsigned = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`;
  try {
    return `${unsigned}.${createSign('RSA-SHA256').update(unsigned).sign(account.private_key, 'base64url')}`;
  } catch (cause) {
    throw new MonitorError('MODEL_REJECTED', 'the private key of GOOGLE_APPLICATION_CREDENTIALS cannot sign', {
      cause,
    });
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
