import { readSettings } from '../../src/settings/read-settings.ts';
import type { Settings } from '../../src/settings/settings.ts';

/** Settings as these files make them; a file that is left out is not there. */
export function settingsOf(files: Readonly<Record<string, string>> = {}): Settings {
  return readSettings({
    configFile: '/config/config.yaml',
    required: false,
    readFile: (path) => files[path.replace('/config/', '')],
    cronProblem: () => undefined,
    allowedOrigins: [],
  }).settings;
}
