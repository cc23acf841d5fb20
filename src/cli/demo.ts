import type { World } from './world.ts';
import { EXIT } from './exit-code.ts';
export function runDemo(world: World): Promise<number> {
  world.stdout.write('demo\n');
  return Promise.resolve(EXIT.fine);
}
