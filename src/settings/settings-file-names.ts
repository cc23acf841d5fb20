import { basename } from 'node:path';

const SIBLINGS = ['environments.yaml', 'retry.yaml', 'storm.yaml', 'dedup.yaml', 'rate_limits.yaml', 'flags.json'];

/** Whether a name in the directory of `config.yaml`, or of what a person named instead of it, is one that settings are read from. */
export function isSettingsFile(configFile: string): (name: string) => boolean {
  const names = new Set([basename(configFile), ...SIBLINGS]);
  return (name) => names.has(name);
}
