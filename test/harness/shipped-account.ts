import { join } from 'node:path';
import type { ControlPlane } from '../control-plane/client.ts';

/** The manifests as they are shipped. */
export const MANIFESTS = join(import.meta.dirname, '..', '..', 'k8s');

/**
 * Installs `k8s/` as an operator does; returns a token of the ServiceAccount that the Deployment runs as.
 *
 * No controller is there to make the Deployment's pod or to bind its claim, and the monitor would rightly report that: they go again.
 */
export async function installShippedAccount(server: ControlPlane): Promise<string> {
  await server.applyKustomize(MANIFESTS);
  const inPlace = ['-n', 'k8s-monitor', '--all', '--wait=false'];
  await server.kubectl(['delete', 'deployment,service,persistentvolumeclaim', ...inPlace]);
  const claims = '/api/v1/namespaces/k8s-monitor/persistentvolumeclaims';
  const { items } = (await server.adminRequest('GET', claims)) as { items: { metadata: { name: string } }[] };
  for (const { metadata } of items) {
    const release = { metadata: { finalizers: null } };
    await server.adminRequest('PATCH', `${claims}/${metadata.name}`, release, 'application/merge-patch+json');
  }
  return server.mintToken('k8s-monitor', 'k8s-monitor');
}
