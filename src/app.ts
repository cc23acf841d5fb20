import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { AgentEvent } from './agents/input.ts';
import type { ClusterAccess } from './cluster/kubeconfig.ts';
import { defaultReadSettings, type ReadSettings } from './cluster/read.ts';
import { createClusterReader, type ClusterReader } from './cluster/reader.ts';
import { createCoordinator, type Coordinator } from './cycle/coordinator.ts';
import type { CycleSteps } from './cycle/steps.ts';
import { createSlackClient } from './delivery/slack/client.ts';
import { createDelivery, type Delivery } from './delivery/worker.ts';
import type { Notice } from './domain/notice.ts';
import type { HealthAnswer } from './http/health-server.ts';
import type { Logger } from './log.ts';
import type { Redact } from './redact.ts';
import type { Environment } from './settings/environment.ts';
import type { SettingsSource } from './settings/read-settings.ts';
import type { Secrets } from './settings/secrets.ts';
import type { Settings } from './settings/settings.ts';
import { openStore, type Store } from './store/store.ts';
import { createMetrics, type Metrics } from './telemetry/metrics.ts';
import { createGithub } from './tools/github/ask.ts';
import { createRunJq } from './tools/kubernetes/jq.ts';
import { createTools } from './tools/create-tools.ts';
import { createCompare } from './wiring/compare.ts';
import { createDecideAndRecord } from './wiring/decide-and-record.ts';
import { createDispatch } from './wiring/dispatch.ts';
import { createFollowUp } from './wiring/follow-up.ts';
import { createMonitorCards } from './wiring/monitor-cards.ts';
import { createKeepReport } from './wiring/keep-report.ts';
import { lastGoodSettings } from './wiring/last-good-settings.ts';
import { MOUNT_LIMITS } from './wiring/mount-limits.ts';
import { createMountedDefinitions } from './wiring/mounted-definitions.ts';
import { createMountedPolicies } from './wiring/mounted-policies.ts';
import { createObserveAndCheck } from './wiring/observe-and-check.ts';
import { openModel } from './wiring/open-model.ts';
import { countOutbox } from './wiring/count-outbox.ts';
import { createReadLog, LOG_LIMITS } from './wiring/quote-logs.ts';
import { recallOwners } from './wiring/owner-memory.ts';
import { createPinnedDefinitions } from './wiring/pinned-policies.ts';
import { createPinnedSettings } from './wiring/pinned-settings.ts';
import { createPatrolPods } from './wiring/patrol-pods.ts';
import { createProcessHealth } from './wiring/process-health.ts';
import { startService, type Service } from './wiring/serve.ts';
import { secretsOrNone } from './wiring/secrets-or-none.ts';
import { tellChanges } from './wiring/tell-changes.ts';
import { createAlarm, sleep, sleepQuietly } from './wiring/time.ts';
import { watchMounts, type WatchedMounts, type WatchTuning } from './wiring/watch-mounts.ts';

