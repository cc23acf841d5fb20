import type { Secret } from './secret.ts';

/** Replaces everything that looks like a credential, and every secret in use, in a text that is about to leave the process. */
export type Redact = (text: string) => string;

const MASK = '[redacted]';

/**
 * A text may pass more than once on its way (tool result, prompt, database), so no shape matches what a mask left behind.
 *
 * Shapes of credentials that turn up in logs, events and environment listings; each keeps what tells a reader which one it was.
 */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, MASK],
  // The separators after a prefix are part of the shape, so that words such as "task-force" stay.
  [/\bsk-(?:ant-)?[A-Za-z0-9_-]{16,}/g, MASK],
  [/\bxox[abceoprs]-[A-Za-z0-9-]{8,}/g, MASK],
  [/\bxapp-[A-Za-z0-9-]{8,}/g, MASK],
  [/\bgh[pousr]_[A-Za-z0-9]{20,}/g, MASK],
  [/\bgithub_pat_[A-Za-z0-9_]{20,}/g, MASK],
  [/\bglpat-[A-Za-z0-9_-]{16,}/g, MASK],
  [/\bA(?:KIA|SIA)[A-Z0-9]{16}\b/g, MASK],
  [/\bAIza[A-Za-z0-9_-]{30,}/g, MASK],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g, MASK],
  [/\bhttps:\/\/hooks\.slack\.com\/[^\s"'<>)]+/g, MASK],
  [/([a-z][a-z0-9+.-]*:\/\/[^\s:/@"']{0,256}:)[^\s@/"']{1,512}@/gi, `$1${MASK}@`],
  [
    /(\bauthorization["']?\s*[:=]\s*["']?(?:bearer|basic|token)?\s*)(?!(?:bearer|basic|token)\b)[A-Za-z0-9+/=._~-]{6,}/gi,
    `$1${MASK}`,
  ],
  [/(\bbearer\s+)[A-Za-z0-9+/=._~-]{12,}/gi, `$1${MASK}`],
  [
    /((?:password|passwd|pwd|secret|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?token|access[_-]?token|refresh[_-]?token|client[_-]?secret|_token)\\?["']?\s*[:=]\s*\\?["']?)(?![\s"'\\]|\[redacted\])[^\s"'\\,;&}{)\]]{4,}/gi,
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
      const value = secret.reveal();
      // Shorter values would turn ordinary words into masks.
      if (value.length < 6) continue;
      for (const form of new Set([
        value,
        JSON.stringify(value).slice(1, -1),
        encodeURIComponent(value),
        toBase64(value),
      ])) {
        clean = clean.replaceAll(form, MASK);
      }
    }
    for (const [shape, replacement] of SHAPES) clean = clean.replace(shape, replacement);
    return clean;
  };
}

function toBase64(value: string): string {
  return Buffer.from(value, 'utf8').toString('base64');
}
