import { pino } from 'pino';
import { MonitorError } from './errors.ts';
import type { Redact } from './redact.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** `message` is constant and lower case (grouping), except for the exact lines that operators' documents name; facts go into `fields`. */
type Write = (message: string, fields?: Readonly<Record<string, unknown>>) => void;

export interface Logger {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
  /** The same log with fields that stand on every line. */
  child(fields: Readonly<Record<string, unknown>>): Logger;
  setLevel(level: LogLevel): void;
}

/** Where lines go: `process.stdout` for the daemon, `process.stderr` where stdout carries a result, a list in tests. */
export interface LogSink {
  write(line: string): void;
}

/**
 * JSON lines through pino. Every line passes the redactor as text, so no field can leak a secret whatever its shape.
 *
 * @param now Unix time in milliseconds
 */
export function createLogger(options: {
  readonly level: LogLevel;
  readonly sink: LogSink;
  readonly redact: Redact;
  readonly now: () => number;
}): Logger {
  const root = pino(
    {
      level: 'debug',
      base: null,
      messageKey: 'msg',
      timestamp: () => `,"time":"${new Date(options.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
    },
    { write: (line: string) => options.sink.write(options.redact(line)) },
  );
  return wrap(root, { level: options.level });
}

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** A log that keeps nothing; for callers that have nobody to tell. */
export const silentLog: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
  setLevel: () => undefined,
};

/** `threshold` is shared by all children, so that a changed level is in force everywhere at the next line. */
function wrap(logger: pino.Logger, threshold: { level: LogLevel }): Logger {
  const at =
    (level: LogLevel): Write =>
    (message, fields = {}) => {
      if (LEVELS.indexOf(level) >= LEVELS.indexOf(threshold.level)) logger[level](fields, message);
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => wrap(logger.child(fields), threshold),
    setLevel: (level) => {
      threshold.level = level;
    },
  };
}

/**
 * Name, code, message and the chain of causes; never the enumerable extras of a foreign error, which may hold headers or bodies.
 * A failure that we plan for needs no stack: its code says where it comes from. A bug does.
 */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  return {
    name: error.name,
    ...('code' in error && { code: error.code }),
    message: error.message,
    ...(!(error instanceof MonitorError) && { stack: error.stack }),
    ...(error.cause !== undefined && { cause: describeCause(error.cause) }),
  };
}

function describeCause(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  return {
    name: error.name,
    ...('code' in error && { code: error.code }),
    message: error.message,
    ...(error.cause !== undefined && { cause: describeCause(error.cause) }),
  };
}
