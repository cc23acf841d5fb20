import { placeOfChange, type RecordedVerdict } from '../domain/change.ts';

/** What became of edited files, for people: one line a file, and below it one a difference. */
export function changeRows(verdicts: readonly RecordedVerdict[]): readonly string[] {
  if (verdicts.length === 0) return ['No file has changed in the time that is kept (90 days).'];
  return verdicts.flatMap((verdict) => {
    const { atMs, outcome, component, file, sha256Before, sha256After, code, message, changes } = verdict;
    const at = `${new Date(atMs).toISOString().slice(0, 19)}Z`;
    const hashes = `${sha256Before?.slice(0, 12) ?? 'none'} → ${sha256After?.slice(0, 12) ?? 'none'}`;
    const why = code === undefined ? [] : [`    ${code}: ${message ?? ''}`];
    return [
      `${at}  ${outcome}  ${component}  ${file}  ${hashes}`,
      ...why,
      ...changes.map((change) => `    ${change.kind.padEnd(7)}  ${placeOfChange(change)}  ${change.words}`),
    ];
  });
}
