import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';

/** Text, or bytes in base64; `mode` is 0644 unless told. */
export type MountedFile = string | { readonly text?: string; readonly data?: string; readonly mode?: number };

/** A directory that is written as the kubelet writes a mounted ConfigMap, by the kubelet's own code. */
export interface MountedVolume extends AsyncDisposable {
  readonly directory: string;
  /**
   * Swaps the whole content in one step, as an update of the ConfigMap does. A name that is absent is removed.
   *
   * @throws {Error} when the writer refuses a name or cannot write
   */
  swap(files: Readonly<Record<string, MountedFile>>): Promise<void>;
}

/** @param directory must exist, and belongs to the writer */
export async function mountVolume(volumeWriter: string, directory: string): Promise<MountedVolume> {
  const writer = spawn(volumeWriter, [directory], { stdio: ['pipe', 'pipe', 'ignore'] });
  const exited = once(writer, 'exit');
  await once(writer, 'spawn');
  const answers = createInterface({ input: writer.stdout })[Symbol.asyncIterator]();
  return {
    directory,
    async swap(files) {
      const content = Object.entries(files).map(([name, file]) => [
        name,
        typeof file === 'string' ? { text: file } : file,
      ]);
      writer.stdin.write(`${JSON.stringify(Object.fromEntries(content))}\n`);
      const { value } = await answers.next();
      const answer = JSON.parse(value ?? '{"error":"the volume writer ended"}') as { error?: string };
      if (answer.error !== undefined) throw new Error(`The volume at ${directory} cannot be written: ${answer.error}`);
    },
    async [Symbol.asyncDispose]() {
      writer.stdin.end();
      await exited;
    },
  };
}
