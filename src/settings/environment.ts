import * as z from 'zod';
import { MonitorError } from '../errors.ts';

/** What is set once for a process: places, ports, endpoints of the installation. Changing one needs a restart. */
export interface Environment {
  readonly claudeDir: string;
  readonly agentsDir: string;
  /** `undefined`: no settings directory, defaults are in force. */
  readonly configFile: string | undefined;
  /** As a flag or variable names it; goes before the settings. */
  readonly policiesDir: string | undefined;
  /** Where the image has its policies; `undefined` elsewhere. Goes behind the settings. */
  readonly mountedPoliciesDir: string | undefined;
  /** The command, or its path. */
  readonly opaPath: string;
  readonly dataDir: string;
  readonly reportsDir: string;
  readonly metricsPort: number;
  readonly allowedOrigins: readonly string[];
  readonly toolCeiling: readonly string[] | undefined;
  readonly modelAllowlist: readonly string[] | undefined;
  readonly slackApiUrl: string | undefined;
  readonly githubApiUrl: string | undefined;
  readonly anthropicBaseUrl: string | undefined;
  /** Of Claude on Vertex AI. */
  readonly vertexProject: string | undefined;
  readonly vertexRegion: string;
  /** Google's application default credentials; `undefined`: the metadata server. */
  readonly googleCredentialsFile: string | undefined;
  readonly metadataHost: string | undefined;
  /** Of the command line alone: `KUBECONFIG` may hold a list, which the cluster's room takes apart. */
  readonly kubeconfig: string | undefined;
  /** The pod that the process runs in, as the Deployment says; `undefined` outside of one. */
  readonly ownPod: { readonly name: string; readonly namespace: string; readonly uid: string | undefined } | undefined;
  /** Everything, for `$NAME_MODEL` in front matter. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** Flags of the command line; they win over the environment. */
export interface EnvironmentFlags {
  readonly kubeconfig?: string;
  readonly config?: string;
  readonly claudeDir?: string;
  readonly agentsDir?: string;
  readonly policiesDir?: string;
  readonly dataDir?: string;
  readonly reportsDir?: string;
}

const MOUNTED_POLICIES = '/etc/k8s-monitor/policies';

const text = z
  .string()
  .trim()
  .transform((value) => (value === '' ? undefined : value))
  .optional();
const list = text.transform((value) =>
  value
    ?.split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);
const url = text.refine(
  (value) => value === undefined || URL.canParse(value),
  'must be a URL such as https://example.com/',
);

const Variables = z.object({
  K8S_MONITOR_CLAUDE_DIR: text,
  K8S_MONITOR_AGENTS_DIR: text,
  K8S_MONITOR_CONFIG_DIR: text,
  K8S_MONITOR_POLICIES_DIR: text,
  K8S_MONITOR_DATA_DIR: text,
  K8S_MONITOR_REPORTS_DIR: text,
  K8S_MONITOR_METRICS_PORT: text
    .transform((value) => Number(value ?? 9090))
    .refine((port) => Number.isInteger(port) && port >= 0 && port <= 65_535, 'must be a port from 0 to 65535'),
  K8S_MONITOR_ALLOWED_ORIGINS: list,
  K8S_MONITOR_TOOL_CEILING: list,
  K8S_MONITOR_MODEL_ALLOWLIST: list,
  OPA_PATH: text,
  SLACK_API_URL: url.refine((value) => value === undefined || value.endsWith('/api/'), 'must end in /api/'),
  GITHUB_API_URL: url,
  ANTHROPIC_BASE_URL: url,
  ANTHROPIC_VERTEX_PROJECT_ID: text,
  CLOUD_ML_REGION: text,
  GOOGLE_APPLICATION_CREDENTIALS: text,
  GCE_METADATA_HOST: text,
  POD_NAME: text,
  POD_NAMESPACE: text,
  POD_UID: text,
});

/**
 * @param exists whether a path is there; the places of the image win where they exist, else those of a checkout
 * @throws {MonitorError} `CONFIG_INVALID` naming the variable
 */
export function parseEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
  flags: EnvironmentFlags,
  exists: (path: string) => boolean,
): Environment {
  const parsed = Variables.safeParse(variables);
  if (!parsed.success) {
    const complaints = parsed.error.issues.map(
      (issue) => `environment variable ${issue.path.join('.')}: ${issue.message}`,
    );
    throw new MonitorError('CONFIG_INVALID', complaints.join('; '));
  }
  const read = parsed.data;
  const place = (chosen: string | undefined, image: string, checkout: string): string =>
    chosen ?? (exists(image) ? image : checkout);
  const claudeDir = flags.claudeDir ?? read.K8S_MONITOR_CLAUDE_DIR;
  const configDir = place(read.K8S_MONITOR_CONFIG_DIR, '/etc/k8s-monitor/config', '');
  return {
    claudeDir: place(claudeDir, '/app/.claude', 'agents'),
    agentsDir: place(flags.agentsDir ?? read.K8S_MONITOR_AGENTS_DIR, '/app/.claude/agents', claudeDir ?? 'agents'),
    configFile: flags.config ?? (configDir === '' ? undefined : `${configDir.replace(/\/$/, '')}/config.yaml`),
    policiesDir: flags.policiesDir ?? read.K8S_MONITOR_POLICIES_DIR,
    mountedPoliciesDir: exists(MOUNTED_POLICIES) ? MOUNTED_POLICIES : undefined,
    opaPath: read.OPA_PATH ?? 'opa',
    dataDir: place(flags.dataDir ?? read.K8S_MONITOR_DATA_DIR, '/app/data', '.k8s-monitor/data'),
    reportsDir: place(flags.reportsDir ?? read.K8S_MONITOR_REPORTS_DIR, '/app/logs/incidents', '.k8s-monitor/reports'),
    metricsPort: read.K8S_MONITOR_METRICS_PORT,
    allowedOrigins: (read.K8S_MONITOR_ALLOWED_ORIGINS ?? []).map((origin) =>
      URL.canParse(origin) ? new URL(origin).origin : origin,
    ),
    toolCeiling: read.K8S_MONITOR_TOOL_CEILING,
    modelAllowlist: read.K8S_MONITOR_MODEL_ALLOWLIST,
    slackApiUrl: read.SLACK_API_URL,
    githubApiUrl: read.GITHUB_API_URL,
    anthropicBaseUrl: read.ANTHROPIC_BASE_URL,
    vertexProject: read.ANTHROPIC_VERTEX_PROJECT_ID,
    vertexRegion: read.CLOUD_ML_REGION ?? 'global',
    googleCredentialsFile: read.GOOGLE_APPLICATION_CREDENTIALS,
    metadataHost: read.GCE_METADATA_HOST,
    kubeconfig: flags.kubeconfig,
    ownPod: ownPodOf(read.POD_NAME, read.POD_NAMESPACE, read.POD_UID),
    variables,
  };
}

function ownPodOf(
  name: string | undefined,
  namespace: string | undefined,
  uid: string | undefined,
): Environment['ownPod'] {
  return name === undefined || namespace === undefined ? undefined : { name, namespace, uid };
}
