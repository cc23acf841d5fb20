/** The id of a cycle as it was recorded: names of files carry `-` where an id has `:`, and people copy either. Others stay as they are. */
export function recordedId(word: string): string {
  return word.replace(/\.json$/, '').replace(/^(\d{4}-\d\d-\d\dT\d\d)-(\d\d)-(\d\d)Z/, '$1:$2:$3Z');
}
