import type { CustomResourceRow } from '../domain/custom-resource.ts';
import type { Severity } from '../domain/severity.ts';
import type { TimeWindow } from '../domain/time-window.ts';
import type { CheckSettings } from '../domain/check.ts';
import { customResourcesFrom } from './custom-resources.ts';
import type { EnvironmentsFile, SettingsFile } from './schema.ts';

/** The operator's settings as the program uses them: defaults filled in, units in names. */
export interface Settings {
  readonly clusterName: string;
  readonly clusterId: string | undefined;
  readonly schedule: { readonly agents: string; readonly patrol: string; readonly zone: string };
  readonly namespaces: { readonly include: readonly string[] | undefined; readonly exclude: readonly string[] };
  readonly llm: {
    readonly provider: 'anthropic' | 'none';
    readonly model: string;
    readonly quietModel: string;
    readonly endpoint: string | undefined;
    readonly maxRetries: number;
    readonly timeoutMs: number;
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
  readonly environments: {
    readonly cluster: string | undefined;
    readonly namespaces: Readonly<Record<string, string>>;
  };
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  /** SHA-256 over the files that were read. */
  readonly revision: string;
}

/** An operator's `models` may move or add to these aliases. */
const MODEL_ALIASES = { haiku: 'claude-haiku-5-5', sonnet: 'claude-sonnet-5-5', opus: 'claude-opus-5-5' };
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

export function settingsFrom(file: SettingsFile, environments: EnvironmentsFile, revision: string): Settings {
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
      // A file that sets only `model` means it for everything.
      quietModel: file.llm.quiet_model ?? (file.llm.model === undefined ? 'haiku' : model),
      endpoint: file.llm.endpoint ?? undefined,
      maxRetries: file.llm.max_retries,
      timeoutMs: file.llm.timeout_seconds * 1_000,
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
    environments: { cluster: environments.cluster, namespaces: environments.namespaces },
    logLevel: file.log_level,
    revision,
  };
}

function minuteOf(time: string): number {
  const [hours = '0', minutes = '0'] = time.split(':');
  return Number(hours) * 60 + Number(minutes);
}
