import { placeOfChange, type Change } from '../domain/change.ts';
import { nameOf } from '../domain/object-ref.ts';
import type { CycleReport } from '../domain/report.ts';
import { isServerTrouble, type Gap } from '../domain/snapshot.ts';

/** Longer lists of what failed alike are counted. */
const MOST_NAMED = 3;
const MOST_CHANGES = 20;

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
    ...(incomplete.length === 0
      ? []
      : [`Checks not (wholly) evaluated: ${incompleteWords(report.checks, incomplete)}`]),
    ...report.definitions.warnings.map(
      ({ file, line, message }) => `Definitions: ${file}${line === undefined ? '' : `:${line}`}: ${message}`,
    ),
    ...changeLines(report.definitions.changes ?? []),
    ...(report.switchedOff === undefined ? [] : [`Switched off in flags.json: ${report.switchedOff.join(', ')}`]),
    ...(report.analysisMissing === undefined ? [] : [`Agents: ${report.analysisMissing}`]),
    `Cost: ${report.usage.calls} model calls, $${report.usage.costUsd.toFixed(4)}`,
  ];
}

/** Whoever may do more, or hears less, is to be seen first. */
function changeLines(changes: readonly Change[]): readonly string[] {
  if (changes.length === 0) return [];
  const shown = changes
    .slice(0, MOST_CHANGES)
    .map((change) => `  ${change.kind.padEnd(7)}  ${placeOfChange(change)}  ${change.words}`);
  const more = changes.length > MOST_CHANGES ? [`  … and ${changes.length - MOST_CHANGES} more, in the report`] : [];
  return ['Changed since the last cycle:', ...shown, ...more];
}

/** One line for each cause: a server that is gone is said once, not for every kind. */
function gapLines(gaps: readonly Gap[]): readonly string[] {
  const causeOf = ({ detail }: Gap): string => detail.slice(detail.indexOf(': ') + 2);
  const troubles = new Set(gaps.filter(({ cause }) => isServerTrouble(cause)).map(causeOf));
  // What needs the same server (the cluster's identity) quotes the same trouble among other words.
  const sharedCauseOf = (gap: Gap): string => {
    const own = causeOf(gap);
    if (!isServerTrouble(gap.cause)) return own;
    return [...troubles].find((other) => other !== own && own.includes(other)) ?? own;
  };
  return [...Map.groupBy(gaps, sharedCauseOf)].map(([cause, alike]) => {
    const [only] = alike;
    if (alike.length === 1 && only !== undefined) return `  ${areaOf(only)}: ${only.detail}`;
    return `  ${troubles.has(cause) ? countedAreas(alike) : alike.map(areaOf).join(', ')}: ${cause}`;
  });
}

function areaOf({ resource, namespace }: Gap): string {
  return namespace === undefined ? resource : `${resource} in ${namespace}`;
}

/** `26 kinds`, `Pod in 31 namespaces`; a few are named. */
function countedAreas(gaps: readonly Gap[]): string {
  if (gaps.length <= MOST_NAMED) return gaps.map(areaOf).join(', ');
  const kinds = new Set(gaps.map(({ resource }) => resource).filter((resource) => resource !== 'Cluster'));
  const namespaces = new Set(gaps.flatMap(({ namespace }) => namespace ?? []));
  const named = kinds.size > MOST_NAMED ? `${kinds.size} kinds` : [...kinds].join(', ');
  if (namespaces.size === 0) return named;
  return `${named} in ${namespaces.size > MOST_NAMED ? `${namespaces.size} namespaces` : [...namespaces].join(', ')}`;
}

/** Of all that were due not one: their number says it. */
function incompleteWords(checks: CycleReport['checks'], incomplete: CycleReport['checks']): string {
  const due = checks.filter(({ evaluated }) => evaluated !== 'not-due' && evaluated !== 'switched-off');
  if (due.length <= MOST_NAMED || incomplete.length < due.length) return incomplete.map(({ id }) => id).join(', ');
  return `all ${due.length} checks`;
}
