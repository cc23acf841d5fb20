import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { KubeConfig as FreshKubeConfig } from '@kubernetes/client-node';
import { messageOf, MonitorError } from '../errors.ts';

type Pem = string | Buffer;

/** What one connection to the API server needs besides headers. */
export interface TlsOptions {
  readonly ca: Pem | undefined;
  readonly cert: Pem | undefined;
  readonly key: Pem | undefined;
  readonly servername: string | undefined;
  readonly rejectUnauthorized: boolean;
}

export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsOptions;
  readonly readAtMs: number;
}

export interface CredentialSource {
  /** @throws {MonitorError} `CLUSTER_UNAUTHORIZED` when a file is unreadable or a credential plugin fails */
  current(): Promise<Credentials>;
  /** Forgets these credentials, so that the next `current()` reads token, CA and plugins again; no effect on newer ones. */
  refuse(refused: Credentials): void;
}

/** How long token and CA files are taken as read; the kubelet replaces a token when a fifth of its life is left. */
const FRESH_MS = 10_000;

/** A credential plugin that asks a person or a dead network must not hold a cycle. */
const PLUGIN_DEADLINE_MS = 20_000;

/**
 * The credentials of a kubeconfig, kept for ten seconds.
 *
 * client-node keeps a token file's content for 60 s and a plugin's token until it expires, whatever the server says;
 * a fresh `KubeConfig` of the same content has read nothing yet.
 *
 * @param now Unix time in milliseconds
 * @param onCredential hears what stands behind `Bearer` or `Basic`
 */
export function createCredentialSource(
  kubeConfig: KubeConfig,
  now: () => number,
  onCredential: (value: string) => void,
): CredentialSource {
  let reader = kubeConfig;
  let held: Promise<Credentials> | undefined;
  let heldSinceMs = 0;
  let latest: Credentials | undefined;
  return {
    async current() {
      if (held === undefined || Math.abs(now() - heldSinceMs) > FRESH_MS) {
        heldSinceMs = now();
        held = readCredentials(reader, heldSinceMs);
      }
      const mine = held;
      try {
        latest = await mine;
        const authorization = latest.headers['authorization']?.replace(/^(?:Bearer|Basic)\s+/i, '') ?? '';
        if (authorization !== '') onCredential(authorization);
        return latest;
      } catch (cause) {
        if (held === mine) held = undefined;
        throw new MonitorError('CLUSTER_UNAUTHORIZED', `the credentials cannot be read: ${messageOf(cause)}`, {
          cause,
        });
      }
    },
    refuse(refused) {
      if (refused !== latest) return;
      reader = copyOf(kubeConfig);
      held = undefined;
    },
  };
}

async function readCredentials(kubeConfig: KubeConfig, readAtMs: number): Promise<Credentials> {
  const options: RequestOptions = { headers: {} };
  await withDeadline(kubeConfig.applyToHTTPSOptions(options));
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    // A token file ends in a line break, which no header may hold.
    if (value !== undefined) headers[name.toLowerCase()] = String(value).trim();
  }
  if (options.auth !== undefined && options.auth !== null) {
    headers['authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  }
  return {
    headers,
    tls: {
      ca: pemOf(options.ca),
      cert: pemOf(options.cert),
      key: pemOf(options.key),
      servername: options.servername,
      rejectUnauthorized: options.rejectUnauthorized ?? true,
    },
    readAtMs,
  };
}

function pemOf(value: unknown): Pem | undefined {
  return typeof value === 'string' || Buffer.isBuffer(value) ? value : undefined;
}

function copyOf(kubeConfig: KubeConfig): KubeConfig {
  const copy = new FreshKubeConfig();
  copy.loadFromOptions({
    clusters: kubeConfig.getClusters(),
    users: kubeConfig.getUsers(),
    contexts: kubeConfig.getContexts(),
    currentContext: kubeConfig.getCurrentContext(),
  });
  return copy;
}

async function withDeadline(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the credential plugin did not answer within ${PLUGIN_DEADLINE_MS / 1000} s`)),
      PLUGIN_DEADLINE_MS,
    );
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
