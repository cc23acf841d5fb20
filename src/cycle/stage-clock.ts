import type { CycleReport } from '../domain/report.ts';

type Stage = CycleReport['stages'][number];

export interface StageClock {
  /** `whole` tells whether the stage did all of its work; a stage that did part of it is `partial`. */
  run<Result>(name: string, work: () => Promise<Result>, whole?: (result: Result) => boolean): Promise<Result>;
  skip(name: string): void;
  list(): readonly Stage[];
}

/** Times every stage of a cycle; a stage that throws is listed as failed and throws on. */
export function createStageClock(now: () => number): StageClock {
  const stages: Stage[] = [];
  const finish = (name: string, startedAtMs: number, status: Stage['status']): void => {
    stages.push({ name, ms: Math.round(now() - startedAtMs), status });
  };
  return {
    run: async (name, work, whole = () => true) => {
      const startedAtMs = now();
      try {
        const result = await work();
        finish(name, startedAtMs, whole(result) ? 'ok' : 'partial');
        return result;
      } catch (error) {
        finish(name, startedAtMs, 'failed');
        throw error;
      }
    },
    skip: (name) => void stages.push({ name, ms: 0, status: 'skipped' }),
    list: () => stages,
  };
}
