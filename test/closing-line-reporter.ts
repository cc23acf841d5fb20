import type { Reporter, TestModule } from 'vitest/node';

/** Ends the run with one plain line, for people and scripts that read only the last one. */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state !== 'pending') counts[state] += 1;
      }
      if (module.errors().length > 0) counts.failed += 1;
    }
    // After the default reporter's own summary, whatever the order in which reporters are called.
    process.on('exit', () => {
      const skipped = counts.skipped === 0 ? '' : `, ${counts.skipped} skipped`;
      process.stdout.write(`tests: ${counts.passed} passed, ${counts.failed} failed${skipped}\n`);
    });
  }
}
