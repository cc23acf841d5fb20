import { aDeployment } from '../../../control-plane/builders/deployment.ts';
import { aNode } from '../../../control-plane/builders/node.ts';
import { aPod } from '../../../control-plane/builders/pod.ts';
import type { CheckCase, Given } from '../case.ts';
import { aPlainClaim, aPlainVolume, aPreparingPod, told } from './storage-objects.ts';

const unmounted = 'volume-not-mounted';
const MULTI =
  'Multi-Attach error for volume "pvc-1" Volume is already exclusively attached to one node and can\'t be attached to another';
const TIME_OUT =
  'Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[], failed to process volumes=[]: context deadline exceeded';

export const volumeNotMountedCases: readonly CheckCase[] = [
  {
    check: unmounted,
    name: 'another node holds the volume and does not let go, which is told only once',
    objects: (given) => {
      const pod = aPreparingPod(given, 'db', { claim: 'data' });
      return [
        pod,
        told(given, pod, 'FailedAttachVolume', MULTI, { firstMinutes: 30, lastMinutes: 30, count: 1 }),
        told(given, pod, 'FailedMount', TIME_OUT, { firstMinutes: 28 }),
      ];
    },
    finds: [
      {
        check: unmounted,
        reason: 'VolumeNotMounted',
        impact: 'critical',
        object: 'Pod db',
        onsetMinutes: 30,
        title: /a volume cannot be attached: Multi-Attach error/,
      },
    ],
  },
  {
    check: unmounted,
    name: 'the cloud refuses to attach',
    objects: (given) => {
      const pod = aPreparingPod(given, 'db', { claim: 'data', sinceMinutes: 12 });
      const message =
        'AttachVolume.Attach failed for volume "pvc-1" : rpc error: code = Internal desc = Could not attach volume "vol-0" to node "i-0": InvalidVolume.NotFound';
      return [pod, told(given, pod, 'FailedAttachVolume', message, { firstMinutes: 12 })];
    },
    finds: [{ check: unmounted, reason: 'VolumeNotMounted', onsetMinutes: 12, title: /InvalidVolume.NotFound/ }],
  },
  {
    check: unmounted,
    name: 'the node has no driver for the volume',
    objects: (given) => {
      const pod = aPreparingPod(given, 'db', { claim: 'data' });
      const message =
        'MountVolume.MountDevice failed for volume "pvc-1" : kubernetes.io/csi: attacher.MountDevice failed to create newCsiDriverClient: driver name ebs.csi.example.com not found in the list of registered CSI drivers';
      return [pod, told(given, pod, 'FailedMount', message)];
    },
    finds: [{ check: unmounted, reason: 'VolumeNotMounted', title: /mounted: .*not found in the list of registered/ }],
  },
  {
    check: unmounted,
    name: 'the node that holds the volume is down: a symptom of that',
    objects: (given) => {
      const pod = aPreparingPod(given, 'db-new', { claim: 'data' });
      const down = given.named('worker');
      return [
        aNode(down)
          .at(given.nowMs)
          .notReady({ status: 'Unknown', sinceMs: 40 * 60_000 }),
        aPod('db-old').in(given.namespace).at(given.nowMs).on(down).mounting('data').probeFailing(),
        pod,
        told(given, pod, 'FailedAttachVolume', MULTI, { firstMinutes: 30, lastMinutes: 2 }),
      ];
    },
    finds: [
      { check: 'node-not-ready', reason: 'NodeUnreachable', impact: 'critical' },
      { check: unmounted, reason: 'VolumeNotMounted', attachedTo: 'node-not-ready' },
    ],
  },
  {
    check: unmounted,
    name: 'the node before lets go within minutes',
    objects: (given) => {
      const pod = aPreparingPod(given, 'db', { claim: 'data', sinceMinutes: 4 });
      return [pod, told(given, pod, 'FailedAttachVolume', MULTI, { firstMinutes: 4, lastMinutes: 4, count: 1 })];
    },
    finds: [],
  },
  {
    check: unmounted,
    name: 'mounted after a failure, and the image is being pulled',
    objects: (given) => {
      const pod = aPreparingPod(given, 'db', { claim: 'data', sinceMinutes: 5, isMounted: true });
      return [
        pod,
        told(given, pod, 'FailedMount', TIME_OUT, { firstMinutes: 5, lastMinutes: 3 }),
        told(given, pod, 'Pulling', 'Pulling image "registry.example.com/app:1"', {
          type: 'Normal',
          firstMinutes: 1,
          count: 1,
        }),
      ];
    },
    finds: [],
  },
  {
    check: unmounted,
    name: 'running, with failures of its start behind it',
    objects: (given) => {
      const pod = aPod('db').in(given.namespace).at(given.nowMs).mounting('data');
      const [object] = pod.objects();
      return object === undefined
        ? []
        : [pod, told(given, object, 'FailedMount', TIME_OUT, { firstMinutes: 30, lastMinutes: 25 })];
    },
    finds: [],
  },
];

