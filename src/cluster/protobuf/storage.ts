import { many, message, one, TEXT, TEXTS } from './message.ts';
import { object, OBJECT_META, PROBED_CONDITION, QUANTITIES, TIME } from './meta.ts';

// Field numbers: api, core/v1/generated.proto.

export const CLAIM = object({
  spec: {
    accessModes: [1, TEXTS],
    resources: [2, one(message({ requests: [2, QUANTITIES] }))],
    volumeName: [3, TEXT],
    storageClassName: [5, TEXT],
  },
  status: { phase: [1, TEXT], conditions: [4, many(PROBED_CONDITION)] },
});

export const VOLUME = object({
  spec: {
    capacity: [1, QUANTITIES],
    accessModes: [3, TEXTS],
    claimRef: [4, one(message({ namespace: [2, TEXT], name: [3, TEXT], uid: [4, TEXT] }))],
    persistentVolumeReclaimPolicy: [5, TEXT],
    storageClassName: [6, TEXT],
  },
  status: { phase: [1, TEXT], message: [2, TEXT], reason: [3, TEXT], lastPhaseTransitionTime: [4, TIME] },
});

// Field numbers: api, storage/v1/generated.proto.

export const STORAGE_CLASS = message({
  metadata: [1, one(OBJECT_META)],
  provisioner: [2, TEXT],
  volumeBindingMode: [7, TEXT],
});
