interface Matched<Entry> {
  readonly pairs: readonly (readonly [before: Entry, after: Entry])[];
  readonly removed: readonly Entry[];
  readonly added: readonly Entry[];
}

/**
 * Finds each entry of before again: by its subject, and among several about one subject by its text, so that a line that only moved is no
 * difference. What is left of one subject is paired in the order of the files.
 */
export function matched<Entry extends { readonly text: string }>(
  before: readonly Entry[],
  after: readonly Entry[],
  subjectOf: (entry: Entry) => string,
): Matched<Entry> {
  const left = new Map(Map.groupBy(after, subjectOf));
  const unfound: Entry[] = [];
  const pairs: (readonly [Entry, Entry])[] = [];
  const take = (entry: Entry, isIt: (candidate: Entry) => boolean): boolean => {
    const candidates = left.get(subjectOf(entry)) ?? [];
    const found = candidates.find(isIt);
    if (found === undefined) return false;
    left.set(
      subjectOf(entry),
      candidates.filter((candidate) => candidate !== found),
    );
    pairs.push([entry, found]);
    return true;
  };
  for (const entry of before) {
    if (!take(entry, ({ text }) => text === entry.text)) unfound.push(entry);
  }
  const removed = unfound.filter((entry) => !take(entry, () => true));
  return { pairs, removed, added: [...left.values()].flat() };
}
