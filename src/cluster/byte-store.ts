/** The pieces of one answer, copied together as they come, so that they die young. */
export interface ByteStore {
  /** Keeps at most `maxBytes` in all. @returns whether the whole piece was kept */
  add(piece: Buffer, maxBytes: number): boolean;
  /** All that was kept; the caller owns it. */
  take(): Buffer<ArrayBuffer>;
}

/** The first answers are small; a page of a list makes it grow a few times. */
const FIRST_BYTES = 64 * 1024;

export function createByteStore(): ByteStore {
  let store = Buffer.allocUnsafeSlow(0);
  let bytes = 0;
  return {
    add(piece, maxBytes) {
      const kept = Math.min(piece.length, maxBytes - bytes);
      if (bytes + kept > store.length) store = grown(store, bytes + kept);
      piece.copy(store, bytes, 0, kept);
      bytes += kept;
      return kept === piece.length;
    },
    take: () => store.subarray(0, bytes),
  };
}

function grown(store: Buffer<ArrayBuffer>, bytes: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafeSlow(Math.max(FIRST_BYTES, bytes, store.length * 2));
  store.copy(larger);
  giveBack(store);
  return larger;
}

/**
 * Frees a body's bytes now. They are outside of the heap, where garbage collection notices megabytes late; the body is
 * empty afterwards.
 */
export function giveBack(body: Buffer<ArrayBuffer>): void {
  body.buffer.transfer(0);
}
