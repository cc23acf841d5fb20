import type { CheckCase } from './case.ts';
import { claimLostCases, claimPendingCases, storageClassMissingCases } from './cases/claims.ts';
import { crashLoopCases } from './cases/crash-loop.ts';
import { namespaceTerminatingCases, warningEventsCases } from './cases/other.ts';
import { resizePendingCases, volumeFailedCases, volumeNotMountedCases, volumeReleasedCases } from './cases/volumes.ts';

/** Every case of every check. */
export const CASES: readonly CheckCase[] = [
  ...crashLoopCases,
  ...storageClassMissingCases,
  ...claimPendingCases,
  ...claimLostCases,
  ...volumeNotMountedCases,
  ...volumeFailedCases,
  ...volumeReleasedCases,
  ...resizePendingCases,
  ...namespaceTerminatingCases,
  ...warningEventsCases,
];
