import type { ControlPlane } from '../control-plane/client.ts';
import { apply, type Applied } from '../control-plane/builders/apply.ts';
import { aClaim } from '../control-plane/builders/claim.ts';
import { aDeployment } from '../control-plane/builders/deployment.ts';
import { aJob } from '../control-plane/builders/job.ts';
import { aNode } from '../control-plane/builders/node.ts';
import { aService } from '../control-plane/builders/service.ts';
import { aStatefulSet } from '../control-plane/builders/stateful-set.ts';

/** A trouble of nodes, workloads, Services, claims and Jobs, beside things that are well. */
export async function applyTroubles(server: ControlPlane, namespace: string, nowMs: number): Promise<Applied> {
  return apply(
    server,
    aNode('down').at(nowMs).notReady(),
    aNode('fine').at(nowMs),
    aDeployment('crashing').in(namespace).replicas(2).on('fine').at(nowMs).crashLooping(),
    aDeployment('stuck').in(namespace).replicas(2).on('fine').at(nowMs).rolloutStuck(),
    aStatefulSet('database').in(namespace).replicas(2).on('fine').at(nowMs).probeFailing(),
    aService('deserted').in(namespace).at(nowMs).withoutEndpoints(),
    aClaim('unbound').in(namespace).at(nowMs).pending(),
    aJob('migration').in(namespace).at(nowMs).failed(),
    aDeployment('sound').in(namespace).replicas(2).on('fine').at(nowMs),
    aService('sound').in(namespace).at(nowMs).withEndpoints('10.9.0.1', '10.9.0.2'),
    aJob('backup').in(namespace).at(nowMs).succeeded(),
    aClaim('bound').in(namespace).at(nowMs).bound(),
  );
}
