import type { Logger } from '../log.ts';
import { createPolicies, type Policies, type PolicyOptions } from '../policy/create-policies.ts';
import { createEvaluate } from '../policy/evaluate.ts';
import { createCompile } from '../policy/opa.ts';
import { isPolicyFile } from '../policy/try-policies.ts';
import type { PoliciesDecided } from '../policy/verdicts.ts';
import { createDirectoryReader } from '../reload/read-directory.ts';
import type { Environment } from '../settings/environment.ts';
import type { Settings } from '../settings/settings.ts';
import type { Store } from '../store/store.ts';
import { MOUNT_LIMITS } from './mount-limits.ts';
import { lastGoodPolicies } from './pinned-policies.ts';

const MOST_POLICY_FILES = 50;

export interface MountedPolicies {
  readonly policies: Policies;
  /** Where they are read now; the environment wins, and `undefined` is the built-in policy. */
  readonly directory: () => string | undefined;
}

/** The Rego files of the directory that environment and settings name, with the last good set in the store. */
export function createMountedPolicies(parts: {
  readonly environment: Environment;
  readonly settings: () => Settings;
  readonly store: Pick<Store, 'lastGood'>;
  readonly onReload: PolicyOptions['onReload'];
  readonly onDecided: (decided: PoliciesDecided) => Promise<void>;
  readonly now: () => number;
  readonly log: Logger;
}): MountedPolicies {
  const { environment, settings, store, onReload, onDecided, now, log } = parts;
  const directory = (): string | undefined =>
    environment.policiesDir ?? settings().rego.policyDir ?? environment.mountedPoliciesDir;
  const readers = new Map<string, ReturnType<typeof createDirectoryReader>>();
  const policies = createPolicies({
    read: (from) => {
      const reader =
        readers.get(from) ??
        createDirectoryReader({
          ...MOUNT_LIMITS,
          directory: from,
          accepts: isPolicyFile,
          maxFiles: MOST_POLICY_FILES,
        });
      readers.set(from, reader);
      return reader();
    },
    settings: () => ({ directory: directory(), files: settings().rego.files }),
    compile: createCompile(environment.opaPath),
    evaluate: createEvaluate(),
    lastGood: lastGoodPolicies(store, now),
    onReload,
    onDecided,
    now,
    log,
  });
  return { policies, directory };
}
