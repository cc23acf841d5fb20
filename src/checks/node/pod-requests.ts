import type { Container, Pod } from '../../domain/kubernetes/pod.ts';
import { quantityOf } from '../quantity.ts';

/** Reads a quantity; a whole cluster writes a few hundred different ones. */
export type ReadQuantity = (text: string) => number;

/** One resource's quantity, of all that something asks for or has. */
export type AmountIn = (amounts: Readonly<Record<string, string>>) => string | undefined;

/** Each text is read once. What is no quantity counts as nothing. */
export function createQuantityReader(): ReadQuantity {
  const known = new Map<string, number>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const read = quantityOf(text) ?? 0;
    known.set(text, read);
    return read;
  };
}

/**
 * What the scheduler sets aside for a pod of one resource, in its base unit: what the pod says for itself, else all that run at once, or the largest init container with the sidecars
 * that started before it, whichever is more. A pod's overhead is not in it.
 */
export function requestOf(
  { requests, containers, initContainers }: Pod,
  amountIn: AmountIn,
  read: ReadQuantity,
): number {
  const ofPod = amountIn(requests);
  if (ofPod !== undefined) return read(ofPod);
  let sidecars = 0;
  let peak = 0;
  for (const container of initContainers) {
    if (container.restartPolicy === 'Always') sidecars += requestIn(container, amountIn, read);
    else peak = Math.max(peak, sidecars + requestIn(container, amountIn, read));
  }
  let atOnce = sidecars;
  for (const container of containers) atOnce += requestIn(container, amountIn, read);
  return Math.max(peak, atOnce);
}

function requestIn({ requests }: Container, amountIn: AmountIn, read: ReadQuantity): number {
  const text = amountIn(requests);
  return text === undefined ? 0 : read(text);
}
