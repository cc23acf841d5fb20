import type { QuietCycle, StablePrompt } from '../../wiring/quiet-cycle.ts';
import type { Candidate, Complaint, FileKind, Ignored, ReadLine } from './collected.ts';

/** What `validate` found, as `--output json` prints it; docs/validate.schema.json. */
export interface ValidationDocument {
  readonly files: readonly ValidatedFile[];
  readonly complaints: readonly Complaint[];
  readonly ignored: readonly Ignored[];
  readonly prompts: readonly StablePrompt[];
  /** `null`: no Markdown is among the files, or no model is asked. */
  readonly quietCycle: QuietCycle | null;
  readonly counts: { readonly files: number; readonly problems: number; readonly warnings: number };
  readonly strict: boolean;
  readonly exitCode: 0 | 2;
}

export interface ValidatedFile {
  readonly name: string;
  readonly kind: FileKind;
  readonly path: string;
  readonly line: number;
  readonly configMap?: string;
  readonly bytes: number;
  /** Of Markdown, which is sent to a model: ⌈bytes / 3.5⌉. */
  readonly tokens?: number;
  readonly read: readonly { readonly line: number; readonly what: string }[];
}

/** @param read lines of the edited files, in any order */
export function fileOf(
  candidate: Candidate,
  later: readonly Candidate[],
  read: readonly ReadLine[],
  tokensOf: (text: string) => number,
): ValidatedFile {
  const { name, kind, path, configMap, bytes, origin } = candidate;
  // In a manifest the next file begins where this one ends.
  const next = later.find((other) => other.path === path)?.origin.line ?? Infinity;
  return {
    name,
    kind,
    path,
    line: origin.line,
    ...(configMap !== undefined && { configMap }),
    bytes: bytes.length,
    ...((kind === 'orchestrator' || kind === 'agent') && { tokens: tokensOf(Buffer.from(bytes).toString('utf8')) }),
    read: read
      .filter((each) => each.path === path && each.line >= origin.line && each.line < next)
      .map(({ line, what }) => ({ line, what }))
      .toSorted((left, right) => left.line - right.line),
  };
}

/** What was found, in the order of the files and their lines; the same complaint once. */
export function inOrder<
  Item extends { readonly path: string; readonly line?: number | undefined; readonly column?: number | undefined },
>(items: readonly Item[], paths: readonly string[]): readonly Item[] {
  const place = new Map(paths.map((path, index) => [path, index]));
  const rank = ({ path }: Item): number => place.get(path) ?? paths.length;
  const unique = [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
  return unique.toSorted(
    (left, right) =>
      rank(left) - rank(right) || (left.line ?? 0) - (right.line ?? 0) || (left.column ?? 0) - (right.column ?? 0),
  );
}
