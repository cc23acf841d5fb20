import type { CustomResourceRow } from '../domain/custom-resource.ts';
import type { Severity } from '../domain/severity.ts';
import type { TimeWindow } from '../domain/time-window.ts';
import type { CheckSettings } from '../domain/check.ts';
import { customResourcesFrom } from './custom-resources.ts';
import type { EnvironmentsFile, ProviderName, SettingsFile } from './schema.ts';
import type { DeduplicationFile, FlagsFile, RateLimitsFile, RetryFile, StormFile } from './sibling-schemas.ts';

/** The operator's settings as the program uses them: defaults filled in, units in names. */
export interface Settings {
  readonly clusterName: string;
  readonly clusterId: string | undefined;
  readonly schedule: { readonly agents: string; readonly patrol: string; readonly zone: string };
  readonly namespaces: { readonly include: readonly string[] | undefined; readonly exclude: readonly string[] };
  readonly llm: {
    readonly provider: ProviderName;
    readonly model: string;
    readonly quietModel: string;
    readonly endpoint: string | undefined;
    readonly maxRetries: number;
    readonly timeoutMs: number;
    /** `undefined`: not sent. */
    readonly temperature: number | undefined;
    readonly maxTokensPerRequest: number;
  };
  /** Alias → model id; the operator's over ours. */
  readonly modelAliases: Readonly<Record<string, string>>;
  readonly budget: { readonly perCycleUsd: number; readonly perDayUsd: number };
  readonly slack: {
    readonly channels: Readonly<Record<Severity | 'monitor', string>>;
    readonly allowedChannels: readonly string[];
    readonly businessHours: TimeWindow;
  };
  readonly checks: Readonly<Record<string, Partial<CheckSettings>>>;
  /** Kinds that the operator adds; one that we know too takes the place of ours. */
  readonly customResources: readonly CustomResourceRow[];
  readonly toolsets: { readonly kubernetes: boolean; readonly github: boolean };
  readonly github: {
    readonly repositories: readonly {
      readonly owner: string;
      readonly name: string;
      readonly services: readonly string[];
      readonly paths: readonly string[];
    }[];
  };
  /** How long a message waits at most for the logs behind it. */
  readonly enrichment: { readonly timeoutMs: number };
  readonly environments: {
    readonly cluster: string | undefined;
    readonly namespaces: Readonly<Record<string, string>>;
    readonly lines?: EnvironmentLines;
  };
  readonly rego: {
    /** `undefined`: the environment's. */
    readonly policyDir: string | undefined;
    readonly files: { readonly priority: string; readonly environment: string; readonly labels: string };
  };
  /** Where it is told what became of changed files; the URL is the one of the start. */
  readonly audit: { readonly url: string | undefined; readonly bufferSize: number; readonly flushIntervalMs: number };
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  /** Patience with the API server; `undefined` where there is no `retry.yaml`. */
  readonly retry:
    | { readonly maxAttempts: number; readonly initialBackoffMs: number; readonly maxBackoffMs: number }
    | undefined;
  readonly storm: StormSettings;
  readonly deduplication: { readonly ttlMs: number };
  readonly rateLimits: { readonly requestsPerMinute: number };
  /** Kill switches; they act at once, within a cycle too. */
  readonly flags: {
    readonly modelCalls: boolean;
    readonly notifications: boolean;
    readonly signals: boolean;
    readonly patrols: boolean;
  };
  /** SHA-256 over the files that were read. */
  readonly revision: string;
}

interface StormSettings {
  readonly rateThreshold: number;
  readonly patternThreshold: number;
  readonly bufferThreshold: number;
  readonly inactivityTimeoutMs: number;
  readonly maxWindowMs: number;
  readonly samplingThreshold: number;
  readonly samplingRate: number;
}

/** What each file says, checked. */
export interface SettingsFiles {
  readonly config: SettingsFile;
  readonly environments: EnvironmentsFile;
  readonly environmentLines?: EnvironmentLines;
  /** `undefined`: there is none. */
  readonly retry: RetryFile | undefined;
  readonly storm: StormFile;
  readonly deduplication: DeduplicationFile;
  readonly rateLimits: RateLimitsFile;
  readonly flags: FlagsFile;
}

/** Where in `environments.yaml` each entry stands. */
interface EnvironmentLines {
  readonly cluster: number | undefined;
  readonly namespaces: Readonly<Record<string, number>>;
}

