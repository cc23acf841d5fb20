import * as z from 'zod';
import { durationWithin } from './duration.ts';

/** `retry.yaml`: patience with the API server. */
export const RetryFile = z
  .object({
    max_attempts: z.int().min(1).max(10).default(3),
    initial_backoff: durationWithin('0ms', '5s').prefault('100ms'),
    max_backoff: durationWithin('0ms', '30s').prefault('5s'),
  })
  .superRefine(({ initial_backoff: initial, max_backoff: max }, context) => {
    if (initial > max)
      context.addIssue({ code: 'custom', path: ['max_backoff'], message: 'must not be shorter than initial_backoff' });
  });
export type RetryFile = z.infer<typeof RetryFile>;

/** `storm.yaml`: when many signals of one alert are one trouble. */
export const StormFile = z
  .object({
    rate_threshold: z.int().min(1).default(10),
    pattern_threshold: z.int().min(1).default(5),
    buffer_threshold: z.int().min(1).default(5),
    inactivity_timeout: durationWithin('1s', '1h').prefault('60s'),
    max_window_duration: durationWithin('1s', '1h').prefault('5m'),
    sampling_threshold: z.number().gt(0).max(1).default(0.95),
    sampling_rate: z.number().gt(0).max(1).default(0.5),
  })
  .superRefine(({ inactivity_timeout: inactivity, max_window_duration: window }, context) => {
    if (inactivity > window) {
      const message = 'must not be longer than max_window_duration';
      context.addIssue({ code: 'custom', path: ['inactivity_timeout'], message });
    }
  });
export type StormFile = z.infer<typeof StormFile>;

/** `dedup.yaml`: how long a signal that comes again is the same one. */
export const DeduplicationFile = z.object({ ttl: durationWithin('10s', '24h').prefault('5m') });
export type DeduplicationFile = z.infer<typeof DeduplicationFile>;

/** `rate_limits.yaml`: what each webhook takes. */
export const RateLimitsFile = z.object({ requests_per_minute: z.int().min(1).max(100_000).default(100) });
export type RateLimitsFile = z.infer<typeof RateLimitsFile>;

/** `flags.json`: kill switches. */
export const FlagsFile = z.object({
  model_calls: z.boolean().default(true),
  notifications: z.boolean().default(true),
  signals: z.boolean().default(true),
  patrols: z.boolean().default(true),
});
export type FlagsFile = z.infer<typeof FlagsFile>;
