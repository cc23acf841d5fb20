import type { Verdict } from '../domain/agent-report.ts';
import type { AssessedFinding } from '../domain/finding.ts';
import type { Incident } from '../domain/incident.ts';
import { nameOf } from '../domain/object-ref.ts';
import type { ReportedFinding } from '../domain/report.ts';
import type { Severity } from '../domain/severity.ts';

/** A floor that the edited files move. */
export interface MovedFloor {
  readonly finding: AssessedFinding;
  readonly was: Severity;
  readonly now: Severity;
}

/** By the id of the finding. */
export function movedFloors(
  was: readonly ReportedFinding[],
  now: readonly AssessedFinding[],
): ReadonlyMap<string, MovedFloor> {
  return new Map(
    now.flatMap((finding) => {
      const floor = was.find(({ id }) => id === finding.id)?.floor;
      return floor === undefined || floor === finding.floor
        ? []
        : [[finding.id, { finding, was: floor, now: finding.floor }] as const];
    }),
  );
}

/** An agent that left the floor of then as it was has said nothing against the floor of now. */
export function followingFloor(verdict: Verdict, moved: MovedFloor | undefined): Verdict {
  return moved !== undefined && verdict.severity === moved.was ? { ...verdict, severity: moved.now } : verdict;
}

/** The same for verdicts that stood on an incident before. */
export function withFloorsOf(incident: Incident, moved: ReadonlyMap<string, MovedFloor>): Incident {
  const verdicts = incident.telling?.verdicts;
  if (verdicts === undefined || moved.size === 0) return incident;
  const following = verdicts.map((standing) => {
    const floor = [...moved.values()].find(
      ({ finding, was }) =>
        finding.reason === standing.reason &&
        finding.family === incident.family &&
        nameOf(finding.owner) === nameOf(incident.owner) &&
        was === standing.floor,
    );
    return floor === undefined
      ? standing
      : { ...standing, verdict: followingFloor(standing.verdict, floor), floor: floor.now };
  });
  return { ...incident, telling: { ...incident.telling, verdicts: following } };
}
