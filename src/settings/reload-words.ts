import type { Settings } from './settings.ts';

/** The lines that operators' documents name; docs/operations.md. */
const RELOADED: Readonly<Record<string, string>> = {
  config: 'Configuration hot-reloaded successfully',
  environments: 'Environments hot-reloaded',
  retry: 'Retry config hot-reloaded',
  storm: 'Storm detection config hot-reloaded',
  dedup: 'Deduplication config hot-reloaded',
  rate_limits: 'Rate limits hot-reloaded',
  flags: 'Feature flags hot-reloaded',
};

/** What a reload's line says besides the hash. */
export function factsOf(name: string, settings: Settings): Readonly<Record<string, unknown>> {
  switch (name) {
    case 'retry':
      return { max_attempts: settings.retry?.maxAttempts };
    case 'storm':
      return {
        rate_threshold: settings.storm.rateThreshold,
        pattern_threshold: settings.storm.patternThreshold,
      };
    case 'dedup':
      return { ttl: `${settings.deduplication.ttlMs / 1_000}s` };
    case 'rate_limits':
      return { rpm: settings.rateLimits.requestsPerMinute };
    case 'flags':
      return { ...settings.flags };
    default:
      return {};
  }
}

export function reloadedWords(name: string): string {
  return RELOADED[name] ?? `${name} hot-reloaded`;
}
