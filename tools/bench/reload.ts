import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { createDefinitions, isAgentFile, isOrchestratorFile } from '../../src/definitions/create-definitions.ts';
import type { MountName } from '../../src/domain/mounted-directory.ts';
import { silentLog } from '../../src/log.ts';
import { createDirectoryReader } from '../../src/reload/read-directory.ts';
import { createWatcher } from '../../src/reload/watcher.ts';
import { mountVolume } from '../../test/control-plane/mounted-volume.ts';
import { workerSources } from '../worker-sources.ts';
import { loadNow, type Benchmark, type Measurement } from './measurement.ts';
import { startMounted, volumeWriter } from './mounts.ts';
import { processorMs } from './processor-time.ts';
import { median } from './rounds.ts';
import { oneIncidentState, quietState } from './small-cluster.ts';

const SWAPS = 1_000;
const POLICY_SWAPS = 50;
const CYCLES = 5;
const RELOADS = 10_000;
const VOLUMES = 10;
const AGENTS = 200;
const AGENT_BYTES = 5_000;
const PINS = 20;

type Say = (line: string) => void;

/** From the write of a mount by the kubelet's own code to what is in force; what watching costs; and that nothing is lost by it. */
export const benchReload: Benchmark = async ({ say, options }) => {
  // Threads start as they are shipped, not from their TypeScript.
  Object.assign(globalThis, await workerSources());
  const parts = {
    // First, because its first pin is to meet code that has not run yet.
    pins: pinManyAgents,
    swaps: swapToInForce,
    unwatched: withoutWatch,
    memory: memoryOfMounts,
    reloads: manyReloads,
    dropped: nothingDropped,
  };
  const rows: Measurement[] = [];
  for (const [name, part] of Object.entries(parts)) {
    if (options['part'] !== undefined && options['part'] !== name) continue;
    rows.push(...(await part(say)).map((row) => ({ load: loadNow(), ...row })));
  }
  return rows;
};

/** Another content of a mount, which is as good as the shipped one. */
function edited(mount: MountName, files: Readonly<Record<string, string>>, round: number): Record<string, string> {
  const comment = mount === 'config' || mount === 'policies' ? `\n# ${round}\n` : `\n\nRound ${round}.\n`;
  if (mount === 'config')
    return {
      ...files,
      'config.yaml': `${files['config.yaml']}log_level: ${round % 2 === 0 ? 'info' : 'warn'}${comment}`,
    };
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [name, `${text}${comment}`]));
}

async function swapToInForce(say: Say): Promise<readonly Measurement[]> {
  await using mounted = await startMounted(quietState, { say });
  const swapped = async (mounts: readonly MountName[], count: number): Promise<Swapped> => {
    const ms: number[] = [];
    const beganMs = await processorMs();
    for (let round = 0; round < count; round += 1) {
      const mount = mounts[round % mounts.length] ?? 'claude';
      ms.push(await mounted.swap(mount, edited(mount, mounted.shipped[mount], round)));
    }
    const each = { ms, processorMs: ((await processorMs()) - beganMs) / count, load: loadNow() };
    say(`${mounts.join(', ')}: ${count} swaps, ${wordsOf(each)}, load ${each.load.toFixed(1)}`);
    return each;
  };
  const others = await swapped(
    mounted.mounts.filter((mount) => mount !== 'policies'),
    SWAPS,
  );
  const rows = rowsOf(`swap to in force, p99 of ${SWAPS}: Markdown and settings`, 250, others);
  if (!mounted.mounts.includes('policies')) {
    say('policies are left out: there is no opa');
    return rows;
  }
  const policies = await swapped(['policies'], POLICY_SWAPS);
  const back = [];
  for (let round = 0; round < POLICY_SWAPS; round += 1) {
    const before = POLICY_SWAPS - 2 - (round % 2);
    back.push(await mounted.swap('policies', edited('policies', mounted.shipped.policies, before)));
  }
  return [
    ...rows,
    ...rowsOf(`the same for policies, compiled and tried, p99 of ${POLICY_SWAPS}`, 1_000, policies),
    {
      what: 'policies of before put back, median',
      unit: 'milliseconds',
      reached: median(back),
      limit: 250,
      note: `longest ${Math.max(...back).toFixed(0)} ms`,
    },
  ];
}

interface Swapped {
  readonly ms: readonly number[];
  /** Of this process with its threads and the children it waited for, for one swap. */
  readonly processorMs: number;
  readonly load: number;
}

function rowsOf(what: string, limit: number, { ms, processorMs: used, load }: Swapped): readonly Measurement[] {
  const note = `median ${median(ms).toFixed(0)} ms, longest ${Math.max(...ms).toFixed(0)} ms`;
  return [
    { what, unit: 'milliseconds', reached: percentile(ms, 99), limit, note, load },
    { what: 'processor time of one, threads and children included', unit: 'milliseconds', reached: used, load },
  ];
}

