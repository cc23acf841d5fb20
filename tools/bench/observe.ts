import { kindsFor } from '../../src/checks/run-checks.ts';
import { resourcePath, snapshotKinds } from '../../src/cluster/kinds.ts';
import { isBuiltIn, type KindName } from '../../src/domain/snapshot.ts';
import { findBinaries } from '../../test/control-plane/binaries/find-binaries.ts';
import { connect, type ControlPlane } from '../../test/control-plane/client.ts';
import { reseedWorkloads, seedCluster } from '../../test/control-plane/seed/seed-cluster.ts';
import { launchControlPlane } from '../../test/control-plane/servers/launch.ts';
import { bundle, nodeOptionsOfImage } from './image.ts';
import { timeKubectlGet } from './kubectl-get.ts';
import { markdownTable, type Benchmark, type Measurement } from './measurement.ts';
import { median, startClient, type Round } from './rounds.ts';

const ROUNDS = 5;
const PODS = 10_000;
const PODS_PER_NODE = 10;
const PODS_PER_SERVICE = 5;
const BROKEN = 500;

const LARGE_PODS = 50_000;

interface Run {
  readonly name: string;
  readonly product: readonly Round[];
  readonly patrol: readonly Round[];
  readonly plain: readonly Round[];
}

/**
 * Observe and check of a large cluster on a real API server, against one plain HTTP client that fetches and parses the
 * same kinds: processes of their own, in turn, median of five. `--large` for 50,000 pods in the same
 * proportions (loading takes minutes), `--pods N` for any number.
 */
export const benchObserve: Benchmark = async ({ say, options }) => {
  const binaries = await findBinaries(process.env, (line) => say(`control plane: ${line}`));
  if ('missing' in binaries) throw new Error(`no ${binaries.missing.join(', ')}: ${binaries.reason}`);
  await using launched = await launchControlPlane(binaries);
  await using server = connect(launched.connection, { sockets: 48 });
  await using program = await bundle(new URL('product-client.ts', import.meta.url));
  const pods = Number(options['pods'] ?? (options['large'] === undefined ? PODS : LARGE_PODS));
  const size = {
    pods,
    nodes: pods / PODS_PER_NODE,
    services: pods / PODS_PER_SERVICE,
    nowMs: Date.now() - 3_600_000,
  };
  const kubeconfig = await server.kubeconfigFile();

  say(`seeding ${size.pods} pods, ${size.nodes} nodes, ${size.services} services`);
  await seedCluster(server, { ...size, broken: 0 });
  const healthy = await measure('healthy', server, program.file, kubeconfig);
  say(`breaking ${BROKEN} pods`);
  await reseedWorkloads(server, { ...size, broken: BROKEN });
  const broken = await measure(`${BROKEN} pods broken`, server, program.file, kubeconfig);

  for (const line of detailsOf([healthy, broken])) say(line);
  const kubectl = await timeKubectlGet(launched.connection.binaries.kubectl, kubeconfig, resourcesRead());
  say(
    `kubectl get of the same kinds as JSON: ${(kubectl.milliseconds / 1000).toFixed(2)} s, peak ${(kubectl.peakBytes / 1024 / 1024).toFixed(0)} MiB`,
  );
  assertSameWork([healthy, broken]);
  return measurementsOf(healthy, broken, pods);
};

async function measure(name: string, server: ControlPlane, program: string, kubeconfig: string): Promise<Run> {
  const paths = kindsRead().map((kind) => resourcePath(snapshotKinds[kind]));
  await using product = startClient(program, [kubeconfig], nodeOptionsOfImage());
  await using plain = startClient(new URL('plain-json-client.ts', import.meta.url), [
    server.url,
    server.caFile,
    server.adminToken,
    ...paths,
  ]);
  // The server's own caches are warm before anybody is timed.
  await plain.round();
  const rounds: { product: Round[]; patrol: Round[]; plain: Round[] } = { product: [], patrol: [], plain: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.plain.push(await plain.round());
    rounds.product.push(await product.round('all'));
    rounds.patrol.push(await product.round('patrol'));
  }
  return { name, ...rounds };
}

function kindsRead(): readonly KindName[] {
  return kindsFor('all', () => ({})).filter(isBuiltIn);
}

function resourcesRead(): readonly string[] {
  return kindsRead().map((kind) => {
    const { group, resource, version } = snapshotKinds[kind];
    return group === '' ? resource : `${resource}.${version}.${group}`;
  });
}

