import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const SOURCE = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

/** The user that the image runs as. */
export const UNPRIVILEGED = 65_532;

export interface ProgramOptions {
  readonly arguments: readonly string[];
  /** The whole environment of the process, besides PATH and where Node keeps compiled source. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
  /** The program's file; the source unless told. */
  readonly file?: string;
  readonly cwd?: string;
  /** What comes on stdin; nothing unless told. */
  readonly stdin?: string;
  /** Gives up root for the image's user, where the test has it; without root the process is unprivileged as it is. */
  readonly unprivileged?: boolean;
}

/** The real program as a process of its own. Disposing it kills it. */
export interface Program extends AsyncDisposable {
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** @throws {Error} with everything it wrote, when it ends without having written that */
  readonly until: (pattern: RegExp) => Promise<RegExpMatchArray>;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** Node is started with the rights of the test, which may be needed to read it, and gives them up before the program is read. */
const DROP_ROOT = `if (process.getuid() === 0) { process.setgroups([]); process.setgid(${UNPRIVILEGED}); process.setuid(${UNPRIVILEGED}); }`;

export function startProgram(options: ProgramOptions): Program {
  const { variables = {}, file = SOURCE, unprivileged = false, stdin = '' } = options;
  const child = spawn(
    process.execPath,
    [
      ...(unprivileged ? ['--import', `data:text/javascript,${encodeURIComponent(DROP_ROOT)}`] : []),
      file,
      ...options.arguments,
    ],
    {
      env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'], ...variables },
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(options.cwd !== undefined && { cwd: options.cwd }),
    },
  );
  // Whoever does not read it may end before it is written.
  child.stdin.on('error', () => undefined).end(stdin);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = once(child, 'close').then(
    ([code, signal]: (number | NodeJS.Signals | null)[]) => code ?? signal ?? 'SIGKILL',
  );

  return {
    stdout: () => stdout,
    stderr: () => stderr,
    async until(pattern) {
      const over = new AbortController();
      void ended.then(() => over.abort());
      for (;;) {
        const found = (stdout + stderr).match(pattern);
        if (found !== null) return found;
        if (over.signal.aborted) throw new Error(`ended without ${String(pattern)}:\n${stdout}${stderr}`);
        const heard = new AbortController();
        const { signal } = heard;
        await Promise.race([once(child.stdout, 'data', { signal }), once(child.stderr, 'data', { signal }), ended]);
        heard.abort();
      }
    },
    kill: (signal) => void child.kill(signal),
    ended,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

export interface ProgramResult {
  readonly exitCode: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs it to its end. */
export async function runProgram(options: ProgramOptions): Promise<ProgramResult> {
  const program = startProgram(options);
  const exitCode = await program.ended;
  return { exitCode, stdout: program.stdout(), stderr: program.stderr() };
}
