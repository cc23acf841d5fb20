import { loadavg } from 'node:os';

const UNITS = {
  ratio: (value: number) => `${value.toFixed(2)}×`,
  milliseconds: (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} ms`,
  seconds: (value: number) => `${value.toFixed(2)} s`,
  kilobytes: (value: number) => `${(value / 1_000).toFixed(0)} KB`,
  count: (value: number) => value.toLocaleString('en-US'),
  mebibytes: (value: number) => `${value.toFixed(0)} MiB`,
  tokens: (value: number) => `${Math.round(value).toLocaleString('en-US')} tokens`,
  dollars: (value: number) => `$${value.toFixed(4)}`,
} as const;

/** One number that the product promises. Less is always better. */
export interface Measurement {
  readonly what: string;
  readonly unit: keyof typeof UNITS;
  readonly reached: number;
  /** The most that passes; left out: shown only, because nothing is promised yet. */
  readonly limit?: number;
  /** The product's final number, where it is stricter than what must be reached now. */
  readonly target?: number;
  /** What else one should know to read the number; `estimate` where it is none of a real service. */
  readonly note?: string;
  /** Load average of the last minute right after it; left out: as it was when the whole benchmark ended. */
  readonly load?: number;
}

/** A measurement with the circumstances in which it was made. */
export interface Measured extends Measurement {
  readonly benchmark: string;
  readonly load: number;
}

export interface BenchmarkContext {
  /** Progress and details, line by line. */
  readonly say: (line: string) => void;
  /** What follows the benchmark's name on the command line. */
  readonly options: Readonly<Record<string, string>>;
}

export type Benchmark = (context: BenchmarkContext) => Promise<readonly Measurement[]>;

export function withCircumstances(benchmark: string, measurements: readonly Measurement[]): readonly Measured[] {
  return measurements.map((measurement) => ({ load: loadNow(), ...measurement, benchmark }));
}

export function loadNow(): number {
  return loadavg()[0] ?? Number.NaN;
}

export function passes({ limit, reached }: Measurement): boolean {
  return limit === undefined || reached <= limit;
}

/** The table at the end, in Markdown. */
export function tableOf(rows: readonly Measured[]): readonly string[] {
  return markdownTable(
    ['benchmark', 'what', 'must reach', 'final', 'reached', 'of the limit', 'result', 'load', 'note'],
    rows.map((row) => {
      const shown = (value: number | undefined): string => (value === undefined ? '' : UNITS[row.unit](value));
      const { limit, reached, target } = row;
      return [
        row.benchmark,
        row.what,
        limit === undefined ? '' : `≤ ${shown(limit)}`,
        (target ?? limit) === undefined ? '' : `≤ ${shown(target ?? limit)}`,
        shown(reached),
        limit === undefined || limit === 0 ? '' : (reached / limit).toFixed(2),
        limit === undefined ? 'shown' : passes(row) ? 'pass' : 'MISS',
        row.load.toFixed(1),
        row.note ?? '',
      ];
    }),
  );
}

export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}
