import type { ClusterQueries } from '../domain/cluster-queries.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { Logger } from '../log.ts';
import { createAcceptedEncoding } from './accepted-encoding.ts';
import { createCredentialSource } from './credentials.ts';
import { createIdentify, type ClusterIdentity } from './identity.ts';
import type { ClusterAccess } from './kubeconfig.ts';
import { createQueries } from './queries.ts';
import { createRead, type ReadSettings, type RequestSeen } from './read.ts';
import { takeSnapshot, type SnapshotRequest } from './take-snapshot.ts';
import { createTransport } from './transport.ts';

/** Everything that is ever read from one API server. */
export interface ClusterReader extends AsyncDisposable {
  /** What is readable now, with its gaps; throws only the signal's reason. */
  takeSnapshot(request: SnapshotRequest): Promise<Snapshot>;
  readonly queries: ClusterQueries;
  /** Which cluster this is; asked anew at each call, with what is known from before when the server is away. */
  identify(signal: AbortSignal): Promise<ClusterIdentity>;
}

export interface ClusterReaderOptions {
  readonly access: ClusterAccess;
  /** The operator's words for this cluster; `id` only where `kube-system` cannot be read. */
  readonly cluster: () => { readonly id: string | undefined; readonly name: string };
  /** Asked for at each request. */
  readonly settings: () => ReadSettings;
  /** ConfigMaps whose contents tools may see, as `NAMESPACE/NAME`; of all others only the keys. */
  readonly readableConfigMaps: () => readonly string[];
  /** Unix time in milliseconds. */
  readonly now: () => number;
  /** Rejects when the signal aborts. */
  readonly sleep: (durationMs: number, signal: AbortSignal) => Promise<void>;
  /** From 0 up to 1; the jitter of retries. */
  readonly random: () => number;
  /** Hears each token or password that is about to be used, so that no text can give it away. */
  readonly onCredential?: (value: string) => void;
  readonly onRequest: (seen: RequestSeen) => void;
  readonly log: Logger;
}

/** Opens nothing yet: connections are made by the first read, and an API server that is away is a gap, not an error. */
export function createClusterReader(options: ClusterReaderOptions): ClusterReader {
  const { access, settings, now, sleep, random, onRequest, log } = options;
  const transport = createTransport(access.server, access.kubeConfig.getCurrentCluster()?.proxyUrl);
  const credentials = createCredentialSource(access.kubeConfig, now, options.onCredential ?? (() => undefined));
  const read = createRead({ transport, credentials, settings, now, sleep, random, onRequest, log });
  const encoding = createAcceptedEncoding();
  let knownVersion = '';
  const ask = createIdentify(read, options.cluster);
  const identify = async (signal: AbortSignal): Promise<ClusterIdentity> => {
    const identity = await ask(signal);
    knownVersion = identity.cluster.version;
    return identity;
  };
  return {
    takeSnapshot: (request) =>
      takeSnapshot(request, { read, settings, encoding, identify, knownVersion: () => knownVersion, now }),
    queries: createQueries({ read, settings, now, readableConfigMaps: options.readableConfigMaps, log }),
    identify,
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}
