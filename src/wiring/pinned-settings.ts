import type { Definitions } from '../domain/definitions.ts';
import type { Settings } from '../settings/settings.ts';

/** The settings that a cycle began with, for as long as it holds on to its definitions. Switches and levels are read where they act. */
export interface PinnedSettings {
  readonly remember: (definitions: Definitions, settings: Settings) => void;
  readonly of: (definitions: Definitions) => Settings;
}

export function createPinnedSettings(current: () => Settings): PinnedSettings {
  const pinnedWith = new WeakMap<Definitions, Settings>();
  return {
    remember: (definitions, settings) => void pinnedWith.set(definitions, settings),
    of: (definitions) => pinnedWith.get(definitions) ?? current(),
  };
}