function wordsOf({ ms, processorMs: used }: Swapped): string {
  return `median ${median(ms).toFixed(0)} ms, p99 ${percentile(ms, 99).toFixed(0)} ms, longest ${Math.max(...ms).toFixed(0)} ms, processor time ${used.toFixed(0)} ms each`;
}

/** Right after a look each, when the next one is furthest away. */
async function withoutWatch(say: Say): Promise<readonly Measurement[]> {
  const noWatch = (): never => {
    throw Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });
  };
  await using mounted = await startMounted(quietState, { say, tuning: { watch: noWatch } });
  const ms: number[] = [];
  for (let round = 0; round < 2; round += 1) {
    ms.push(
      ...(await Promise.all(
        mounted.mounts.map((mount) => mounted.swap(mount, edited(mount, mounted.shipped[mount], round))),
      )),
    );
  }
  say(`without a watch: ${ms.map((each) => (each / 1_000).toFixed(1)).join(', ')} s`);
  return [
    {
      what: 'swap to in force with no watch to be had',
      unit: 'seconds',
      reached: Math.max(...ms) / 1_000,
      limit: 30,
      note: `longest of ${ms.length}`,
    },
  ];
}

async function memoryOfMounts(say: Say): Promise<readonly Measurement[]> {
  await using volumes = await manyVolumes(say, 100);
  const content = Object.fromEntries(Array.from({ length: 5 }, (_, index) => [`agent-${index}.md`, agentText(index)]));
  for (const volume of volumes.all) await volume.swap(content);
  const child = fork(
    new URL('./watcher-memory.ts', import.meta.url),
    volumes.all.map(({ directory }) => directory),
    { execArgv: ['--expose-gc'] },
  );
  const [message] = await once(child, 'message');
  await once(child, 'exit');
  const points = z.array(z.tuple([z.number(), z.number()])).parse(message);
  say(
    `heap and external memory: ${points.map(([mounts, bytes]) => `${mounts} mounts ${(bytes / 1e6).toFixed(2)} MB`).join(', ')}`,
  );
  return [
    {
      what: 'memory for each watched mount of five agents',
      unit: 'kilobytes',
      reached: slope(points),
      limit: 100_000,
    },
  ];
}

async function pinManyAgents(say: Say): Promise<readonly Measurement[]> {
  await using volumes = await manyVolumes(say, 1);
  const [volume] = volumes.all;
  if (volume === undefined) throw new Error('no volume');
  const { directory } = volume;
  const first: number[] = [];
  const again: number[] = [];
  const processor: number[] = [];
  let cold = 0;
  // The first few also compile the code that reads.
  for (let round = -3; round < PINS; round += 1) {
    // Each time other bytes: nothing that was read before is of use.
    await volume.swap(
      Object.fromEntries(Array.from({ length: AGENTS }, (_, index) => [`agent-${index}.md`, agentText(index, round)])),
    );
    const limits = { directory, maxFiles: 1_000, maxFileBytes: 1024 * 1024 };
    const definitions = createDefinitions({
      readClaudeDir: createDirectoryReader({ ...limits, accepts: isOrchestratorFile }),
      readAgentsDir: createDirectoryReader({ ...limits, accepts: isAgentFile }),
      lastGood: { load: async () => new Map(), save: async () => undefined, forget: async () => undefined },
      settings: () => ({
        env: {},
        tools: ['k8s_get', 'k8s_logs'],
        toolCeiling: undefined,
        modelAliases: {},
        modelAllowList: undefined,
        defaultModel: 'claude-sonnet-5-5',
        zone: 'UTC',
      }),
      now: Date.now,
      log: silentLog,
    });
    for (const list of [first, again]) {
      const before = process.cpuUsage();
      const beganMs = performance.now();
      const { agents } = await definitions.pin();
      const ms = performance.now() - beganMs;
      const { user, system } = process.cpuUsage(before);
      if (round === -3 && list === first) cold = ms;
      if (round >= 0) list.push(ms);
      if (round >= 0 && list === first) processor.push((user + system) / 1_000);
      if (agents.length !== AGENTS) throw new Error(`${agents.length} agents instead of ${AGENTS}`);
    }
  }
  say(
    `${AGENTS} agents: first pin median ${median(first).toFixed(1)} ms, longest ${Math.max(...first).toFixed(1)} ms, processor time ${median(processor).toFixed(1)} ms, the first ever ${cold.toFixed(1)} ms; unchanged ${median(again).toFixed(1)} ms`,
  );
  return [
    {
      what: `${AGENTS} agents of 5 KB pinned, all of them new`,
      unit: 'milliseconds',
      reached: median(first),
      limit: 50,
      note: `median of ${PINS}, longest ${Math.max(...first).toFixed(0)} ms; the first ever in this process ${cold.toFixed(0)} ms`,
    },
    { what: 'processor time of that', unit: 'milliseconds', reached: median(processor), limit: 50 },
    { what: 'the same, unchanged', unit: 'milliseconds', reached: median(again), limit: 50 },
  ];
}

