import { aPod } from '../../../control-plane/builders/pod.ts';
import type { PlainObject } from '../../../control-plane/builders/plain.ts';
import type { CheckCase, Given } from '../case.ts';
import { aHeldPod, aPlainClaim, aPlainVolume, aPreparingPod, aStorageClass, told } from './storage-objects.ts';

const WAITING_FOR_PROVISIONER =
  "Waiting for a volume to be created either by the external provisioner 'ebs.csi.example.com' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.";
const CONSUMER = 'waiting for first consumer to be created before binding';

const check = 'claim-pending';

export const claimPendingCases: readonly CheckCase[] = [
  {
    check,
    name: 'one claim of a class that does not exist, and a pod that waits for it',
    objects: (given) => {
      const claim = aPlainClaim(given, 'data', { storageClassName: given.named('fast') });
      return [
        claim,
        told(given, claim, 'ProvisioningFailed', `storageclass.storage.k8s.io "${given.named('fast')}" not found`),
        aHeldPod(given, 'db', 'data'),
      ];
    },
    finds: [
      {
        check,
        reason: 'ClaimPending',
        impact: 'error',
        object: 'PersistentVolumeClaim data',
        owner: 'PersistentVolumeClaim data',
        onsetMinutes: 30,
        title: /storage class fast-\S+ does not exist; pod db waits for it/,
      },
      { check: 'unschedulable', reason: 'Unschedulable', attachedTo: check },
    ],
  },
  {
    check,
    name: 'the provisioner refuses',
    objects: (given) => {
      const claim = aPlainClaim(given, 'data', { storageClassName: given.named('std') });
      const message = `failed to provision volume with StorageClass "${given.named('std')}": rpc error: code = ResourceExhausted desc = quota of disks exceeded`;
      return [
        aStorageClass(given.named('std')),
        claim,
        told(given, claim, 'ProvisioningFailed', message),
        aHeldPod(given, 'db', 'data'),
      ];
    },
    finds: [{ check, reason: 'ClaimPending', impact: 'error', title: /quota of disks exceeded/ }],
  },
  {
    check,
    name: 'the provisioner does not answer, and no pod waits yet',
    objects: (given) => {
      const claim = aPlainClaim(given, 'data', { storageClassName: given.named('std') });
      return [
        aStorageClass(given.named('std')),
        claim,
        told(given, claim, 'ExternalProvisioning', WAITING_FOR_PROVISIONER, { type: 'Normal' }),
      ];
    },
    finds: [
      {
        check,
        reason: 'ClaimPending',
        impact: 'warning',
        onsetMinutes: 60,
        title: /provisioner ebs.csi.example.com has not made one$/,
      },
    ],
  },
  {
    check,
    name: 'the scheduler chose a node, and the provisioner makes nothing',
    objects: (given) => [
      aStorageClass(given.named('lazy'), { volumeBindingMode: 'WaitForFirstConsumer' }),
      aPlainClaim(
        given,
        'data',
        { storageClassName: given.named('lazy') },
        { annotations: { 'volume.kubernetes.io/selected-node': 'worker-1' } },
      ),
      aPod('db')
        .in(given.namespace)
        .at(given.nowMs)
        .mounting('data')
        .unschedulable({
          message: 'running PreBind plugin "VolumeBinding": binding volumes: context deadline exceeded',
          sinceMs: 20 * 60_000,
        }),
    ],
    finds: [{ check, reason: 'ClaimPending', impact: 'error', title: /has not made one; pod db waits/ }],
  },
  {
    check,
    name: 'a pod was put on its node past the scheduler, for which its class waits',
    objects: (given) => [
      ...waitingForAConsumer(given, 'WaitForFirstConsumer', CONSUMER, { type: 'Normal' }),
      aPreparingPod(given, 'db', { claim: 'data' }),
    ],
    finds: [{ check, reason: 'ClaimPending', impact: 'error', title: /pod db was put on worker-1 without it/ }],
  },
  {
    check,
    name: 'it asks for a volume that another claim has',
    objects: (given) => {
      const volume = given.named('pv');
      const other = { kind: 'PersistentVolumeClaim', namespace: given.namespace, name: 'old', uid: 'u-1' };
      const claim = aPlainClaim(given, 'data', { storageClassName: '', volumeName: volume });
      return [
        aPlainVolume(volume, { claimRef: other }, { phase: 'Bound' }),
        claim,
        told(given, claim, 'FailedBinding', `volume "${volume}" already bound to a different claim.`),
      ];
    },
    finds: [{ check, reason: 'ClaimPending', impact: 'warning', title: /volume pv-\S+ is bound to \S+\/old$/ }],
  },
  {
    check,
    name: 'it asks for a volume that is kept for an earlier claim of its name',
    objects: (given) => {
      const volume = given.named('pv');
      const earlier = { kind: 'PersistentVolumeClaim', namespace: given.namespace, name: 'data', uid: 'u-1' };
      return [
        aPlainVolume(
          volume,
          { claimRef: earlier, persistentVolumeReclaimPolicy: 'Retain' },
          { phase: 'Released', lastPhaseTransitionTime: given.ago(50) },
        ),
        aPlainClaim(given, 'data', { storageClassName: '', volumeName: volume }),
        aHeldPod(given, 'db', 'data'),
      ];
    },
    finds: [
      { check, reason: 'ClaimPending', impact: 'error', title: /released and still kept for an earlier claim of this/ },
    ],
  },
  {
    check,
    name: 'the volume that it asks for allows other modes of access',
    objects: (given) => {
      const volume = given.named('pv');
      const claim = aPlainClaim(given, 'data', {
        storageClassName: '',
        volumeName: volume,
        accessModes: ['ReadWriteMany'],
      });
      const message = `Cannot bind to requested volume "${volume}": incompatible accessMode`;
      return [aPlainVolume(volume), claim, told(given, claim, 'VolumeMismatch', message)];
    },
    finds: [{ check, reason: 'ClaimPending', impact: 'warning', title: /volume pv-\S+ does not allow ReadWriteMany/ }],
  },
  {
    check,
    name: 'volumes made by people, none of them large enough',
    objects: (given) => {
      const storageClassName = given.named('manual');
      const small = { storageClassName, capacity: { storage: '5Gi' } };
      return [
        aPlainVolume(given.named('pv-1'), small),
        aPlainVolume(given.named('pv-2'), small),
        aPlainClaim(given, 'data', { storageClassName }),
        aHeldPod(given, 'db', 'data'),
      ];
    },
    finds: [
      {
        check,
        reason: 'ClaimPending',
        impact: 'error',
        title: /each of the 2 free volumes of class manual-\S+ has only 5Gi/,
      },
    ],
  },
  {
    check,
    name: 'its class waits for a first consumer, and there is none',
    objects: (given) => waitingForAConsumer(given, 'WaitForFirstConsumer', CONSUMER, { type: 'Normal' }),
    finds: [],
  },
  {
    check,
    name: 'its class waits for a first consumer, whose failure to be provisioned is long past',
    objects: (given) =>
      waitingForAConsumer(given, 'ProvisioningFailed', 'rpc error: zone is full', {
        firstMinutes: 55,
        lastMinutes: 40,
      }),
    finds: [],
  },
  {
    check,
    name: 'made a minute ago, while the provisioner is at work',
    objects: (given) => {
      const claim = aPlainClaim(given, 'data', { storageClassName: given.named('std') });
      return [
        aStorageClass(given.named('std')),
        claim,
        told(given, claim, 'Provisioning', `External provisioner is provisioning volume for claim "data"`, {
          type: 'Normal',
          firstMinutes: 1,
        }),
      ];
    },
    finds: [],
    ageMinutes: 1,
  },
  {
    check,
    name: 'bound to a volume made by people, of a class that has no object',
    objects: (given) => {
      const volume = given.named('pv');
      const storageClassName = given.named('manual');
      const claimRef = { kind: 'PersistentVolumeClaim', namespace: given.namespace, name: 'data' };
      return [
        aPlainVolume(volume, { storageClassName, claimRef }, { phase: 'Bound' }),
        aPlainClaim(given, 'data', { storageClassName, volumeName: volume }, { status: { phase: 'Bound' } }),
        aPod('db').in(given.namespace).at(given.nowMs).mounting('data'),
      ];
    },
    finds: [],
  },
  {
    check,
    name: 'pending and being deleted',
    objects: (given) =>
      [aPlainClaim(given, 'data', { storageClassName: given.named('gone') }, { finalizers: ['example.com/keep'] })].map(
        (claim) => ({ ...claim, metadata: { ...claim.metadata, deletionTimestamp: given.ago(30) } }),
      ),
    finds: [],
  },
];

