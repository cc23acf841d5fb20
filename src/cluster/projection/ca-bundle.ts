import { hash, X509Certificate } from 'node:crypto';

/** The certificate of a bundle that expires last: until then something in it can still vouch for the server. */
export interface CaBundle {
  /** Unix milliseconds; `undefined` for no bundle, and for one in which no certificate can be read. */
  readonly caExpiresAtMs: number | undefined;
  /** From its issue to its end: what is renewed every week is always about to expire. */
  readonly caLifetimeMs: number | undefined;
}

const NONE: CaBundle = { caExpiresAtMs: undefined, caLifetimeMs: undefined };

const BEGIN = '-----BEGIN CERTIFICATE-----';
const END = '-----END CERTIFICATE-----';

/**
 * What was found before, by the bundle's hash. The same few bundles come in every cycle, and each of their certificates
 * takes a tenth of a millisecond to read: more than the rest of the object.
 */
const known = new Map<string, CaBundle>();
const MAX_KNOWN = 1_000;

/**
 * When a bundle loses its worth. As the API server does, it passes over what is no certificate.
 *
 * @param bundle PEM: from JSON as base64, from protobuf as bytes
 */
export function readCaBundle(bundle: unknown): CaBundle {
  const pem = pemOf(bundle);
  if (!pem.includes(BEGIN)) return NONE;
  const key = hash('sha256', pem, 'base64');
  const before = known.get(key);
  if (before !== undefined) return before;
  const found = latestIn(pem);
  const [oldest] = known.keys();
  if (known.size >= MAX_KNOWN && oldest !== undefined) known.delete(oldest);
  known.set(key, found);
  return found;
}

function latestIn(pem: string): CaBundle {
  let latest = NONE;
  for (const part of pem.split(BEGIN).slice(1)) {
    const end = part.indexOf(END);
    const found = end === -1 ? NONE : validityOf(BEGIN + part.slice(0, end) + END);
    if ((found.caExpiresAtMs ?? -Infinity) > (latest.caExpiresAtMs ?? -Infinity)) latest = found;
  }
  return latest;
}

function pemOf(bundle: unknown): string {
  if (typeof bundle === 'string') return Buffer.from(bundle, 'base64').toString('latin1');
  return Buffer.isBuffer(bundle) ? bundle.toString('latin1') : '';
}

function validityOf(pem: string): CaBundle {
  try {
    const { validFromDate, validToDate } = new X509Certificate(pem);
    const untilMs = validToDate.getTime();
    return Number.isNaN(untilMs) ? NONE : { caExpiresAtMs: untilMs, caLifetimeMs: untilMs - validFromDate.getTime() };
  } catch {
    // Whatever OpenSSL says: it is no certificate.
    return NONE;
  }
}
