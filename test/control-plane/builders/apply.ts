import { ApiRefusal, type ControlPlane } from '../client.ts';
import type { Builder, KubeObject } from './kube-object.ts';
import { collectionPath, hasStatus, objectPath } from './resource-paths.ts';

/** What stands on the server now. */
export interface Applied {
  /** In their order, with what the server made of them: uid, creation time, defaults. */
  readonly objects: readonly KubeObject[];
  /** Turns the things on the server into these: changed where they exist, made where not, gone where not named. */
  become(...builders: readonly Builder[]): Promise<void>;
  /** Takes every trouble away, and the events that told of it. */
  heal(): Promise<void>;
  delete(): Promise<void>;
}

/** Makes the objects on the server, with owners and statuses, as if the controllers and kubelets had done it. */
export async function apply(server: ControlPlane, ...builders: readonly Builder[]): Promise<Applied> {
  let current = { builders, wanted: [] as readonly KubeObject[], objects: [] as readonly KubeObject[] };
  const become = async (next: readonly Builder[]): Promise<void> => {
    const wanted = next.flatMap((builder) => builder.objects());
    const before = new Map(current.wanted.map((object) => [objectPath(object), object]));
    const uids = new Map<string, string>();
    const objects: KubeObject[] = [];
    for (const object of wanted) {
      const made = await put(server, withRealUids(object, uids), before.get(objectPath(object)));
      uids.set(object.metadata.uid, made.metadata.uid);
      objects.push(made);
      before.delete(objectPath(object));
    }
    for (const gone of [...before.values()].toReversed()) await remove(server, gone);
    current = { builders: next, wanted, objects };
  };
  await become(builders);
  return {
    get objects() {
      return current.objects;
    },
    become: (...next) => become(next),
    heal: () => become(current.builders.map((builder) => builder.healthy())),
    delete: () => become([]),
  };
}

/** @param before what we made of this name earlier in this test */
async function put(server: ControlPlane, object: KubeObject, before: KubeObject | undefined): Promise<KubeObject> {
  const { status, ...content } = object;
  const standing = before === undefined ? await create(server, content) : await update(server, content, before, status);
  return status === undefined || !hasStatus(object.kind) ? standing : putStatus(server, standing, status);
}

async function update(
  server: ControlPlane,
  content: KubeObject,
  before: KubeObject,
  status: unknown,
): Promise<KubeObject> {
  const standing = (await server.adminRequest('GET', objectPath(content))) as KubeObject;
  const hasNewOwner = standing.metadata.ownerReferences?.[0]?.uid !== content.metadata.ownerReferences?.[0]?.uid;
  // The spec of a pod cannot change, a Job does not come back from its end: another one takes the place and the name.
  const isReplaced =
    (content.kind === 'Pod' && !same(before['spec'], content['spec'])) ||
    (content.kind === 'Job' && !same(before['status'], status));
  if (hasNewOwner || isReplaced) {
    await remove(server, content);
    return create(server, content);
  }
  return same({ ...content, metadata: {} }, { ...before, status: undefined, metadata: {} })
    ? standing
    : patchContent(server, content);
}

async function create(server: ControlPlane, content: KubeObject): Promise<KubeObject> {
  const made = (await server.adminRequest('POST', collectionPath(content), forServer(content))) as KubeObject;
  // Admission gives every new node the not-ready taint, and no controller takes it away.
  return made.kind === 'Node' ? patchContent(server, content) : made;
}

async function patchContent(server: ControlPlane, content: KubeObject): Promise<KubeObject> {
  const { apiVersion: _version, kind: _kind, metadata: _metadata, ...changes } = content;
  return (await server.adminRequest(
    'PATCH',
    objectPath(content),
    changes,
    'application/merge-patch+json',
  )) as KubeObject;
}

/** A PUT replaces the status as a whole, so that nothing of an older trouble stays; without a version it is unconditional. */
async function putStatus(server: ControlPlane, standing: KubeObject, status: unknown): Promise<KubeObject> {
  const { resourceVersion, managedFields: _fields, ...unversioned } = standing.metadata;
  // This kind takes no change without saying of what.
  const metadata = standing.kind === 'PodDisruptionBudget' ? { ...unversioned, resourceVersion } : unversioned;
  const seen =
    typeof status === 'object' && status !== null && 'observedGeneration' in status
      ? { ...status, observedGeneration: standing.metadata.generation }
      : status;
  const path = `${objectPath(standing)}/status`;
  try {
    return (await server.adminRequest('PUT', path, { ...standing, metadata, status: seen })) as KubeObject;
  } catch (error) {
    // Custom resources are written only by those who say which version they saw.
    if (!(error instanceof ApiRefusal && error.status === 422)) throw error;
    const versioned = { ...metadata, resourceVersion: standing.metadata.resourceVersion };
    return (await server.adminRequest('PUT', path, { ...standing, metadata: versioned, status: seen })) as KubeObject;
  }
}

async function remove(server: ControlPlane, object: KubeObject): Promise<void> {
  const now = { gracePeriodSeconds: 0, propagationPolicy: 'Background' };
  try {
    await server.adminRequest('DELETE', objectPath(object), now);
    // Nobody is there to see that the claim is no longer in use.
    if (object.kind === 'PersistentVolumeClaim') {
      const release = { metadata: { finalizers: null } };
      await server.adminRequest('PATCH', objectPath(object), release, 'application/merge-patch+json');
    }
  } catch (error) {
    if (!(error instanceof ApiRefusal && error.status === 404)) throw error;
  }
}

/** Without what only the server may set. */
function forServer(object: KubeObject): KubeObject | Record<string, unknown> {
  const {
    uid: _uid,
    resourceVersion: _version,
    generation: _generation,
    creationTimestamp: _time,
    ...metadata
  } = object.metadata;
  return { ...object, metadata };
}

/** References say the uids that the server gave to the objects before. */
function withRealUids(object: KubeObject, uids: ReadonlyMap<string, string>): KubeObject {
  const { ownerReferences } = object.metadata;
  const involved = object['involvedObject'] as { uid: string } | undefined;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      ...(ownerReferences !== undefined && {
        ownerReferences: ownerReferences.map((owner) => ({ ...owner, uid: uids.get(owner.uid) ?? owner.uid })),
      }),
    },
    ...(involved !== undefined && { involvedObject: { ...involved, uid: uids.get(involved.uid) ?? involved.uid } }),
  };
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
