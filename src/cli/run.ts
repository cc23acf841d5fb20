import { once } from 'node:events';
import { startApp, type App } from '../app.ts';
import { loadClusterAccess } from '../cluster/kubeconfig.ts';
import type { EnvironmentFlags } from '../settings/environment.ts';
import { openContext } from './context.ts';
import { EXIT } from './exit-code.ts';
import type { World } from './world.ts';

/** `run`: the daemon. Ends by a signal, after what is under way has been recorded and sent. */
export async function runDaemon(world: World, flags: EnvironmentFlags): Promise<number> {
  const context = openContext(world, flags, 'stdout', 'wait');
  const { environment, log } = context;
  await using app = await startApp({
    ...context,
    access: loadClusterAccess({ explicitFile: environment.kubeconfig, environment: world.variables }),
    version: world.version,
    now: world.now,
    keep: 'disk',
    withAgents: true,
    serve: true,
  });
  if (!world.stopping.aborted) await once(world.stopping, 'abort');
  log.info('k8s-monitor is stopping', {
    signal: String(world.stopping.reason),
    // They wait on disk and are told after the next start, if the last seconds do not bring them out.
    waitingNotices: await waitingNotices(app),
  });
  return EXIT.fine;
}

async function waitingNotices(app: App): Promise<number | undefined> {
  try {
    const { pending, sending, parked } = await app.store.outbox.counts();
    return pending + sending + parked;
  } catch {
    return undefined;
  }
}
