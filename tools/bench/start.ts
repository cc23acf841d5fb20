import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startSimulatedCluster } from '../../src/demo/cluster/server.ts';
import { buildBundle } from '../../test/harness/bundle.ts';
import { environmentOfImage, nodeOptionsOfImage } from './image.ts';
import type { Benchmark } from './measurement.ts';
import { processorMsOf } from './processor-time.ts';
import { median } from './rounds.ts';
import { MOMENT_MS, quietState } from './small-cluster.ts';

const STARTS = 3;
const IDLE_AFTER_MS = 10_000;
const GIVE_UP_MS = 30_000;
const SHIPPED = fileURLToPath(new URL('../../agents', import.meta.url));

/** The bundle as the image runs it, against a simulated cluster: from its start to `/readyz`, and its memory ten seconds later. */
export const benchStart: Benchmark = async ({ say }) => {
  await using bundle = await buildBundle();
  await using cluster = await startSimulatedCluster({ now: () => MOMENT_MS, state: quietState });
  const readyMs: number[] = [];
  const processor: number[] = [];
  const idleMebibytes: number[] = [];
  for (let index = 0; index < STARTS; index += 1) {
    const started = await startOnce(bundle.file, cluster.kubeconfig);
    readyMs.push(started.readyMs);
    processor.push(started.processorMs);
    idleMebibytes.push(started.idleMebibytes);
    say(
      `start ${index + 1}: ready after ${started.readyMs.toFixed(0)} ms with ${started.processorMs.toFixed(0)} ms of processor time, idle ${started.idleMebibytes.toFixed(0)} MiB`,
    );
  }
  return [
    { what: 'start to ready', unit: 'seconds', reached: median(readyMs) / 1_000, limit: 1 },
    { what: 'processor time of that', unit: 'milliseconds', reached: median(processor) },
    {
      what: 'idle memory',
      unit: 'mebibytes',
      reached: median(idleMebibytes),
      limit: 120,
      note: `resident, ${IDLE_AFTER_MS / 1_000} s after the start`,
    },
  ];
};

async function startOnce(
  file: string,
  kubeconfigText: string,
): Promise<{ readonly readyMs: number; readonly processorMs: number; readonly idleMebibytes: number }> {
  const directory = await mkdtemp(join(tmpdir(), 'k8s-monitor-bench-'));
  const kubeconfig = join(directory, 'kubeconfig.json');
  await writeFile(kubeconfig, kubeconfigText, { mode: 0o600 });
  const port = await freePort();
  const startedAtMs = performance.now();
  const child = spawn(process.execPath, [...nodeOptionsOfImage(), file, 'run'], {
    env: {
      ...environmentOfImage(),
      KUBECONFIG: kubeconfig,
      K8S_MONITOR_CLAUDE_DIR: SHIPPED,
      K8S_MONITOR_AGENTS_DIR: SHIPPED,
      K8S_MONITOR_DATA_DIR: join(directory, 'data'),
      K8S_MONITOR_REPORTS_DIR: join(directory, 'reports'),
      K8S_MONITOR_METRICS_PORT: String(port),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit');
  try {
    while (!(await isReady(port))) {
      if (child.exitCode !== null) throw new Error(`the program ended with ${child.exitCode}`);
      if (performance.now() - startedAtMs > GIVE_UP_MS) throw new Error('the program is never ready');
      await wait(5);
    }
    const readyMs = performance.now() - startedAtMs;
    const processorMs = await processorMsOf(child.pid ?? 0);
    await wait(IDLE_AFTER_MS);
    return { readyMs, processorMs, idleMebibytes: await residentMebibytes(child.pid ?? 0) };
  } finally {
    child.kill('SIGTERM');
    await ended;
    await rm(directory, { recursive: true, force: true });
  }
}

function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    get({ port, host: '127.0.0.1', path: '/readyz' }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    }).on('error', () => resolve(false));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** From the kernel; only Linux tells it this way. */
async function residentMebibytes(processId: number): Promise<number> {
  const status = await readFile(`/proc/${processId}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}
