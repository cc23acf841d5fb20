import { nameOf } from '../domain/object-ref.ts';
import type { CycleReport } from '../domain/report.ts';
import type { Gap } from '../domain/snapshot.ts';

/** A cycle in a few lines for people: what was found, what was not told and why, what could not be seen. */
export function reportLines(report: CycleReport): readonly string[] {
  // The agents' pass says `ongoing` of what the pass before it told: what was told in this cycle stands.
  const decided = Map.groupBy(report.decisions, ({ incident }) => incident);
  const open = report.incidents.filter(({ state }) => state === 'open');
  const incidents = open.map(({ id, severity, findings }) => {
    const seen = report.findings.filter((candidate) => findings.includes(candidate.id));
    const finding = seen.find(({ attachedTo }) => attachedTo === undefined) ?? seen[0];
    const about = finding === undefined ? 'not seen in this cycle' : `${nameOf(finding.owner)}: ${finding.reason}`;
    const decisions = decided.get(id) ?? [];
    const decision = decisions.findLast(({ told }) => told) ?? decisions.at(-1);
    const said = decision === undefined ? '' : `${decision.told ? 'told' : 'not told'}, ${decision.reason}`;
    return `  ${severity}  ${id}  ${about}  (${said})`;
  });
  const incomplete = report.checks.filter(({ evaluated }) => evaluated === 'no' || evaluated === 'partly');
  return [
    `${report.cluster.name} (${report.cluster.version || 'version unknown'}), cycle ${report.cycle.id}, definitions ${report.cycle.revision.slice(0, 8)}`,
    open.length > 0
      ? `${open.length} open:`
      : report.checks.some(({ evaluated }) => evaluated === 'yes' || evaluated === 'partly')
        ? 'No open incidents in what could be read.'
        : 'Nothing could be checked.',
    ...incidents,
    ...(report.gaps.length === 0 ? [] : ['Not read, so neither healthy nor broken:', ...gapLines(report.gaps)]),
    ...(incomplete.length === 0 ? [] : [`Checks not (wholly) evaluated: ${incomplete.map(({ id }) => id).join(', ')}`]),
    ...report.definitions.warnings.map(
      ({ file, line, message }) => `Definitions: ${file}${line === undefined ? '' : `:${line}`}: ${message}`,
    ),
    ...(report.analysisMissing === undefined ? [] : [`Agents: ${report.analysisMissing}`]),
    `Cost: ${report.usage.calls} model calls, $${report.usage.costUsd.toFixed(4)}`,
  ];
}

/** One line for each cause: a server that is gone is said once, not for every kind. */
function gapLines(gaps: readonly Gap[]): readonly string[] {
  const causeOf = ({ detail }: Gap): string => detail.slice(detail.indexOf(': ') + 2);
  return [...Map.groupBy(gaps, causeOf)].map(([cause, alike]) => {
    const areas = alike.map(({ resource, namespace }) =>
      namespace === undefined ? resource : `${resource} in ${namespace}`,
    );
    const [only] = alike;
    return `  ${areas.join(', ')}: ${alike.length === 1 && only !== undefined ? only.detail : cause}`;
  });
}
