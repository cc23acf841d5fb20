import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { MonitorError, messageOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import { parseYamlFile, type SettingsWarning } from './parse-yaml.ts';
import { EnvironmentsFile, SettingsFile } from './schema.ts';
import { settingsFrom, type Settings } from './settings.ts';

export interface SettingsSource {
  /** The settings in force. */
  current(): Settings;
  /** What the files now in force deserve to be told. */
  warnings(): readonly SettingsWarning[];
  /** Why the files as they are mounted now are not in force; `undefined` when they are. */
  problem(): string | undefined;
  /** Reads the files again; an invalid one leaves everything as it was, logged with file, line and remedy. */
  refresh(): Settings;
}

export interface SettingsOptions {
  /** `undefined`: defaults. A file that does not exist is the same as an empty one, except where a person named it. */
  readonly configFile: string | undefined;
  readonly required: boolean;
  /** `undefined` when there is no such file; throws when it cannot be read. */
  readonly readFile: (path: string) => string | undefined;
  /** Why a cron expression is not one; `undefined` when it is. */
  readonly cronProblem: (expression: string) => string | undefined;
  /** Origins that `llm.endpoint` may have besides the provider's own. */
  readonly allowedOrigins: readonly string[];
  readonly log: Logger;
}

const PROVIDER_ORIGIN = 'https://api.anthropic.com';

/** @throws {MonitorError} `CONFIG_INVALID` when the first read fails */
export function createSettings(options: SettingsOptions): SettingsSource {
  let inForce = readSettings(options);
  let lastComplaint: string | undefined;
  report(inForce.warnings, options.log);
  return {
    current: () => inForce.settings,
    warnings: () => inForce.warnings,
    problem: () => lastComplaint,
    refresh: () => {
      try {
        const fresh = readSettings(options);
        lastComplaint = undefined;
        if (fresh.settings.revision !== inForce.settings.revision) {
          options.log.info('settings changed', { revision: fresh.settings.revision });
          report(fresh.warnings, options.log);
        }
        inForce = fresh;
      } catch (error) {
        // Said once for each broken version, not at every cycle.
        if (messageOf(error) !== lastComplaint) {
          lastComplaint = messageOf(error);
          options.log.error('settings are invalid, the previous ones stay in force', { err: error });
        }
      }
      return inForce.settings;
    },
  };
}

/** @throws {MonitorError} `CONFIG_INVALID` */
export function readSettings(options: Omit<SettingsOptions, 'log'>): {
  readonly settings: Settings;
  readonly warnings: readonly SettingsWarning[];
} {
  const configText = readText(options.configFile, options);
  if (configText === undefined && options.required) {
    throw new MonitorError('CONFIG_INVALID', `--config ${options.configFile}: there is no such file`);
  }
  const environmentsFile =
    options.configFile === undefined ? undefined : join(dirname(options.configFile), 'environments.yaml');
  const environmentsText = readText(environmentsFile, options);
  const config = parseYamlFile(options.configFile ?? 'config.yaml', configText ?? '', SettingsFile);
  const environments = parseYamlFile(environmentsFile ?? 'environments.yaml', environmentsText ?? '', EnvironmentsFile);
  const where = options.configFile ?? 'config.yaml';
  for (const field of ['agents', 'patrol'] as const) {
    const problem = options.cronProblem(config.value.schedule[field]);
    if (problem !== undefined) {
      throw new MonitorError(
        'CONFIG_INVALID',
        `${where}: schedule.${field}: "${config.value.schedule[field]}" ${problem}`,
      );
    }
  }
  const { endpoint } = config.value.llm;
  const origins = [PROVIDER_ORIGIN, ...options.allowedOrigins];
  if (endpoint !== null && !origins.includes(new URL(endpoint).origin)) {
    throw new MonitorError(
      'CONFIG_INVALID',
      `${where}: llm.endpoint: ${new URL(endpoint).origin} is not an allowed origin (${origins.join(', ')}). Add it to K8S_MONITOR_ALLOWED_ORIGINS if prompts may go there.`,
    );
  }
  const revision = createHash('sha256')
    .update(JSON.stringify([configText ?? '', environmentsText ?? '']))
    .digest('hex');
  return {
    settings: settingsFrom(config.value, environments.value, revision),
    warnings: [...config.warnings, ...environments.warnings],
  };
}

function readText(path: string | undefined, options: Pick<SettingsOptions, 'readFile'>): string | undefined {
  if (path === undefined) return undefined;
  try {
    return options.readFile(path);
  } catch (cause) {
    throw new MonitorError(
      'CONFIG_INVALID',
      `${path} cannot be read (${messageOf(cause)}): check its mode and the mount`,
      { cause },
    );
  }
}

function report(warnings: readonly SettingsWarning[], log: Logger): void {
  for (const warning of warnings) log.warn('settings warning', { ...warning });
}
