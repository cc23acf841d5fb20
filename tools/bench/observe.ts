import { kindsFor } from '../../src/checks/run-checks.ts';
import { resourcePath, snapshotKinds } from '../../src/cluster/kinds.ts';
import { findBinaries } from '../../test/control-plane/binaries/find-binaries.ts';
import { connect, type ControlPlane } from '../../test/control-plane/client.ts';
import { reseedWorkloads, seedCluster } from '../../test/control-plane/seed/seed-cluster.ts';
import { launchControlPlane } from '../../test/control-plane/servers/launch.ts';
import { median, startClient, type Round } from './rounds.ts';

const ROUNDS = 5;
const SIZE = { nodes: 1_000, pods: 10_000, services: 2_000 };

/** What must be reached: time against the plain client, and time with broken pods against the healthy run. */
const LIMITS = { ratio: 1.5, brokenRatio: 1.2 };

interface Measured {
  readonly name: string;
  readonly product: readonly Round[];
  readonly plain: readonly Round[];
}

/**
 * Observe and check of a large cluster on a real API server, against one plain HTTP client that fetches and parses the
 * same kinds: processes of their own, in turn, median of five.
 *
 * @param say where the table goes, line by line
 * @returns whether every number was reached
 */
export async function benchObserve(say: (line: string) => void): Promise<boolean> {
  const binaries = await findBinaries(process.env, (line) => say(`control plane: ${line}`));
  if ('missing' in binaries) throw new Error(`no ${binaries.missing.join(', ')}: ${binaries.reason}`);
  await using launched = await launchControlPlane(binaries);
  await using server = connect(launched.connection, { sockets: 48 });
  const size = { ...SIZE, nowMs: Date.now() - 3_600_000 };
  const kubeconfig = await server.kubeconfigFile();

  say(`seeding ${SIZE.pods} pods, ${SIZE.nodes} nodes, ${SIZE.services} services`);
  await seedCluster(server, { ...size, broken: 0 });
  const healthy = await measure('healthy', server, kubeconfig);
  await reseedWorkloads(server, { ...size, broken: 500 });
  const broken = await measure('500 pods broken', server, kubeconfig);

  for (const line of tableOf([healthy, broken])) say(line);
  return isReached(healthy, broken);
}

async function measure(name: string, server: ControlPlane, kubeconfig: string): Promise<Measured> {
  const kinds = kindsFor('all', () => ({}));
  const paths = kinds.map((kind) => resourcePath(snapshotKinds[kind]));
  await using product = startClient(new URL('product-client.ts', import.meta.url), [kubeconfig, ...kinds]);
  await using plain = startClient(new URL('plain-json-client.ts', import.meta.url), [
    server.url,
    server.caFile,
    server.adminToken,
    ...paths,
  ]);
  // The server's own caches are warm before anybody is timed.
  await plain.round();
  const rounds: { product: Round[]; plain: Round[] } = { product: [], plain: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.plain.push(await plain.round());
    rounds.product.push(await product.round());
  }
  return { name, ...rounds };
}

function tableOf(runs: readonly Measured[]): readonly string[] {
  const header = [
    'cluster',
    'objects',
    'findings',
    'observe + check',
    'CPU',
    'plain JSON client',
    'CPU',
    'ratio',
    'peak memory',
    'of the plain client',
  ];
  const rows = runs.map(({ name, product, plain }) => [
    name,
    `${product.at(-1)?.objects ?? 0} / ${plain.at(-1)?.objects ?? 0}`,
    String(product.at(-1)?.findings ?? 0),
    seconds(millisecondsOf(product)),
    seconds(median(product.map((round) => round.cpuMilliseconds))),
    seconds(millisecondsOf(plain)),
    seconds(median(plain.map((round) => round.cpuMilliseconds))),
    ratioOf({ product, plain }).toFixed(2),
    `${Math.round(peakMebibytes(product))} MiB`,
    `${Math.round(peakMebibytes(plain))} MiB`,
  ]);
  return [header, ['---', ...header.slice(1).map(() => '---:')], ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

function isReached(healthy: Measured, broken: Measured): boolean {
  const complete = [healthy, broken].every(({ product, plain }) =>
    product.every((round, index) => round.gaps === 0 && round.objects >= (plain[index]?.objects ?? 0)),
  );
  return (
    complete &&
    [healthy, broken].every((run) => ratioOf(run) <= LIMITS.ratio) &&
    // Against each run's own plain client, because a shared machine is not equally fast all the time.
    ratioOf(broken) <= LIMITS.brokenRatio * ratioOf(healthy)
  );
}

function ratioOf({ product, plain }: Pick<Measured, 'product' | 'plain'>): number {
  return millisecondsOf(product) / millisecondsOf(plain);
}

function millisecondsOf(rounds: readonly Round[]): number {
  return median(rounds.map((round) => round.milliseconds));
}

function peakMebibytes(rounds: readonly Round[]): number {
  return Math.max(...rounds.map((round) => round.peakBytes)) / 1024 / 1024;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
