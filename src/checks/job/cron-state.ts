import type { CheckedFinding } from '../../domain/check.ts';
import type { EvidenceQuote } from '../../domain/evidence.ts';
import type { KnownReason } from '../../domain/finding.ts';
import type { CronJob, Job } from '../../domain/kubernetes/workload.ts';
import type { Owner } from '../../domain/object-ref.ts';
import type { Impact } from '../../domain/severity.ts';
import { about } from '../about.ts';
import { parseCron, runsAt, zoneOffset, type CronSchedule, type ZoneOffset } from './cron-schedule.ts';
import { fields, quoteField } from '../evidence.ts';
import { condition } from '../pod-state.ts';
import type { View } from '../view.ts';

export interface Clockwork {
  readonly schedule: CronSchedule;
  readonly offset: ZoneOffset;
}

/**
 * When a CronJob is meant to run, as far as it can be known.
 *
 * Without a time zone of its own the controller's counts, which nobody can read: it is taken for UTC only where the last run agrees.
 */
export function clockworkOf({ schedule: text, timeZone, lastScheduleAtMs }: CronJob): Clockwork | undefined {
  const schedule = parseCron(text);
  const offset = zoneOffset(timeZone);
  if (schedule === undefined || offset === undefined) return undefined;
  const isAmbiguous = timeZone === '' && lastScheduleAtMs !== undefined && !runsAt(schedule, offset, lastScheduleAtMs);
  return isAmbiguous ? undefined : { schedule, offset };
}

export function isUnfinished({ conditions }: Job): boolean {
  return condition(conditions, 'Complete')?.status !== 'True' && condition(conditions, 'Failed')?.status !== 'True';
}

export function cronFinding(
  view: View,
  cron: CronJob,
  stated: {
    readonly reason: KnownReason;
    readonly impact: Impact;
    readonly title: string;
    readonly onsetAtMs: number;
    readonly evidence?: readonly EvidenceQuote[];
    readonly nextSteps: readonly string[];
    readonly causes?: readonly Owner[];
  },
): CheckedFinding {
  const { meta, template, schedule, timeZone, concurrencyPolicy, lastScheduleAtMs, lastSuccessAtMs } = cron;
  return {
    ...about(view, 'CronJob', 'batch/v1', meta, template),
    ...stated,
    family: 'job',
    evidence: [
      quoteField(
        'CronJob',
        meta,
        'spec',
        fields({ schedule, timeZone, concurrencyPolicy, suspend: String(cron.suspend) }),
      ),
      quoteField(
        'CronJob',
        meta,
        'status',
        fields({ lastScheduleTime: timeText(lastScheduleAtMs), lastSuccessfulTime: timeText(lastSuccessAtMs) }) ||
          'lastScheduleTime: never',
      ),
      ...(stated.evidence ?? []),
    ],
  };
}

/** `2026-11-21 02:00 UTC`; '' for never. */
export function timeText(atMs: number | undefined): string {
  return atMs === undefined ? '' : `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
