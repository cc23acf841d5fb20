import type { FileVerdict } from '../domain/change.ts';
import type { DefinitionWarning, Definitions } from '../domain/definitions.ts';
import type { Assembled, Source } from './assemble.ts';

type DefinitionVerdict = Omit<FileVerdict, 'component' | 'changes'>;

/** What one look at the files decided, and between which sets. */
export interface DefinitionsDecided {
  /**
   * One for each file that was taken, taken away or refused since the last look; a refused one once for the same content, and without any hash
   * once more when what was refused is over and was never in force: a file that is gone, a directory that is back.
   */
  readonly verdicts: readonly DefinitionVerdict[];
  /** In force before, also before a restart; `undefined` when nothing ever was. */
  readonly before: Definitions | undefined;
  readonly after: Definitions;
  /** As a file is in force now; `undefined` where it is not. */
  readonly textOf: (file: string) => string | undefined;
}

type Judge = (look: {
  readonly before: Pick<Definitions, 'files'> | undefined;
  readonly after: Pick<Definitions, 'files' | 'warnings'>;
  readonly accepted: Assembled['accepted'];
  readonly sources: readonly Source[];
}) => readonly DefinitionVerdict[];

/** Builds what remembers which content was refused, so that it is told once and its rollback gets an answer. */
export function createJudge(): Judge {
  let standing: ReadonlyMap<string, string> = new Map();
  return ({ before, after, accepted, sources }) => {
    const hashBefore = new Map(before?.files.map(({ name, sha256 }) => [name, sha256]));
    const refusals = after.warnings.filter(({ outcome }) => outcome === 'rejected').map(asVerdict);
    const taken = accepted
      .filter(({ name, sha256 }) => hashBefore.get(name) !== sha256 || standing.has(name))
      .map(({ name, sha256 }): DefinitionVerdict => {
        return { file: name, outcome: 'accepted', ...of(name), sha256After: sha256 };
      });
    const gone = [...hashBefore.keys()]
      .filter((name) => after.files.every((file) => file.name !== name))
      .map((file): DefinitionVerdict => ({ file, outcome: 'accepted', ...of(file) }));
    const isOver = (file: string): boolean =>
      !hashBefore.has(file) && [...taken, ...refusals].every((verdict) => verdict.file !== file);
    const over = [...standing.keys()].filter(isOver).map((file): DefinitionVerdict => ({ file, outcome: 'accepted' }));
    const news = refusals.filter((refusal) => standing.get(refusal.file) !== keyOf(refusal));
    standing = new Map(refusals.map((refusal) => [refusal.file, keyOf(refusal)]));
    return [...taken, ...gone, ...over, ...news];

    function asVerdict({ file, line, code, message }: DefinitionWarning): DefinitionVerdict {
      const found = sources.find(({ name }) => name === file)?.content?.sha256;
      return {
        file,
        outcome: 'rejected',
        ...of(file),
        ...(found !== undefined && { sha256After: found }),
        code,
        message: line === undefined ? message : `line ${line}: ${message}`,
      };
    }

    function of(file: string): Pick<DefinitionVerdict, 'sha256Before'> {
      const sha256 = hashBefore.get(file);
      return sha256 === undefined ? {} : { sha256Before: sha256 };
    }
  };
}

function keyOf({ sha256After, code, message }: DefinitionVerdict): string {
  return JSON.stringify([sha256After, code, message]);
}
