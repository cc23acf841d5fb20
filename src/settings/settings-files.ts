import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { MonitorError } from '../errors.ts';
import { parseConfig, parseEnvironments, parseSibling, type Bounds } from './parse-files.ts';
import type { ParsedFile } from './parse-yaml.ts';
import type { SettingsFile } from './schema.ts';
import { createSlot, type Mounted, type Outcome, type Slot } from './settings-slot.ts';
import { settingsFrom, type Settings } from './settings.ts';

export interface SettingsFilesOptions extends Bounds {
  /** `undefined`: defaults. A file that does not exist is the same as an empty one, except where a person named it. */
  readonly configFile: string | undefined;
  readonly required: boolean;
  /** `undefined` when there is no such file; throws when it cannot be read. */
  readonly readFile: (path: string) => string | undefined;
  /** Runs a read of all files so that they are of one version of their directory; as it comes where nothing is said. */
  readonly steadily?: <Result>(read: () => Result) => Result;
}

interface OpenedFiles {
  readonly all: readonly Slot<unknown>[];
  /** Looks at every file again. */
  readonly readAll: () => readonly { readonly slot: Slot<unknown>; readonly outcome: Outcome }[];
  readonly problem: () => string | undefined;
  readonly settings: () => Settings;
}

/** All files of one directory, read once. */
export function openSettingsFiles(options: SettingsFilesOptions): OpenedFiles {
  const { configFile, readFile, steadily = (read) => read() } = options;
  const pathOf = (name: string): string => (configFile === undefined ? name : join(dirname(configFile), name));
  const slot = <Value>(
    name: string,
    path: string,
    parse: (text: string | undefined, before: Value | undefined) => ParsedFile<Value>,
    mayVanish = (): boolean => anyMounted(),
  ): Slot<Value> => createSlot(name, path, parse, mayVanish);

  const configPath = configFile ?? 'config.yaml';
  const config = slot<SettingsFile>(
    'config',
    configPath,
    (text, before) => parseConfig(configPath, text ?? '', before, options),
    () => false,
  );
  const sibling = <Value>(name: string, fileName: string, parse: (path: string, text: string) => ParsedFile<Value>) =>
    slot(name, pathOf(fileName), (text) => parse(pathOf(fileName), text ?? ''));
  const environments = sibling('environments', 'environments.yaml', parseEnvironments);
  const retry = sibling('retry', 'retry.yaml', parseSibling.retry);
  const storm = sibling('storm', 'storm.yaml', parseSibling.storm);
  const deduplication = sibling('dedup', 'dedup.yaml', parseSibling.deduplication);
  const rateLimits = sibling('rate_limits', 'rate_limits.yaml', parseSibling.rateLimits);
  const flags = sibling('flags', 'flags.json', parseSibling.flags);
  const all: readonly Slot<unknown>[] = [config, environments, retry, storm, deduplication, rateLimits, flags];

  const mounted = (path: string): Mounted => {
    if (configFile === undefined) return { text: undefined };
    try {
      return { text: readFile(path) };
    } catch (error) {
      return { unreadable: error };
    }
  };
  let lastMounted: readonly Mounted[] = [];
  /** A directory without a single settings file is a volume that was lost, not an edit. */
  const anyMounted = (): boolean => lastMounted.some((file) => 'unreadable' in file || file.text !== undefined);
  const readAll = (): readonly { readonly slot: Slot<unknown>; readonly outcome: Outcome }[] => {
    const looks = steadily(() => all.map((each) => ({ slot: each, look: mounted(each.path) })));
    lastMounted = looks.map(({ look }) => look);
    return looks.map(({ slot: each, look }) => ({ slot: each, outcome: each.take(look) }));
  };
  readAll();
  if (options.required && config.text() === undefined && config.problem() === undefined) {
    throw new MonitorError('CONFIG_INVALID', `--config ${configFile}: there is no such file`);
  }

  return {
    all,
    readAll,
    problem: (): string | undefined => all.flatMap((each) => each.problem() ?? []).join('; ') || undefined,
    settings: (): Settings => {
      const texts = all.map((each) => each.text() ?? '');
      const { cluster, namespaces } = environments.value();
      const lines = {
        cluster: cluster === undefined ? undefined : environments.placeOf(['cluster']).line,
        namespaces: Object.fromEntries(
          Object.keys(namespaces).map((glob) => [glob, environments.placeOf(['namespaces', glob]).line]),
        ),
      };
      return settingsFrom(
        {
          config: config.value(),
          environments: environments.value(),
          environmentLines: lines,
          retry: retry.text() === undefined ? undefined : retry.value(),
          storm: storm.value(),
          deduplication: deduplication.value(),
          rateLimits: rateLimits.value(),
          flags: flags.value(),
        },
        createHash('sha256').update(JSON.stringify(texts)).digest('hex'),
      );
    },
  };
}
