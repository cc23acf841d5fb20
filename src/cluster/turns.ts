import type { Readable } from 'node:stream';

/**
 * How much is taken in one turn of the event loop, of all answers together. Node reads two megabytes from each connection that has them before anybody else has
 * a turn, and what is taken of a list is decoded at once: so much of it in some milliseconds.
 */
const BYTES_PER_TURN = 512 * 1024;

/** @returns to be told what was taken of a body; it rests until the next turn where this one is over */
export function createTurns(): (bytes: number, body: Readable) => void {
  let taken = 0;
  const resting: Readable[] = [];

  function begin(): void {
    taken = 0;
    for (const body of resting.splice(0)) body.resume();
  }

  return (bytes, body) => {
    if (taken === 0) setImmediate(begin);
    taken += bytes;
    if (taken < BYTES_PER_TURN) return;
    body.pause();
    resting.push(body);
  };
}
