import { expect, test } from 'vitest';
import { severityOf } from '../../../src/domain/severity.ts';
import { moveByTier, priorityOf } from '../../../src/policy/priority.ts';

test.each([
  ['critical', 'production', 'P0', 'built-in:critical-production'],
  ['critical', 'staging', 'P1', 'built-in:critical-other'],
  ['critical', 'unknown', 'P1', 'built-in:critical-other'],
  ['error', 'production', 'P1', 'built-in:error-production'],
  ['error', 'development', 'P2', 'built-in:error-other'],
  ['error', 'test', 'P2', 'built-in:error-other'],
  ['warning', 'production', 'P2', 'built-in:warning'],
  ['warning', 'unknown', 'P2', 'built-in:warning'],
  ['info', 'production', 'P3', 'built-in:info'],
  ['info', 'staging', 'P3', 'built-in:info'],
] as const)('%s in %s is %s by %s', (impact, environment, priority, rule) => {
  expect(priorityOf(impact, environment)).toEqual({ priority, rule });
});

test.each([
  ['P0', 'P0', 'SEV-1'],
  ['P1', 'P0', 'SEV-1'],
  ['P2', 'P0', 'SEV-2'],
  ['P3', 'P0', 'SEV-3'],
  ['P0', 'P1', 'SEV-1'],
  ['P2', 'P1', 'SEV-3'],
  ['P0', 'P2', 'SEV-2'],
  ['P2', 'P2', 'SEV-4'],
  ['P3', 'P2', 'SEV-4'],
  ['P1', 'P3', 'SEV-3'],
  ['P3', 'P3', 'SEV-4'],
  ['P1', undefined, 'SEV-2'],
] as const)('priority %s of a service of tier %s is %s', (priority, tier, severity) => {
  expect(severityOf(moveByTier(priority, tier))).toBe(severity);
});
