import type { PassInput } from '../cycle/steps.ts';
import type { AssessedFinding } from '../domain/finding.ts';
import type { Incident, IncidentAnalysis } from '../domain/incident.ts';
import type { ReplayPass } from '../domain/replay.ts';
import type { DecisionInput, DecisionOutcome } from '../incidents/input.ts';
import type { Redact } from '../redact.ts';
import { redacted } from '../store/redacted.ts';

/** Keeps, of each pass, what it would take to decide it again. */
export type RecordForReplay = (
  input: PassInput,
  decided: Pick<DecisionInput, 'nowMs' | 'known' | 'analysis'>,
  opened: readonly string[],
  outcome: Pick<DecisionOutcome, 'changed'>,
) => Omit<ReplayPass, 'assessedAt'>;

export function createRecordForReplay(redact: Redact): RecordForReplay {
  /**
   * How the incidents of a cycle that waits for its agents stood after its first pass, as the store gives them back. By what the checks of that
   * cycle stated: where there never is a second pass, it goes with them.
   */
  const afterFirst = new WeakMap<PassInput['checked'], ReadonlyMap<string, string>>();

  return (input, { nowMs, known, analysis }, opened, { changed }) => {
    const { checked, pass, focus, snapshot } = input;
    const kept = known.map(withoutQuotations);
    const left = afterFirst.get(checked);
    if (pass === 1 && analysis.expected) {
      const after = new Map(known.map((incident) => [incident.id, incident]));
      for (const incident of changed) after.set(incident.id, incident);
      afterFirst.set(checked, new Map([...after.values()].map((incident) => [incident.id, textOf(incident, redact)])));
    }
    const touched = kept.filter((incident) => left?.get(incident.id) !== textOf(incident, redact));
    return {
      pass,
      decidedAt: new Date(nowMs).toISOString(),
      snapshotAt: new Date(snapshot.takenAtMs).toISOString(),
      analysis,
      ...(focus !== undefined && { focus }),
      opened,
      known: pass === 1 ? kept : touched,
    };
  };
}

/** No decision reads a quotation or a sentence of the agents; they are most of an incident's bytes. */
function withoutQuotations(incident: Incident): Incident {
  return {
    ...incident,
    findings: incident.findings.map(withoutQuotation),
    analysis: incident.analysis && withoutWords(incident.analysis),
  };
}

function withoutQuotation(finding: AssessedFinding): AssessedFinding {
  const { logOf: _, ...rest } = finding;
  return { ...rest, evidence: [], nextSteps: [] };
}

function withoutWords(analysis: IncidentAnalysis): IncidentAnalysis {
  return { ...analysis, sections: [], nextSteps: [], changes: [], evidenceLines: [], notChecked: [] };
}

function textOf(incident: Incident, redact: Redact): string {
  return JSON.stringify(sorted(redacted(withoutQuotations(incident), redact)));
}

/** The store gives fields back in the order in which they were written, memory in the order in which they were set. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}
