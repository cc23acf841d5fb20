import { bundle, nodeOptionsOfImage } from './image.ts';
import { markdownTable, type Benchmark } from './measurement.ts';
import { median, startClient, type Round } from './rounds.ts';

/** The first ones also compile. */
const WARM_UP = 2;
const ROUNDS = 5;
const PODS = 10_000;
const PODS_PER_NODE = 10;
const PODS_PER_SERVICE = 5;
const BROKEN = 500;
const SHOWN = 10;

/** The checks over a cluster that is made in memory: what `observe` measures of them, in a minute and without an API server. `--pods N` for another size. */
export const benchChecks: Benchmark = async ({ say, options }) => {
  await using program = await bundle(new URL('checks-client.ts', import.meta.url));
  const pods = Number(options['pods'] ?? PODS);
  const size = [pods, pods / PODS_PER_NODE, pods / PODS_PER_SERVICE, BROKEN].map(String);
  await using client = startClient(program.file, size, nodeOptionsOfImage());
  const measure = async (task: string): Promise<readonly Round[]> => {
    const rounds: Round[] = [];
    for (let round = 0; round < WARM_UP + ROUNDS; round += 1) rounds.push(await client.round(task));
    return rounds.slice(WARM_UP);
  };
  const healthy = await measure('healthy');
  const broken = await measure('broken');
  if (healthy.some(({ findings }) => findings !== 0)) throw new Error('the healthy cluster has findings');
  if (broken.some(({ findings }) => findings === 0)) throw new Error('the broken cluster has none');

  const clusters = [
    ['healthy', healthy],
    [`${BROKEN} pods broken`, broken],
  ] as const;
  const header = ['cluster', 'findings', 'ms', 'CPU ms', 'longest turn, ms', 'CPU ms of it'];
  const rows = clusters.map(([name, rounds]) => [
    name,
    String(rounds[0]?.findings ?? 0),
    ...(
      ['checksMilliseconds', 'checksCpuMilliseconds', 'longestTurnMilliseconds', 'longestTurnCpuMilliseconds'] as const
    ).map((what) => medianOf(rounds, what).toFixed(0)),
  ]);
  for (const line of markdownTable(header, rows)) say(line);
  for (const [name, rounds] of clusters) say(`${name}, the dearest checks: ${dearest(rounds)}`);

  return [
    {
      what: `checks alone, ${BROKEN} of ${pods} pods broken`,
      unit: 'milliseconds',
      reached: medianOf(broken, 'checksMilliseconds'),
      limit: 150,
      note: `CPU ${medianOf(broken, 'checksCpuMilliseconds').toFixed(0)} ms; healthy ${medianOf(healthy, 'checksMilliseconds').toFixed(0)} ms`,
    },
    {
      what: 'the longest time in which they let nobody else have a turn',
      unit: 'milliseconds',
      reached: Math.max(...[healthy, broken].map((rounds) => medianOf(rounds, 'longestTurnMilliseconds'))),
      limit: 20,
    },
  ];
};

type Timed = 'checksMilliseconds' | 'checksCpuMilliseconds' | 'longestTurnMilliseconds' | 'longestTurnCpuMilliseconds';

function medianOf(rounds: readonly Round[], of: Timed): number {
  return median(rounds.map((round) => round[of] ?? Number.NaN));
}

/** `pods-over-capacity 9.8 ms, crash-loop 4.1 ms`. */
function dearest(rounds: readonly Round[]): string {
  const ids = Object.keys(rounds[0]?.millisecondsByCheck ?? {});
  return ids
    .map((id) => ({ id, spentMs: median(rounds.map((round) => round.millisecondsByCheck?.[id] ?? Number.NaN)) }))
    .toSorted((left, right) => right.spentMs - left.spentMs)
    .slice(0, SHOWN)
    .map(({ id, spentMs }) => `${id} ${spentMs.toFixed(1)} ms`)
    .join(', ');
}
