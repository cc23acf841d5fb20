import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { recipeId } from '../control-plane/binaries/recipe.ts';

/**
 * The real `opa`: of `OPA_PATH`, of the control plane's binaries (which a run of test/cluster builds), or of the `PATH`. Where there is none, a
 * person is told loudly what is skipped, and a run with `CI=true` fails.
 */
export async function findOpa(env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  const cache = join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'k8s-monitor', 'control-plane');
  const path = (env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'opa'));
  const places = [env['OPA_PATH'] ?? '', join(cache, await recipeId(), 'opa'), ...path];
  const found = places.find((place) => place !== '' && isExecutable(place));
  if (found !== undefined) return found;
  if (env['CI'] === 'true') throw new Error(`The tests of policies need opa; there is none at ${places[1]}`);
  process.stderr.write(
    '\n!!! SKIPPED: tests of Rego policies, there is no opa. `npm run control-plane` builds one with Go, or set OPA_PATH. !!!\n',
  );
  return undefined;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
