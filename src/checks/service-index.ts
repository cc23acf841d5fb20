import type { Service } from '../domain/kubernetes/network.ts';

/**
 * Finds the Services that select an object, without comparing every pod with every Service.
 *
 * Each Service stands under its rarest selector pair, so that a pair which all share (`app.kubernetes.io/part-of`) gathers none.
 */
export function createServiceIndex(
  services: readonly Service[],
): (namespace: string, labels: Readonly<Record<string, string>>) => readonly Service[] {
  const frequency = new Map<string, number>();
  const selecting = services.filter(
    (service) => service.type !== 'ExternalName' && Object.keys(service.selector).length > 0,
  );
  for (const { meta, selector } of selecting) {
    for (const pair of Object.entries(selector)) {
      const key = pairKey(meta.namespace, pair);
      frequency.set(key, (frequency.get(key) ?? 0) + 1);
    }
  }
  const byPair = new Map<string, Service[]>();
  for (const service of selecting) {
    const keys = Object.entries(service.selector).map((pair) => pairKey(service.meta.namespace, pair));
    const rarest = keys.reduce((best, key) => ((frequency.get(key) ?? 0) < (frequency.get(best) ?? 0) ? key : best));
    byPair.set(rarest, [...(byPair.get(rarest) ?? []), service]);
  }
  return (namespace, labels) =>
    Object.entries(labels).flatMap((pair) =>
      (byPair.get(pairKey(namespace, pair)) ?? []).filter(({ selector }) =>
        Object.entries(selector).every(([key, value]) => labels[key] === value),
      ),
    );
}

function pairKey(namespace: string, [key, value]: readonly [string, string]): string {
  return `${namespace} ${key}=${value}`;
}
