import { runDemo as runStory, type RealModel } from '../demo/run-demo.ts';
import { createScreen } from '../demo/screen.ts';
import { createSecrets } from '../settings/secrets.ts';
import { EXIT } from './exit-code.ts';
import { readTextIfThere } from './context.ts';
import type { World } from './world.ts';

/** `demo`: needs nothing, tells its story on stdout and ends by itself. */
export async function runDemo(world: World): Promise<number> {
  const { stdout, stderr, variables } = world;
  const live = stdout.isTTY === true;
  const realModel = realModelOf(variables);
  const screen = createScreen({
    write: (text) => void stdout.write(text),
    width: stdout.columns ?? 100,
    colors: live && (variables['NO_COLOR'] ?? '') === '',
    live,
    realModelAt: realModel === undefined ? undefined : (realModel.baseUrl ?? 'https://api.anthropic.com'),
  });
  screen.begin();
  const outcome = await runStory({
    version: world.version,
    realModel,
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
