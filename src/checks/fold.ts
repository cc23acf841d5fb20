import type { CheckedFinding } from '../domain/check.ts';
import type { EvidenceQuote } from '../domain/evidence.ts';
import type { ObjectRef } from '../domain/object-ref.ts';
import { IMPACTS } from '../domain/severity.ts';
import { ownerKey } from './view.ts';

const MAX_EVIDENCE = 6;

export interface Folded {
  readonly finding: CheckedFinding;
  readonly objects: readonly ObjectRef[];
}

/**
 * One finding for each owner and reason: twenty crashing pods of a Deployment are one problem.
 *
 * The worst, oldest one speaks for all; what began when the first began is as old as that.
 */
export function foldByOwner(findings: readonly CheckedFinding[]): readonly Folded[] {
  const groups = Map.groupBy(findings, ({ owner, reason }) => `${ownerKey(owner)} ${reason}`);
  return [...groups.values()].map((group) => foldGroup(group.toSorted(worstFirst)));
}

function foldGroup(group: readonly CheckedFinding[]): Folded {
  const [worst] = group;
  if (worst === undefined) throw new TypeError('a group has at least one finding');
  const objects = [...new Map(group.map(({ object }) => [ownerKey(object), object])).values()];
  if (group.length === 1) return { finding: worst, objects };
  const count = objects.length > 1 ? ` in ${String(objects.length)} ${plural(worst.object.kind)}` : '';
  return {
    objects,
    finding: {
      ...worst,
      title: `${worst.title}${count}`,
      onsetAtMs: Math.min(...group.map(({ onsetAtMs }) => onsetAtMs)),
      evidence: representative(group),
      causes: group.flatMap(({ causes = [] }) => causes),
      images: union(group.map(({ images }) => images)),
      serviceNames: union(group.map(({ serviceNames }) => serviceNames)),
    },
  };
}

/** All of the worst, then the first of each other, until there is enough. */
function representative(group: readonly CheckedFinding[]): readonly EvidenceQuote[] {
  const [worst, ...others] = group;
  return [...(worst?.evidence ?? []), ...others.flatMap(({ evidence }) => evidence.slice(0, 1))].slice(0, MAX_EVIDENCE);
}

/** Impact, then age, then name: the same cluster always gives the same order. */
export function worstFirst(left: CheckedFinding, right: CheckedFinding): number {
  return (
    IMPACTS.indexOf(left.impact) - IMPACTS.indexOf(right.impact) ||
    left.onsetAtMs - right.onsetAtMs ||
    compareText(ownerKey(left.object), ownerKey(right.object)) ||
    compareText(left.title, right.title)
  );
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function plural(kind: string): string {
  return `${kind.toLowerCase()}s`;
}

function union(lists: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(lists.flat())].toSorted();
}