export interface AppOptions {
  readonly environment: Environment;
  readonly settings: SettingsSource;
  readonly secrets: Secrets;
  readonly access: ClusterAccess;
  readonly redact: Redact;
  readonly log: Logger;
  readonly version: string;
  /** Unix time in milliseconds: the clock of every decision. Deadlines of requests run on real time. */
  readonly now: () => number;
  /** `memory`: nothing is left behind and nobody is told (`--dry-run`). */
  readonly keep: 'disk' | 'memory';
  readonly withAgents: boolean;
  /** Whether cron and the health server run; without them cycles come only by `trigger`. */
  readonly serve: boolean;
  readonly agentsDeadlineMs?: number;
  /** How patient reads of the cluster are, and what passes the time between two tries; the cluster room's own where nothing is said. */
  readonly clusterReads?: { readonly settings: ReadSettings; readonly sleep: typeof sleep };
  /** How long the model may take to begin an answer, and to stay silent within one; the model room's own where nothing is said. */
  readonly modelDeadlines?: { readonly headersMs: number; readonly idleMs: number };
  /** Called between the steps of recording and telling: where a test ends the process. */
  readonly step?: (name: string) => void;
  readonly onAgentEvent?: (event: AgentEvent) => void;
  /** What is about to be told, for a terminal. */
  readonly onNotices?: (notices: readonly Notice[]) => void;
  /** What links to GitHub begin with, without a slash at the end; `undefined` = the host of the API. */
  readonly githubUrl?: string;
  /** What reports and cards call a model; its id where nothing is said. */
  readonly modelName?: (modelId: string) => string;
  /** Where this or `serve` is set, mounted files are taken up when they change, and not only when a cycle begins. */
  readonly watchMounts?: WatchTuning;
  /** Passes the time between two messages of one channel; a clock that does not run on real time need not wait in it. */
  readonly sleepBetweenMessages?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** The running monitor. Disposing it stops everything in the reverse order of its start. */
export interface App extends AsyncDisposable {
  readonly trigger: Coordinator['trigger'];
  /** Resolves when no cycle runs or waits. */
  readonly idle: Coordinator['idle'];
  /** Resolves when everything that follows a cycle (owners remembered, monitor cards, counts) is recorded. */
  readonly settled: () => Promise<void>;
  readonly delivery: Delivery;
  readonly store: Store;
  readonly cluster: ClusterReader;
  readonly metrics: Metrics;
  readonly health: () => HealthAnswer;
  readonly ready: () => HealthAnswer;
  /** `undefined` where mounts are not watched. */
  readonly mounts: WatchedMounts | undefined;
  /** Of the health server; `undefined` where it does not run. */
  readonly port: number | undefined;
}

/** Of the 30 s that Kubernetes gives a stopping pod; what is not told by then waits on disk. */
const LAST_DELIVERIES_MS = 8_000;
const AGENTS_DEADLINE_MS = 15 * 60_000;

/**
 * The composition root: what runs, what it is made of, and in which order it stops.
 *
 * @throws {MonitorError} `CONFIG_INVALID`, `POLICY_INVALID`, `STORE_NEWER`, `STORE_UNUSABLE`, `PORT_UNAVAILABLE`; what was acquired before is released
 */
export async function startApp(options: AppOptions): Promise<App> {
  const { environment, secrets, log, now, redact } = options;
  const settings = options.settings;
  const current = (): Settings => settings.current();
  const agentsDeadlineMs = options.agentsDeadlineMs ?? AGENTS_DEADLINE_MS;
  const step = options.step ?? (() => undefined);
  const credentials = secretsOrNone(secrets, log);
  await using acquired = new AsyncDisposableStack();

  const metrics = createMetrics({ version: options.version, processMetrics: options.serve });
  const store = acquired.use(
    await openStore({
      at: options.keep === 'memory' ? 'memory' : { file: join(environment.dataDir, 'k8s-monitor.db') },
      now,
      log,
      redact,
      step,
    }),
  );
  const health = createProcessHealth({ now, log });
  settings.onReload(metrics.settingsReload);
  let service: Service | undefined;
  let wakeDelivery = (): void => undefined;
  settings.subscribe(() => {
    log.setLevel(current().logLevel);
    service?.followSchedule();
    wakeDelivery();
  });
  const seen = acquired.use(
    await tellChanges({
      store,
      settings,
      access: options.access,
      ownPod: environment.ownPod,
      isTold: options.keep === 'disk',
      metrics,
      redact,
      now,
      log,
    }),
  );
  await settings.keepLastGood(lastGoodSettings(store, now));

  const cluster = acquired.use(
    createClusterReader({
      access: options.access,
      cluster: () => ({ id: current().clusterId, name: current().clusterName }),
      settings: () => ({ ...(options.clusterReads?.settings ?? defaultReadSettings), ...current().retry }),
      readableConfigMaps: () => [],
      now,
      sleep: options.clusterReads?.sleep ?? sleep,
      random: Math.random,
      onCredential: secrets.remember,
      onRequest: ({ kind, status, durationMs }) => {
        metrics.clusterRequest({ resource: kind, status: String(status), ms: durationMs });
        log.debug('API server asked', { kind, status, durationMs });
      },
      log,
    }),
  );

  // A token file that is mounted later (or repaired) is found by the running process; until then notices wait.
  const slackConfigured = options.keep === 'disk' && secrets.isConfigured('SLACK_BOT_TOKEN');
  const slack = slackConfigured
    ? createSlackClient({ readToken: credentials.SLACK_BOT_TOKEN, apiUrl: environment.slackApiUrl, log, now })
    : undefined;
  const delivery = createDelivery({
    outbox: store.outbox,
    slack,
    enabled: () => current().flags.notifications && credentials.SLACK_BOT_TOKEN() !== undefined,
    now,
    sleep: options.sleepBetweenMessages ?? sleepQuietly,
    random: Math.random,
    log,
    step: async (name) => {
      step(name);
      await Promise.resolve();
    },
    onOutcome: ({ notice, result }) => metrics.delivery({ leg: 'slack', operation: notice.content.kind, result }),
    onProblems: health.noteDelivery,
    onUnreached: health.noteUnreached,
  });
  wakeDelivery = () => delivery.wake();
  if (options.serve) {
    acquired.use(delivery.start());
    // Runs when the cycles have ended and before delivery does: what their last pass decided is still told.
    acquired.defer(() => delivery.drain(AbortSignal.timeout(LAST_DELIVERIES_MS)));
  }

  const github = createGithub({ readToken: credentials.GITHUB_TOKEN, apiUrl: environment.githubApiUrl });
  const githubConfigured = (): boolean =>
    current().toolsets.github && current().github.repositories.length > 0 && credentials.GITHUB_TOKEN() !== undefined;
  const toolsOfCycle = createTools({ queries: cluster.queries, github, redact, runJq: createRunJq(), now });

  const { policies, directory: policiesDir } = createMountedPolicies({
    environment,
    settings: current,
    store,
    onReload: metrics.policyReload,
    onDecided: seen.policies,
    now,
    log,
  });
  await policies.start();
  const definitions = createMountedDefinitions({
    environment,
    settings: current,
    store,
    githubConfigured,
    policyHash: () => policies.hash(),
    onDecided: seen.definitions,
    now,
    log,
  });
  const pinnedDefinitions = createPinnedDefinitions({
    definitions,
    policies,
    settings: current,
    onPinned: metrics.definitionsPinned,
  });
  const { assess } = pinnedDefinitions;
  const pinnedSettings = createPinnedSettings(current);

  const model = openModel({
    ...options.modelDeadlines,
    environment,
    settings: current,
    secrets,
    credentials,
    spend: { load: (day) => store.spend.on(day), add: (day, usd) => store.spend.add(day, usd, 1) },
    onCall: (call) => metrics.modelCall({ model: call.model, status: call.status, ms: call.ms, usage: call.usage }),
    now,
    log,
  });
  const agentsMissing = (): string | undefined =>
    options.withAgents ? model.missing() : 'agents are switched off (--no-agents)';

  const owners = await recallOwners({ store, now, log });
  const monitorCards = createMonitorCards({
    store,
    delivery,
    settings: current,
    now,
    newNoticeId: randomUUID,
    log,
  });

  const compare = createCompare(log, () => current().slack.allowedChannels);
  const keepReport = createKeepReport({
    store,
    reportsDir: options.keep === 'memory' ? undefined : environment.reportsDir,
    redact,
    onStoreTrouble: health.noteStore,
    log,
  });
  const steps: CycleSteps = {
    now,
    pin: async () => {
      const pinnedNow = settings.refresh();
      const pinned = await pinnedDefinitions.pinForCycle();
      pinnedSettings.remember(pinned, pinnedNow);
      return pinned;
    },
    ...createObserveAndCheck({
      cluster,
      settings: current,
      patrolPods: createPatrolPods({ loadIncidents: () => store.loadIncidents(now()), now }),
      owners,
      redact,
      now,
      log,
    }),
    compare: (pinned, snapshot, due) => [...compare(pinned, snapshot, due), ...pinnedDefinitions.troubles(pinned)],
    assess,
    decideAndRecord: createDecideAndRecord({
      store,
      delivery,
      settings: current,
      pinNow: () => definitions.pin(),
      readLog: createReadLog(cluster.queries),
      logLimits: LOG_LIMITS,
      redact,
      now,
      newNoticeId: randomUUID,
      agentsMissing,
      onStoreTrouble: health.noteStore,
      onNotices: options.onNotices ?? (() => undefined),
      log,
    }),
    changes: seen.take,
    switchedOff: () => switchesOff(current().flags),
    agentsMissing,
    dispatch: createDispatch({
      model,
      tools: ({ toolsets, github: { repositories } }) =>
        toolsOfCycle({
          kubernetes: toolsets.kubernetes,
          repositories: toolsets.github && githubConfigured() ? repositories : [],
        }),
      settings: pinnedSettings.of,
      githubConfigured,
      githubUrl: options.githubUrl ?? webUrlOf(environment.githubApiUrl),
      modelName: options.modelName ?? ((modelId) => modelId),
      assess,
      lastKnownOwner: owners.lastKnownOwner,
      newFenceMarker: () => randomBytes(8).toString('hex'),
      agentsDeadlineMs,
      redact,
      now,
      log,
      ...(options.onAgentEvent !== undefined && { onEvent: options.onAgentEvent }),
    }),
    report: async (report, keepFile) => {
      metrics.cycleFinished(report);
      await keepReport(report, keepFile);
    },
  };

  const followUp = acquired.use(
    createFollowUp({
      owners,
      cards: monitorCards,
      facts: () => ({
        settingsProblem: settings.problem(),
        storeMovedAside: store.movedAside,
        agentsConfigured: agentsMissing() === undefined,
      }),
    }),
  );
  const coordinator = acquired.use(
    createCoordinator({
      steps,
      log,
      now,
      agentsDeadlineMs,
      // By hand, whoever moves the clock also brings the cycles.
      at: options.serve ? createAlarm(now) : () => () => undefined,
      onAttempt: () => service?.noteAttempt(),
      onFinished: followUp.ofCycle,
      onFailed: (_error, ask) => metrics.cycleFailed(ask.trigger),
    }),
  );

  const mounts =
    options.serve || options.watchMounts !== undefined
      ? acquired.use(
          await watchMounts({
            environment,
            policiesDir,
            settings,
            policies,
            pin: pinnedDefinitions.pin,
            onChange: ({ warnings }) => followUp.ofFiles([...warnings, ...pinnedDefinitions.lastTroubles()]),
            onReload: metrics.mountReload,
            limits: MOUNT_LIMITS,
            tuning: options.watchMounts ?? {},
            now,
            log,
          }),
        )
      : undefined;

  if (options.serve) {
    service = acquired.use(
      await startService({
        version: options.version,
        environment,
        settings: current,
        secrets,
        access: options.access,
        slack,
        agentsMissing,
        githubConfigured,
        store,
        health,
        metrics: async () => {
          await countOutbox({ outbox: store.outbox, onCounted: metrics.outbox, now, log });
          return metrics.text();
        },
        trigger: coordinator.trigger,
        now,
        log,
      }),
    );
  }

  const running = acquired.move();
  return {
    trigger: coordinator.trigger,
    idle: coordinator.idle,
    settled: async () => void (await Promise.all([followUp.settled(), seen.settled()])),
    delivery,
    store,
    cluster,
    metrics,
    health: health.health,
    ready: health.ready,
    mounts,
    port: service?.port,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Their names in `flags.json`. */
function switchesOff({ modelCalls, notifications, signals, patrols }: Settings['flags']): readonly string[] {
  const switches = { model_calls: modelCalls, notifications, signals, patrols };
  return Object.entries(switches).flatMap(([name, on]) => (on ? [] : [name]));
}

/** Where people look at what the API serves: `https://github.com`, or the host of an Enterprise server. */
function webUrlOf(githubApiUrl: string | undefined): string {
  return githubApiUrl === undefined ? 'https://github.com' : new URL(githubApiUrl).origin;
}