const missing = 'storage-class-missing';

export const storageClassMissingCases: readonly CheckCase[] = [
  {
    check: missing,
    name: 'twelve claims with one missing class are one cause',
    objects: (given) =>
      Array.from({ length: 12 }, (_, index) => {
        const claim = aPlainClaim(given, `data-${String(index)}`, { storageClassName: given.named('fast') });
        const message = `storageclass.storage.k8s.io "${given.named('fast')}" not found`;
        return [
          claim,
          told(given, claim, 'ProvisioningFailed', message),
          aHeldPod(given, `db-${String(index)}`, `data-${String(index)}`),
        ];
      }).flat(),
    finds: [
      {
        check: missing,
        reason: 'StorageClassMissing',
        impact: 'error',
        object: 'StorageClass fast-$',
        owner: 'StorageClass fast-$',
        onsetMinutes: 60,
        title: /storage class fast-\S+ does not exist, and 12 claims in \S+ wait for it/,
      },
      ...Array.from({ length: 12 }, (_, index) => [
        { check, reason: 'ClaimPending', object: `PersistentVolumeClaim data-${String(index)}`, attachedTo: missing },
        { check: 'unschedulable', reason: 'Unschedulable', object: `Pod db-${String(index)}`, attachedTo: missing },
      ]).flat(),
    ],
  },
  {
    check: missing,
    name: 'claims that name no class, in a cluster without a default',
    objects: (given) => ['one', 'two'].map((name) => aPlainClaim(given, name)),
    finds: [
      {
        check: missing,
        reason: 'StorageClassMissing',
        impact: 'warning',
        object: 'StorageClass (default)',
        title: /^the cluster has no default storage class, and 2 claims/,
      },
      { check, reason: 'ClaimPending', object: 'PersistentVolumeClaim one', attachedTo: missing },
      { check, reason: 'ClaimPending', object: 'PersistentVolumeClaim two', attachedTo: missing },
    ],
  },
  {
    check: missing,
    name: 'two claims that took the volumes which people made for them, under a name that is no class',
    objects: (given) =>
      ['one', 'two'].flatMap((name) => {
        const storageClassName = given.named('manual');
        const volumeName = given.named(`pv-${name}`);
        const claimRef = { kind: 'PersistentVolumeClaim', namespace: given.namespace, name };
        return [
          aPlainVolume(volumeName, { storageClassName, claimRef }, { phase: 'Bound' }),
          aPlainClaim(given, name, { storageClassName, volumeName }, { status: { phase: 'Bound' } }),
        ];
      }),
    finds: [],
  },
  {
    check: missing,
    name: 'the class was deleted after its claims had been bound',
    objects: (given) =>
      ['one', 'two'].map((name) =>
        aPlainClaim(
          given,
          name,
          { storageClassName: given.named('old'), volumeName: `pvc-${name}` },
          { status: { phase: 'Bound' } },
        ),
      ),
    finds: [],
  },
  {
    check: missing,
    name: 'two claims of a class that waits for consumers',
    objects: (given) => [
      aStorageClass(given.named('lazy'), { volumeBindingMode: 'WaitForFirstConsumer' }),
      ...['one', 'two'].map((name) => aPlainClaim(given, name, { storageClassName: given.named('lazy') })),
    ],
    finds: [],
  },
];

