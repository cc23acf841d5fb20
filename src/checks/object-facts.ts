import type { Finding } from '../domain/finding.ts';
import type { ObjectMeta } from '../domain/kubernetes/meta.ts';
import type { ObjectRef } from '../domain/object-ref.ts';
import type { KindName, Snapshot } from '../domain/snapshot.ts';
import type { PodTemplate } from '../domain/kubernetes/workload.ts';
import { about } from './about.ts';
import type { LastKnownOwner } from './owner.ts';
import { createView } from './view.ts';

/** What policy, tiers and known issues match against, for any object that the snapshot holds. */
export type ObjectFacts = Pick<Finding, 'owner' | 'labels' | 'annotations' | 'images' | 'serviceNames'>;

interface Kinded {
  readonly meta: ObjectMeta;
  readonly template?: PodTemplate;
  readonly containers?: PodTemplate['containers'];
}

/** @returns `undefined` for an object that the snapshot does not hold */
export function createObjectFacts(
  snapshot: Snapshot,
  options: { readonly nowMs: number; readonly lastKnownOwner: LastKnownOwner },
): (object: ObjectRef) => ObjectFacts | undefined {
  const view = createView(snapshot, options);
  return ({ apiVersion, kind, namespace, name }) => {
    const found = ofKind(snapshot, kind, apiVersion).find(
      ({ meta }) => meta.name === name && meta.namespace === namespace,
    );
    if (found === undefined) return undefined;
    const template =
      found.template ??
      (found.containers === undefined ? undefined : { labels: found.meta.labels, containers: found.containers });
    const { owner, labels, annotations, images, serviceNames } = about(view, kind, apiVersion, found.meta, template);
    return { owner, labels, annotations, images, serviceNames };
  };
}

function ofKind(snapshot: Snapshot, kind: string, apiVersion: string): readonly Kinded[] {
  const isKnown = (candidate: string): candidate is KindName => Object.hasOwn(snapshot.objects, candidate);
  return isKnown(kind) ? snapshot.objects[kind] : (snapshot.custom.get(`${kind}.${groupOf(apiVersion)}`) ?? []);
}

/** Of `argoproj.io/v1alpha1`; '' for core. */
function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/', 1)[0] ?? '') : '';
}
