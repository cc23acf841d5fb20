import type { Service } from '../domain/kubernetes/network.ts';

/**
 * Finds the Services that select an object, without comparing every pod with every Service.
 *
 * Each Service stands under its rarest selector pair, so that a pair which all share (`app.kubernetes.io/part-of`) gathers none.
 */
export function createServiceIndex(
  services: readonly Service[],
): (namespace: string, labels: Readonly<Record<string, string>>) => readonly Service[] {
  const selecting = services.filter(
    (service) => service.type !== 'ExternalName' && Object.keys(service.selector).length > 0,
  );
  const frequency = new Map<string, number>();
  for (const { meta, selector } of selecting) {
    for (const pair of Object.entries(selector)) {
      const key = pairKey(meta.namespace, pair);
      frequency.set(key, (frequency.get(key) ?? 0) + 1);
    }
  }
  // By namespace, label and value: tens of thousands of pods are looked up, and a text made for each of their labels costs more than the rest.
  const byNamespace = new Map<string, Map<string, Map<string, Service[]>>>();
  for (const service of selecting) {
    const { namespace } = service.meta;
    const often = (pair: readonly [string, string]): number => frequency.get(pairKey(namespace, pair)) ?? 0;
    const [key, value] = Object.entries(service.selector).reduce((best, pair) =>
      often(pair) < often(best) ? pair : best,
    );
    const byLabel = ensure(byNamespace, namespace, () => new Map<string, Map<string, Service[]>>());
    const byValue = ensure(byLabel, key, () => new Map<string, Service[]>());
    ensure(byValue, value, (): Service[] => []).push(service);
  }
  return (namespace, labels) => {
    const byLabel = byNamespace.get(namespace);
    if (byLabel === undefined) return [];
    const found: Service[] = [];
    for (const [label, value] of Object.entries(labels)) {
      for (const service of byLabel.get(label)?.get(value) ?? []) {
        if (Object.entries(service.selector).every(([key, wanted]) => labels[key] === wanted)) found.push(service);
      }
    }
    return found;
  };
}

function pairKey(namespace: string, [key, value]: readonly [string, string]): string {
  return `${namespace} ${key}=${value}`;
}

function ensure<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = create();
  map.set(key, created);
  return created;
}
