import { expect, test } from 'vitest';
import { createCoordinator } from '../../../src/cycle/coordinator.ts';
import type { CycleSteps } from '../../../src/cycle/steps.ts';
import { NO_AGENTS } from '../../../src/domain/agent-report.ts';
import { silentLog } from '../../../src/log.ts';
import { emptyDefinitions, emptySnapshot } from '../../builders/cycle.ts';
import { anIncident } from '../store/builders.ts';

interface Bench {
  readonly steps: CycleSteps;
  /** What happened, in order. */
  readonly story: string[];
  readonly release: () => void;
}

/** Steps that tell a story; `dispatch` waits until it is released. */
function aBench(changes: Partial<CycleSteps> = {}): Bench {
  const story: string[] = [];
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const steps: CycleSteps = {
    now: () => Date.UTC(2026, 10, 21, 18, 0, 5),
    pin: () => Promise.resolve(emptyDefinitions()),
    observe: async (due) => {
      story.push(`observe ${due}`);
      await Promise.resolve();
      return emptySnapshot();
    },
    check: () => Promise.resolve({ findings: [], outcomes: [] }),
    compare: () => [],
    assess: () => Promise.resolve([]),
    decideAndRecord: async ({ pass, cycleId, findings }) => {
      story.push(`tell ${pass} ${cycleId}`);
      await Promise.resolve();
      return { decisions: [], incidents: [], recheckAtMs: undefined, findings, logs: undefined };
    },
    agentsMissing: () => undefined,
    changes: () => [],
    switchedOff: () => [],
    dispatch: async () => {
      story.push('agents begin');
      await gate;
      story.push('agents end');
      return NO_AGENTS;
    },
    report: () => Promise.resolve(),
    ...changes,
  };
  return { steps, story, release: () => release() };
}

function coordinate(steps: CycleSteps, at: (atMs: number, callback: () => void) => () => void = () => () => undefined) {
  return createCoordinator({ steps, log: silentLog, now: steps.now, agentsDeadlineMs: 60_000, at });
}

test('patrols go on while the agents of one cycle work', async () => {
  const bench = aBench();
  await using coordinator = coordinate(bench.steps);

  const scheduled = coordinator.trigger({ trigger: 'scheduled', withAgents: true });
  await coordinator.trigger({ trigger: 'patrol', withAgents: false });
  bench.release();
  await scheduled;

  expect(bench.story.indexOf('observe patrol')).toBeLessThan(bench.story.indexOf('agents end'));
});

test('the alert is told before the agents begin', async () => {
  const bench = aBench();
  bench.release();
  await using coordinator = coordinate(bench.steps);

  await coordinator.trigger({ trigger: 'scheduled', withAgents: true });

  expect(bench.story).toEqual([
    'observe all',
    'tell 1 2026-11-21T18:00:05Z-scheduled',
    'agents begin',
    'agents end',
    'tell 2 2026-11-21T18:00:05Z-scheduled',
  ]);
});

test('cycles with agents wait for each other, merged with their like', async () => {
  const bench = aBench();
  await using coordinator = coordinate(bench.steps);
  const asked = [1, 2, 3].map(() => coordinator.trigger({ trigger: 'scheduled', withAgents: true }));
  bench.release();
  const results = await Promise.all(asked);

  expect(bench.story.filter((line) => line === 'agents begin').length).toBeLessThanOrEqual(2);
  expect(new Set(results.map((result) => result.report.cycle.id)).size).toBe(1);
});

test('observe, decide and record never overlap', async () => {
  let inside = 0;
  let most = 0;
  const bench = aBench({
    observe: async () => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setTimeout(resolve, 5));
      return emptySnapshot();
    },
    decideAndRecord: async ({ findings }) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      inside -= 1;
      return { decisions: [], incidents: [], recheckAtMs: undefined, findings, logs: undefined };
    },
  });
  await using coordinator = coordinate(bench.steps);

  await Promise.all([
    coordinator.trigger({ trigger: 'patrol', withAgents: false }),
    coordinator.trigger({ trigger: 'manual', withAgents: false }),
    coordinator.trigger({ trigger: 'patrol', withAgents: false }),
  ]);

  expect(most).toBe(1);
});

test('agents that break leave the alert out and say that they are missing', async () => {
  const bench = aBench({ dispatch: () => Promise.reject(new Error('boom')) });
  await using coordinator = coordinate(bench.steps);

  const { report } = await coordinator.trigger({ trigger: 'scheduled', withAgents: true });

  expect(report.analysisMissing).toBe('the agents failed: boom');
  expect(report.stages.find((stage) => stage.name === 'dispatch')?.status).toBe('partial');
});

