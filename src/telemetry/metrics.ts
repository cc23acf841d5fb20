import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { FileVerdict } from '../domain/change.ts';
import type { Definitions } from '../domain/definitions.ts';
import type { MountReload } from '../domain/mounted-directory.ts';
import type { CycleReport } from '../domain/report.ts';
import type { Usage } from '../domain/usage.ts';
import { createMountMetrics } from './mount-metrics.ts';
import { createSeedMetrics, type PolicyReloadSeen, type SettingsReloadSeen } from './seed-metrics.ts';

/** Everything that /metrics shows; each method is called at the place where the thing happens. */
export interface Metrics {
  readonly cycleFinished: (report: CycleReport) => void;
  readonly cycleFailed: (trigger: string) => void;
  readonly modelCall: (call: {
    readonly model: string;
    readonly status: string;
    readonly ms: number;
    readonly usage: Usage | undefined;
  }) => void;
  readonly clusterRequest: (request: {
    readonly resource: string;
    readonly status: string;
    readonly ms: number;
  }) => void;
  readonly delivery: (event: { readonly leg: string; readonly operation: string; readonly result: string }) => void;
  readonly outbox: (counts: {
    readonly pending: number;
    readonly sending: number;
    readonly parked: number;
    readonly oldestAgeSeconds: number;
  }) => void;
  readonly definitionsPinned: (definitions: Pick<Definitions, 'revision' | 'files' | 'warnings'>) => void;
  /** A changed set of policies, taken or not. */
  readonly policyReload: (reload: PolicyReloadSeen) => void;
  /** A changed settings file, taken or not. */
  readonly settingsReload: (reload: SettingsReloadSeen) => void;
  /** What became of a change of a mounted directory. */
  readonly mountReload: (reload: MountReload) => void;
  /** What became of changed files; `first`: of a first start, which is no change. */
  readonly verdicts: (verdicts: readonly FileVerdict[], first: boolean) => void;
  readonly auditRows: (result: 'sent' | 'refused' | 'dropped', rows: number) => void;
  readonly auditBuffered: (rows: number) => void;
  /** Prometheus text format. */
  readonly text: () => Promise<string>;
}

const PREFIX = 'k8s_monitor_';

