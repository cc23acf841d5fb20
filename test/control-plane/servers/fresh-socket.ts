import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Wish, type Answer, type Connection } from './connection.ts';

/** Starts an API server on a prefix that nobody used before, or on the one that is wished for. */
export type StartFresh = (wish: Wish) => Promise<AsyncDisposable & { readonly connection: Connection }>;

/**
 * A socket that lends API servers: a client connects, writes its wish, reads one line, and gives the server back by ending the
 * connection, which the system does for a client that was killed. One empty cluster at a time; the next client waits for the one before.
 */
export async function listenForFresh(file: string, startFresh: StartFresh): Promise<AsyncDisposable> {
  let turn = Promise.resolve();
  const sockets = new Set<Socket>();
  const lent = new Set<Promise<void>>();
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    const gone = new Promise<void>((resolve) => {
      for (const event of ['end', 'close']) socket.once(event, () => resolve());
    });
    socket.on('error', () => socket.destroy());
    const lending = serve(socket, gone).finally(() => {
      sockets.delete(socket);
      lent.delete(lending);
    });
    lent.add(lending);
  });

  async function serve(socket: Socket, gone: Promise<void>): Promise<void> {
    const wish = await wishOf(socket);
    if (wish === undefined) return;
    if (wish.etcdPrefix !== undefined) return lend(socket, gone, () => startFresh(wish));
    turn = turn.then(() => lend(socket, gone, () => startFresh(wish)));
    return turn;
  }

  server.listen(file);
  await once(server, 'listening');
  return {
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await Promise.all(lent);
    },
  };
}

/** `undefined` when the client went before it said anything. */
function wishOf(socket: Socket): Promise<Wish | undefined> {
  return new Promise((resolve) => {
    let said = '';
    // Stays for the whole connection: without a reader there is no `end`.
    socket.on('data', (piece) => {
      said += String(piece);
      if (said.endsWith('\n')) resolve(Wish.parse(JSON.parse(said)));
    });
    for (const event of ['end', 'close']) socket.once(event, () => resolve(undefined));
  });
}

async function lend(socket: Socket, gone: Promise<void>, start: () => ReturnType<StartFresh>): Promise<void> {
  if (socket.destroyed) return;
  try {
    await using fresh = await start();
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
