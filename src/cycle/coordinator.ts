import { cycleIdOf, type Trigger } from '../domain/cycle.ts';
import type { Incident } from '../domain/incident.ts';
import { MonitorError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { runCycle, type CycleRequest, type CycleResult, type Exclusively } from './cycle.ts';
import type { CycleSteps } from './steps.ts';

/** What a trigger asks for. */
export interface Ask {
  readonly trigger: Trigger;
  readonly withAgents: boolean;
}

export interface Coordinator extends AsyncDisposable {
  /** Runs the cycle, or joins a waiting one of its like; resolves when that cycle has ended. */
  readonly trigger: (ask: Ask) => Promise<CycleResult>;
  /** Resolves when nothing runs or waits. */
  readonly idle: () => Promise<void>;
}

export interface CoordinatorOptions {
  readonly steps: CycleSteps;
  readonly log: Logger;
  readonly now: () => number;
  /** Agents and everything behind them end by then. */
  readonly agentsDeadlineMs: number;
  /** Calls back at a moment of the product's clock; returns how to forget it. */
  readonly at: (atMs: number, callback: () => void) => () => void;
  /** A cycle begins. */
  readonly onAttempt?: () => void;
  readonly onFinished?: (result: CycleResult, ask: Ask) => void;
  readonly onFailed?: (error: unknown, ask: Ask) => void;
}

/** An incident that flaps, or agents that keep failing, must not buy a conversation every five minutes. */
const ASK_AGAIN_AFTER_MS = 30 * 60_000;

/**
 * Who may run beside whom: observe, decide and record never overlap; agents of one cycle work while patrols go on;
 * a second cycle with agents waits, merged with its like.
 */
export function createCoordinator(options: CoordinatorOptions): Coordinator {
  const { steps, log, now } = options;
  const stopping = new AbortController();
  const exclusively = createQueue();
  const oneWithAgents = createQueue();
  const oneWithout = createQueue();
  const usedIds = new Set<string>();
  /** When agents were last asked about an incident by a patrol. */
  const askedAtMs = new Map<string, number>();
  const waiting = new Map<string, Promise<CycleResult>>();
  const running = new Set<Promise<unknown>>();
  let forgetRecheck: (() => void) | undefined;

  const run = async (request: CycleRequest): Promise<CycleResult> => {
    options.onAttempt?.();
    const deadline = new AbortController();
    const timer = setTimeout(() => {
      const had = `the cycle had ${options.agentsDeadlineMs / 1_000} s`;
      deadline.abort(new MonitorError('MODEL_UNAVAILABLE', had));
    }, options.agentsDeadlineMs);
    try {
      const result = await runCycle(
        steps,
        { ...request, cycleId: newCycleId(request.trigger) },
        exclusively,
        log,
        AbortSignal.any([stopping.signal, deadline.signal]),
      );
      scheduleRecheck(result.last.recheckAtMs);
      askAgentsAboutNewIncidents(request, result);
      options.onFinished?.(result, request);
      return result;
    } catch (error) {
      log.error('cycle failed', { trigger: request.trigger, err: error });
      options.onFailed?.(error, request);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };

  /** Two cycles of one kind within a second are two cycles. */
  const newCycleId = (trigger: Trigger): string => {
    const id = cycleIdOf(now(), trigger);
    let unique = id;
    for (let count = 2; usedIds.has(unique); count += 1) unique = `${id}-${count}`;
    if (usedIds.size > 1_000) usedIds.clear();
    usedIds.add(unique);
    return unique;
  };

  /** One waiting cycle of each kind is enough: it will see everything that the later asks wanted it to see. */
  const start = (key: string, request: CycleRequest, queue: Exclusively): Promise<CycleResult> => {
    const joined = waiting.get(key);
    if (joined !== undefined) return joined;
    const cycle = queue(() => {
      waiting.delete(key);
      stopping.signal.throwIfAborted();
      return run(request);
    });
    waiting.set(key, cycle);
    const settled = cycle.then(
      () => undefined,
      () => undefined,
    );
    running.add(settled);
    void settled.then(() => running.delete(settled));
    return cycle;
  };

  const trigger = (ask: Ask): Promise<CycleResult> =>
    ask.withAgents
      ? start(`agents:${ask.trigger}`, ask, oneWithAgents)
      : start(`checks:${ask.trigger}`, ask, oneWithout);

  const scheduleRecheck = (atMs: number | undefined): void => {
    forgetRecheck?.();
    forgetRecheck = undefined;
    if (atMs === undefined || stopping.signal.aborted) return;
    forgetRecheck = options.at(
      atMs,
      () => void trigger({ trigger: 'patrol', withAgents: false }).catch(() => undefined),
    );
  };

  /** A patrol that opened a SEV-1/2 is followed by agents on just that. */
  const askAgentsAboutNewIncidents = (request: CycleRequest, result: CycleResult): void => {
    if (request.withAgents || request.trigger !== 'patrol' || stopping.signal.aborted) return;
    if (result.agentsMissing !== undefined) return;
    const incidentIds = result.last.incidents
      .filter((incident) => deservesAgents(incident, result))
      .map((incident) => incident.id)
      .filter((id) => now() - (askedAtMs.get(id) ?? Number.NEGATIVE_INFINITY) >= ASK_AGAIN_AFTER_MS);
    if (incidentIds.length === 0) return;
    for (const [id, atMs] of askedAtMs) if (now() - atMs >= ASK_AGAIN_AFTER_MS) askedAtMs.delete(id);
    for (const id of incidentIds) askedAtMs.set(id, now());
    const focus = { incidentIds, snapshot: result.snapshot, due: 'patrol' as const };
    void start(
      `agents:incident:${incidentIds.join()}`,
      { trigger: 'incident', withAgents: true, focus },
      oneWithAgents,
    ).catch(() => undefined);
  };

  return {
    trigger,
    idle: async () => {
      while (running.size > 0) await Promise.all(running);
    },
    [Symbol.asyncDispose]: async () => {
      forgetRecheck?.();
      stopping.abort(new MonitorError('MODEL_UNAVAILABLE', 'the monitor was stopped'));
      await Promise.all(running);
    },
  };
}

function deservesAgents(incident: Incident, { last }: CycleResult): boolean {
  if (incident.state !== 'open' || incident.analysis !== undefined) return false;
  if (incident.severity !== 'SEV-1' && incident.severity !== 'SEV-2') return false;
  return last.decisions.some(
    (decision) =>
      decision.incidentId === incident.id &&
      (decision.reason === 'first-seen' ||
        decision.reason === 'reopened' ||
        decision.reason === 'worse' ||
        decision.reason === 'held'),
  );
}

/** First come, first served, one at a time; a failure is its own caller's and stops nobody behind it. */
function createQueue(): Exclusively {
  let tail: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = tail.then(work);
    tail = turn.catch(() => undefined);
    return turn;
  };
}
