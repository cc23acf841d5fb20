import {
  createDefinitions,
  isAgentFile,
  isOrchestratorFile,
  type DefinitionsSource,
} from '../definitions/create-definitions.ts';
import type { DefinitionsDecided } from '../definitions/verdicts.ts';
import type { Logger } from '../log.ts';
import { createDirectoryReader } from '../reload/read-directory.ts';
import type { Environment } from '../settings/environment.ts';
import type { Settings } from '../settings/settings.ts';
import type { Store } from '../store/store.ts';
import { knownTools } from './known-tools.ts';
import { MOUNT_LIMITS } from './mount-limits.ts';
import { isDefinitionRow } from './pinned-policies.ts';

/** CLAUDE.md and the agents from their two mounts, with the last good version of each in the store. */
export function createMountedDefinitions(parts: {
  readonly environment: Environment;
  readonly settings: () => Settings;
  readonly store: Pick<Store, 'lastGood'>;
  readonly githubConfigured: () => boolean;
  /** Of the policies in force: the same Markdown beside other policies is another revision. */
  readonly policyHash: () => string | undefined;
  readonly onDecided: (decided: DefinitionsDecided) => Promise<void>;
  readonly now: () => number;
  readonly log: Logger;
}): DefinitionsSource {
  const { environment, settings, now, log } = parts;
  const { lastGood } = parts.store;
  return createDefinitions({
    readClaudeDir: createDirectoryReader({
      ...MOUNT_LIMITS,
      directory: environment.claudeDir,
      accepts: isOrchestratorFile,
      maxFiles: 1,
    }),
    readAgentsDir: createDirectoryReader({ ...MOUNT_LIMITS, directory: environment.agentsDir, accepts: isAgentFile }),
    lastGood: {
      load: async () =>
        new Map(
          (await lastGood.load())
            .filter(({ name }) => isDefinitionRow(name))
            .map(({ name, bytes, sha256, savedAtMs }) => [name, { bytes, sha256, acceptedAtMs: savedAtMs }]),
        ),
      save: (name, { bytes, sha256, acceptedAtMs }) => lastGood.save({ name, bytes, sha256, savedAtMs: acceptedAtMs }),
      forget: (name) => lastGood.forget(name),
    },
    settings: () => {
      const { toolsets, modelAliases, llm, schedule } = settings();
      return {
        env: environment.variables,
        tools: knownTools({ kubernetes: toolsets.kubernetes, github: parts.githubConfigured() }),
        toolCeiling: environment.toolCeiling,
        modelAliases,
        modelAllowList: environment.modelAllowlist,
        defaultModel: llm.model,
        zone: schedule.zone,
        policyHash: parts.policyHash(),
      };
    },
    onDecided: parts.onDecided,
    now,
    log,
  });
}
