import type { Unreached } from '../delivery/reach.ts';
import type { DeliveryProblem } from '../delivery/standstill.ts';
import { clockText } from '../domain/clock-text.ts';
import type { MonitorError } from '../errors.ts';
import type { HealthAnswer } from '../http/health-server.ts';
import type { Logger } from '../log.ts';

/** What the process knows about its own health, gathered from those who notice it. */
export interface ProcessHealth {
  /** `undefined`: a write has reached the disk. */
  readonly noteStore: (trouble: MonitorError | undefined) => void;
  readonly noteDelivery: (problems: readonly DeliveryProblem[]) => void;
  /** `undefined`: Slack answers again. */
  readonly noteUnreached: (unreached: Unreached | undefined) => void;
  /** A cycle begins; the next one must begin before this moment (Unix milliseconds). */
  readonly noteAttempt: (nextBeforeMs: number) => void;
  /** For the kubelet's liveness probe: whether cycles are attempted at all. */
  readonly health: () => HealthAnswer;
  /** For its readiness probe: whether what is decided can be recorded. */
  readonly ready: () => HealthAnswer;
}

/** A shorter silence of Slack is bridged by the retries. */
const UNREACHED_AFTER_MS = 60_000;

export function createProcessHealth(parts: { readonly now: () => number; readonly log: Logger }): ProcessHealth {
  const { now, log } = parts;
  let storeTrouble: MonitorError | undefined;
  let deliveryProblems: readonly DeliveryProblem[] = [];
  let unreached: Unreached | undefined;
  let wedgedAtMs = Number.POSITIVE_INFINITY;
  return {
    noteStore: (trouble) => {
      if (trouble !== undefined && storeTrouble === undefined)
        log.error('the store takes nothing, telling from memory', { err: trouble });
      if (trouble === undefined && storeTrouble !== undefined) log.info('the store works again');
      storeTrouble = trouble;
    },
    noteDelivery: (problems) => {
      deliveryProblems = problems;
    },
    noteUnreached: (trouble) => {
      unreached = trouble;
    },
    noteAttempt: (nextBeforeMs) => {
      wedgedAtMs = nextBeforeMs;
    },
    health: () =>
      now() <= wedgedAtMs
        ? { ok: true, reasons: [] }
        : { ok: false, reasons: ['no cycle was attempted in three patrol intervals'] },
    ready: () => ({
      // Trouble with Slack is shown and does not take the process out of service: nothing would get better by that.
      ok: storeTrouble === undefined,
      reasons: [
        ...(storeTrouble === undefined ? [] : [`the store takes nothing: ${storeTrouble.message}`]),
        ...deliveryProblems.map((problem) => `slack: ${problem.message}`),
        ...(unreached === undefined || now() - unreached.sinceMs <= UNREACHED_AFTER_MS
          ? []
          : [unreachedWords(unreached, now())]),
      ],
    }),
  };
}

function unreachedWords({ sinceMs, waiting }: Unreached, nowMs: number): string {
  const notices = waiting === 1 ? '1 notice waits' : `${waiting} notices wait`;
  return `slack could not be reached since ${clockText(sinceMs, nowMs)}, ${notices}`;
}
