/** US dollars for a million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
  /** Writing to the five-minute cache. */
  readonly cacheWrite: number;
  readonly cacheRead: number;
  /** Above this prompt size (cache reads and writes counted) every token of the request costs `factor` times as much. */
  readonly longPrompt?: { readonly aboveTokens: number; readonly factor: number };
}

export type PriceTable = Readonly<Record<string, Price>>;

export interface TokenCounts {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
}

/** As of 2026-11-20; an operator's own table goes over it. https://claude.com/pricing */
export const LIST_PRICES: PriceTable = {
  'claude-haiku-5-5': {
    input: 0.1,
    output: 0.5,
    cacheWrite: 0.125,
    cacheRead: 0.01,
    longPrompt: { aboveTokens: 100_000, factor: 5 },
  },
  'claude-sonnet-5-5': { input: 2, output: 10, cacheWrite: 2.5, cacheRead: 0.1 },
  'claude-opus-5-5': { input: 4, output: 20, cacheWrite: 5, cacheRead: 0.2 },
};

/** A model without a row is charged like the dearest one, so that a new id can never slip under the budget. */
export function priceOf(model: string, table: PriceTable): Price {
  const exact = Object.hasOwn(table, model) ? table[model] : undefined;
  if (exact !== undefined) return exact;
  const dearest = Object.values(table).toSorted((left, right) => right.output - left.output)[0];
  if (dearest === undefined) throw new RangeError('the price table is empty');
  return dearest;
}

export function costUsd(tokens: TokenCounts, price: Price): number {
  const prompt = tokens.inputTokens + tokens.cacheReadTokens + tokens.cacheWriteTokens;
  const factor = price.longPrompt !== undefined && prompt > price.longPrompt.aboveTokens ? price.longPrompt.factor : 1;
  const dollars =
    tokens.inputTokens * price.input +
    tokens.outputTokens * price.output +
    tokens.cacheReadTokens * price.cacheRead +
    tokens.cacheWriteTokens * price.cacheWrite;
  return (factor * dollars) / 1_000_000;
}

/** ⌈UTF-8 bytes / 3.5⌉: what a text costs at most, about, where nobody counted. */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text, 'utf8') / 3.5);
}
