import { appendFile } from 'node:fs/promises';

/** Where `npm run gates` reads what was shown, as one line of JSON a promise; it sets this, and wants the full number of cases. */
const FILE = process.env['PROMISES_FILE'];

/**
 * How many cases a promise is tried with: few in `npm test`, all in `npm run gates`.
 *
 * @param usual what fits into a few seconds
 */
export function promiseCases(usual: number, full: number): number {
  return FILE === undefined ? usual : full;
}

/** Whether `npm run gates` asks, for a promise whose cases are a list. */
export const isFullSize = FILE !== undefined;

/** What was shown of a promise; one that several tests keep has several. */
export interface PromiseLine {
  readonly id: string;
  readonly n: number;
  /** What there were `n` of. */
  readonly cases: string;
}

/** The last line of a test: all `n` cases of the promise held. */
export async function promiseHeld(id: string, n: number, cases: string): Promise<void> {
  const line: PromiseLine = { id, n, cases };
  if (FILE !== undefined) await appendFile(FILE, `${JSON.stringify(line)}\n`);
}
