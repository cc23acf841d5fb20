import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../domain/kubernetes/storage.ts';
import { fields, instant, optionalFields, optionalText, quantities, text, texts, type Raw } from './fields.ts';
import { projectConditions, projectMeta } from './meta.ts';

/** The second is the older name, which the API server still obeys. */
const DEFAULT_CLASS_ANNOTATIONS = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];

export function projectClaim(object: Raw): PersistentVolumeClaim {
  const spec = fields(object['spec'], 'spec');
  const status = fields(object['status'], 'status');
  const resources = fields(spec['resources'], 'spec.resources');
  return {
    meta: projectMeta(object, true),
    storageClassName: optionalText(spec['storageClassName'], 'spec.storageClassName'),
    volumeName: text(spec['volumeName'], 'spec.volumeName'),
    accessModes: texts(spec['accessModes'], 'spec.accessModes'),
    requestedStorage: quantities(resources['requests'], 'resources.requests')['storage'] ?? '',
    phase: text(status['phase'], 'status.phase'),
    conditions: projectConditions(status),
  };
}

export function projectStorageClass(object: Raw): StorageClass {
  const meta = projectMeta(object, false);
  return {
    meta,
    provisioner: text(object['provisioner'], 'provisioner'),
    volumeBindingMode: text(object['volumeBindingMode'], 'volumeBindingMode'),
    isDefault: DEFAULT_CLASS_ANNOTATIONS.some((name) => meta.annotations[name] === 'true'),
  };
}

export function projectVolume(object: Raw): PersistentVolume {
  const spec = fields(object['spec'], 'spec');
  const status = fields(object['status'], 'status');
  const claim = optionalFields(spec['claimRef'], 'spec.claimRef');
  return {
    meta: projectMeta(object, false),
    storageClassName: text(spec['storageClassName'], 'spec.storageClassName'),
    accessModes: texts(spec['accessModes'], 'spec.accessModes'),
    phase: text(status['phase'], 'status.phase'),
    reason: text(status['reason'], 'status.reason'),
    message: text(status['message'], 'status.message'),
    reclaimPolicy: text(spec['persistentVolumeReclaimPolicy'], 'spec.persistentVolumeReclaimPolicy'),
    capacityStorage: quantities(spec['capacity'], 'spec.capacity')['storage'] ?? '',
    claim: claim && {
      namespace: text(claim['namespace'], 'claimRef.namespace'),
      name: text(claim['name'], 'claimRef.name'),
      uid: text(claim['uid'], 'claimRef.uid'),
    },
    phaseChangedAtMs: instant(status['lastPhaseTransitionTime'], 'status.lastPhaseTransitionTime'),
  };
}
