import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { ControlPlane } from '../control-plane/client.ts';

/** A line to the API server that a test can cut: refused connections, as from a server that is gone. */
export interface CutLine extends Pick<ControlPlane, 'kubeconfigFile'>, AsyncDisposable {
  readonly cut: () => Promise<void>;
  readonly mend: () => Promise<void>;
}

export async function startCutLine(server: ControlPlane): Promise<CutLine> {
  const target = new URL(server.url);
  const sockets = new Set<Socket>();
  let listener: Server | undefined;

  const listen = async (port: number): Promise<number> => {
    listener = createServer((near) => {
      const far = connect(Number(target.port), target.hostname);
      for (const socket of [near, far]) {
        sockets.add(socket);
        socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
      }
      near.pipe(far).pipe(near);
      near.on('close', () => far.destroy());
      far.on('close', () => near.destroy());
    }).listen(port, '127.0.0.1');
    await once(listener, 'listening');
    return (listener.address() as AddressInfo).port;
  };
  const cut = async (): Promise<void> => {
    const closing = listener;
    listener = undefined;
    if (closing === undefined) return;
    const closed = once(closing, 'close');
    closing.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };

  const port = await listen(0);
  return {
    cut,
    mend: async () => void (await listen(port)),
    kubeconfigFile: async (user) => {
      const file = await server.kubeconfigFile(user);
      const text = await readFile(file, 'utf8');
      await writeFile(file, text.replaceAll(target.origin, `https://127.0.0.1:${port}`));
      return file;
    },
    [Symbol.asyncDispose]: cut,
  };
}
