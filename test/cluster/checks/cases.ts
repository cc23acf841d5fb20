import type { CheckCase } from './case.ts';
import { crashLoopCases } from './cases/crash-loop.ts';

/** Every case of every check. */
export const CASES: readonly CheckCase[] = [...crashLoopCases];
