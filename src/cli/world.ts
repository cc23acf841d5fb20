/** Everything outside the process, as `main.ts` hands it in; tests hand in their own. */
export interface World {
  /** Without the program's own name. */
  readonly arguments: readonly string[];
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Read by whoever is told to read `-`; left out: nothing comes. */
  readonly stdin?: AsyncIterable<Uint8Array>;
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  /** Unix time in milliseconds. */
  readonly now: () => number;
  /** Aborted when the process is asked to stop. */
  readonly stopping: AbortSignal;
  readonly version: string;
}

interface TextStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}
