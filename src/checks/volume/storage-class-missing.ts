import type { CheckedFinding } from '../../domain/check.ts';
import type { PersistentVolumeClaim } from '../../domain/kubernetes/storage.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { fields, quoteEvent, quoteField } from '../evidence.ts';
import { isLive } from '../pod-state.ts';
import type { View } from '../view.ts';
import { isNoDefault, isWaiting, missingText, storageIn } from './storage.ts';

/** One claim that names a class wrongly is a mistake in that claim. */
const MIN_CLAIMS = 2;
const MAX_QUOTED = 3;

export const storageClassMissing: Check = {
  id: 'storage-class-missing',
  family: 'volume',
  sees: 'A storage class that does not exist, or a cluster without a default class, for which two or more claims wait: one finding, to which the claims are attached. A single claim speaks for itself (claim-pending). Not: names without a class that volumes made by people carry, claims that have their volume.',
  cannotSee: 'A class whose provisioner is gone (claim-pending), classes that a StatefulSet will ask for later.',
  needs: ['PersistentVolumeClaim', 'StorageClass', 'PersistentVolume'],
  uses: ['Pod', 'Event', 'Service'],
  worstImpact: 'error',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) => {
    const waiting = view.objects.PersistentVolumeClaim.filter((claim) => isWaiting(claim) && claim.volumeName === '');
    if (waiting.length < MIN_CLAIMS) return [];
    const storage = storageIn(view);
    const byClass = Map.groupBy(waiting, (claim) => {
      const source = storage.sourceOf(claim);
      return source.kind === 'missing' ? source.className : undefined;
    });
    return [...byClass].flatMap(([className, claims]) =>
      className === undefined || claims.length < MIN_CLAIMS ? [] : [findingFor(view, className, claims)],
    );
  },
};

function findingFor(view: View, className: string, claims: readonly PersistentVolumeClaim[]): CheckedFinding {
  const oldest = claims.toSorted((left, right) => left.meta.createdAtMs - right.meta.createdAtMs);
  const pods = claims.flatMap(({ meta }) =>
    view.podsClaiming(meta.namespace, meta.name).filter((pod) => isLive(pod) && pod.phase === 'Pending'),
  );
  const event = oldest
    .flatMap(({ meta }) => view.eventsAbout(meta, 'PersistentVolumeClaim'))
    .find(({ reason }) => reason === 'ProvisioningFailed' || reason === 'FailedBinding');
  const object = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', namespace: '', name: className };
  const namespaces = [...new Set(claims.map(({ meta }) => meta.namespace))].toSorted();
  return {
    object,
    owner: { kind: object.kind, namespace: '', name: className },
    family: 'volume',
    reason: 'StorageClassMissing',
    impact: pods.length === 0 ? 'warning' : 'error',
    title: `${missingText(className)}, and ${String(claims.length)} claims in ${placesText(namespaces)} wait for it`,
    onsetAtMs: Math.min(...claims.map(({ meta }) => meta.createdAtMs)),
    evidence: [
      ...(event === undefined ? [] : [quoteEvent(event)]),
      ...oldest
        .slice(0, MAX_QUOTED)
        .map(({ meta, phase, storageClassName }) =>
          quoteField(
            'PersistentVolumeClaim',
            meta,
            'status, spec',
            fields({ phase, storageClassName: storageClassName ?? '' }),
          ),
        ),
    ],
    nextSteps: [
      'kubectl get storageclass',
      'kubectl get pvc --all-namespaces',
      ...(isNoDefault(className)
        ? [
            `kubectl patch storageclass CLASS -p '{"metadata":{"annotations":{"storageclass.kubernetes.io/is-default-class":"true"}}}'`,
          ]
        : []),
    ],
    labels: {},
    annotations: {},
    images: unique(pods.flatMap(({ containers }) => containers.map(({ image }) => image))),
    serviceNames: unique(
      pods.flatMap(({ meta }) =>
        view.servicesSelecting(meta.namespace, meta.labels).map((service) => service.meta.name),
      ),
    ),
  };
}

/** `payments and shop`, `payments, shop and 3 more namespaces`. */
function placesText([first = '', second, ...more]: readonly string[]): string {
  if (second === undefined) return first;
  return more.length === 0
    ? `${first} and ${second}`
    : `${first}, ${second} and ${String(more.length)} more ${more.length === 1 ? 'namespace' : 'namespaces'}`;
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)].toSorted();
}
