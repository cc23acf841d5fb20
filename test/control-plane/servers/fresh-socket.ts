import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Answer, Connection } from './connection.ts';

/** Starts an API server on a prefix that nobody used before. */
export type StartFresh = () => Promise<AsyncDisposable & { readonly connection: Connection }>;

/**
 * A socket that lends API servers: a client connects, reads one line, and gives the server back by ending the connection,
 * which the system does for a client that was killed. One at a time; the next client waits for the one before.
 */
export async function listenForFresh(file: string, startFresh: StartFresh): Promise<AsyncDisposable> {
  let turn = Promise.resolve();
  const sockets = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    const gone = new Promise<void>((resolve) => {
      for (const event of ['end', 'close']) socket.once(event, () => resolve());
    });
    socket.on('error', () => socket.destroy());
    socket.resume(); // without a reader there is no `end`
    turn = turn.then(async () => {
      await lend(socket, gone, startFresh);
      sockets.delete(socket);
    });
  });
  server.listen(file);
  await once(server, 'listening');
  return {
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await turn;
    },
  };
}

async function lend(socket: Socket, gone: Promise<void>, startFresh: StartFresh): Promise<void> {
  if (socket.destroyed) return;
  try {
    await using fresh = await startFresh();
    say(socket, { ready: fresh.connection });
    await gone;
  } catch (error) {
    say(socket, { failed: String(error) });
  }
  socket.end(); // only now: the client learns that its server has stopped
}

function say(socket: Socket, answer: Answer): void {
  if (socket.writable) socket.write(`${JSON.stringify(answer)}\n`);
}
