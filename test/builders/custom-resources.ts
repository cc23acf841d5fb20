import { SHIPPED_ROWS } from '../../src/checks/custom-resource/shipped-rows.ts';
import { projectCustomResource } from '../../src/cluster/projection/custom-resource.ts';
import {
  customResourceName,
  type CustomResource,
  type CustomResourceName,
  type CustomResourceRow,
} from '../../src/domain/custom-resource.ts';
import type { ObjectsByKind, Snapshot } from '../../src/domain/snapshot.ts';
import { ago, aSnapshot } from './kubernetes.ts';

/** What a test says of a custom resource; the rest is a plain object of a day's age. */
export interface RawParts {
  readonly name?: string;
  readonly namespace?: string;
  readonly minutes?: number;
  readonly metadata?: object;
  readonly spec?: unknown;
  readonly status?: unknown;
}

export function rowOf(id: string): CustomResourceRow {
  const row = SHIPPED_ROWS.find((candidate) => candidate.id === id);
  if (row === undefined) throw new Error(`there is no row ${id}`);
  return row;
}

/** As the API server writes it. */
export function rawOf(row: CustomResourceRow, { name = 'shop', namespace = 'payments', ...parts }: RawParts = {}) {
  const createdAt = iso(parts.minutes ?? 24 * 60);
  return {
    apiVersion: `${row.group}/v1`,
    kind: row.kind,
    metadata: {
      name,
      ...(row.namespaced && { namespace }),
      uid: `uid-${row.kind}-${namespace}-${name}`,
      generation: 1,
      creationTimestamp: createdAt,
      managedFields: [{ manager: 'kubectl', time: createdAt }],
      ...parts.metadata,
    },
    spec: parts.spec ?? {},
    ...(parts.status !== undefined && { status: parts.status }),
  };
}

export function projected(row: CustomResourceRow, parts: RawParts = {}): CustomResource {
  return projectCustomResource(row, 'v1', row.namespaced)(rawOf(row, parts));
}

/** A snapshot with these custom resources, by row. */
export function aCustomSnapshot(
  custom: readonly (readonly [CustomResourceRow, readonly CustomResource[]])[],
  objects: Partial<ObjectsByKind> = {},
  over: Partial<Snapshot> = {},
): Snapshot {
  const byName = new Map<CustomResourceName, readonly CustomResource[]>(
    custom.map(([row, resources]) => [customResourceName(row), resources]),
  );
  const plain = aSnapshot(objects);
  return { ...plain, custom: byName, read: [...plain.read, ...byName.keys()], ...over };
}

/** `2026-11-21T17:55:00Z`, so many minutes before now. */
export function iso(minutes: number): string {
  return new Date(ago(minutes)).toISOString().replace('.000', '');
}

/** A condition as the API has it, of an hour's age. */
export function rawCondition(type: string, status: string, reason = 'Because', over: object = {}): object {
  return { type, status, reason, message: `${type} ${status}`, lastTransitionTime: iso(60), ...over };
}
