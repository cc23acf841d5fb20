import { inject, TestRunner, type RunnerTask, type RunnerTestFile } from 'vitest';

/** Vitest's own runner, which skips every test of a file where there is no control plane; global-setup.ts says so. */
export default class ControlPlaneRunner extends TestRunner {
  onCollected(files: RunnerTestFile[]): void {
    if ('unavailable' in inject('controlPlane')) for (const file of files) skip(file);
  }
}

function skip(task: RunnerTask): void {
  task.mode = 'skip';
  if ('tasks' in task) for (const child of task.tasks) skip(child);
}