function medianOf(rounds: readonly Round[], of: 'milliseconds' | 'checksMilliseconds'): number {
  return median(rounds.map((round) => round[of] ?? Number.NaN));
}

function measurementsOf(healthy: Run, broken: Run, pods: number): readonly Measurement[] {
  const stalls = [healthy, broken].flatMap(({ product }) => product.map((round) => round.stalls));
  const longest = Math.max(...stalls.map((stall) => stall?.longestMilliseconds ?? 0));
  return [
    {
      what: `observe + check of ${pods} pods, against the plain JSON client`,
      unit: 'ratio',
      reached: ratioOf(healthy),
      limit: 0.6,
    },
    {
      what: `the same with ${BROKEN} broken pods`,
      unit: 'ratio',
      reached: ratioOf(broken),
      limit: 0.6,
    },
    {
      what: `${BROKEN} broken against healthy`,
      unit: 'ratio',
      // Of each run's own ratio, because a shared machine is not equally fast all the time.
      reached: ratioOf(broken) / ratioOf(healthy),
      limit: 1.2,
      note: "each as its run's own ratio to the plain client",
    },
    {
      what: 'patrol of the healthy cluster, against its full observation',
      unit: 'ratio',
      reached: medianOf(healthy.patrol, 'milliseconds') / medianOf(healthy.product, 'milliseconds'),
      limit: 0.8,
      note: `with ${BROKEN} broken, not told yet: ${(medianOf(broken.patrol, 'milliseconds') / medianOf(broken.product, 'milliseconds')).toFixed(2)}×`,
    },
    {
      what: `checks alone, ${BROKEN} broken`,
      unit: 'milliseconds',
      reached: medianOf(broken.product, 'checksMilliseconds'),
      limit: 150,
      note: `healthy ${medianOf(healthy.product, 'checksMilliseconds').toFixed(0)} ms`,
    },
    {
      what: 'peak memory',
      unit: 'mebibytes',
      reached: Math.max(peakMebibytes(healthy.product), peakMebibytes(broken.product)),
      limit: pods > PODS ? 400 : 250,
      note: `plain client ${Math.max(peakMebibytes(healthy.plain), peakMebibytes(broken.plain)).toFixed(0)} MiB`,
    },
    {
      what: 'event-loop stall, p99',
      unit: 'milliseconds',
      reached: median(stalls.map((stall) => stall?.p99Milliseconds ?? Number.NaN)),
      limit: 50,
      note: `the longest single one ${longest.toFixed(0)} ms`,
    },
  ];
}

function detailsOf(runs: readonly Run[]): readonly string[] {
  const seconds = (rounds: readonly Round[], of: 'milliseconds' | 'cpuMilliseconds'): string =>
    `${(median(rounds.map((round) => round[of])) / 1000).toFixed(2)} s`;
  return markdownTable(
    ['cluster', 'objects', 'findings', 'observe + check', 'CPU', 'plain JSON client', 'CPU', 'ratio', 'CPU ratio'],
    runs.map(({ name, product, plain }) => [
      name,
      `${product.at(-1)?.objects ?? 0} / ${plain.at(-1)?.objects ?? 0}`,
      String(product.at(-1)?.findings ?? 0),
      seconds(product, 'milliseconds'),
      seconds(product, 'cpuMilliseconds'),
      seconds(plain, 'milliseconds'),
      seconds(plain, 'cpuMilliseconds'),
      ratioOf({ product, plain }).toFixed(2),
      ratioOf({ product, plain }, 'cpuMilliseconds').toFixed(2),
    ]),
  );
}

/** A client that left something out would look fast. */
function assertSameWork(runs: readonly Run[]): void {
  for (const { name, product, plain } of runs) {
    const complete = product.every(
      (round, index) => round.gaps === 0 && round.objects >= (plain[index]?.objects ?? Number.POSITIVE_INFINITY),
    );
    if (!complete) throw new Error(`${name}: the two clients did not read the same`);
  }
  if (runs[0]?.product.some(({ findings }) => findings !== 0)) throw new Error('the healthy cluster has findings');
  if (runs[1]?.product.some(({ findings }) => findings === 0)) throw new Error('the broken cluster has none');
}

function ratioOf(
  { product, plain }: Pick<Run, 'product' | 'plain'>,
  of: 'milliseconds' | 'cpuMilliseconds' = 'milliseconds',
): number {
  return median(product.map((round) => round[of])) / median(plain.map((round) => round[of]));
}

function peakMebibytes(rounds: readonly Round[]): number {
  return Math.max(...rounds.map((round) => round.peakBytes)) / 1024 / 1024;
}
