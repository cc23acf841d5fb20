/** Lines that a text lost and got, whatever their order; and the first line of `after`, from 1, on which the two differ. */
export function lineChanges(
  before: string,
  after: string,
): { readonly added: number; readonly removed: number; readonly firstLine: number } {
  const [old, fresh] = [before.split('\n'), after.split('\n')];
  const counts = new Map<string, number>();
  for (const line of old) counts.set(line, (counts.get(line) ?? 0) + 1);
  for (const line of fresh) counts.set(line, (counts.get(line) ?? 0) - 1);
  const differences = [...counts.values()];
  const first = fresh.findIndex((line, index) => line !== old[index]);
  return {
    added: -differences.filter((count) => count < 0).reduce((sum, count) => sum + count, 0),
    removed: differences.filter((count) => count > 0).reduce((sum, count) => sum + count, 0),
    firstLine: first === -1 ? Math.max(1, fresh.length) : first + 1,
  };
}

/** `+3 −1 lines`; lines that only changed places are said so. */
export function linesText({ added, removed }: { readonly added: number; readonly removed: number }): string {
  return added === 0 && removed === 0 ? 'lines moved' : `+${added} −${removed} lines`;
}
