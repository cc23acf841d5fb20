import type { PassageRequest, PassageVerdict } from '../definitions/passage-verdict.ts';
import { verifyPassage } from '../definitions/passages.ts';
import type { Verdict } from '../domain/agent-report.ts';
import type { Definitions } from '../domain/definitions.ts';
import type { AssessedFinding } from '../domain/finding.ts';
import type { Permission, Permits } from '../incidents/input.ts';

/**
 * What a quoted passage lets a verdict take away (law 5). It must stand in the definitions that the agent was given and in those now in
 * force: a rule that was taken back while the agent thought permits nothing.
 *
 * @param zone IANA zone of windows that name none
 */
export function permitsBy(given: Definitions, inForce: Definitions, zone: string, nowMs: number): Permits {
  return (verdict, finding) => {
    const { rule } = verdict;
    if (rule === undefined || rule.trim() === '') return { refusal: 'no rule was quoted' };
    const ask = (request: PassageRequest): PassageVerdict => {
      const before = verifyPassage(rule, finding, given, request, zone, nowMs);
      if (!before.ok || given.revision === inForce.revision) return before;
      return verifyPassage(rule, finding, inForce, request, zone, nowMs);
    };
    return combine(verdict, finding, {
      silence: ask({ to: 'silence' }),
      lower: ask({ to: 'lower', severity: verdict.severity }),
      delay: ask({ to: 'delay' }),
    });
  };
}

function combine(
  verdict: Verdict,
  finding: AssessedFinding,
  answers: { readonly silence: PassageVerdict; readonly lower: PassageVerdict; readonly delay: PassageVerdict },
): Permission {
  const { silence, lower, delay } = answers;
  const granted = [silence, lower, delay].find((answer) => answer.ok);
  // What the verdict asked for is what its refusal is about.
  const asked = verdict.notify ? lower : silence;
  return {
    ...(silence.ok && { silence: true }),
    ...(lower.ok && lower.severity !== undefined && { lowerTo: lower.severity }),
    ...(delay.ok && delay.untilMs !== undefined && { delayMs: delay.untilMs - finding.onsetAtMs }),
    ...(!asked.ok && { refusal: asked.detail }),
    ...(granted?.ok === true && { passage: { file: granted.file, line: granted.line, text: granted.text } }),
  };
}
