/** Where the process ends: at the first time this step is passed in this cycle (0 = the first of the plan), or at the so-manieth step of all. */
type Kill = { readonly cycle: number; readonly step: string } | { readonly count: number };

/** One life of the process. */
export interface Plan {
  /** Of the database, the reports and the settings; the same in every life. */
  readonly directory: string;
  /** Unix milliseconds. */
  readonly beginsAtMs: number;
  /** What the process's clock says at its start. */
  readonly startsAtMs: number;
  /** When each cycle runs, on the process's own clock. */
  readonly cyclesAtMs: readonly number[];
  readonly slack: { readonly url: string; readonly token: string };
  /** Left out: a simulated cluster in the same process. */
  readonly kubeconfig?: string;
  readonly kill?: Kill;
}

/** Every point between two steps of decide, record and tell. */
export const POINTS = [
  ...[
    'before begin',
    'begun',
    'incidents written',
    'decisions written',
    'notices written',
    'before commit',
    'committed',
  ].map((moment) => `commit pass: ${moment}`),
  'delivery: before sending',
  ...['before begin', 'begun', 'before commit', 'committed'].map((moment) => `mark sending: ${moment}`),
  'delivery: sending committed',
  'delivery: answered',
  ...['before begin', 'begun', 'before commit', 'committed'].map((moment) => `mark sent: ${moment}`),
  'delivery: sent committed',
];

/** Between these the request has left and its answer is not on disk: where history may not be read, the message may come twice. */
export const IN_DOUBT: ReadonlySet<string> = new Set([
  'delivery: answered',
  ...['before begin', 'begun', 'before commit'].map((moment) => `mark sent: ${moment}`),
]);
