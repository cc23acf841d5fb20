import { createModel, type Model, type ModelOptions } from '../model/model.ts';
import type { Logger } from '../log.ts';
import type { Environment } from '../settings/environment.ts';
import type { Secrets } from '../settings/secrets.ts';
import type { Settings } from '../settings/settings.ts';
import { modelSettingsOf } from './dispatch.ts';
import type { secretsOrNone } from './secrets-or-none.ts';
import { sleepQuietly } from './time.ts';
import { vertexAccess } from './vertex-access.ts';

/** The model that settings, environment and credentials name, whoever asks it. */
export function openModel(
  parts: Pick<ModelOptions, 'spend' | 'onCall' | 'headersMs' | 'idleMs'> & {
    readonly environment: Environment;
    readonly settings: () => Settings;
    readonly secrets: Pick<Secrets, 'remember'>;
    readonly credentials: ReturnType<typeof secretsOrNone>;
    /** Unix time in milliseconds. */
    readonly now: () => number;
    readonly log: Logger;
  },
): Model {
  const { environment, settings, secrets, credentials, ...rest } = parts;
  return createModel({
    ...rest,
    apiKey: credentials.ANTHROPIC_API_KEY,
    openAiKey: credentials.OPENAI_API_KEY,
    ...vertexAccess({ environment, now: parts.now, onCredential: secrets.remember }),
    baseUrl: environment.anthropicBaseUrl,
    settings: () => modelSettingsOf(settings()),
    switchedOn: () => settings().flags.modelCalls,
    sleep: sleepQuietly,
    random: Math.random,
  });
}
