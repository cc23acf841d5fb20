import { join } from 'node:path';
import type { ControlPlane } from '../control-plane/client.ts';

/** The manifests as they are shipped. */
export const MANIFESTS = join(import.meta.dirname, '..', '..', 'k8s');

/** Installs `k8s/` as an operator does; returns a token of the ServiceAccount that the Deployment runs as. */
export async function installShippedAccount(server: ControlPlane): Promise<string> {
  await server.applyKustomize(MANIFESTS);
  return server.mintToken('k8s-monitor', 'k8s-monitor');
}
