import type { TestProject } from 'vitest/node';
import { findBinaries } from './binaries/find-binaries.ts';
import type { Connection } from './servers/connection.ts';
import { launchControlPlane } from './servers/launch.ts';

declare module 'vitest' {
  interface ProvidedContext {
    controlPlane: Connection | { readonly unavailable: string };
  }
}

/**
 * One control plane for the run. Where there is none to be had, a person is told loudly what is skipped and why, and a
 * run with `CI=true` fails.
 */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const progress = (line: string): void => console.error(`control plane: ${line}`);
  const binaries = await findBinaries(process.env, progress);
  if ('missing' in binaries) {
    const unavailable = `no ${binaries.missing.join(', ')}: ${binaries.reason}`;
    if (process.env['CI'] === 'true') throw new Error(`The tests in test/cluster need a control plane; ${unavailable}`);
    console.error(
      `\n!!! SKIPPED: every test in test/cluster, there is ${unavailable}. Install Go 1.26 (its module proxy must be reachable) or set KUBEBUILDER_ASSETS. !!!\n`,
    );
    project.provide('controlPlane', { unavailable });
    return undefined;
  }

  const startedAtMs = performance.now();
  const launched = await launchControlPlane(binaries);
  progress(`ready in ${((performance.now() - startedAtMs) / 1000).toFixed(1)} s`);
  project.provide('controlPlane', launched.connection);
  return async () => {
    await launched[Symbol.asyncDispose]();
  };
}
