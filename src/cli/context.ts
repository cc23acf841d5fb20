import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dirname } from 'node:path';
import { cronProblem } from '../cycle/cron.ts';
import { createLogger, type Logger } from '../log.ts';
import { createRedactor, type Redact } from '../redact.ts';
import { createSteadyRead } from '../reload/read-steadily.ts';
import { parseEnvironment, type Environment, type EnvironmentFlags } from '../settings/environment.ts';
import { createSettings, type SettingsOptions, type SettingsSource } from '../settings/read-settings.ts';
import { createSecrets, type Secrets } from '../settings/secrets.ts';
import { checkIdsWith } from '../wiring/custom-resources.ts';
import { createProviderLacks } from '../wiring/provider-lacks.ts';
import type { World } from './world.ts';

/** What every command but `version` needs before it can do anything. */
export interface Context {
  readonly environment: Environment;
  readonly settings: SettingsSource;
  readonly secrets: Secrets;
  readonly redact: Redact;
  readonly log: Logger;
}

/**
 * @param logTo where log lines go: stdout for the daemon, stderr where stdout carries a result
 * @param brokenSettings `wait` where `startApp` will know the last good ones
 * @throws {MonitorError} `CONFIG_INVALID`
 */
export function openContext(
  world: World,
  flags: EnvironmentFlags,
  logTo: 'stdout' | 'stderr',
  brokenSettings: SettingsOptions['atStart'] = 'refuse',
): Context {
  const environment = parseEnvironment(world.variables, flags, existsSync);
  const { secrets, redact } = openSecrets(world);
  const log = createLogger({ level: 'info', sink: world[logTo], redact, now: world.now });
  const settings = createSettings({
    configFile: environment.configFile,
    required: flags.config !== undefined,
    readFile: readTextIfThere,
    ...(environment.configFile !== undefined && { steadily: createSteadyRead(dirname(environment.configFile)) }),
    cronProblem,
    checkIds: checkIdsWith,
    allowedOrigins: [...environment.allowedOrigins, ...originsOf([environment.anthropicBaseUrl])],
    providerLacks: createProviderLacks(secrets, environment),
    log,
    // Without a database there are no last good ones, and a start that is refused leaves nothing behind.
    atStart: existsSync(join(environment.dataDir, 'k8s-monitor.db')) ? brokenSettings : 'refuse',
  });
  log.setLevel(settings.current().logLevel);
  return { environment, settings, secrets, redact, log };
}

/** The secrets of the environment, and the redactor that knows them before the first line is written. */
export function openSecrets(world: Pick<World, 'variables'>): Pick<Context, 'secrets' | 'redact'> {
  const secrets = createSecrets(world.variables, readTextIfThere);
  for (const read of Object.values(secrets.read)) readQuietly(read);
  return { secrets, redact: createRedactor(secrets.inUse) };
}

function readQuietly(read: () => unknown): void {
  try {
    read();
  } catch {
    // An unreadable secret is told by whoever needs it, with the remedy; here nobody needs it yet.
  }
}

/** `undefined` when there is no such file. */
export function readTextIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function originsOf(urls: readonly (string | undefined)[]): readonly string[] {
  return urls.filter((url) => url !== undefined).map((url) => new URL(url).origin);
}
