/**
 * How many cases a property is tried with: `usual` in `npm test`, more where `npm run gates` asks for more.
 *
 * @param usual as many as fit into a second or two
 */
export function propertyRuns(usual: number): number {
  return Math.max(usual, Number(process.env['PROPERTY_RUNS'] ?? 0));
}

/**
 * How many reads of a mounted volume are tried while it is swapped: `usual` in `npm test`, more where `npm run gates` asks for more.
 *
 * @param usual as many as fit into some seconds
 */
export function mountReads(usual: number): number {
  return Math.max(usual, Number(process.env['MOUNT_READS'] ?? 0));
}
