import { MonitorError, type ErrorCode } from '../errors.ts';

/** 0 fine, 1 bug, 2 problems found or the API server unreachable, 78 configuration (EX_CONFIG of sysexits.h). */
export const EXIT = { fine: 0, bug: 1, problems: 2, configuration: 78 } as const;

const CONFIGURATION: ReadonlySet<ErrorCode> = new Set([
  'CONFIG_INVALID',
  'POLICY_INVALID',
  'SECRET_UNREADABLE',
  'KUBECONFIG_INVALID',
  'STORE_NEWER',
  'STORE_UNUSABLE',
  'PORT_UNAVAILABLE',
]);

export function exitCodeOf(error: unknown): number {
  if (!(error instanceof MonitorError)) return EXIT.bug;
  if (CONFIGURATION.has(error.code)) return EXIT.configuration;
  return EXIT.problems;
}
