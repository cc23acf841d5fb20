import { gunzipSync } from 'node:zlib';

const BLOCK = 512;
const MAX_BYTES = 32 * 1024 * 1024;

/**
 * The compiled policy out of a bundle of `opa build`, which is a gzipped tar.
 *
 * @throws {Error} when there is none in it
 * @see https://www.gnu.org/software/tar/manual/html_node/Standard.html
 */
export function wasmIn(bundle: Uint8Array): Uint8Array<ArrayBuffer> {
  const tar = gunzipSync(bundle, { maxOutputLength: MAX_BYTES });
  for (let at = 0; at + BLOCK <= tar.length;) {
    const name = textAt(tar, at, 100);
    const size = Number.parseInt(textAt(tar, at + 124, 12), 8);
    if (name === '' || Number.isNaN(size)) break;
    if (name === '/policy.wasm') return Uint8Array.from(tar.subarray(at + BLOCK, at + BLOCK + size));
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  throw new Error('the bundle that opa built holds no policy.wasm');
}

function textAt(tar: Buffer, at: number, length: number): string {
  return tar.toString('latin1', at, at + length).split('\0', 1)[0] ?? '';
}
