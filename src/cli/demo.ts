import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runDemo as runStory, type RealModel } from '../demo/run-demo.ts';
import { createScreen } from '../demo/screen.ts';
import { MonitorError } from '../errors.ts';
import { createSecrets } from '../settings/secrets.ts';
import { EXIT } from './exit-code.ts';
import { readTextIfThere } from './context.ts';
import type { World } from './world.ts';

export interface DemoFlags {
  /** Where its database stays. */
  readonly dataDir?: string;
}

/**
 * `demo`: needs nothing, tells its story on stdout and ends by itself.
 *
 * @throws {MonitorError} `CONFIG_INVALID` where another database lies
 */
export async function runDemo(world: World, { dataDir }: DemoFlags = {}): Promise<number> {
  const { stdout, stderr, variables } = world;
  if (dataDir !== undefined && existsSync(join(dataDir, 'k8s-monitor.db'))) {
    throw new MonitorError(
      'CONFIG_INVALID',
      `--data-dir ${dataDir}: a database lies there already, and the demo begins with none: name another directory, or remove that one`,
    );
  }
  const live = stdout.isTTY === true;
  const realModel = realModelOf(variables);
  const screen = createScreen({
    write: (text) => void stdout.write(text),
    width: stdout.columns ?? 100,
    colors: live && (variables['NO_COLOR'] ?? '') === '',
    live,
    realModelAt: realModel === undefined ? undefined : (realModel.baseUrl ?? 'https://api.anthropic.com'),
    dataDir,
  });
  screen.begin();
  const outcome = await runStory({
    version: world.version,
    realModel,
    ...(dataDir !== undefined && { dataDir }),
    stopping: world.stopping,
    log: stderr,
    onCycleStart: screen.cycleStart,
    onAgentEvent: screen.agentEvent,
    onNotices: screen.told,
    onCycleEnd: screen.cycleEnd,
  });
  screen.end(outcome);
  return EXIT.fine;
}

/** The one thing that the demo takes from the environment: a key, and where to use it. */
function realModelOf(variables: World['variables']): RealModel | undefined {
  const key = createSecrets(variables, readTextIfThere).read.ANTHROPIC_API_KEY();
  const baseUrl = variables['ANTHROPIC_BASE_URL']?.trim() ?? '';
  return key === undefined ? undefined : { apiKey: key, baseUrl: baseUrl === '' ? undefined : baseUrl };
}
