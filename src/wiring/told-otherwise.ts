import type { AssessedFinding } from '../domain/finding.ts';
import type { Decision, Incident } from '../domain/incident.ts';
import { nameOf } from '../domain/object-ref.ts';
import type { CycleReport } from '../domain/report.ts';

/** Presence is what was recorded; how it was judged, what people were told, and what is owed to them, comes from elsewhere. */
export function withTellingOf(incident: Incident, told: Incident | undefined): Incident {
  if (told === undefined) return incident;
  const { severity, toldSeverity, firstToldAtMs, channel, recheckAtMs } = told;
  const { reopenedAtMs, verdicts, analysisState } = incident.telling ?? {};
  const { reopenedAtMs: _, verdicts: __, analysisState: ___, ...memory } = told.telling ?? {};
  const telling = {
    ...memory,
    ...(reopenedAtMs !== undefined && { reopenedAtMs }),
    ...(verdicts !== undefined && { verdicts }),
    ...(analysisState !== undefined && { analysisState }),
  };
  const findings = incident.findings.map((finding) => {
    const judged = told.findings.find((candidate) => isSameProblem(candidate, finding));
    if (judged === undefined) return finding;
    const { environment, customLabels, tier, priority, floor, policy, hold } = judged;
    return { ...finding, environment, customLabels, tier, priority, floor, policy, hold };
  });
  return { ...incident, severity, toldSeverity, firstToldAtMs, channel, recheckAtMs, findings, telling };
}

function isSameProblem(left: AssessedFinding, right: AssessedFinding): boolean {
  return left.check === right.check && left.reason === right.reason && nameOf(left.object) === nameOf(right.object);
}

/** Incidents of which people would not have heard what they heard then. */
export function toldOtherwise(
  { decisions }: Pick<CycleReport, 'decisions'>,
  again: readonly Decision[],
): ReadonlySet<string> {
  const words = (decision: Pick<Decision, 'pass' | 'told' | 'reason' | 'severity' | 'channel'>): string =>
    [decision.pass, decision.told, decision.reason, decision.severity, decision.channel].join(' ');
  return new Set(
    again
      .filter((decision) => {
        const then = decisions.find(({ incident, pass }) => incident === decision.incidentId && pass === decision.pass);
        return then === undefined || words(then) !== words(decision);
      })
      .map(({ incidentId }) => incidentId),
  );
}
