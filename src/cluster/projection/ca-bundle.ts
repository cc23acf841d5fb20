import { hash, X509Certificate } from 'node:crypto';

const BEGIN = '-----BEGIN CERTIFICATE-----';
const END = '-----END CERTIFICATE-----';

/**
 * What was found before, by the bundle's hash. The same few bundles come in every cycle, and each of their certificates
 * takes a tenth of a millisecond to read: more than the rest of the object.
 */
const known = new Map<string, number | undefined>();
const MAX_KNOWN = 1_000;

/**
 * When the last certificate of a bundle expires: until then something in it can still vouch for the server.
 * As the API server does, it passes over what is no certificate.
 *
 * @param bundle PEM: from JSON as base64, from protobuf as bytes
 * @returns Unix milliseconds; `undefined` for no bundle, and for one in which no certificate can be read
 */
export function caExpiresAtMs(bundle: unknown): number | undefined {
  const pem = pemOf(bundle);
  if (!pem.includes(BEGIN)) return undefined;
  const key = hash('sha256', pem, 'base64');
  if (known.has(key)) return known.get(key);
  const expiresAtMs = latestExpiryIn(pem);
  const [oldest] = known.keys();
  if (known.size >= MAX_KNOWN && oldest !== undefined) known.delete(oldest);
  known.set(key, expiresAtMs);
  return expiresAtMs;
}

function latestExpiryIn(pem: string): number | undefined {
  let latestMs: number | undefined;
  for (const part of pem.split(BEGIN).slice(1)) {
    const end = part.indexOf(END);
    const expiresAtMs = end === -1 ? undefined : expiryOf(BEGIN + part.slice(0, end) + END);
    if (expiresAtMs !== undefined && (latestMs === undefined || expiresAtMs > latestMs)) latestMs = expiresAtMs;
  }
  return latestMs;
}

function pemOf(bundle: unknown): string {
  if (typeof bundle === 'string') return Buffer.from(bundle, 'base64').toString('latin1');
  return Buffer.isBuffer(bundle) ? bundle.toString('latin1') : '';
}

function expiryOf(pem: string): number | undefined {
  try {
    const atMs = new X509Certificate(pem).validToDate.getTime();
    return Number.isNaN(atMs) ? undefined : atMs;
  } catch {
    // Whatever OpenSSL says: it is no certificate.
    return undefined;
  }
}
