/** A field as written: failsafe YAML knows only text, lists and maps. */
export type FieldValue = string | readonly string[] | { readonly shape: 'map' | 'nested' };

export interface Field {
  readonly value: FieldValue;
  /** In the file. */
  readonly line: number;
}

export type FrontMatterRefusal =
  | 'front-matter-language'
  | 'unclosed-front-matter'
  | 'front-matter-too-large'
  | 'too-many-keys'
  | 'too-deep'
  | 'control-character'
  | 'invalid-yaml'
  | 'not-a-map'
  | 'duplicate-key'
  | 'alias'
  | 'explicit-tag';

export interface FrontMatterNote {
  readonly code: 'lenient-yaml' | 'comment-in-description';
  readonly line: number;
  readonly message: string;
}

/** Caps that hold before a parser runs and in what it gives. */
export const MAX_KEYS = 64;
export const MAX_DEPTH = 8;

/** Thrown by our engine through gray-matter, so that a refusal keeps its code and line. */
export class Refusal extends Error {
  readonly code: FrontMatterRefusal;
  readonly line: number;
  constructor(code: FrontMatterRefusal, line: number, message: string) {
    super(message);
    this.code = code;
    this.line = line;
  }
}
