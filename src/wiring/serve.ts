import type { ClusterAccess } from '../cluster/kubeconfig.ts';
import type { Coordinator } from '../cycle/coordinator.ts';
import { startSchedule } from '../cycle/schedule.ts';
import type { SlackClient } from '../delivery/slack/client.ts';
import { startHealthServer } from '../http/health-server.ts';
import type { Logger } from '../log.ts';
import type { Environment } from '../settings/environment.ts';
import type { Secrets } from '../settings/secrets.ts';
import type { Settings } from '../settings/settings.ts';
import type { Store } from '../store/store.ts';
import { startNightly } from './nightly.ts';
import type { ProcessHealth } from './process-health.ts';
import { sayWhatRuns } from './start-words.ts';

/** A tick may be late on a busy node. */
const WEDGE_SLACK_MS = 30_000;

export interface Service extends AsyncDisposable {
  /** Of the health server. */
  readonly port: number;
  /** Moves the ticks to what the settings say now. */
  readonly followSchedule: () => void;
  /** A cycle begins, or was left out on purpose: the process is not wedged. */
  readonly noteAttempt: () => void;
}

/** What makes a daemon of the monitor: the health server, the first words, the nightly work and the clock's ticks. */
export async function startService(parts: {
  readonly version: string;
  readonly environment: Environment;
  readonly settings: () => Settings;
  readonly secrets: Secrets;
  readonly access: ClusterAccess;
  readonly slack: SlackClient | undefined;
  readonly agentsMissing: () => string | undefined;
  readonly githubConfigured: () => boolean;
  readonly store: Pick<Store, 'cycleEnds'> & Parameters<typeof startNightly>[0]['store'];
  readonly health: ProcessHealth;
  readonly metrics: () => Promise<string>;
  readonly trigger: Coordinator['trigger'];
  readonly now: () => number;
  readonly log: Logger;
}): Promise<Service> {
  const { environment, settings, store, health, now, log } = parts;
  await using acquired = new AsyncDisposableStack();
  const server = acquired.use(
    await startHealthServer({
      port: environment.metricsPort,
      host: '0.0.0.0',
      health: health.health,
      ready: health.ready,
      metrics: parts.metrics,
    }),
  );
  await sayWhatRuns({
    version: parts.version,
    environment,
    settings: settings(),
    secrets: parts.secrets,
    access: parts.access,
    metricsPort: server.port,
    slack: parts.slack,
    agentsMissing: parts.agentsMissing(),
    githubConfigured: parts.githubConfigured(),
    log,
  });
  acquired.use(startNightly({ store, reportsDir: environment.reportsDir, now, log }));
  const schedule = acquired.use(
    startSchedule({
      settings: settings().schedule,
      trigger: (ask) => {
        if (ask.trigger !== 'patrol' || settings().flags.patrols) return parts.trigger(ask);
        // The clock ticks, so the process is not wedged.
        noteAttempt();
        log.info('patrol left out: patrols are switched off (patrols in flags.json)');
        return undefined;
      },
      lastScheduledEndedAtMs: await store.cycleEnds.last('scheduled'),
      now,
      log,
    }),
  );
  function noteAttempt(): void {
    health.noteAttempt(schedule.thirdPatrolAtMs() + WEDGE_SLACK_MS);
  }
  noteAttempt();

  const running = acquired.move();
  return {
    port: server.port,
    followSchedule: () => schedule.follow(settings().schedule),
    noteAttempt,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
