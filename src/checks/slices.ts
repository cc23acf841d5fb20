/** Work in slices, between which others may have a turn. */
export type InSlices<Value> = Generator<undefined, Value>;

/** What is worked out once: when it is first asked for, in one piece, or before, in slices. */
export interface Lazy<Value> {
  (): Value;
  readonly inSlices: () => InSlices<void>;
}

export function lazy<Value>(build: () => InSlices<Value>): Lazy<Value> {
  let built: { readonly value: Value } | undefined;
  function* inSlices(): InSlices<void> {
    if (built === undefined) built = { value: yield* build() };
  }
  const read = (): Value => {
    built ??= { value: inOnePiece(build()) };
    return built.value;
  };
  return Object.assign(read, { inSlices });
}

/** So many objects are a few milliseconds' worth for the dearest index. */
const OBJECTS = 1_000;

export function* eachInSlices<Item>(
  items: readonly Item[],
  take: (item: Item) => void,
  size = OBJECTS,
): InSlices<void> {
  for (let start = 0; start < items.length; start += size) {
    for (const item of items.slice(start, start + size)) take(item);
    yield;
  }
}

/** For what is made while it is read; `undefined` is nothing, and was work all the same. */
export function* collectedInSlices<Item>(items: Iterable<Item | undefined>, size: number): InSlices<readonly Item[]> {
  const collected: Item[] = [];
  let left = size;
  for (const item of items) {
    if (item !== undefined) collected.push(item);
    left -= 1;
    if (left > 0) continue;
    left = size;
    yield;
  }
  return collected;
}

export function inOnePiece<Value>(work: InSlices<Value>): Value {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/** @param pause lets others go on */
export async function inTurns<Value>(work: InSlices<Value>, pause: () => Promise<unknown>): Promise<Value> {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    await pause();
  }
}
