import type { Logger } from '../log.ts';
import type { TakenSet } from './pin-policies.ts';
import { policyOf, titleOf } from './policy-files.ts';

/**
 * What operators grep for, a file of the set that was not in force before at a time.
 *
 * @param ms how long it took; `undefined`: a start, which is no reload
 */
export function sayTaken(
  before: Pick<TakenSet, 'set'> | undefined,
  after: Pick<TakenSet, 'set'>,
  ms: number | undefined,
  log: Logger,
): void {
  for (const { name, sha256 } of after.set) {
    if (before?.set.some((file) => file.name === name && file.sha256 === sha256) === true) continue;
    const policy = policyOf(name);
    if (ms !== undefined) {
      log.info('policy reloaded', { policy, hash: sha256, duration: `${Math.round(ms)}ms` });
      log.info(`${titleOf(name)} Rego policy hot-reloaded`, { policy, hash: sha256 });
    }
    log.info('policy hash', { policy, hash: sha256 });
  }
}
