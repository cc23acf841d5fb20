import { readlinkSync } from 'node:fs';
import { join } from 'node:path';

const MAX_ATTEMPTS = 50;

/**
 * For a reader that opens several files of one mounted directory by itself, without waiting in between: repeats it until no swap of the
 * directory came while it ran, so that all of them are of one version. What it threw because of a swap is not told.
 *
 * @param readLink where `..data` points to; throws when there is no such link
 */
export function createSteadyRead(
  directory: string,
  readLink: (path: string) => string = (path) => readlinkSync(path),
): <Result>(read: () => Result) => Result {
  const target = (): string | undefined => {
    try {
      return readLink(join(directory, '..data'));
    } catch {
      return undefined;
    }
  };
  return (read) => {
    let before = target();
    for (let attempt = 1; ; attempt += 1) {
      const outcome = outcomeOf(read);
      const after = target();
      if (after === before || attempt === MAX_ATTEMPTS) return outcome();
      before = after;
    }
  };
}

function outcomeOf<Result>(read: () => Result): () => Result {
  try {
    const result = read();
    return () => result;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
