import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { defaultReadSettings } from '../../../src/cluster/read.ts';
import { createTransport } from '../../../src/cluster/transport.ts';
import { startLoopbackServer } from '../../../src/demo/stand-ins/loopback-server.ts';
import { NEVER } from './reading.ts';

const MEBIBYTE = 1024 * 1024;
const ANSWERS = 5;
const PLAIN = { ca: undefined, cert: undefined, key: undefined, servername: undefined, rejectUnauthorized: true };

test('however fast answers come, others have a turn after each half mebibyte of them', async () => {
  const body = Buffer.alloc(8 * MEBIBYTE, 'x');
  await using server = await startLoopbackServer(
    async (_request, response) => void response.end(body),
    () => undefined,
  );
  await using transport = createTransport(server.url, undefined);
  let taken = 0;
  let takenInTurn = 0;
  const turns: number[] = [];
  const get = () =>
    transport.get({
      path: '/',
      accept: 'text/plain',
      credentials: { headers: {}, tls: PLAIN, readAtMs: 0 },
      maxBytes: body.length,
      receive: () => (piece) => {
        taken += piece.length;
        takenInTurn += piece.length;
        return true;
      },
      limits: defaultReadSettings,
      signal: NEVER,
    });

  let isOver = false;
  const all = Promise.all(Array.from({ length: ANSWERS }, get)).finally(() => (isOver = true));
  while (!isOver) {
    await setImmediate();
    turns.push(takenInTurn);
    takenInTurn = 0;
  }
  const answers = await all;

  expect(answers.every((answer) => 'status' in answer && answer.status === 200 && !answer.cut)).toBe(true);
  expect(taken).toBe(ANSWERS * body.length);
  // What each connection had read when the half was full is taken too.
  expect(Math.max(...turns)).toBeLessThanOrEqual(MEBIBYTE);
});
