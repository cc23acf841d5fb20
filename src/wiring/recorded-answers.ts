import type { Finding } from '../domain/finding.ts';
import type { ReportedFinding } from '../domain/report.ts';
import type { Assess } from '../policy/policy.ts';

/** What the check or the agent stated, without what policy and Markdown added. */
export function bareFinding(finding: ReportedFinding): Finding {
  const {
    namespaceLabels: _namespaceLabels,
    environment: _environment,
    customLabels: _customLabels,
    tier: _tier,
    priority: _priority,
    priorityByPolicy: _priorityByPolicy,
    floor: _floor,
    policy: _policy,
    hold: _hold,
    onsetAt,
    ...stated
  } = finding;
  return { ...stated, onsetAtMs: Date.parse(onsetAt) };
}

/** The answers that policy gave then. The findings must be those of the report, in its order. */
export function answersOf(findings: readonly ReportedFinding[]): Assess {
  const byId = new Map(findings.map((finding) => [keyOf(finding), finding]));
  return (subjects) =>
    Promise.resolve(
      subjects.map((subject) => {
        const recorded = byId.get(keyOf(subject.finding));
        if (recorded === undefined) throw new Error('policy was never asked about this finding');
        const { environment, customLabels, priority, priorityByPolicy = priority, policy } = recorded;
        return { subject, assessment: { environment, customLabels, priority: priorityByPolicy, policy } };
      }),
    );
}

/** Policy sees no ids: two findings that are alike in this get one answer. */
function keyOf(
  finding: Pick<Finding, 'object' | 'owner' | 'impact' | 'reason' | 'family' | 'labels' | 'annotations' | 'images'>,
): string {
  const { object, owner, impact, reason, family, labels, annotations, images } = finding;
  return JSON.stringify([
    object.kind,
    object.namespace,
    object.name,
    owner.kind,
    owner.namespace,
    owner.name,
    impact,
    reason,
    family,
    labels,
    annotations,
    images,
  ]);
}
