import { startSimulatedCluster, type SimulatedCluster } from '../../src/demo/cluster/server.ts';
import { stateAt, type ClusterState } from '../../src/demo/cluster/state.ts';

/**
 * The demo's cluster at one moment of its own clock, with every time moved so that this moment is now: for the real program, whose clock
 * is the wall's.
 */
export async function startSimulatedClusterNow(momentMs: number): Promise<SimulatedCluster> {
  const state = movedBy(stateAt(momentMs), Date.now() - momentMs);
  return startSimulatedCluster({ now: Date.now, state: () => state });
}

function movedBy(state: ClusterState, byMs: number): ClusterState {
  const moved = JSON.stringify(state).replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (time) =>
    new Date(Date.parse(time) + byMs).toISOString().replace(/\.\d{3}Z$/, 'Z'),
  );
  return JSON.parse(moved) as ClusterState;
}
