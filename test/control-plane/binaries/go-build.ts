import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { installBinary } from './install.ts';
import { GO_RECIPES, MODULES_DIRECTORY, type BinaryName } from './recipe.ts';

/** Longer than the slowest build on a slow machine; an unreachable module proxy must not hold a run for ever. */
const BUILD_TIMEOUT_MS = 20 * 60_000;

/** Go at the head of PATH, then where its installer puts it. */
const GO_COMMANDS = ['go', '/usr/local/go/bin/go'];

/** @returns the go command that runs, or `undefined` where there is none */
export async function findGo(): Promise<string | undefined> {
  for (const command of GO_COMMANDS) {
    const { code } = await run(command, ['version'], '.');
    if (code === 0) return command;
  }
  return undefined;
}

/** @throws {Error} with the compiler's last lines */
export async function buildWithGo(go: string, name: BinaryName, directory: string): Promise<void> {
  const recipe = GO_RECIPES[name];
  const temporary = path.join(directory, `.${name}.${process.pid}.building`);
  try {
    const { code, output } = await run(
      go,
      ['build', '-mod=readonly', '-trimpath', '-ldflags', recipe.linkerFlags, '-o', temporary, recipe.package],
      path.join(MODULES_DIRECTORY, recipe.module),
    );
    if (code !== 0) throw new Error(output.trim().split('\n').slice(-4).join(' / '));
    await installBinary(temporary, path.join(directory, name));
  } finally {
    await rm(temporary, { force: true });
  }
}

async function run(
  command: string,
  args: readonly string[],
  directory: string,
): Promise<{ code: number | undefined; output: string }> {
  const child = spawn(command, args, {
    cwd: directory,
    env: { ...process.env, CGO_ENABLED: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: BUILD_TIMEOUT_MS,
  });
  let output = '';
  const collect = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-8_000);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  try {
    const [code] = await once(child, 'close');
    return { code: typeof code === 'number' ? code : undefined, output: output || `${command} was stopped` };
  } catch (error) {
    return { code: undefined, output: String(error) };
  }
}
