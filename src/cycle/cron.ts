import { createTask, setLogger, validateDetailed } from 'node-cron';
import type { Logger } from '../log.ts';

/** Why this is no usable schedule; `undefined` when it is. */
export function cronProblem(expression: string): string | undefined {
  const fields = expression.trim().split(/\s+/);
  if (fields.length >= 5) {
    const [dayOfMonth, , dayOfWeek] = fields.slice(-3);
    // node-cron requires both to match where every other cron takes either; nobody means that.
    if (dayOfMonth !== '*' && dayOfWeek !== '*' && dayOfMonth !== '?' && dayOfWeek !== '?') {
      return 'sets both day of month and day of week: use one of them';
    }
  }
  const result = validateDetailed(expression);
  if (result.valid) return undefined;
  return `is no cron expression: ${result.errors.map((error) => error.message).join('; ')} (example: "*/5 * * * *")`;
}

/** Runs `tick` on the schedule until disposed. A tick that came late or was slept through is told as `missed`. */
export function startCron(options: {
  readonly expression: string;
  readonly zone: string;
  readonly tick: () => void;
  readonly missed: () => void;
  readonly log: Logger;
}): Disposable & { readonly nextRunsAtMs: (count: number) => readonly number[] } {
  const { log } = options;
  // Its own default prints coloured text to the console.
  setLogger({
    info: (message: string) => log.debug('node-cron', { detail: message }),
    warn: (message: string) => log.debug('node-cron', { detail: message }),
    error: (message: string | Error) => log.warn('node-cron', { detail: String(message) }),
    debug: (message: string | Error) => log.debug('node-cron', { detail: String(message) }),
  });
  const task = createTask(options.expression, () => options.tick(), { timezone: options.zone });
  task.on('execution:missed', () => options.missed());
  void task.start();
  return {
    nextRunsAtMs: (count) => task.getNextRuns(count).map((run) => run.getTime()),
    [Symbol.dispose]: () => void task.destroy(),
  };
}
