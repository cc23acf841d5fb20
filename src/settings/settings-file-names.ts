import { basename } from 'node:path';

/** Stand beside `config.yaml`. */
export const SIBLINGS = [
  'environments.yaml',
  'retry.yaml',
  'storm.yaml',
  'dedup.yaml',
  'rate_limits.yaml',
  'flags.json',
] as const;

/** Whether a name in the directory of `config.yaml`, or of what a person named instead of it, is one that settings are read from. */
export function isSettingsFile(configFile: string): (name: string) => boolean {
  const names = new Set<string>([basename(configFile), ...SIBLINGS]);
  return (name) => names.has(name);
}
