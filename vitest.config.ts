import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// Workers, and the programs that tests start, find the source compiled by those before them: a start takes half as long.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules', '.cache', 'compiled');

export default defineConfig({
  test: {
    // Node's own loader runs the tests, so what passes here is what `node src/main.ts` runs.
    experimental: { viteModuleRunner: false },
    reporters: ['default', './test/closing-line-reporter.ts'],
    maxWorkers: '100%',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          // Nothing under test keeps state in a module; to load the modules once a worker takes a third of the time.
          isolate: false,
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          isolate: false,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'cluster',
          include: ['test/cluster/**/*.test.ts'],
          globalSetup: ['test/control-plane/global-setup.ts'],
          runner: 'test/control-plane/test-runner.ts',
          // One API server at a time: files that need a server of their own get it restarted for them.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
