import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startApp } from '../../../src/app.ts';
import { openContext } from '../../../src/cli/context.ts';
import { loadClusterAccess } from '../../../src/cluster/kubeconfig.ts';
import { startSimulatedCluster } from '../../../src/demo/cluster/server.ts';
import type { Plan } from './plan.ts';
import { clusterAt } from './trouble.ts';

/*
 * The monitor as a process that may end at any step: it runs the cycles of its plan (one JSON argument), each with its deliveries, and
 * says on stdout which are over. `process.kill` with SIGKILL leaves no handler, no flush and no goodbye, as the kernel would.
 */
const plan = JSON.parse(process.argv[2] ?? '') as Plan;
let cycle = 0;
let nowMs = plan.startsAtMs;
let steps = 0;

const step = (name: string): void => {
  steps += 1;
  const { kill } = plan;
  if (kill === undefined) return;
  const isHere = 'step' in kill ? kill.cycle === cycle && kill.step === name : kill.count === steps;
  if (!isHere) return;
  // The signal may take a moment to arrive; nothing more is done until then.
  process.kill(process.pid, 'SIGKILL');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
};
const now = (): number => nowMs;

await using simulated =
  plan.kubeconfig === undefined
    ? await startSimulatedCluster({ now, state: (atMs) => clusterAt(atMs, plan.beginsAtMs) })
    : undefined;
const variables = {
  K8S_MONITOR_CLAUDE_DIR: join(plan.directory, 'claude'),
  K8S_MONITOR_AGENTS_DIR: 'agents',
  K8S_MONITOR_CONFIG_DIR: plan.directory,
  K8S_MONITOR_DATA_DIR: join(plan.directory, 'data'),
  K8S_MONITOR_REPORTS_DIR: join(plan.directory, 'reports'),
  SLACK_API_URL: plan.slack.url,
  SLACK_BOT_TOKEN: plan.slack.token,
};
const world = {
  arguments: [],
  variables,
  stdout: process.stdout,
  stderr: process.stderr,
  now,
  stopping: new AbortController().signal,
  version: '0.0.0-test',
};
const context = openContext(world, {}, 'stderr');
const kubeconfig = plan.kubeconfig ?? join(plan.directory, 'kubeconfig');
if (simulated !== undefined) await writeFile(kubeconfig, simulated.kubeconfig);
await using app = await startApp({
  ...context,
  access: loadClusterAccess({ explicitFile: kubeconfig, environment: {} }),
  version: world.version,
  now,
  keep: 'disk',
  withAgents: false,
  serve: false,
  step,
});
process.stdout.write('started\n');
// What an earlier process left behind is told first, as a daemon would.
await app.delivery.flush(AbortSignal.timeout(30_000));
for (const atMs of plan.cyclesAtMs) {
  nowMs = atMs;
  await app.trigger({ trigger: 'manual', withAgents: false });
  await app.settled();
  await app.delivery.flush(AbortSignal.timeout(30_000));
  process.stdout.write(`over ${cycle}\n`);
  cycle += 1;
}
