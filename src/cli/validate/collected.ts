/** What a file is to the product. */
export const FILE_KINDS = ['orchestrator', 'agent', 'settings', 'policy'] as const;
export type FileKind = (typeof FILE_KINDS)[number];

/** A file to look at, and where it stands for the person who edits it. */
export interface Candidate {
  /** As it is mounted: `CLAUDE.md`, the key of a ConfigMap. */
  readonly name: string;
  readonly kind: FileKind;
  /** What a person opens: the file itself, or the manifest that it stands in. */
  readonly path: string;
  /** Of a manifest: the ConfigMap's name. */
  readonly configMap: string | undefined;
  /** Equal for files that are mounted together. */
  readonly mount: string;
  readonly bytes: Uint8Array;
  /** Where line 1 and column 1 of it stand in the file at `path`. */
  readonly origin: { readonly line: number; readonly column: number; readonly exact: boolean };
}

/** Something that a person should know; a problem makes the exit code 2. */
export interface Complaint {
  readonly path: string;
  /** In the file at `path`; left out where it is about the file as a whole. */
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  readonly severity: 'problem' | 'warning';
  readonly message: string;
}

/** What was met and is not read. */
export interface Ignored {
  readonly path: string;
  readonly line?: number;
  readonly what: string;
  readonly why: string;
}

/** What code took from a file, at its line there. */
export interface ReadLine {
  readonly path: string;
  readonly line: number;
  readonly what: string;
}

export interface Collected {
  readonly candidates: readonly Candidate[];
  readonly complaints: readonly Complaint[];
  readonly ignored: readonly Ignored[];
}

export const NOTHING: Collected = { candidates: [], complaints: [], ignored: [] };

export function together(parts: readonly Collected[]): Collected {
  return {
    candidates: parts.flatMap(({ candidates }) => candidates),
    complaints: parts.flatMap(({ complaints }) => complaints),
    ignored: parts.flatMap(({ ignored }) => ignored),
  };
}

/**
 * A complaint about a file, placed where its editor jumps to. Where a manifest folds or escapes the text, that is the value, and the line within is said in words.
 *
 * @param within line and column of the file itself; no line: the file as a whole; no column: the first character of the line that can be seen
 */
export function complaintAt(
  { name, path, bytes, origin, configMap }: Candidate,
  within: { readonly line: number | undefined; readonly column?: number | undefined },
  severity: Complaint['severity'],
  message: string,
): Complaint {
  if (within.line === undefined) {
    return configMap === undefined
      ? { path, severity, message }
      : { path, line: origin.line, column: origin.column, severity, message: `${name}: ${message}` };
  }
  if (!origin.exact) {
    const { line, column } = origin;
    return { path, line, column, severity, message: `${message} (line ${within.line} of ${name})` };
  }
  const column = within.column ?? firstVisible(bytes, within.line);
  return { path, line: within.line + origin.line - 1, column: column + origin.column - 1, severity, message };
}

/** Line of the edited file on which a line of a candidate stands. */
export function lineAt({ origin }: Candidate, line: number): number {
  return origin.exact ? line + origin.line - 1 : origin.line;
}

function firstVisible(bytes: Uint8Array, line: number): number {
  const text = Buffer.from(bytes).toString('utf8').split('\n')[line - 1] ?? '';
  const found = text.search(/\S/);
  return found === -1 ? 1 : found + 1;
}
