import type { CheckedFinding } from '../../domain/check.ts';
import type { EvidenceQuote } from '../../domain/evidence.ts';
import type { Pod } from '../../domain/kubernetes/pod.ts';
import { fields, quoteField, terminationFields } from '../evidence.ts';
import { containersOf, isLive, type ContainerState } from '../pod-state.ts';
import type { View } from '../view.ts';
import { lastTermination } from './restarts.ts';

/** A finding for each sick container of a live pod. */
export function* findingsOfContainers(
  view: View,
  isSick: (container: ContainerState, pod: Pod) => boolean,
  findingFor: (view: View, pod: Pod, container: ContainerState) => CheckedFinding,
): Iterable<CheckedFinding> {
  for (const pod of view.restlessPods) {
    if (!isLive(pod)) continue;
    for (const container of containersOf(pod)) {
      if (isSick(container, pod)) yield findingFor(view, pod, container);
    }
  }
}

/** How the container's present or last run ended; nothing where none has. */
export function quoteLastEnd({ meta }: Pod, { status, path }: ContainerState): readonly EvidenceQuote[] {
  const last = lastTermination(status);
  if (last === undefined) return [];
  const state = status.terminated === undefined ? 'lastState' : 'state';
  return [quoteField('Pod', meta, `${path}.${state}.terminated`, terminationFields(last), last.finishedAtMs)];
}

/** What the container waits for; nothing where it does not wait. */
export function quoteWaiting({ meta }: Pod, { status: { waiting }, path }: ContainerState): readonly EvidenceQuote[] {
  return waiting === undefined ? [] : [quoteField('Pod', meta, `${path}.state.waiting`, fields({ ...waiting }))];
}
