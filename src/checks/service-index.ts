import type { Service } from '../domain/kubernetes/network.ts';
import { ensure } from './lookup.ts';
import { eachInSlices, type InSlices } from './slices.ts';

type Labels = Readonly<Record<string, string>>;

/** @returns the Services that select what carries these labels */
export type ServicesSelecting = (namespace: string, labels: Labels) => readonly Service[];

interface Candidate {
  readonly service: Service;
  readonly pairs: readonly (readonly [string, string])[];
}

/**
 * Finds the Services that select an object, without comparing every pod with every Service.
 *
 * Each Service stands under its rarest selector pair, so that a pair which all share (`app.kubernetes.io/part-of`) gathers none.
 */
export function* createServiceIndex(services: readonly Service[]): InSlices<ServicesSelecting> {
  const selecting: Candidate[] = [];
  const frequency = new Map<string, number>();
  yield* eachInSlices(services, (service) => {
    const pairs = Object.entries(service.selector);
    if (service.type === 'ExternalName' || pairs.length === 0) return;
    selecting.push({ service, pairs });
    for (const pair of pairs) {
      const key = pairKey(service.meta.namespace, pair);
      frequency.set(key, (frequency.get(key) ?? 0) + 1);
    }
  });
  // By namespace, label and value: tens of thousands of pods are looked up, and a text made for each of their labels costs more than the rest.
  const byNamespace = new Map<string, Map<string, Map<string, Candidate[]>>>();
  yield* eachInSlices(selecting, (candidate) => {
    const { namespace } = candidate.service.meta;
    const often = (pair: readonly [string, string]): number => frequency.get(pairKey(namespace, pair)) ?? 0;
    const [key, value] = candidate.pairs.reduce((best, pair) => (often(pair) < often(best) ? pair : best));
    const byLabel = ensure(byNamespace, namespace, () => new Map<string, Map<string, Candidate[]>>());
    const byValue = ensure(byLabel, key, () => new Map<string, Candidate[]>());
    ensure(byValue, value, (): Candidate[] => []).push(candidate);
  });
  return (namespace, labels) => {
    const byLabel = byNamespace.get(namespace);
    if (byLabel === undefined) return [];
    const found: Service[] = [];
    // The labels that Services of the namespace begin with are fewer than those of a pod.
    for (const [label, byValue] of byLabel) {
      for (const { service, pairs } of byValue.get(labels[label] ?? '') ?? []) {
        if (pairs.every(([key, wanted]) => labels[key] === wanted)) found.push(service);
      }
    }
    return found;
  };
}

function pairKey(namespace: string, [key, value]: readonly [string, string]): string {
  return `${namespace} ${key}=${value}`;
}
