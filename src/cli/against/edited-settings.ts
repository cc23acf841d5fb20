import { basename } from 'node:path';
import { cronProblem } from '../../cycle/cron.ts';
import type { DecidingSettings } from '../../domain/replay.ts';
import { readSettings } from '../../settings/read-settings.ts';
import type { Settings } from '../../settings/settings.ts';
import { checkIdsWith } from '../../wiring/custom-resources.ts';
import { decidingSettingsOf } from '../../wiring/decision-input.ts';
import type { Candidate } from '../validate/collected.ts';

export interface EditedSettings {
  /** What was in force in a cycle, with what the given files say in its place. */
  readonly over: (recorded: DecidingSettings) => DecidingSettings;
  /** `undefined`: no `config.yaml` is given. */
  readonly config: Settings | undefined;
}

/** What the given settings files change; those that are not given stay as they were. They have been found sound. */
export function editedSettings(
  candidates: readonly Candidate[],
  bounds: { readonly allowedOrigins: readonly string[] },
): EditedSettings {
  const files = candidates.filter(({ kind }) => kind === 'settings');
  const has = (name: string): boolean => files.some((file) => file.name === name);
  if (files.length === 0) return { over: (recorded) => recorded, config: undefined };
  const { settings } = readSettings({
    ...bounds,
    cronProblem,
    checkIds: checkIdsWith,
    configFile: 'config.yaml',
    required: false,
    readFile: (path) => {
      const file = files.find(({ name }) => name === basename(path));
      return file === undefined ? undefined : Buffer.from(file.bytes).toString('utf8');
    },
  });
  return {
    over: (recorded) => ({
      ...recorded,
      ...(has('config.yaml') && decidingSettingsOf(settings)),
      environments: has('environments.yaml') ? settings.environments : recorded.environments,
    }),
    config: has('config.yaml') ? settings : undefined,
  };
}