const lost = 'claim-lost';
const LOST = 'Bound claim has lost its PersistentVolume. Data on the volume is lost!';

export const claimLostCases: readonly CheckCase[] = [
  {
    check: lost,
    name: 'its volume was deleted under a pod',
    objects: (given) => {
      const claim = aPlainClaim(
        given,
        'data',
        { storageClassName: '', volumeName: given.named('pv') },
        { status: { phase: 'Lost' } },
      );
      return [
        claim,
        told(given, claim, 'ClaimLost', LOST, { firstMinutes: 25 }),
        aPod('db').in(given.namespace).at(given.nowMs).mounting('data'),
      ];
    },
    finds: [
      {
        check: lost,
        reason: 'ClaimLost',
        impact: 'error',
        object: 'PersistentVolumeClaim data',
        onsetMinutes: 25,
        title: /has lost its volume pv-\S+; pod db uses it/,
      },
    ],
  },
  {
    check: lost,
    name: 'its volume was deleted, and nobody uses it now',
    objects: (given) => [
      aPlainClaim(
        given,
        'data',
        { storageClassName: '', volumeName: given.named('pv') },
        { status: { phase: 'Lost' } },
      ),
    ],
    finds: [{ check: lost, reason: 'ClaimLost', impact: 'warning', onsetMinutes: 60 }],
  },
  {
    check: lost,
    name: 'being deleted after it was lost',
    objects: (given) =>
      [
        aPlainClaim(
          given,
          'data',
          { storageClassName: '', volumeName: given.named('pv') },
          { status: { phase: 'Lost' }, finalizers: ['example.com/keep'] },
        ),
      ].map((claim) => ({ ...claim, metadata: { ...claim.metadata, deletionTimestamp: given.ago(30) } })),
    finds: [],
  },
  {
    check: lost,
    name: 'bound, and its volume is being deleted as soon as it lets go',
    objects: (given) => {
      const volumeName = given.named('pv');
      const claimRef = { kind: 'PersistentVolumeClaim', namespace: given.namespace, name: 'data' };
      const volume = aPlainVolume(volumeName, { claimRef }, { phase: 'Bound' }, { finalizers: ['example.com/keep'] });
      return [
        { ...volume, metadata: { ...volume.metadata, deletionTimestamp: given.ago(30) } },
        aPlainClaim(given, 'data', { storageClassName: '', volumeName }, { status: { phase: 'Bound' } }),
        aPod('db').in(given.namespace).at(given.nowMs).mounting('data'),
      ];
    },
    finds: [],
  },
];

