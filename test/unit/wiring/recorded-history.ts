import type { AgentsOutcome } from '../../../src/domain/agent-report.ts';
import type { CheckOutcome } from '../../../src/domain/check.ts';
import type { Definitions } from '../../../src/domain/definitions.ts';
import type { Finding } from '../../../src/domain/finding.ts';
import type { Incident } from '../../../src/domain/incident.ts';
import type { CycleReport } from '../../../src/domain/report.ts';
import { runCycle } from '../../../src/cycle/cycle.ts';
import type { CycleSteps } from '../../../src/cycle/steps.ts';
import { silentLog } from '../../../src/log.ts';
import { assessBuiltin } from '../../../src/policy/builtin-policy.ts';
import type { Settings } from '../../../src/settings/settings.ts';
import { assessFindings, namespacesIn } from '../../../src/wiring/assess.ts';
import { createDecideAndRecord } from '../../../src/wiring/decide-and-record.ts';
import { LOG_LIMITS } from '../../../src/wiring/quote-logs.ts';
import type { ReplayableReport } from '../../../src/wiring/replay-cycle.ts';
import { aSnapshot } from '../../builders/kubernetes.ts';
import { MORNING_MS } from '../incidents/builders.ts';

/** What one cycle sees, and what its agents say. */
export interface Seen {
  readonly atMs: number;
  readonly findings: readonly Finding[];
  readonly outcomes: readonly CheckOutcome[];
  /** `undefined`: a patrol, which asks nobody. */
  readonly agents?: AgentsOutcome | undefined;
  /** A patrol that runs while the agents work. */
  readonly meanwhile?:
    | { readonly findings: readonly Finding[]; readonly outcomes: readonly CheckOutcome[] }
    | undefined;
}

/** A monitor without a cluster, a model and a disk: the cycle, the decisions and what is recorded of them are the product's. */
export function recordingMonitor(files: {
  readonly settings: () => Settings;
  readonly definitions: () => Definitions;
}): {
  /** @returns the reports as they lie in the database: of the cycle, and of the patrol beside it */
  readonly cycle: (seen: Seen) => Promise<readonly ReplayableReport[]>;
} {
  const stored = new Map<string, string>();
  let nowMs = MORNING_MS;
  let numbers = 0;
  let cycles = 0;
  const now = (): number => nowMs;
  const decideAndRecord = createDecideAndRecord({
    store: {
      clusterId: () => 'cluster-1',
      identify: () => Promise.resolve(),
      loadIncidents: (atMs) => {
        const incidents = [...stored.values()]
          .map((text): Incident => JSON.parse(text))
          .filter(({ state, resolvedAtMs }) => state === 'open' || (resolvedAtMs ?? 0) > atMs - 24 * 3_600_000)
          .toSorted((left, right) => left.openedAtMs - right.openedAtMs || (left.id < right.id ? -1 : 1));
        return Promise.resolve({ incidents, inSevenDays: new Map() });
      },
      commitPass: ({ incidents }) => {
        for (const incident of incidents) stored.set(incident.id, JSON.stringify(incident));
        return Promise.resolve();
      },
      nextIncidentNumber: () => (numbers += 1),
      probe: () => Promise.resolve(),
    },
    delivery: { wake: () => undefined, tellUnrecorded: () => Promise.resolve(true) },
    settings: files.settings,
    pinNow: () => Promise.resolve(files.definitions()),
    readLog: () => Promise.reject(new Error('no finding here has a log')),
    logLimits: LOG_LIMITS,
    redact: (text) => text,
    now,
    newNoticeId: () => '',
    agentsMissing: () => undefined,
    onStoreTrouble: () => undefined,
    onNotices: () => undefined,
    log: silentLog,
  });

  async function run(seen: Omit<Seen, 'atMs'>): Promise<readonly ReplayableReport[]> {
    const reports: CycleReport[] = [];
    const beside: ReplayableReport[] = [];
    const steps: CycleSteps = {
      now,
      pin: () => Promise.resolve(files.definitions()),
      observe: () => Promise.resolve(aSnapshot({}, { takenAtMs: nowMs })),
      check: () => Promise.resolve({ findings: seen.findings, outcomes: seen.outcomes }),
      compare: () => [],
      changes: () => [],
      assess: (findings, snapshot, definitions, atMs) =>
        assessFindings(findings, namespacesIn(snapshot), definitions, {
          assess: assessBuiltin,
          environments: files.settings().environments,
          nowMs: atMs,
        }),
      decideAndRecord,
      switchedOff: () => [],
      agentsMissing: () => undefined,
      dispatch: async () => {
        nowMs += 90_000;
        if (seen.meanwhile !== undefined) beside.push(...(await run(seen.meanwhile)));
        nowMs += 45_000;
        if (seen.agents === undefined) throw new Error('nobody was to be asked');
        return seen.agents;
      },
      report: (report) => {
        reports.push(report);
        return Promise.resolve();
      },
    };
    cycles += 1;
    const withAgents = seen.agents !== undefined;
    await runCycle(
      steps,
      { cycleId: `cycle-${cycles}`, trigger: withAgents ? 'scheduled' : 'patrol', withAgents },
      (work) => work(),
      silentLog,
      new AbortController().signal,
    );
    return [...beside, ...reports.map((report): ReplayableReport => JSON.parse(JSON.stringify(report)))];
  }

  return {
    cycle: ({ atMs, ...seen }) => {
      nowMs = Math.max(nowMs, atMs);
      return run(seen);
    },
  };
}
