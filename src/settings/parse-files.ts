import { MonitorError } from '../errors.ts';
import { parseYamlFile, type ParsedFile, type SettingsWarning } from './parse-yaml.ts';
import { nearest } from './schema-keys.ts';
import { EnvironmentsFile, SET_AT_START, SettingsFile, WITHOUT_EFFECT, type ProviderName } from './schema.ts';
import { MODEL_ALIASES } from './settings.ts';
import { DeduplicationFile, FlagsFile, RateLimitsFile, RetryFile, StormFile } from './sibling-schemas.ts';

/** What a settings file is held against besides its schema. */
export interface Bounds {
  /** Why a cron expression is not one; `undefined` when it is. */
  readonly cronProblem: (expression: string) => string | undefined;
  /** Origins that URLs may have; `llm.endpoint` its provider's own as well. */
  readonly allowedOrigins: readonly string[];
  /** Ids of all checks, where the file adds checks for these custom resources; left out: `checks` is taken as it is. */
  readonly checkIds?: (customResources: readonly string[]) => readonly string[];
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
  const parsed = parseYamlFile(path, text, {
    schema: SettingsFile,
    elsewhere: SET_AT_START,
    withoutEffect: WITHOUT_EFFECT,
  });
  const at = (field: readonly string[]): string => {
    const { line, column } = parsed.placeOf(field);
    return `${path}:${line}:${column}`;
  };
  const refuse = (field: readonly string[], why: string): MonitorError =>
    new MonitorError('CONFIG_INVALID', `invalid config: ${at(field)}: ${field.join('.')}: ${why}`);
  const { schedule, llm, prometheus, audit } = parsed.value;
  for (const field of ['agents', 'patrol'] as const) {
    const problem = bounds.cronProblem(schedule[field]);
    if (problem !== undefined) throw refuse(['schedule', field], `"${schedule[field]}" ${problem}`);
  }
  if (llm.provider === 'openai' && llm.model === undefined) {
    throw refuse(['llm', 'model'], 'must be set for openai, to the id of one of its models');
  }
  for (const { field, url, owner } of [
    { field: ['llm', 'endpoint'], url: llm.endpoint, owner: llm.provider },
    { field: ['prometheus', 'url'], url: prometheus.url, owner: undefined },
    { field: ['audit', 'url'], url: audit.url, owner: undefined },
    { field: ['audit', 'datastorage_url'], url: audit.datastorage_url, owner: undefined },
  ]) {
    const what = field[0] === 'audit' ? 'audit rows' : owner === undefined ? 'questions' : 'prompts';
    const why = url === null || url === undefined ? undefined : strayOrigin(url, owner, bounds.allowedOrigins, what);
    if (why !== undefined) throw refuse(field, why);
  }
  if (audit.url !== undefined && audit.datastorage_url !== undefined && audit.url !== audit.datastorage_url) {
    throw refuse(
      ['audit', 'datastorage_url'],
      'is the older name of audit.url and says something else: keep one of them',
    );
  }
  if (before !== undefined && before.llm.provider !== llm.provider) {
    const lacking = bounds.providerLacks?.(llm.provider);
    if (lacking !== undefined) throw refuse(['llm', 'provider'], `${llm.provider} cannot be asked: ${lacking}`);
  }
  const unknownChecks = Object.keys(parsed.value.checks).flatMap((id): SettingsWarning[] => {
    const known = bounds.checkIds?.(parsed.value.custom_resources.map(({ plural, group }) => `${plural}.${group}`));
    if (known === undefined || known.includes(id)) return [];
    const near = nearest(id, known);
    const message = `there is no check ${id}, checks.${id} is ignored${near === undefined ? '' : `; did you mean ${near}?`}`;
    return [{ file: path, ...parsed.placeOf(['checks', id]), message }];
  });
  return { ...parsed, warnings: [...parsed.warnings, ...unknownChecks, ...misspeltModels(path, parsed)] };
}

/** A name that is no alias is sent as a model id; one that is nearly an alias is a slip, which otherwise only the provider would refuse. */
function misspeltModels(path: string, { value, placeOf }: ParsedFile<SettingsFile>): readonly SettingsWarning[] {
  const { llm, models } = value;
  // Who gives names to models of other makers may name them as he likes.
  if (llm.provider === 'openai') return [];
  const aliases = [...Object.keys(MODEL_ALIASES), ...Object.keys(models)];
  return (['model', 'quiet_model'] as const).flatMap((field) => {
    const name = llm[field];
    if (name === undefined || aliases.includes(name)) return [];
    const near = nearest(name, aliases);
    if (near === undefined) return [];
    const message = `llm.${field}: ${name} is no alias and is sent as a model id; did you mean ${near}?`;
    return [{ file: path, ...placeOf(['llm', field]), message }];
  });
}

/** Why a URL may not be asked; `undefined` when it may. */
function strayOrigin(
  url: string,
  provider: ProviderName | undefined,
  allowedOrigins: readonly string[],
  what: string,
): string | undefined {
  const { origin } = new URL(url);
  if ((provider !== undefined && PROVIDER_ORIGINS[provider](origin)) || allowedOrigins.includes(origin))
    return undefined;
  const allowed = [...(provider === undefined ? [] : [`those of ${provider}`]), ...allowedOrigins].join(', ');
  return `${origin} is not an allowed origin (${allowed === '' ? 'there is none' : allowed}). Add it to K8S_MONITOR_ALLOWED_ORIGINS if ${what} may go there.`;
}

export function parseEnvironments(path: string, text: string): ParsedFile<EnvironmentsFile> {
  return parseYamlFile(path, text, { schema: EnvironmentsFile });
}

const FOR_SIGNALS: Readonly<Record<string, string>> = { '': 'it is for signals, and nothing takes them yet' };

/** The small files; each may stand below its own name, as the ancestors' ConfigMaps had them. */
export const parseSibling = {
  retry: (path: string, text: string) =>
    parseYamlFile(path, text, { schema: RetryFile, words: 'retry ', wrapper: 'retry' }),
  storm: (path: string, text: string) =>
    parseYamlFile(path, text, { schema: StormFile, words: 'storm ', wrapper: 'storm', withoutEffect: FOR_SIGNALS }),
  deduplication: (path: string, text: string) =>
    parseYamlFile(path, text, {
      schema: DeduplicationFile,
      words: 'deduplication ',
      wrapper: 'deduplication',
      withoutEffect: FOR_SIGNALS,
    }),
  rateLimits: (path: string, text: string) =>
    parseYamlFile(path, text, {
      schema: RateLimitsFile,
      words: 'rate limits ',
      wrapper: 'rate_limits',
      withoutEffect: FOR_SIGNALS,
    }),
  flags: (path: string, text: string) =>
    parseYamlFile(path, text, {
      schema: FlagsFile,
      language: 'JSON',
      words: 'flags ',
      wrapper: 'flags',
      withoutEffect: { signals: 'nothing takes signals yet' },
    }),
};
