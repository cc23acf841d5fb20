import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** One run of the program, while it lasts. */
export interface Command {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly ended: Promise<Ended>;
}

export interface Ended {
  /** `null` when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a program of this repository with no variable of ours but those given and where compiled source is kept: what runs is what a person would run. */
export function startProgram(
  file: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Command {
  const { PATH = '', HOME = '', NODE_COMPILE_CACHE = '' } = process.env;
  const child = spawn(process.execPath, [file, ...args], {
    env: { PATH, HOME, NODE_COMPILE_CACHE, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (written.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (written.stderr += text));
  return {
    child,
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    ended: once(child, 'close').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
      ...written,
    })),
  };
}

const startMonitorProgram = (args: readonly string[], variables: Readonly<Record<string, string>> = {}): Command =>
  startProgram('src/main.ts', args, variables);

export const runMonitorProgram = (
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<Ended> => startMonitorProgram(args, variables).ended;
