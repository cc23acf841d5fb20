import { fork } from 'node:child_process';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { z } from 'zod';

/** What one round of a client came to. */
const Round = z.object({
  /** Wall time of the work, without the start of the process. */
  milliseconds: z.number(),
  /** The process's own peak since it started. */
  peakBytes: z.number(),
  /** What was read, so that two clients can be seen to have done the same. */
  objects: z.number(),
  findings: z.number().optional(),
  gaps: z.number().optional(),
  /** Of the checks alone, over what was read. */
  checksMilliseconds: z.number().optional(),
  /** Of the thread that runs them. */
  checksCpuMilliseconds: z.number().optional(),
  /** The longest time for which the checks let nobody else have a turn. */
  longestTurnMilliseconds: z.number().optional(),
  longestTurnCpuMilliseconds: z.number().optional(),
  millisecondsByCheck: z.record(z.string(), z.number()).optional(),
  /** CPU time of the process during the round. */
  cpuMilliseconds: z.number(),
  /** How late timers were that wanted to run every millisecond. */
  stalls: z.object({ p99Milliseconds: z.number(), longestMilliseconds: z.number() }).optional(),
});
export type Round = z.infer<typeof Round>;

/** A client in a process of its own that does its work each time it is asked to. */
export interface Client extends AsyncDisposable {
  /** @param task which of its works; `go` unless told */
  round(task?: string): Promise<Round>;
}

/** Starts `node NODE_OPTIONS FILE ARGUMENTS`; the file calls {@link serveRounds}. */
export function startClient(file: URL | string, args: readonly string[], nodeOptions: readonly string[] = []): Client {
  const child = fork(file, args, { execArgv: [...nodeOptions], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the client ended with ${String(code)}`);
  });
  ended.catch(() => undefined);
  return {
    async round(task = 'go') {
      const answer = once(child, 'message');
      child.send(task);
      const [message] = await Promise.race([answer, ended]);
      return Round.parse(message);
    },
    async [Symbol.asyncDispose]() {
      if (child.connected) child.disconnect();
      await ended.catch(() => undefined);
    },
  };
}

/** The other side: does the work whenever the parent asks, and says how it went; ends when the parent lets go. */
export function serveRounds(
  work: (task: string) => Promise<Omit<Round, 'milliseconds' | 'peakBytes' | 'cpuMilliseconds' | 'stalls'>>,
): void {
  process.on('message', (message) => {
    const task = z.string().parse(message);
    const startedAtMs = performance.now();
    const cpuBefore = process.cpuUsage();
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    void work(task).then((counts) => {
      const { user, system } = process.cpuUsage(cpuBefore);
      delay.disable();
      process.send?.({
        ...counts,
        milliseconds: performance.now() - startedAtMs,
        cpuMilliseconds: (user + system) / 1000,
        peakBytes: process.resourceUsage().maxRSS * 1024,
        stalls: { p99Milliseconds: delay.percentile(99) / 1e6, longestMilliseconds: delay.max / 1e6 },
      });
    });
  });
  process.once('disconnect', () => process.exit());
}

export function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}
