/** A text of files, models or workloads on one line, with nothing in it that a terminal obeys or that changes how the rest is read. */
export function plainLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ');
}

/** Cut to a length, between words: half of a credential is not known for one by whoever redacts afterwards. */
export function cutBetweenWords(text: string, longest: number): string {
  return text.length <= longest
    ? text
    : `${text
        .slice(0, longest + 1)
        .replace(/[^\s,;"'()[\]{}]*$/, '')
        .trimEnd()}…`;
}
