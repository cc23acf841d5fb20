/** Why a file's bytes are no text that we work with. */
type TextRefusal = 'empty-file' | 'too-large' | 'not-utf8' | 'cr-only';

export type DecodedText =
  | { readonly ok: true; readonly text: string; readonly invisibleCount: number }
  | { readonly ok: false; readonly code: TextRefusal; readonly message: string };

/** Largest published agent file: 18 KiB. */
const MAX_FILE_BYTES = 256 * 1024;

/**
 * Characters that a reader of the file does not see and a model does: control characters, zero-width spaces, direction overrides, the tag
 * block. Joiners and the emoji variation selector stay, because emoji need them.
 */
const INVISIBLE =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class -- unseen characters are the subject
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}\u{e0100}-\u{e01ef}]/gu;

/** Strict UTF-8, without its BOM. Line ends stay as they are. */
export function decodeText(bytes: Uint8Array): DecodedText {
  const refuse = (code: TextRefusal, message: string): DecodedText => ({ ok: false, code, message });
  if (bytes.length === 0) return refuse('empty-file', 'the file is empty');
  if (bytes.length > MAX_FILE_BYTES) {
    return refuse('too-large', `the file holds ${bytes.length} bytes, the limit is ${MAX_FILE_BYTES}; shorten it`);
  }
  let decoded: string;
  try {
    decoded = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refuse('not-utf8', 'the file is not valid UTF-8; save it as UTF-8');
  }
  // UTF-16 without a byte order mark is valid UTF-8 full of NULs.
  // oxlint-disable-next-line no-control-regex -- NUL is the subject
  if (/^(?:[^\0]\0){2}|^(?:\0[^\0]){2}/.test(decoded))
    return refuse('not-utf8', 'the file looks like UTF-16; save it as UTF-8');
  if (decoded.trim() === '') return refuse('empty-file', 'the file holds only white space');
  if (decoded.includes('\r') && !decoded.includes('\n')) {
    return refuse('cr-only', 'lines end in a carriage return alone; save the file with LF or CRLF line ends');
  }
  return { ok: true, text: decoded, invisibleCount: decoded.match(INVISIBLE)?.length ?? 0 };
}

/** The text without what only a model would see. */
export function stripInvisible(text: string): string {
  return text.replace(INVISIBLE, '');
}
