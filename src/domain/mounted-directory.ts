/** One file of a mounted directory, as read in one consistent pass. */
export interface MountedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
  /** `true` when an edit of its ConfigMap will never arrive: mounted by `subPath`, or a plain file beside a linked set. */
  readonly frozen: boolean;
}

/** A file that stands in the directory and cannot be used. */
export interface UnreadableFile {
  readonly name: string;
  /** Stable, kebab-case: `not-a-file`, `too-large`, `outside-directory`, `unreadable`, `too-many-files`. */
  readonly code: string;
  readonly message: string;
}

/** What a mounted directory held at one instant. A broken volume is never an empty one. */
export type DirectoryRead =
  | {
      readonly kind: 'read';
      readonly directory: string;
      /** The directory that `..data` pointed to; `undefined` in a plain directory. */
      readonly version: string | undefined;
      /** In the order of their names (code units). */
      readonly files: readonly MountedFile[];
      readonly unreadable: readonly UnreadableFile[];
    }
  | {
      readonly kind: 'broken';
      readonly directory: string;
      readonly cause: 'unreadable' | 'link-gone' | 'keeps-changing';
      readonly message: string;
    }
  | { readonly kind: 'missing'; readonly directory: string; readonly message: string };

/** The mounts that are watched while the monitor runs. */
export type MountName = 'claude' | 'agents' | 'config' | 'policies';

/** What became of one change of a mounted directory. */
export interface MountReload {
  readonly mount: MountName;
  /** `first`: what was there when the watch began. */
  readonly kind: 'first' | 'reload';
  /** Something of it, or all, is in force now. */
  readonly accepted: boolean;
  /** Something of it, or all, is not, and what was in force before stays. Both hold where files are decided one by one. */
  readonly refused: boolean;
  /** SHA-256 over what is in force afterwards; `undefined` before anything ever was. */
  readonly hash: string | undefined;
  /** Names that were added, changed or removed. */
  readonly files: readonly string[];
  /** From the look at the directory to the decision. */
  readonly ms: number;
  /** Unix time in milliseconds. */
  readonly atMs: number;
}
