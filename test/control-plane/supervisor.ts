/**
 * Owns the servers of one run: `node supervisor.ts BINARIES`, with the paths as JSON.
 *
 * It says one line of JSON when they are ready and stops them when its stdin ends. The system closes that pipe for a
 * parent that was killed, so nothing of a run survives it. It has a session of its own, and a signal for the parent's
 * group does not reach it.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { BINARY_NAMES } from './binaries/recipe.ts';
import { startApiServer, type ApiServerPlace } from './servers/api-server.ts';
import type { Answer, Connection } from './servers/connection.ts';
import { startEtcd } from './servers/etcd.ts';
import { listenForFresh } from './servers/fresh-socket.ts';
import { killAllServers, type ServerProcess } from './servers/server-process.ts';

const binaries = z.record(z.enum(BINARY_NAMES), z.string()).parse(JSON.parse(process.argv[2] ?? ''));

const stopping = new Promise<void>((resolve) => {
  for (const event of ['end', 'close', 'error']) process.stdin.once(event, () => resolve());
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => resolve());
});
process.stdin.resume();
process.stdout.on('error', () => undefined); // the parent is gone; stdin says so too
// Whatever ends this process, a bug included, takes the servers along.
process.on('exit', killAllServers);

const acquired = new AsyncDisposableStack();
let isStarting = true;
void start(acquired)
  .finally(() => (isStarting = false))
  .then(
    (connection) => say({ ready: connection }),
    (error: unknown) => say({ failed: error instanceof Error ? error.message : String(error) }),
  );
await stopping;
if (isStarting) killAllServers(); // the parent went while they started
await acquired.disposeAsync();
process.exit();

async function start(stack: AsyncDisposableStack): Promise<Connection> {
  const directory = await mkdtemp(path.join(tmpdir(), 'k8s-monitor-'));
  stack.defer(() => rm(directory, { recursive: true, force: true, maxRetries: 3 }));
  const etcd = await startEtcd(binaries.etcd, directory);
  keep(stack, etcd.process);
  const place = await prepare(directory, etcd.url);
  const shared = await startApiServer(place, '/shared');
  keep(stack, shared.process);

  const freshSocket = path.join(directory, 'fresh.sock');
  const connectionTo = (server: typeof shared): Connection => ({
    url: server.url,
    caFile: server.caFile,
    keyFile: server.keyFile,
    adminToken: place.adminToken,
    etcdUrl: etcd.url,
    etcdPrefix: server.etcdPrefix,
    directory,
    freshSocket,
    processIds: [process.pid, etcd.process.pid, server.process.pid],
    binaries,
  });
  let freshCount = 0;
  stack.use(
    await listenForFresh(freshSocket, async (wish) => {
      const own = new AsyncDisposableStack();
      const etcdPrefix = wish.etcdPrefix ?? `/fresh-${++freshCount}`;
      const server = await startApiServer(place, etcdPrefix, wish.emulatedVersion);
      keep(own, server.process);
      return { connection: connectionTo(server), [Symbol.asyncDispose]: () => own.disposeAsync() };
    }),
  );
  return connectionTo(shared);
}

async function prepare(directory: string, etcdUrl: string): Promise<ApiServerPlace> {
  const place: ApiServerPlace = {
    program: binaries['kube-apiserver'],
    directory,
    etcdUrl,
    adminToken: randomBytes(24).toString('hex'),
    tokenFile: path.join(directory, 'tokens.csv'),
    serviceAccountKeyFile: path.join(directory, 'service-accounts.key'),
  };
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await writeFile(place.serviceAccountKeyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  await writeFile(place.tokenFile, `${place.adminToken},admin,admin,system:masters\n`, { mode: 0o600 });
  return place;
}

/** Stopped in the reverse order of the start: API servers first, then etcd. */
function keep(stack: AsyncDisposableStack, server: ServerProcess): void {
  stack.use(server);
}

function say(answer: Answer): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