const released = 'volume-released';
const DELETION_FAILED =
  'rpc error: code = Internal desc = Could not delete volume ID "vol-0": VolumeInUse: Volume vol-0 is currently attached to i-0';

function ofOldClaim({ namespace }: Given): Readonly<Record<string, unknown>> {
  return { claimRef: { kind: 'PersistentVolumeClaim', namespace, name: 'old', uid: 'u-old' } };
}

export const volumeReleasedCases: readonly CheckCase[] = [
  {
    check: released,
    name: 'the storage cannot be deleted',
    objects: (given) => {
      const volume = aPlainVolume(given.named('pv'), ofOldClaim(given), {
        phase: 'Released',
        lastPhaseTransitionTime: given.ago(45),
      });
      return [volume, told(given, volume, 'VolumeFailedDelete', DELETION_FAILED)];
    },
    finds: [
      {
        check: released,
        reason: 'VolumeReleased',
        impact: 'warning',
        object: 'PersistentVolume pv-$',
        owner: 'PersistentVolume pv-$',
        onsetMinutes: 45,
        title: /still there although its claim \S+\/old is gone: rpc error: .*VolumeInUse/,
      },
    ],
  },
  {
    check: released,
    name: 'deleted by hand, and a finalizer stays',
    objects: (given) => {
      const policy = { ...ofOldClaim(given), persistentVolumeReclaimPolicy: 'Retain' };
      const status = { phase: 'Released', lastPhaseTransitionTime: given.ago(90) };
      const volume = aPlainVolume(given.named('pv'), policy, status, {
        finalizers: ['external-attacher/ebs-csi-example-com'],
      });
      return [{ ...volume, metadata: { ...volume.metadata, deletionTimestamp: given.ago(60) } }];
    },
    finds: [
      {
        check: released,
        reason: 'VolumeReleased',
        impact: 'warning',
        onsetMinutes: 60,
        title: /it waits for external-attacher/,
      },
    ],
  },
  {
    check: released,
    name: 'kept on purpose, for two days: untidy, no more',
    objects: (given) => [
      aPlainVolume(
        given.named('pv'),
        { ...ofOldClaim(given), persistentVolumeReclaimPolicy: 'Retain' },
        { phase: 'Released', lastPhaseTransitionTime: given.ago(2 * 1440) },
      ),
    ],
    finds: [
      {
        check: released,
        reason: 'VolumeReleased',
        impact: 'info',
        onsetMinutes: 2880,
        title: /is kept after its claim \S+\/old \(10Gi\)/,
      },
    ],
  },
  {
    check: released,
    name: 'kept on purpose, for an hour',
    objects: (given) => [
      aPlainVolume(
        given.named('pv'),
        { ...ofOldClaim(given), persistentVolumeReclaimPolicy: 'Retain' },
        { phase: 'Released', lastPhaseTransitionTime: given.ago(60) },
      ),
    ],
    finds: [],
  },
  {
    check: released,
    name: 'its claim went five minutes ago, and the storage is being deleted',
    objects: (given) => [
      aPlainVolume(given.named('pv'), ofOldClaim(given), {
        phase: 'Released',
        lastPhaseTransitionTime: given.ago(5),
      }),
    ],
    finds: [],
  },
  {
    check: released,
    name: 'free, for whoever comes',
    objects: (given) => [aPlainVolume(given.named('pv'), { persistentVolumeReclaimPolicy: 'Retain' })],
    finds: [],
  },
];

const failed = 'volume-failed';

