/** What a difference is. `widened`: an agent may do or cost more, or people hear less; it goes before the other three. */
export const CHANGE_KINDS = ['added', 'removed', 'changed', 'widened'] as const;
type ChangeKind = (typeof CHANGE_KINDS)[number];

/** What a difference is about. */
export const CHANGE_TOPICS = [
  ...(['text', 'agent', 'tools', 'model', 'role', 'when', 'reasons', 'description', 'limit', 'prompt'] as const),
  ...(['tier', 'known-issue', 'tolerance', 'channel', 'contact'] as const),
  ...(['switch', 'namespaces', 'check', 'toolset', 'budget', 'environment', 'setting'] as const),
  ...(['policy', 'policy-results'] as const),
] as const;
export type ChangeTopic = (typeof CHANGE_TOPICS)[number];

/** One difference between what was in force and what is. */
export interface Change {
  readonly kind: ChangeKind;
  readonly about: ChangeTopic;
  readonly file: string;
  /** Of the version before where something was removed; left out where it stands on no line. */
  readonly line?: number;
  /** For people: what, before → after; one short line. */
  readonly words: string;
}

/** What became of one file that was edited, added or taken away. */
export interface FileVerdict {
  readonly component: 'definitions' | 'settings' | 'policies';
  readonly file: string;
  readonly outcome: 'accepted' | 'rejected';
  /** Of what was in force; left out where nothing was. */
  readonly sha256Before?: string;
  /** Of what was found; left out where the file is gone or cannot be read. */
  readonly sha256After?: string;
  /** Of a rejection: stable, with cause and remedy. */
  readonly code?: string;
  readonly message?: string;
  readonly changes: readonly Change[];
}

/** A verdict as it is kept. */
export interface RecordedVerdict extends FileVerdict {
  /** Unique; a receiver that gets a row twice knows it by this. */
  readonly id: string;
  /** Unix time in milliseconds. */
  readonly atMs: number;
}

/** `CLAUDE.md:12`. */
export function placeOfChange({ file, line }: Pick<Change, 'file' | 'line'>): string {
  return line === undefined ? file : `${file}:${line}`;
}
