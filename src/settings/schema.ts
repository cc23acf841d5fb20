import * as z from 'zod';
import { ENVIRONMENTS, IMPACTS } from '../domain/severity.ts';
import { CustomResources } from './custom-resources.ts';
import { Duration, durationWithin } from './duration.ts';

const LEVELS = {
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  error: 'error',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
} as const;
const Channel = z
  .string()
  .regex(/^(?:#[^\s#]{1,80}|[CGD][A-Z0-9]{6,})$/, 'must be a channel such as "#alerts" or its id');
const Glob = z.string().min(1);
const ClockTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as "09:00"');
const Repository = z.object({
  repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'must be "owner/name"'),
  services: z.array(z.string().min(1)).default([]),
  paths: z.array(z.string().min(1)).default([]),
});
/** In either case, as people know them from elsewhere. */
const LogLevel = z
  .enum(['debug', 'info', 'warn', 'error', 'DEBUG', 'INFO', 'WARN', 'ERROR'])
  .transform((level) => LEVELS[level]);
const RegoFile = z.string().regex(/^[\w.-]+\.rego$/, 'must be the name of a file such as "priority.rego"');
const ENVIRONMENT_NAMES = ENVIRONMENTS.filter((name) => name !== 'unknown');
/** In any case; `unknown` is what nobody said. */
const EnvironmentName = z
  .string()
  .trim()
  .toLowerCase()
  .pipe(z.enum(ENVIRONMENT_NAMES))
  .meta({ enum: [...ENVIRONMENT_NAMES] });
const Toolset = z.object({ enabled: z.boolean().default(true) }).prefault({});
const CheckOverride = z.object({
  enabled: z.boolean().optional(),
  grace: Duration.optional(),
  impact: z.enum(IMPACTS).optional(),
});

/** Who answers the agents; `none`: checks alone. */
const PROVIDERS = ['anthropic', 'openai', 'vertex_ai', 'none'] as const;
export type ProviderName = (typeof PROVIDERS)[number];

/** Keys of the ancestors' `config.yaml` that are no settings of ours, and what stands for them. */
export const SET_AT_START: Readonly<Record<string, string>> = {
  api_host: 'the endpoints listen on every address',
  api_port: 'set K8S_MONITOR_METRICS_PORT',
  auth_enabled: 'there is nothing to sign in to',
  kubernetes: 'set KUBECONFIG, or let the service account be used',
  DATA_STORAGE_URL: 'set K8S_MONITOR_DATA_DIR for the database, audit.url for a receiver of audit rows',
};

/** Fields of `config.yaml` that are checked already and used by nothing yet. */
export const WITHOUT_EFFECT: Readonly<Record<string, string>> = {
  'slack.channels.digest': 'there is no daily digest yet',
  'slack.digest_at': 'there is no daily digest yet',
  'webhook_leg.url_file': 'Slack is the only way to tell somebody yet',
  'prometheus.url': 'no tool asks Prometheus yet',
  'enrichment.cache_ttl': 'every cycle reads the cluster anew, and no answer is kept',
};

/**
 * `config.yaml`. Everything has a default, so that an empty file (or none) is a working monitor; docs/configuration.md lists the fields.
 * Unknown keys are reported and ignored.
 */
export const SettingsFile = z.object({
  cluster_name: z.string().min(1).default('kubernetes'),
  cluster_id: z.string().min(1).optional(),
  schedule: z
    .object({
      agents: z.string().default('0 * * * *'),
      patrol: z.string().default('*/5 * * * *'),
      timezone: z.string().refine(isTimeZone, 'must be an IANA time zone such as "Europe/Berlin"').default('UTC'),
    })
    .prefault({}),
  namespaces: z.object({ include: z.array(Glob).optional(), exclude: z.array(Glob).default([]) }).prefault({}),
  llm: z
    .object({
      provider: z.enum(PROVIDERS).default('anthropic'),
      model: z.string().min(1).optional(),
      quiet_model: z.string().min(1).optional(),
      endpoint: z.url().nullable().default(null),
      max_retries: z.int().min(0).max(10).default(3),
      timeout_seconds: z.int().min(1).max(600).default(180),
      temperature: z.number().min(0).max(2).optional(),
      max_tokens_per_request: z.int().min(1).default(16_000),
    })
    .prefault({}),
  models: z.record(z.string(), z.string().min(1)).default({}),
  budget: z
    .object({ per_cycle_usd: z.number().min(0).default(0.5), per_day_usd: z.number().min(0).default(5) })
    .prefault({}),
  slack: z
    .object({
      channels: z
        .object({
          sev1: Channel.default('#critical-alerts'),
          sev2: Channel.default('#critical-alerts'),
          sev3: Channel.default('#alerts'),
          sev4: Channel.default('#alerts'),
          monitor: Channel.optional(),
          digest: Channel.optional(),
        })
        .prefault({}),
      allowed_channels: z.array(Channel).optional(),
      digest_at: ClockTime.optional(),
      business_hours: z
        .object({
          start: ClockTime.default('09:00'),
          end: ClockTime.default('17:00'),
          days: z
            .array(z.enum(['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']))
            .default(['Mon', 'Tue', 'Wed', 'Thu', 'Fri']),
        })
        .prefault({}),
    })
    .prefault({}),
  checks: z.record(z.string(), CheckOverride).default({}),
  custom_resources: CustomResources.prefault([]),
  toolsets: z.object({ kubernetes: Toolset, github: Toolset }).prefault({}),
  github: z.object({ repositories: z.array(Repository).default([]) }).prefault({}),
  webhook_leg: z
    .object({
      url_file: z.string().regex(/^\//, 'must be an absolute path such as "/etc/k8s-monitor/webhook/url"').optional(),
    })
    .prefault({}),
  prometheus: z.object({ url: z.url().optional() }).prefault({}),
  enrichment: z
    .object({
      timeout: durationWithin('100ms', '10s').prefault('5s'),
      cache_ttl: durationWithin('0s', '24h').optional(),
    })
    .prefault({}),
  rego: z
    .object({
      policy_dir: z.string().min(1).optional(),
      priority_policy: RegoFile.default('priority.rego'),
      environment_policy: RegoFile.default('environment.rego'),
      labels_policy: RegoFile.default('labels.rego'),
    })
    .prefault({}),
  audit: z
    .object({
      url: z.url().optional(),
      datastorage_url: z.url().optional(),
      buffer_size: z.int().min(1).max(100_000).default(1_000),
      flush_interval: durationWithin('100ms', '10m').prefault('5s'),
    })
    .prefault({}),
  log_level: LogLevel.prefault('info'),
});
export type SettingsFile = z.infer<typeof SettingsFile>;

/** `environments.yaml`: which environment a namespace belongs to; first match in file order. */
export const EnvironmentsFile = z.object({
  cluster: EnvironmentName.optional(),
  namespaces: z.record(Glob, EnvironmentName).default({}),
});
export type EnvironmentsFile = z.infer<typeof EnvironmentsFile>;

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions().timeZone.length > 0;
  } catch {
    return false;
  }
}
