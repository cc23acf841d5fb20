import { SHIPPED_ROWS } from '../../../../src/checks/custom-resource/shipped-rows.ts';
import { REASONS } from '../../../../src/domain/finding.ts';
import { IMPACTS } from '../../../../src/domain/severity.ts';
import { HEALTHY_STATES, SICK_STATES } from '../../../builders/custom-resource-states.ts';
import type { RawParts } from '../../../builders/custom-resources.ts';
import { NOW_MS } from '../../../builders/kubernetes.ts';
import { CUSTOM_KINDS } from '../../../control-plane/builders/custom-resources.ts';
import type { PlainObject } from '../../../control-plane/builders/plain.ts';
import type { CheckCase, ExpectedFinding, Given } from '../case.ts';

const DAY_MINUTES = 24 * 60;

/** Every state of the shipped rows' table, as an object of its kind on the server. */
export const customResourceCases: readonly CheckCase[] = [
  ...SICK_STATES.map(([check, name, parts, says]) => caseOf(check, name, parts, [expectedOf(check, says)])),
  ...HEALTHY_STATES.map(([check, name, parts]) => caseOf(check, name, parts, [])),
];

function caseOf(check: string, name: string, parts: RawParts, finds: readonly ExpectedFinding[]): CheckCase {
  return {
    check,
    name,
    finds,
    ageMinutes: parts.minutes ?? DAY_MINUTES,
    objects: (given) => [objectOf(check, parts, given)],
  };
}

function objectOf(check: string, parts: RawParts, given: Given): PlainObject {
  const row = SHIPPED_ROWS.find(({ id }) => id === check);
  const kind = CUSTOM_KINDS.find((candidate) => candidate.kind === row?.kind && candidate.group === row.group);
  if (kind === undefined) throw new Error(`no kind is defined for ${check}`);
  const name = parts.name ?? 'shop';
  const { spec = {}, status, metadata } = atJudgement(parts, given);
  return {
    apiVersion: `${kind.group}/${kind.version}`,
    kind: kind.kind,
    metadata: {
      ...metadata,
      ...(kind.scope === 'Namespaced' ? { name, namespace: given.namespace } : { name: given.named(name) }),
    },
    spec,
    ...(status !== undefined && { status }),
  };
}

/** The states tell their times from a fixed now; the judgement has its own. */
function atJudgement(parts: RawParts, given: Given): RawParts {
  const moved = JSON.stringify(parts).replaceAll(/"(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ)"/g, (_all, time: string) =>
    JSON.stringify(given.ago((NOW_MS - Date.parse(time)) / 60_000)),
  );
  return JSON.parse(moved) as RawParts;
}

/** `error Degraded: is degraded` */
function expectedOf(check: string, says: string): ExpectedFinding {
  const [, impactText = '', reason = '', title = ''] = /^(\w+) (\w+): (.*)$/s.exec(says) ?? [];
  const impact = IMPACTS.find((candidate) => candidate === impactText);
  if (impact === undefined || !Object.values<readonly string[]>(REASONS).flat().includes(reason)) {
    throw new Error(`${check}: "${says}" is not what a check says`);
  }
  // What is told of ages and dates depends on the fixed now.
  const timeless = title.replaceAll(/\d{4}-\d\d-\d\d[ T][\d:]+Z?(?: UTC)?/g, '\u0000');
  const pattern = timeless
    .split('\u0000')
    .map((part) => RegExp.escape(part))
    .join('.*');
  return { check, reason, impact, title: new RegExp(`^${pattern}$`, 's') };
}
