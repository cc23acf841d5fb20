import path from 'node:path';
import { withFreePorts } from './free-ports.ts';
import { startProcess, waitUntilReady, type ServerProcess } from './server-process.ts';

const READY_TIMEOUT_MS = 30_000;

export interface Etcd {
  readonly process: ServerProcess;
  /** `http://127.0.0.1:PORT`, without authentication. */
  readonly url: string;
}

/** An etcd that forgets everything when its directory goes; it does not even sync to disk. */
export async function startEtcd(program: string, directory: string): Promise<Etcd> {
  return withFreePorts(2, async ([clientPort, peerPort]) => {
    const url = `http://127.0.0.1:${clientPort}`;
    const peerUrl = `http://127.0.0.1:${peerPort}`;
    const process = await startProcess(
      'etcd',
      program,
      [
        '--name',
        'test',
        '--data-dir',
        path.join(directory, `etcd-${clientPort}`),
        '--unsafe-no-fsync',
        '--listen-client-urls',
        url,
        '--advertise-client-urls',
        url,
        '--listen-peer-urls',
        peerUrl,
        '--initial-advertise-peer-urls',
        peerUrl,
        '--initial-cluster',
        `test=${peerUrl}`,
        '--quota-backend-bytes',
        // 50,000 pods with their history.
        String(8 * 1024 ** 3),
        '--max-request-bytes',
        String(16 * 1024 ** 2),
        '--log-level',
        'warn',
      ],
      path.join(directory, 'etcd.log'),
    );
    try {
      await waitUntilReady(process, async () => (await fetch(`${url}/health`)).ok, READY_TIMEOUT_MS);
    } catch (error) {
      await process[Symbol.asyncDispose]();
      throw error;
    }
    return { process, url };
  });
}