export function createMetrics(options: { readonly version: string; readonly processMetrics: boolean }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (options.processMetrics) collectDefaultMetrics({ register: registry });
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> =>
    new Counter({ name: `${PREFIX}${name}`, help, labelNames: [...labelNames], registers });
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]): Gauge<Label> =>
    new Gauge({ name: `${PREFIX}${name}`, help, labelNames: [...labelNames], registers });
  const histogram = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    buckets: readonly number[],
  ): Histogram<Label> =>
    new Histogram({ name: `${PREFIX}${name}`, help, labelNames: [...labelNames], buckets: [...buckets], registers });

  const build = gauge('build_info', 'Version of the program; always 1', ['version']);
  build.set({ version: options.version }, 1);
  const cycles = counter('cycles_total', 'Cycles that ended', ['trigger', 'result']);
  const lastCycle = gauge('last_cycle_timestamp_seconds', 'Unix time of the last cycle that ended well', ['trigger']);
  const stages = histogram(
    'stage_duration_seconds',
    'Time of each stage of a cycle',
    ['stage', 'status'],
    [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120, 600],
  );
  const gaps = gauge('gaps', 'Areas that could not be read in the last cycle', ['resource', 'cause']);
  const findings = gauge('findings', 'Findings of the last cycle', ['origin', 'family', 'severity']);
  const checks = gauge('checks', 'Checks of the last cycle by how far they could be evaluated', ['evaluated']);
  const openIncidents = gauge('open_incidents', 'Incidents that are open', ['severity']);
  const decisions = counter('decisions_total', 'Why people were or were not told', ['told', 'reason']);
  const agentRuns = counter('agent_runs_total', 'Runs of agents', ['agent', 'role', 'status']);
  const modelCalls = counter('model_calls_total', 'Calls to the model', ['model', 'status']);
  const modelSeconds = histogram(
    'model_call_duration_seconds',
    'Time of calls to the model',
    ['model'],
    [0.5, 1, 2, 5, 10, 30, 60, 180],
  );
  const tokens = counter('model_tokens_total', 'Tokens as the provider counts them', ['model', 'kind']);
  const cost = counter('model_cost_usd_total', 'Cost of model calls by the price table', ['model']);
  const clusterRequests = counter('cluster_requests_total', 'Requests to the API server', ['resource', 'status']);
  const clusterSeconds = histogram(
    'cluster_request_duration_seconds',
    'Time of requests to the API server',
    ['resource'],
    [0.01, 0.05, 0.1, 0.5, 1, 5, 30],
  );
  const deliveries = counter('deliveries_total', 'Attempts to deliver a notice', ['leg', 'operation', 'result']);
  const outboxRows = gauge('outbox_rows', 'Notices that wait for delivery', ['status']);
  const outboxAge = gauge('outbox_oldest_age_seconds', 'Age of the oldest notice that waits; 0 when none does', []);
  const revision = gauge('definitions_info', 'Revision of the Markdown in force; always 1', ['revision']);
  const definitionFiles = gauge('definition_files', 'Definition files that are not as mounted', ['state']);
  const changes = counter(
    'changes_total',
    'Differences of accepted files; widened: an agent may do more, or people hear less',
    ['component', 'kind'],
  );
  const auditRows = counter(
    'audit_rows_total',
    'Audit rows by what became of them on the way to audit.url: sent, refused, dropped',
    ['result'],
  );
  const auditBuffered = gauge('audit_buffered_rows', 'Audit rows that wait for audit.url', []);
  const mounts = createMountMetrics(registers);
  const seeds = createSeedMetrics(registers, Date.now);

  return {
    cycleFinished: (report) => {
      const { trigger } = report.cycle;
      cycles.inc({ trigger, result: 'finished' });
      lastCycle.set({ trigger }, Date.parse(report.cycle.endedAt) / 1_000);
      for (const stage of report.stages) {
        if (stage.status !== 'skipped') stages.observe({ stage: stage.name, status: stage.status }, stage.ms / 1_000);
      }
      gaps.reset();
      for (const gap of report.gaps) gaps.inc({ resource: gap.resource, cause: gap.cause });
      findings.reset();
      for (const finding of report.findings)
        findings.inc({ origin: finding.origin, family: finding.family, severity: finding.floor });
      checks.reset();
      for (const check of report.checks) checks.inc({ evaluated: check.evaluated });
      openIncidents.reset();
      for (const incident of report.incidents)
        if (incident.state === 'open') openIncidents.inc({ severity: incident.severity });
      for (const decision of report.decisions) decisions.inc({ told: String(decision.told), reason: decision.reason });
      for (const run of report.agents) agentRuns.inc({ agent: run.name, role: run.role, status: run.status });
    },
    cycleFailed: (trigger) => cycles.inc({ trigger, result: 'failed' }),
    modelCall: ({ model, status, ms, usage }) => {
      modelCalls.inc({ model, status });
      modelSeconds.observe({ model }, ms / 1_000);
      if (usage === undefined) return;
      tokens.inc({ model, kind: 'input' }, usage.inputTokens);
      tokens.inc({ model, kind: 'output' }, usage.outputTokens);
      tokens.inc({ model, kind: 'cache_read' }, usage.cacheReadTokens);
      tokens.inc({ model, kind: 'cache_write' }, usage.cacheWriteTokens);
      cost.inc({ model }, usage.costUsd);
    },
    clusterRequest: ({ resource, status, ms }) => {
      clusterRequests.inc({ resource, status });
      clusterSeconds.observe({ resource }, ms / 1_000);
    },
    delivery: (event) => deliveries.inc(event),
    outbox: (counts) => {
      for (const status of ['pending', 'sending', 'parked'] as const) outboxRows.set({ status }, counts[status]);
      outboxAge.set(counts.oldestAgeSeconds);
    },
    definitionsPinned: ({ revision: pinned, files, warnings }) => {
      revision.reset();
      revision.set({ revision: pinned }, 1);
      definitionFiles.set({ state: 'stale' }, files.filter(({ stale }) => stale !== undefined).length);
      definitionFiles.set({ state: 'rejected' }, warnings.filter(({ outcome }) => outcome === 'rejected').length);
    },
    policyReload: seeds.policyReload,
    settingsReload: seeds.settingsReload,
    mountReload: (reload) => {
      mounts(reload);
      seeds.mountReload(reload);
    },
    verdicts: (verdicts, first) => {
      if (first) return;
      for (const { component, changes: differences } of verdicts) {
        for (const { kind } of differences) changes.inc({ component, kind });
      }
    },
    auditRows: (result, rows) => auditRows.inc({ result }, rows),
    auditBuffered: (rows) => auditBuffered.set(rows),
    text: () => registry.metrics(),
  };
}
