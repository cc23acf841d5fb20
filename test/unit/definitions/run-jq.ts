import * as jq from 'jq-wasm';

export async function runInput(input: object, program: string): Promise<string> {
  const { stdout, stderr, exitCode } = await jq.raw(JSON.stringify(input), program);
  if (exitCode !== 0) throw new Error(stderr);
  return stdout;
}