const leaving = 'claim-terminating';

function aLeavingClaim(given: Given, volumeName: string, finalizers: readonly string[] = []): PlainObject {
  const spec = { storageClassName: '', volumeName };
  const claim = aPlainClaim(given, 'data', spec, { status: { phase: 'Bound' }, finalizers });
  return { ...claim, metadata: { ...claim.metadata, deletionTimestamp: given.ago(180) } };
}

export const claimTerminatingCases: readonly CheckCase[] = [
  {
    check: leaving,
    name: 'it was deleted under a database, whose data will go with it',
    ageMinutes: 180,
    objects: (given) => {
      const claimRef = { kind: 'PersistentVolumeClaim', namespace: given.namespace, name: 'data' };
      return [
        aPlainVolume(given.named('pv'), { claimRef }, { phase: 'Bound' }),
        aPod('db').in(given.namespace).at(given.nowMs).mounting('data'),
        aLeavingClaim(given, given.named('pv')),
      ];
    },
    finds: [
      {
        check: leaving,
        reason: 'ClaimTerminating',
        impact: 'warning',
        object: 'PersistentVolumeClaim data',
        owner: 'PersistentVolumeClaim data',
        onsetMinutes: 180,
        title: /^claim was deleted under pod db: when that ends, the claim goes, and volume pv-\S+ with its data$/,
      },
    ],
  },
  {
    check: leaving,
    name: 'whoever should take its finalizer away does not',
    ageMinutes: 180,
    objects: (given) => [aLeavingClaim(given, 'pv', ['backup.example.com/protect'])],
    finds: [
      {
        check: leaving,
        reason: 'ClaimTerminating',
        title: /waits for .*backup\.example\.com\/protect/,
        impact: 'warning',
      },
    ],
  },
  {
    check: leaving,
    name: 'it was deleted an hour ago and goes with its pod',
    objects: (given) => [
      aPod('db').in(given.namespace).at(given.nowMs).mounting('data'),
      aLeavingClaim(given, given.named('pv')),
    ],
    finds: [],
  },
  {
    check: leaving,
    name: 'it is in use',
    ageMinutes: 180,
    objects: (given) => [
      aPlainClaim(
        given,
        'data',
        { storageClassName: '', volumeName: 'pv' },
        { status: { phase: 'Bound' }, finalizers: ['kubernetes.io/pvc-protection'] },
      ),
      aPod('db').in(given.namespace).at(given.nowMs).mounting('data'),
    ],
    finds: [],
  },
];

/** A claim of a class that waits for the first pod, and what an event says of it. */
function waitingForAConsumer(
  given: Given,
  reason: string,
  message: string,
  event: Parameters<typeof told>[4],
): ReturnType<CheckCase['objects']> {
  const claim = aPlainClaim(given, 'data', { storageClassName: given.named('lazy') });
  return [
    aStorageClass(given.named('lazy'), { volumeBindingMode: 'WaitForFirstConsumer' }),
    claim,
    told(given, claim, reason, message, event),
  ];
}
