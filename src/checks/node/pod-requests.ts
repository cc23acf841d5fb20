import type { Container, Pod } from '../../domain/kubernetes/pod.ts';
import { quantityOf } from '../quantity.ts';

/** Reads a quantity; a whole cluster writes a few hundred different ones. */
export type ReadQuantity = (text: string) => number;

/** Each text is read once. What is no quantity counts as nothing. */
export function createQuantityReader(): ReadQuantity {
  const known = new Map<string, number>();
  return (text) => {
    const read = known.get(text) ?? quantityOf(text) ?? 0;
    known.set(text, read);
    return read;
  };
}

/**
 * What the scheduler sets aside for a pod of one resource, in its base unit: what the pod says for itself, else all that run at once, or the largest init container with the sidecars
 * that started before it, whichever is more. A pod's overhead is not in it.
 */
export function requestOf({ requests, containers, initContainers }: Pod, resource: string, read: ReadQuantity): number {
  const ofPod = requests[resource];
  if (ofPod !== undefined) return read(ofPod);
  const of = ({ requests }: Container): number => {
    const text = requests[resource];
    return text === undefined ? 0 : read(text);
  };
  let sidecars = 0;
  let peak = 0;
  for (const container of initContainers) {
    if (container.restartPolicy === 'Always') sidecars += of(container);
    else peak = Math.max(peak, sidecars + of(container));
  }
  return Math.max(
    peak,
    containers.reduce((sum, container) => sum + of(container), sidecars),
  );
}
