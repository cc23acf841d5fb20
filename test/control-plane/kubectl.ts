import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface KubectlOptions {
  /** For `-f -`. */
  readonly input?: string;
  /** The admin's unless told. */
  readonly kubeconfig?: string;
}

/** @throws {Error} with what kubectl wrote to stderr, when it ends with anything but 0 */
export async function runKubectl(
  program: string,
  kubeconfig: string,
  args: readonly string[],
  { input = '' }: KubectlOptions = {},
): Promise<string> {
  const child = spawn(program, args, { env: { ...process.env, KUBECONFIG: kubeconfig }, stdio: 'pipe' });
  const output: Buffer[] = [];
  const complaints: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
  child.stdin.on('error', () => undefined); // it did not want the input; its exit code tells
  child.stdin.end(input);
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${Buffer.concat(complaints).toString().trim()}`);
  return Buffer.concat(output).toString();
}
