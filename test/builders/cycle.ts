import type { Definitions } from '../../src/domain/definitions.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import { NO_OBJECTS } from './kubernetes.ts';

export function emptyDefinitions(changes: Partial<Definitions> = {}): Definitions {
  return {
    revision: '0'.repeat(64),
    orchestrator: { text: '# Orchestrator\n', sha256: '1'.repeat(64) },
    agents: [],
    tiers: [],
    knownIssues: [],
    tolerances: [],
    channels: [],
    contacts: [],
    files: [],
    read: [],
    warnings: [],
    ...changes,
  };
}

export function emptySnapshot(changes: Partial<Snapshot> = {}): Snapshot {
  return {
    takenAtMs: Date.UTC(2026, 10, 21, 18),
    cluster: { id: 'cluster-uid', name: 'test', version: 'v1.36.3' },
    objects: NO_OBJECTS,
    custom: new Map(),
    gaps: [],
    read: [],
    includedNamespaces: undefined,
    excludedNamespaces: [],
    ...changes,
  };
}
