import { once } from 'node:events';
import { connect as openSocket } from 'node:net';
import { createInterface } from 'node:readline/promises';
import { inject } from 'vitest';
import { connect, type ControlPlane } from './client.ts';
import { parseAnswer, type Connection, type Wish } from './servers/connection.ts';

let shared: ControlPlane | undefined;

/** The API server of this run, for tests that keep to namespaces of their own. */
export function controlPlane(): ControlPlane {
  return (shared ??= connect(sharedConnection()));
}

/**
 * An API server with an empty cluster, for a file that looks at the whole cluster or breaks it: fail-closed webhooks,
 * broken APIServices. One at a time, ready in about 3 seconds, stopped when it is disposed:
 *
 *     await using server = await freshControlPlane();
 */
export function freshControlPlane(wish: Pick<Wish, 'emulatedVersion'> = {}): Promise<ControlPlane> {
  return lentControlPlane(wish);
}

/** One more API server of the same cluster, as an installation with several has behind its load balancer. */
export function anotherApiServer(of: ControlPlane): Promise<ControlPlane> {
  return lentControlPlane({ etcdPrefix: of.connection.etcdPrefix });
}

async function lentControlPlane(wish: Wish): Promise<ControlPlane> {
  const socket = openSocket(sharedConnection().freshSocket);
  await once(socket, 'connect');
  socket.write(`${JSON.stringify(wish)}\n`);
  for await (const line of createInterface({ input: socket })) {
    const server = connect(parseAnswer(line));
    return {
      ...server,
      async [Symbol.asyncDispose]() {
        await server[Symbol.asyncDispose]();
        const closed = once(socket, 'close');
        socket.end(); // gives it back; the other side closes when it has stopped
        socket.resume();
        await closed;
      },
    };
  }
  throw new Error('the supervisor of the control plane is gone');
}

function sharedConnection(): Connection {
  const provided = inject('controlPlane');
  if ('unavailable' in provided) throw new Error(`There is no control plane: ${provided.unavailable}`);
  return provided;
}
