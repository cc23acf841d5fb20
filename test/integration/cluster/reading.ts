import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { loadClusterAccess } from '../../../src/cluster/kubeconfig.ts';
import { defaultReadSettings, type ReadSettings, type RequestSeen } from '../../../src/cluster/read.ts';
import { createClusterReader, type ClusterReader } from '../../../src/cluster/reader.ts';
import { silentLog } from '../../../src/log.ts';

export interface Reading extends AsyncDisposable {
  readonly reader: ClusterReader;
  readonly seen: readonly RequestSeen[];
  /** Waits that the reader asked for, in milliseconds. */
  readonly waits: readonly number[];
  /** Puts another token into the file that the kubeconfig names. */
  rotateToken(token: string): Promise<void>;
}

/** A reader on a kubeconfig with a token file, with patience for tests: every time limit is 300 ms, and waits are as long as told. */
export async function startReading(
  server: string,
  options: {
    readonly settings?: Partial<ReadSettings>;
    readonly readableConfigMaps?: readonly string[];
    /** What waiting really takes; the wish is recorded either way. */
    readonly sleepMs?: (wishedMs: number) => number;
    readonly now?: () => number;
  } = {},
): Promise<Reading> {
  const directory = await mkdtemp(path.join(tmpdir(), 'k8s-monitor-reading-'));
  const tokenFile = path.join(directory, 'token');
  const explicitFile = path.join(directory, 'kubeconfig');
  await writeFile(tokenFile, 'token-1\n');
  const config = {
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'u', user: { tokenFile: 'token' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  await writeFile(explicitFile, JSON.stringify(config));
  const seen: RequestSeen[] = [];
  const waits: number[] = [];
  const settings = { ...defaultReadSettings, connectMs: 300, idleMs: 300, deadlineMs: 1_000, ...options.settings };
  const sleepMs = options.sleepMs ?? (() => 0);
  const reader = createClusterReader({
    access: loadClusterAccess({ explicitFile, environment: {} }),
    cluster: () => ({ id: undefined, name: 'test' }),
    settings: () => settings,
    readableConfigMaps: () => options.readableConfigMaps ?? [],
    now: options.now ?? Date.now,
    sleep: async (durationMs, signal) => {
      waits.push(durationMs);
      await setTimeout(sleepMs(durationMs), undefined, { signal });
    },
    random: () => 0.5,
    onRequest: (request) => seen.push(request),
    log: silentLog,
  });
  return {
    reader,
    seen,
    waits,
    rotateToken: (token) => writeFile(tokenFile, token),
    async [Symbol.asyncDispose]() {
      await reader[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A signal that never aborts. */
export const NEVER = new AbortController().signal;
