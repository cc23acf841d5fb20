/** A text of files, models or workloads on one line, with nothing in it that a terminal obeys or that changes how the rest is read. */
export function plainLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ');
}