test('agents that work until the deadline are told how much time the cycle had', async () => {
  const bench = aBench({
    dispatch: (_input, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
  });
  await using coordinator = createCoordinator({
    steps: bench.steps,
    log: silentLog,
    now: bench.steps.now,
    agentsDeadlineMs: 50,
    at: () => () => undefined,
  });

  const { report } = await coordinator.trigger({ trigger: 'scheduled', withAgents: true });

  expect(report.analysisMissing).toBe('the agents failed: the cycle had 0.05 s');
});

test('without a model the cycle ends after the checks and says why', async () => {
  const bench = aBench({ agentsMissing: () => 'no ANTHROPIC_API_KEY' });
  await using coordinator = coordinate(bench.steps);

  const { report } = await coordinator.trigger({ trigger: 'scheduled', withAgents: true });

  expect(bench.story).not.toContain('agents begin');
  expect(report.analysisMissing).toBe('no ANTHROPIC_API_KEY');
  expect(report.stages.find((stage) => stage.name === 'dispatch')?.status).toBe('skipped');
});

test('a moment that was asked for brings a patrol', async () => {
  const asked: { atMs: number; callback: () => void }[] = [];
  const bench = aBench({
    decideAndRecord: ({ findings }) =>
      Promise.resolve({
        decisions: [],
        incidents: [],
        recheckAtMs: asked.length === 0 ? 1234 : undefined,
        findings,
        logs: undefined,
      }),
  });
  await using coordinator = coordinate(bench.steps, (atMs, callback) => {
    asked.push({ atMs, callback });
    return () => undefined;
  });

  await coordinator.trigger({ trigger: 'manual', withAgents: false });
  asked[0]?.callback();
  await coordinator.idle();

  expect(asked.map(({ atMs }) => atMs)).toEqual([1234]);
  expect(bench.story).toEqual(['observe all', 'observe patrol']);
});

test('a failed cycle is its own trouble: the next one runs', async () => {
  let attempts = 0;
  const bench = aBench({
    observe: () => {
      attempts += 1;
      return attempts === 1 ? Promise.reject(new Error('once')) : Promise.resolve(emptySnapshot());
    },
  });
  await using coordinator = coordinate(bench.steps);

  await expect(coordinator.trigger({ trigger: 'patrol', withAgents: false })).rejects.toThrow('once');
  await expect(coordinator.trigger({ trigger: 'patrol', withAgents: false })).resolves.toBeDefined();
});

/** Steps in which every patrol opens (or reopens) the same SEV-1. */
function anIncidentBench(changes: Partial<CycleSteps> = {}): Bench {
  const incident = anIncident({ id: 'INC-1', severity: 'SEV-1' });
  return aBench({
    decideAndRecord: ({ cycleId, pass, findings }) =>
      Promise.resolve({
        findings,
        logs: undefined,
        incidents: [incident],
        recheckAtMs: undefined,
        decisions: [
          {
            incidentId: 'INC-1',
            cycleId,
            atMs: 0,
            pass,
            told: true,
            reason: 'first-seen',
            detail: '',
            severity: 'SEV-1',
            revision: '',
          },
        ],
      }),
    ...changes,
  });
}

test('a patrol that opens a SEV-1 is followed by agents on just that, once in half an hour', async () => {
  let nowMs = Date.UTC(2026, 10, 21, 18);
  const bench = anIncidentBench({ now: () => nowMs });
  bench.release();
  await using coordinator = coordinate(bench.steps);
  const patrol = async (afterMs: number): Promise<number> => {
    nowMs += afterMs;
    await coordinator.trigger({ trigger: 'patrol', withAgents: false });
    await coordinator.idle();
    return bench.story.filter((line) => line === 'agents begin').length;
  };

  expect([await patrol(0), await patrol(300_000), await patrol(1_500_000)]).toEqual([1, 1, 2]);
});

test('without a model a new SEV-1 starts no cycle that could do nothing', async () => {
  const bench = anIncidentBench({ agentsMissing: () => 'no ANTHROPIC_API_KEY' });
  await using coordinator = coordinate(bench.steps);

  await coordinator.trigger({ trigger: 'patrol', withAgents: false });
  await coordinator.idle();

  expect(bench.story).toEqual(['observe patrol']);
});
