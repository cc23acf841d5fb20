const MINUTE_MS = 60_000;

/** A Sunday inside the backup window that the shipped `CLAUDE.md` knows: 02:00 UTC on 22 November 2026. */
const SUNDAY_TWO_MS = Date.UTC(2026, 10, 22, 2);
const at = (minutesAfterTwo: number): number => SUNDAY_TWO_MS + minutesAfterTwo * MINUTE_MS;

/** When things happen in the simulated cluster, in Unix milliseconds of its clock. */
export const moments = {
  /** The cluster was set up, and has been healthy since. */
  longAgo: at(-30 * 24 * 60),
  claimAsked: at(-20),
  pullRequestMerged: at(-14),
  checkoutDeployed: at(-12),
  storefrontDeployed: at(-8),
  storefrontOnset: at(-7),
  /** Twelve minutes after the merge. */
  checkoutOnset: at(-2),
  backupBegins: at(3),
  storefrontGoesDown: at(15),
  backupEnds: at(26),
  /** People roll back, correct the tag and create the storage class. */
  repaired: at(28),
} as const;

/** The four cycles of the demo: agents work every ten minutes, checks alone every five. */
export const demoCycles = [
  { name: 'appear', nowMs: at(10), trigger: 'scheduled' },
  { name: 'develop', nowMs: at(20), trigger: 'scheduled' },
  { name: 'recover', nowMs: at(35), trigger: 'patrol' },
  { name: 'confirm', nowMs: at(40), trigger: 'scheduled' },
] as const;

/** RFC 3339 without fractions, as Kubernetes writes times. */
export function iso(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

export function minutesSince(momentMs: number, nowMs: number): number {
  return Math.max(0, Math.floor((nowMs - momentMs) / MINUTE_MS));
}
