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
