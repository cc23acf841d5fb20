import type { Secret } from './secret.ts';

/** Replaces everything that looks like a credential, and every secret in use, in a text that is about to leave the process. */
export type Redact = (text: string) => string;

const MASK = '[redacted]';

/** Words after which a credential stands: `DB_PASSWORD=`, `"client_secret":`. */
const NAMED =
  'password|passwd|pwd|passphrase|secret|api[_-]?key|access[_-]?key|account[_-]?key|private[_-]?key|auth[_-]?token|access[_-]?token|refresh[_-]?token|client[_-]?secret|_token';

/**
 * A text may pass more than once on its way (tool result, prompt, database), so no shape matches what a mask left behind.
 *
 * Shapes of credentials that turn up in logs, events and environment listings; each keeps what tells a reader which one it was. Workloads
 * choose the text, so every repetition is bounded or cannot be entered again behind itself: a line of a megabyte costs milliseconds.
 */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  // One that was cut ends with what a key can consist of, so that it takes nothing else with it.
  [
    /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?:[^-]*(?:-(?!----)[^-]*)*-----END [A-Z ]{0,40}PRIVATE KEY-----|[A-Za-z0-9+/=\s\\:,-]*)/g,
    MASK,
  ],
  // The separators after a prefix are part of the shape, so that words such as "task-force" stay.
  [/\bsk-(?:ant-)?[A-Za-z0-9_-]{16,}/g, MASK],
  [/\bxox[abceoprs]-[A-Za-z0-9-]{8,}/g, MASK],
  [/\bxapp-[A-Za-z0-9-]{8,}/g, MASK],
  [/\bgh[pousr]_[A-Za-z0-9]{20,}/g, MASK],
  [/\bgithub_pat_[A-Za-z0-9_]{20,}/g, MASK],
  [/\bglpat-[A-Za-z0-9_-]{16,}/g, MASK],
  [/\bA(?:KIA|SIA)[A-Z0-9]{16}\b/g, MASK],
  [/\bAIza[A-Za-z0-9_-]{30,}/g, MASK],
  // `{"` in base64: a JWT, or the contents of a Secret such as a registry's login.
  [/\beyJ[A-Za-z0-9_+/=-]{8,}(?:\.[A-Za-z0-9_-]+){0,4}/g, MASK],
  [/\bhttps:\/\/hooks\.slack\.com\/[^\s"'<>)]+/g, MASK],
  [/(:\/\/[^\s:/@"']{0,256}:)[^\s@/"']{1,512}@/g, `$1${MASK}@`],
  [
    /(\bauthorization["']?\s{0,20}[:=]\s{0,20}["']?(?:bearer|basic|token)?\s{0,20})(?!(?:bearer|basic|token)\b)[A-Za-z0-9+/=._~-]{6,}/gi,
    `$1${MASK}`,
  ],
  [/(\bbearer\s{1,20})[A-Za-z0-9+/=._~-]{12,}/gi, `$1${MASK}`],
  // Between quotes a credential may hold blanks and commas.
  [
    new RegExp(String.raw`((?:${NAMED})\\?["']?\s{0,20}[:=]\s{0,20}\\?")(?!\[redacted\])[^"\\\n]{4,4096}`, 'gi'),
    `$1${MASK}`,
  ],
  [
    new RegExp(
      String.raw`((?:${NAMED})\\?["']?\s{0,20}[:=]\s{0,20}\\?["']?)(?![\s"'\\]|\[redacted\])[^\s"'\\,;&}{)\]]{4,}`,
      'gi',
    ),
    `$1${MASK}`,
  ],
];

/**
 * The one redactor. It stands before the model, Slack, the log, the database, reports and pages.
 *
 * @param secretsInUse read at each call, so that a rotated secret is masked from its first use on
 */
export function createRedactor(secretsInUse: () => readonly Secret[]): Redact {
  return (text) => {
    let clean = text;
    for (const secret of secretsInUse()) {
      for (const form of formsOf(secret)) clean = clean.replaceAll(form, MASK);
    }
    for (const [shape, replacement] of SHAPES) clean = clean.replace(shape, replacement);
    return clean;
  };
}

/** Worked out once for each secret: there are thousands of texts in a cycle. */
const formsBySecret = new WeakMap<Secret, readonly string[]>();

/** The secret itself, and how it looks in JSON, in a URL, in a header or manifest, and in a dump. */
function formsOf(secret: Secret): readonly string[] {
  const before = formsBySecret.get(secret);
  if (before !== undefined) return before;
  const value = secret.reveal();
  const bytes = Buffer.from(value, 'utf8');
  const forms = [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    bytes.toString('hex'),
  ];
  // Shorter values would turn ordinary words into masks.
  const distinct = value.length < 6 ? [] : [...new Set(forms)];
  formsBySecret.set(secret, distinct);
  return distinct;
}
