/** `npm run control-plane`: a real API server for people, until Ctrl-C. */
import { once } from 'node:events';
import { findBinaries } from './binaries/find-binaries.ts';
import { connect } from './client.ts';
import { launchControlPlane } from './servers/launch.ts';

const stopping = new AbortController();
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, () => stopping.abort(name));

const progress = (line: string): void => console.error(`control plane: ${line}`);
const binaries = await findBinaries(process.env, progress);
if ('missing' in binaries) {
  progress(`not started, ${binaries.missing.join(', ')} missing: ${binaries.reason}`);
  process.exit(1);
}

progress('starting etcd and kube-apiserver …');
await using launched = await launchControlPlane(binaries);
await using server = connect(launched.connection);
console.log(`export KUBECONFIG=${await server.kubeconfigFile()}`);
progress(`${launched.connection.url} is ready, kubectl is ${binaries.kubectl}; Ctrl-C stops it`);
if (!stopping.signal.aborted) await once(stopping.signal, 'abort');
progress('stopping …');
