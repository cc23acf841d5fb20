import { expect, test } from 'vitest';
import { nodeProblem } from '../../../src/checks/node/node-problem.ts';
import { aCondition, aNode, ago } from '../../builders/kubernetes.ts';
import { findingsOf } from './run.ts';

const impactOf = (type: string, status: string) =>
  findingsOf(nodeProblem, { Node: [aNode({ conditions: [aCondition(type, status, { changedAtMs: ago(10) })] })] })[0]
    ?.impact;

test.each([
  ['KernelDeadlock', 'True', 'error'],
  ['ReadonlyFilesystem', 'True', 'error'],
  ['CorruptDockerOverlay2', 'True', 'error'],
  ['FilesystemCorruptionProblem', 'True', 'error'],
  ['ContainerRuntimeUnhealthy', 'True', 'error'],
  ['CperHardwareErrorFatal', 'True', 'error'],
  ['NetworkingReady', 'False', 'error'],
  ['FrequentContainerdRestart', 'True', 'warning'],
  ['FrequentUnregisterNetDevice', 'True', 'warning'],
  ['NTPProblem', 'True', 'warning'],
  ['KubeletUnhealthy', 'False', undefined],
  ['KernelDeadlock', 'Unknown', undefined],
  ['StorageReady', 'True', undefined],
  ['NetworkingReady', 'Unknown', undefined],
  ['Ready', 'False', undefined],
  ['DiskPressure', 'True', undefined],
  ['EtcdIsVoter', 'True', undefined],
  ['EtcdIsVoter', 'False', undefined],
  ['VMEventScheduled', 'True', undefined],
  ['RebootRequired', 'True', undefined],
  ['NeedsRestart', 'True', undefined],
])('%s=%s: %s', (type, status, impact) => {
  expect(impactOf(type, status)).toBe(impact);
});