/** Each swap must be told, whole, once; `reloads` and `errors` must say the same. */
async function manyReloads(say: Say): Promise<readonly Measurement[]> {
  await using volumes = await manyVolumes(say, VOLUMES);
  const names = Array.from({ length: 8 }, (_, index) => `${index}.md`);
  const contentOf = (round: number) => Object.fromEntries(names.map((name) => [name, `round ${round}`]));
  const accepts = (name: string): boolean => name.endsWith('.md');
  const failures = await Promise.all(
    volumes.all.map(async (volume) => {
      const { directory } = volume;
      let failed = 0;
      let hear = (_text: string): void => undefined;
      await volume.swap(contentOf(0));
      await using watcher = createWatcher({
        mount: 'agents',
        directory,
        read: createDirectoryReader({ directory, accepts, maxFiles: 1_000, maxFileBytes: 1024 * 1024 }),
        accepts,
        take: async (read) => {
          const texts = read.kind === 'read' ? read.files.map(({ bytes }) => new TextDecoder().decode(bytes)) : [];
          if (texts.length !== names.length || new Set(texts).size !== 1) failed += 1;
          hear(texts[0] ?? '');
          return [];
        },
        firstLoad: 'must-succeed',
        now: Date.now,
        log: silentLog,
      });
      await watcher.start();
      for (let round = 1; round <= RELOADS / VOLUMES; round += 1) {
        const told = Promise.withResolvers<void>();
        hear = (text) => text === `round ${round}` && told.resolve();
        await volume.swap(contentOf(round));
        const inTime = new AbortController();
        failed += await Promise.race([
          told.promise.then(() => 0),
          wait(10_000, 1, { signal: inTime.signal }).catch(() => 0),
        ]);
        inTime.abort();
      }
      return failed + watcher.errors() + Math.abs(watcher.reloads() - RELOADS / VOLUMES);
    }),
  );
  const failed = failures.reduce((sum, each) => sum + each, 0);
  say(`${RELOADS} reloads of ${VOLUMES} mounts: ${failed} failures`);
  return [{ what: `failures in ${RELOADS.toLocaleString('en-US')} reloads`, unit: 'count', reached: failed, limit: 0 }];
}

/** Cycles with every role, under an agents' mount that never rests. */
async function nothingDropped(say: Say): Promise<readonly Measurement[]> {
  let dropped = 0;
  let swaps = 0;
  for (let cycle = 0; cycle < CYCLES; cycle += 1) {
    await using mounted = await startMounted(oneIncidentState, { say });
    const { monitor, slack } = mounted.small;
    let isOver = false;
    const swapping = (async () => {
      for (; !isOver; swaps += 1) {
        const mount = swaps % 2 === 0 ? 'agents' : 'config';
        await mounted.swap(mount, edited(mount, mounted.shipped[mount], swaps));
      }
    })();
    const { report } = await monitor.app.trigger({ trigger: 'scheduled', withAgents: true });
    await monitor.app.idle();
    await monitor.app.settled();
    isOver = true;
    await swapping;
    await monitor.flush();
    mounted.small.assertNoViolations();
    const missing =
      report.agents.filter(({ status }) => status !== 'reported').length + Math.max(0, 5 - report.agents.length);
    const told = report.decisions.filter((decision) => decision.told).length;
    const untold = told > 0 && slack.messages('critical-alerts').length > 0 ? 0 : 1;
    dropped += missing + untold;
  }
  say(`${CYCLES} cycles under ${swaps} swaps: ${dropped} agents or messages dropped`);
  return [
    {
      what: 'agents or messages dropped while mounts change',
      unit: 'count',
      reached: dropped,
      limit: 0,
      note: `${CYCLES} cycles, ${swaps} swaps`,
    },
  ];
}

async function manyVolumes(say: Say, count: number) {
  await using acquired = new AsyncDisposableStack();
  const writer = await volumeWriter(say);
  const parent = await mkdtemp(join(tmpdir(), 'k8s-monitor-bench-volumes-'));
  acquired.defer(() => rm(parent, { recursive: true, force: true }));
  const all = [];
  for (let index = 0; index < count; index += 1) {
    const directory = join(parent, String(index));
    await mkdir(directory);
    all.push(acquired.use(await mountVolume(writer, directory)));
  }
  const running = acquired.move();
  return { all, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

function agentText(index: number, round = 0): string {
  const front = `---\nname: agent-${index}\ndescription: looks at part ${index}, round ${round}\ntools: k8s_get, k8s_logs\nmodel: inherit\n---\n`;
  const line = 'Look at the pods of this part, read their events, and say in one sentence what is wrong with them.\n';
  return front + line.repeat(Math.ceil((AGENT_BYTES - front.length) / line.length));
}

function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.ceil((sorted.length * percent) / 100) - 1)] ?? Number.NaN;
}

/** Least squares. */
function slope(points: readonly (readonly [number, number])[]): number {
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / points.length;
  const over = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return over / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}
