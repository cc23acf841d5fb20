import { MonitorError } from '../errors.ts';
import { parseYamlFile, type ParsedFile } from './parse-yaml.ts';
import { EnvironmentsFile, SET_AT_START, SettingsFile, type ProviderName } from './schema.ts';
import { DeduplicationFile, FlagsFile, RateLimitsFile, RetryFile, StormFile } from './sibling-schemas.ts';

/** What a settings file is held against besides its schema. */
export interface Bounds {
  /** Why a cron expression is not one; `undefined` when it is. */
  readonly cronProblem: (expression: string) => string | undefined;
  /** Origins that `llm.endpoint` may have besides the provider's own. */
  readonly allowedOrigins: readonly string[];
  /** What a provider lacks before it can be asked, as a remedy; `undefined`: nothing. */
  readonly providerLacks?: (provider: ProviderName) => string | undefined;
}

const PROVIDER_ORIGINS: Readonly<Record<ProviderName, (origin: string) => boolean>> = {
  anthropic: (origin) => origin === 'https://api.anthropic.com',
  openai: (origin) => origin === 'https://api.openai.com',
  vertex_ai: (origin) => /^https:\/\/(?:[a-z0-9-]+-)?aiplatform\.googleapis\.com$/.test(origin),
  none: () => false,
};

/**
 * `config.yaml`: schedule, origin and credentials of the provider are checked too.
 *
 * @param before what is in force; a provider is changed only to one that can be asked
 * @throws {MonitorError} `CONFIG_INVALID`
 */
export function parseConfig(
  path: string,
  text: string,
  before: SettingsFile | undefined,
  bounds: Bounds,
): ParsedFile<SettingsFile> {
  const parsed = parseYamlFile(path, text, { schema: SettingsFile, elsewhere: SET_AT_START });
  const refuse = (field: readonly string[], why: string): MonitorError =>
    new MonitorError('CONFIG_INVALID', `invalid config: ${path}:${parsed.lineOf(field)}: ${field.join('.')}: ${why}`);
  const { schedule, llm } = parsed.value;
  for (const field of ['agents', 'patrol'] as const) {
    const problem = bounds.cronProblem(schedule[field]);
    if (problem !== undefined) throw refuse(['schedule', field], `"${schedule[field]}" ${problem}`);
  }
  if (llm.provider === 'openai' && llm.model === undefined) {
    throw refuse(['llm', 'model'], 'must be set for openai, to the id of one of its models');
  }
  if (llm.endpoint !== null) {
    const { origin } = new URL(llm.endpoint);
    if (!PROVIDER_ORIGINS[llm.provider](origin) && !bounds.allowedOrigins.includes(origin)) {
      const allowed = bounds.allowedOrigins.length === 0 ? '' : `, ${bounds.allowedOrigins.join(', ')}`;
      throw refuse(
        ['llm', 'endpoint'],
        `${origin} is not an allowed origin (those of ${llm.provider}${allowed}). Add it to K8S_MONITOR_ALLOWED_ORIGINS if prompts may go there.`,
      );
    }
  }
  if (before !== undefined && before.llm.provider !== llm.provider) {
    const lacking = bounds.providerLacks?.(llm.provider);
    if (lacking !== undefined) throw refuse(['llm', 'provider'], `${llm.provider} cannot be asked: ${lacking}`);
  }
  return parsed;
}

export function parseEnvironments(path: string, text: string): ParsedFile<EnvironmentsFile> {
  return parseYamlFile(path, text, { schema: EnvironmentsFile });
}

/** The small files; each may stand below its own name, as the ancestors' ConfigMaps had them. */
export const parseSibling = {
  retry: (path: string, text: string) =>
    parseYamlFile(path, text, { schema: RetryFile, words: 'retry ', wrapper: 'retry' }),
  storm: (path: string, text: string) =>
    parseYamlFile(path, text, { schema: StormFile, words: 'storm ', wrapper: 'storm' }),
  deduplication: (path: string, text: string) =>
    parseYamlFile(path, text, { schema: DeduplicationFile, words: 'deduplication ', wrapper: 'deduplication' }),
  rateLimits: (path: string, text: string) =>
    parseYamlFile(path, text, { schema: RateLimitsFile, words: 'rate limits ', wrapper: 'rate_limits' }),
  flags: (path: string, text: string) =>
    parseYamlFile(path, text, { schema: FlagsFile, language: 'JSON', words: 'flags ', wrapper: 'flags' }),
};
