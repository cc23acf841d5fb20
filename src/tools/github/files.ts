/** A changed file, as GitHub lists it in commits, comparisons and pull requests. */
export interface ChangedFile {
  readonly filename: string;
  readonly status?: string | undefined;
  readonly additions?: number | undefined;
  readonly deletions?: number | undefined;
  readonly patch?: string | undefined;
}

const MAX_FILES = 100;
const MAX_PATCH_LINES = 60;
const MAX_LINE_CHARACTERS = 500;

export function fileNames(files: readonly ChangedFile[] | undefined, max: number): string {
  if (files === undefined || files.length === 0) return '(none)';
  const more = files.length > max ? ` and ${files.length - max} more` : '';
  return (
    files
      .slice(0, max)
      .map(({ filename }) => filename)
      .join(', ') + more
  );
}

/** Each file with its diff; what is long is cut and says so. */
export function fileDiffs(files: readonly ChangedFile[] | undefined): readonly string[] {
  if (files === undefined) return [];
  return [
    ...files
      .slice(0, MAX_FILES)
      .flatMap(({ filename, status = 'changed', additions = 0, deletions = 0, patch }) => [
        `### ${filename} (${status}, +${additions} −${deletions})`,
        ...patchLines(patch),
      ]),
    ...(files.length > MAX_FILES ? [`and ${files.length - MAX_FILES} more files`] : []),
  ];
}

function patchLines(patch: string | undefined): readonly string[] {
  if (patch === undefined || patch === '') return ['(no text diff)'];
  const lines = patch.split('\n');
  const shown = lines.slice(0, MAX_PATCH_LINES).map((line) => line.slice(0, MAX_LINE_CHARACTERS));
  return lines.length > MAX_PATCH_LINES ? [...shown, `… ${lines.length - MAX_PATCH_LINES} more lines`] : shown;
}
