import { demoCycles, moments } from './cluster/timeline.ts';

/** One thing that happened in the simulated cluster, for people who watch. */
export interface Happening {
  readonly atMs: number;
  readonly what: string;
}

type CycleName = (typeof demoCycles)[number]['name'];

const HAPPENINGS: readonly Happening[] = [
  { atMs: moments.claimAsked, what: 'analytics/clickhouse asks for a storage class that nobody has created' },
  { atMs: moments.pullRequestMerged, what: 'acme/shop merges PR #123: memory of checkout-api, 512Mi → 256Mi' },
  { atMs: moments.storefrontDeployed, what: 'web/storefront is deployed with the image tag 3.4.O (a letter O)' },
  { atMs: moments.checkoutOnset, what: 'payments/checkout-api is OOM killed, all three pods' },
  { atMs: moments.backupBegins, what: 'the weekly backup restarts databases/reporting-db, as it does every Sunday' },
  { atMs: moments.storefrontGoesDown, what: "web/storefront's last old pod is drained: nothing serves any more" },
  { atMs: moments.backupEnds, what: 'the backup ends' },
  { atMs: moments.repaired, what: 'people roll back checkout-api, correct the tag, create the storage class' },
];

/** What happened since the cycle before. */
export function happeningsBefore(index: number): readonly Happening[] {
  const fromMs = index === 0 ? 0 : (demoCycles[index - 1]?.nowMs ?? 0);
  const toMs = demoCycles[index]?.nowMs ?? 0;
  return HAPPENINGS.filter(({ atMs }) => atMs > fromMs && atMs <= toMs);
}

export const CYCLE_TITLES: Readonly<Record<CycleName, string>> = {
  appear: 'trouble appears',
  develop: 'it develops',
  recover: 'it recovers',
  confirm: 'it is confirmed',
};
