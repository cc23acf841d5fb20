import { aDeployment } from '../../../control-plane/builders/deployment.ts';
import type { CheckCase } from '../case.ts';
import { aKubeletPod, anOwner, podEvent, waiting } from './pods.ts';

const check = 'image-pull';
const IMAGE = 'registry.example.com/team/tls-proxy:1.0.0';

/** What the kubelet says of an image, and what a person must read first. */
const CAUSES: readonly (readonly [name: string, reason: string, message: string, title: RegExp])[] = [
  [
    'a tag that does not exist',
    'ErrImagePull',
    `rpc error: code = NotFound desc = failed to pull and unpack image "${IMAGE}": failed to resolve reference "${IMAGE}": ${IMAGE}: not found`,
    /cannot start: the image does not exist \(image registry/,
  ],
  [
    'a private repository without credentials',
    'ErrImagePull',
    `failed to pull and unpack image "${IMAGE}": failed to resolve reference "${IMAGE}": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`,
    /the registry refuses access/,
  ],
  [
    'a rate limit',
    'ImagePullBackOff',
    `Back-off pulling image "${IMAGE}": ErrImagePull: failed to copy: httpReadSeeker: failed open: unexpected status code https://registry.example.com/v2/: 429 Too Many Requests - Server message: toomanyrequests: You have reached your unauthenticated pull rate limit.`,
    /the registry limits the rate of pulls/,
  ],
  [
    'no build for the architecture of the node',
    'ErrImagePull',
    `rpc error: code = NotFound desc = failed to pull and unpack image "${IMAGE}": no match for platform in manifest: not found`,
    /there is no image for this architecture/,
  ],
  [
    'a registry whose name does not resolve',
    'ErrImagePull',
    `failed to do request: Head "https://registry.example.com/v2/team/tls-proxy/manifests/1.0.0": dial tcp: lookup registry.example.com on 10.96.0.10:53: no such host`,
    /the registry cannot be reached \(its name does not resolve\)/,
  ],
  [
    'a registry with a certificate of an unknown authority',
    'ErrImagePull',
    `failed to do request: Head "https://registry.example.com/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
    /\(its TLS is not accepted\)/,
  ],
  [
    'a registry mirror that is down',
    'ErrImagePull',
    `failed to do request: Head "https://mirror.example.org/v2/team/tls-proxy/manifests/1.0.0?ns=registry.example.com": dial tcp 10.0.0.9:443: connect: connection refused`,
    /the registry cannot be reached, says the mirror mirror.example.org/,
  ],
  [
    'a name that is none',
    'InvalidImageName',
    'Failed to apply default image tag "registry.example.com/Team/x": couldn\'t parse image name: invalid reference format: repository name must be lowercase',
    /the image name is not valid/,
  ],
  [
    'an image that may not be pulled and is not there',
    'ErrImageNeverPull',
    `Container image "${IMAGE}" is not present with pull policy of Never`,
    /not on the node, and its pull policy is Never/,
  ],
  [
    'an image that the runtime cannot inspect',
    'ImageInspectError',
    `Failed to inspect image "${IMAGE}": rpc error: code = Unknown desc = layer not known`,
    /the runtime cannot inspect the image on the node/,
  ],
  [
    'a signature that the policy does not accept',
    'SignatureValidationFailed',
    'image pull failed for registry.example.com because the signature validation failed: Source image rejected: A signature was required, but no signature exists',
    /its signature is not accepted/,
  ],
];

export const imagePullCases: readonly CheckCase[] = [
  ...CAUSES.map(([name, reason, message, title]): CheckCase => ({
    check,
    name,
    objects: (given) => [
      ...anOwner(given),
      aKubeletPod(given, { phase: 'Pending', placed: 30, containers: [{ image: IMAGE, ...waiting(reason, message) }] }),
    ],
    finds: [{ check, reason: 'ImagePull', impact: 'critical', owner: 'Deployment api', onsetMinutes: 30, title }],
  })),
  {
    check,
    name: 'while it backs off, only an event says why: the pull secret is missing',
    objects: (given) => {
      const pod = aKubeletPod(given, {
        phase: 'Pending',
        containers: [{ image: IMAGE, ...waiting('ImagePullBackOff', `Back-off pulling image "${IMAGE}"`) }],
      });
      return [
        ...anOwner(given, 3, 2),
        pod,
        podEvent(given, pod, 'Failed', `Failed to pull image "${IMAGE}": failed to authorize: 401 Unauthorized`),
        podEvent(given, pod, 'Failed', 'Error: ImagePullBackOff'),
        podEvent(
          given,
          pod,
          'FailedToRetrieveImagePullSecret',
          'Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.',
        ),
      ];
    },
    finds: [
      {
        check,
        reason: 'ImagePull',
        impact: 'error',
        title: /the registry refuses access, and pull secret regcred does not exist/,
      },
    ],
  },
  {
    check,
    name: 'an init container of a pod of a Job',
    objects: (given) => [
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: 'import', namespace: given.namespace },
        spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'app', image: 'import' }] } } },
        status: { active: 1, ready: 0, startTime: given.ago(40) },
      },
      aKubeletPod(given, {
        name: 'import-1',
        owner: { apiVersion: 'batch/v1', kind: 'Job', name: 'import' },
        restartPolicy: 'Never',
        phase: 'Pending',
        initContainers: [{ name: 'fetch', image: IMAGE, ...waiting('ErrImagePull', 'manifest unknown') }],
        containers: [waiting('PodInitializing')],
      }),
    ],
    finds: [{ check, reason: 'ImagePull', impact: 'error', owner: 'Job import', title: /^init container fetch/ }],
  },
  {
    check,
    name: 'a pull that failed a minute ago and is tried again',
    objects: (given) => [
      ...anOwner(given, 3, 2, 1),
      aKubeletPod(given, {
        phase: 'Pending',
        placed: 1,
        containers: [{ image: IMAGE, ...waiting('ErrImagePull', 'net/http: TLS handshake timeout') }],
      }),
    ],
    finds: [],
  },
  {
    check,
    name: 'a large image that is being pulled for ten minutes',
    objects: (given) => {
      const pod = aKubeletPod(given, {
        phase: 'Pending',
        placed: 4,
        containers: [waiting('ContainerCreating')],
      });
      return [
        ...anOwner(given, 3, 3),
        pod,
        podEvent(given, pod, 'Pulling', `Pulling image "${IMAGE}"`, { type: 'Normal', first: 4, last: 4, count: 1 }),
      ];
    },
    finds: [],
  },
  {
    check,
    name: 'a pull secret that is missing while the image is public',
    objects: (given) => {
      const pod = aDeployment('api').in(given.namespace).at(given.nowMs);
      const [, , made] = pod.objects();
      return [
        pod,
        ...(made === undefined
          ? []
          : [
              podEvent(
                given,
                { apiVersion: 'v1', kind: 'Pod', metadata: { name: made.metadata.name, namespace: given.namespace } },
                'FailedToRetrieveImagePullSecret',
                'Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.',
                { count: 300, first: 50 },
              ),
            ]),
      ];
    },
    finds: [],
  },
  {
    check,
    name: 'a pod that is on its way out, whose image is gone from the registry',
    objects: (given) => [
      aKubeletPod(given, {
        owner: undefined,
        phase: 'Pending',
        deleted: true,
        containers: [{ image: IMAGE, ...waiting('ImagePullBackOff', `Back-off pulling image "${IMAGE}"`) }],
      }),
    ],
    ageMinutes: 5,
    finds: [],
  },
];
