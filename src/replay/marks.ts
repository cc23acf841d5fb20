import type { AssessedFinding } from '../domain/finding.ts';
import type { Incident } from '../domain/incident.ts';
import { nameOf } from '../domain/object-ref.ts';
import type { ReportedFinding } from '../domain/report.ts';

/** One thing that files say of a finding, then and now. */
export interface Mark {
  readonly what: 'tier' | 'environment' | 'priority' | 'labels' | 'floor';
  readonly was: string;
  readonly now: string;
}

/** One finding on both sides. */
export interface Pair {
  readonly was: ReportedFinding;
  readonly now: AssessedFinding;
}

/** The findings of this cycle that the incident stands for, on both sides. */
export function pairsOf(
  incident: Incident,
  was: readonly ReportedFinding[],
  now: readonly AssessedFinding[],
): readonly Pair[] {
  const { owner, family } = incident;
  return now.flatMap((finding) => {
    const recorded = was.find(({ id }) => id === finding.id);
    const isOwn = finding.family === family && nameOf(finding.owner) === nameOf(owner);
    return recorded === undefined || !isOwn ? [] : [{ was: recorded, now: finding }];
  });
}

/** What differs, each once. */
export function marksOf(pairs: readonly Pair[]): readonly Mark[] {
  const marks = pairs.flatMap(({ was, now }) => {
    const sides: readonly Mark[] = [
      { what: 'tier', was: was.tier ?? 'none', now: now.tier ?? 'none' },
      { what: 'environment', was: was.environment, now: now.environment },
      { what: 'priority', was: was.priority, now: now.priority },
      { what: 'labels', was: labelText(was.customLabels), now: labelText(now.customLabels) },
      { what: 'floor', was: was.floor, now: now.floor },
    ];
    return sides.filter((mark) => mark.was !== mark.now);
  });
  return [...new Map(marks.map((mark) => [`${mark.what} ${mark.was} ${mark.now}`, mark])).values()];
}

export function labelText(labels: AssessedFinding['customLabels']): string {
  const pairs = Object.entries(labels).map(([key, values]) => `${key}=${[...values].toSorted().join(',')}`);
  return pairs.toSorted().join(' ') || 'none';
}
