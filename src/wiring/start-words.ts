import type { ClusterAccess } from '../cluster/kubeconfig.ts';
import type { SlackClient } from '../delivery/slack/client.ts';
import { messageOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Environment } from '../settings/environment.ts';
import type { Secrets } from '../settings/secrets.ts';
import type { Settings } from '../settings/settings.ts';

/** Says at start what runs and what does not, each with its remedy. Nothing is silently off. */
export async function sayWhatRuns(parts: {
  readonly version: string;
  readonly environment: Environment;
  readonly settings: Settings;
  readonly secrets: Secrets;
  readonly access: ClusterAccess;
  /** Where /healthz, /readyz and /metrics answer; the one chosen, when the environment asks for any free one. */
  readonly metricsPort: number;
  readonly slack: SlackClient | undefined;
  readonly agentsMissing: string | undefined;
  readonly githubConfigured: boolean;
  readonly log: Logger;
}): Promise<void> {
  const { environment, settings, log } = parts;
  log.info('k8s-monitor started', {
    version: parts.version,
    node: process.version,
    cluster: settings.clusterName,
    server: parts.access.server,
    claudeDir: environment.claudeDir,
    agentsDir: environment.agentsDir,
    dataDir: environment.dataDir,
    metricsPort: parts.metricsPort,
    settingsRevision: settings.revision,
    schedule: settings.schedule,
  });
  for (const sentence of parts.secrets.missing()) log.warn('secret file is missing', { detail: sentence });
  if (parts.agentsMissing !== undefined) log.warn('checks alone, without agents', { reason: parts.agentsMissing });
  if (!parts.githubConfigured) {
    log.warn('changes are not searched on GitHub', {
      reason: 'needs GITHUB_TOKEN, github.repositories and the toolset',
    });
  }
  await sayWhetherSlackWorks(parts);
}

async function sayWhetherSlackWorks({ slack, settings, log }: Parameters<typeof sayWhatRuns>[0]): Promise<void> {
  if (slack === undefined) return; // delivery has said so
  const channels = [...new Set(Object.values(settings.slack.channels))];
  try {
    const connection = await slack.connect(channels);
    log.info('slack connected', { team: connection.team, user: connection.user, channels });
    for (const problem of connection.problems) log.error('slack channel cannot be used', { detail: problem });
  } catch (error) {
    log.error('slack cannot be used yet, notices wait in the outbox', { detail: messageOf(error), err: error });
  }
}