/** An operator's `models` may move or add to these aliases. */
export const MODEL_ALIASES = { haiku: 'claude-haiku-5-5', sonnet: 'claude-sonnet-5-5', opus: 'claude-opus-5-5' };
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

export function settingsFrom(files: SettingsFiles, revision: string): Settings {
  const { config: file, environments, environmentLines: lines, retry, storm, flags } = files;
  const { channels, business_hours: hours } = file.slack;
  const bySeverity = {
    'SEV-1': channels.sev1,
    'SEV-2': channels.sev2,
    'SEV-3': channels.sev3,
    'SEV-4': channels.sev4,
    monitor: channels.monitor ?? channels.sev3,
  };
  const model = file.llm.model ?? 'sonnet';
  return {
    clusterName: file.cluster_name,
    clusterId: file.cluster_id,
    schedule: { agents: file.schedule.agents, patrol: file.schedule.patrol, zone: file.schedule.timezone },
    namespaces: { include: file.namespaces.include, exclude: file.namespaces.exclude },
    llm: {
      provider: file.llm.provider,
      model,
      // A file that sets only `model` means it for everything; `haiku` is known to one provider only.
      quietModel:
        file.llm.quiet_model ?? (file.llm.model === undefined && file.llm.provider === 'anthropic' ? 'haiku' : model),
      endpoint: file.llm.endpoint ?? undefined,
      maxRetries: file.llm.max_retries,
      timeoutMs: file.llm.timeout_seconds * 1_000,
      temperature: file.llm.temperature,
      maxTokensPerRequest: file.llm.max_tokens_per_request,
    },
    modelAliases: { ...MODEL_ALIASES, ...file.models },
    budget: { perCycleUsd: file.budget.per_cycle_usd, perDayUsd: file.budget.per_day_usd },
    slack: {
      channels: bySeverity,
      allowedChannels: file.slack.allowed_channels ?? [...new Set(Object.values(bySeverity))],
      businessHours: {
        days: hours.days.map((day) => WEEKDAYS.indexOf(day)),
        startMinute: minuteOf(hours.start),
        endMinute: minuteOf(hours.end),
        zone: file.schedule.timezone,
      },
    },
    checks: Object.fromEntries(
      Object.entries(file.checks).map(([id, { enabled, grace, impact }]) => [
        id,
        {
          ...(enabled !== undefined && { enabled }),
          ...(grace !== undefined && { graceMs: grace }),
          ...(impact !== undefined && { impact }),
        },
      ]),
    ),
    customResources: customResourcesFrom(file.custom_resources),
    toolsets: { kubernetes: file.toolsets.kubernetes.enabled, github: file.toolsets.github.enabled },
    github: {
      repositories: file.github.repositories.map(({ repository, services, paths }) => {
        const [owner = '', name = ''] = repository.split('/');
        return { owner, name, services, paths };
      }),
    },
    enrichment: { timeoutMs: file.enrichment.timeout },
    environments: {
      cluster: environments.cluster,
      namespaces: environments.namespaces,
      ...(lines !== undefined && { lines }),
    },
    rego: {
      policyDir: file.rego.policy_dir,
      files: {
        priority: file.rego.priority_policy,
        environment: file.rego.environment_policy,
        labels: file.rego.labels_policy,
      },
    },
    audit: {
      url: file.audit.url ?? file.audit.datastorage_url,
      bufferSize: file.audit.buffer_size,
      flushIntervalMs: file.audit.flush_interval,
    },
    logLevel: file.log_level,
    retry:
      retry === undefined
        ? undefined
        : {
            maxAttempts: retry.max_attempts,
            initialBackoffMs: retry.initial_backoff,
            maxBackoffMs: retry.max_backoff,
          },
    storm: {
      rateThreshold: storm.rate_threshold,
      patternThreshold: storm.pattern_threshold,
      bufferThreshold: storm.buffer_threshold,
      inactivityTimeoutMs: storm.inactivity_timeout,
      maxWindowMs: storm.max_window_duration,
      samplingThreshold: storm.sampling_threshold,
      samplingRate: storm.sampling_rate,
    },
    deduplication: { ttlMs: files.deduplication.ttl },
    rateLimits: { requestsPerMinute: files.rateLimits.requests_per_minute },
    flags: {
      modelCalls: flags.model_calls,
      notifications: flags.notifications,
      signals: flags.signals,
      patrols: flags.patrols,
    },
    revision,
  };
}

function minuteOf(time: string): number {
  const [hours = '0', minutes = '0'] = time.split(':');
  return Number(hours) * 60 + Number(minutes);
}