export const volumeFailedCases: readonly CheckCase[] = [
  {
    check: failed,
    name: 'the plug-in cannot delete it',
    objects: (given) => {
      const message = 'error getting deleter volume plugin for volume "pv-1": no deletable volume plugin matched';
      const volume = aPlainVolume(given.named('pv'), ofOldClaim(given), {
        phase: 'Failed',
        message,
        lastPhaseTransitionTime: given.ago(30),
      });
      return [volume, told(given, volume, 'VolumeFailedDelete', message)];
    },
    finds: [
      {
        check: failed,
        reason: 'VolumeFailed',
        impact: 'warning',
        object: 'PersistentVolume pv-$',
        onsetMinutes: 30,
        title: /has failed: error getting deleter/,
      },
    ],
  },
  {
    check: failed,
    name: 'a claim asks for it',
    objects: (given) => {
      const status = { phase: 'Failed', message: 'recycle failed', lastPhaseTransitionTime: given.ago(30) };
      return [
        aPlainVolume(given.named('pv'), ofOldClaim(given), status),
        aPlainClaim(given, 'data', { storageClassName: '', volumeName: given.named('pv') }),
      ];
    },
    finds: [
      { check: failed, reason: 'VolumeFailed', impact: 'error', title: /claim \S+\/data depends on it/ },
      { check: 'claim-pending', reason: 'ClaimPending', attachedTo: failed },
    ],
  },
  {
    check: failed,
    name: 'bound and well',
    objects: (given) => {
      const claimRef = { kind: 'PersistentVolumeClaim', namespace: given.namespace, name: 'data' };
      return [
        aPlainVolume(given.named('pv'), { claimRef }, { phase: 'Bound' }),
        aPlainClaim(
          given,
          'data',
          { storageClassName: '', volumeName: given.named('pv') },
          { status: { phase: 'Bound' } },
        ),
      ];
    },
    finds: [],
  },
  {
    check: failed,
    name: 'being deleted by hand after it failed',
    objects: (given) => {
      const volume = aPlainVolume(
        given.named('pv'),
        ofOldClaim(given),
        { phase: 'Failed' },
        { finalizers: ['example.com/keep'] },
      );
      return [{ ...volume, metadata: { ...volume.metadata, deletionTimestamp: given.ago(60) } }];
    },
    finds: [],
  },
];

const growing = 'resize-pending';

function growingClaim(given: Given, type: string, minutes: number, message: string): ReturnType<typeof aPlainClaim> {
  const condition = { type, status: 'True', lastTransitionTime: given.ago(minutes), message };
  return aPlainClaim(
    given,
    'data',
    { storageClassName: '', volumeName: 'pv', resources: { requests: { storage: '20Gi' } } },
    { status: { phase: 'Bound', capacity: { storage: '10Gi' }, conditions: [condition] } },
  );
}

export const resizePendingCases: readonly CheckCase[] = [
  {
    check: growing,
    name: 'the driver refuses to grow the volume',
    objects: (given) => {
      const claim = growingClaim(given, 'ControllerResizeError', 40, 'rpc error: code = OutOfRange');
      return [
        claim,
        told(given, claim, 'VolumeResizeFailed', 'resize volume "pv" by resizer failed: rpc error: code = OutOfRange'),
        aDeployment('db').in(given.namespace).at(given.nowMs).mounting('data'),
      ];
    },
    finds: [
      {
        check: growing,
        reason: 'ResizePending',
        impact: 'warning',
        object: 'PersistentVolumeClaim data',
        onsetMinutes: 40,
        title: /does not grow to 20Gi: resize volume "pv" by resizer failed/,
      },
    ],
  },
  {
    check: growing,
    name: 'the file system waits for its pod to start again',
    objects: (given) => [
      growingClaim(
        given,
        'FileSystemResizePending',
        20,
        'Waiting for user to (re-)start a pod to finish file system resize of volume on node.',
      ),
      aPod('db').in(given.namespace).at(given.nowMs).mounting('data'),
    ],
    finds: [{ check: growing, reason: 'ResizePending', onsetMinutes: 20, title: /Waiting for user to \(re-\)start/ }],
  },
  {
    check: growing,
    name: 'growing for ten minutes',
    objects: (given) => [
      growingClaim(given, 'Resizing', 10, ''),
      aPod('db').in(given.namespace).at(given.nowMs).mounting('data'),
    ],
    finds: [],
  },
  {
    check: growing,
    name: 'grows when a pod mounts it next',
    objects: (given) => [growingClaim(given, 'FileSystemResizePending', 600, 'Waiting for user to (re-)start a pod')],
    finds: [],
  },
];
