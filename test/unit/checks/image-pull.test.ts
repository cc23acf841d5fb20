import { expect, test } from 'vitest';
import { imagePull } from '../../../src/checks/workload/image-pull.ts';
import { aCondition, aPod, aSickPod, ago, anEvent } from '../../builders/kubernetes.ts';
import { findingsOf, withGap } from './run.ts';

function waitingFor(reason: string, message: string, placedMinutesAgo = 30) {
  return aSickPod(
    { waiting: { reason, message } },
    {
      phase: 'Pending',
      startedAtMs: ago(placedMinutesAgo),
      conditions: [
        aCondition('PodScheduled', 'True', { changedAtMs: ago(placedMinutesAgo) }),
        aCondition('Ready', 'False', { changedAtMs: ago(placedMinutesAgo) }),
      ],
    },
  );
}

test.each([
  ['manifest for registry.example/api:1.0 not found: manifest unknown', 'the image does not exist'],
  ['failed to authorize: 401 Unauthorized', 'the registry refuses access'],
  ['pull access denied, repository does not exist or may require authorization', 'the registry refuses access'],
  [
    '429 Too Many Requests - toomanyrequests: You have reached your pull rate limit',
    'the registry limits the rate of pulls',
  ],
  ['no match for platform in manifest: not found', 'there is no image for this architecture'],
  ['dial tcp: lookup registry.example: no such host', 'the registry cannot be reached (its name does not resolve)'],
  [
    'tls: failed to verify certificate: x509: certificate signed by unknown authority',
    'the registry cannot be reached (its TLS is not accepted)',
  ],
  ['dial tcp 10.0.0.9:443: i/o timeout', 'the registry cannot be reached'],
  ['unexpected status from HEAD request: 503 Service Unavailable', 'the registry fails'],
  [
    'choosing image instance: no image found in image index for architecture "arm64", variant "v8", OS "linux"',
    'there is no image for this architecture',
  ],
  [
    'Head "https://mirror.local/v2/api/manifests/1.0?ns=registry.example": connect: connection refused',
    'the registry cannot be reached, says the mirror mirror.local',
  ],
  ['failed to extract layer sha256:ab: write /x: no space left on device', 'the node has no space left for the image'],
  [
    'Back-off pulling image "registry.example/api:1.0": ErrImagePull: pull QPS exceeded',
    'the kubelet limits the rate of pulls',
  ],
])('"%s" means: %s', (message, cause) => {
  const [finding] = findingsOf(imagePull, { Pod: [waitingFor('ErrImagePull', message)] });

  expect(finding).toMatchObject({ reason: 'ImagePull', impact: 'critical', onsetAtMs: ago(30) });
  expect(finding?.title).toBe(
    `0 of 1 replica ready: container api cannot start: ${cause} (image registry.example/api:1.0)`,
  );
});

test('the name of an image is no cause', () => {
  const image = 'registry.example/denied/tls-proxy:404';
  const pod = waitingFor('ImagePullBackOff', `Back-off pulling image "${image}"`);

  expect(
    findingsOf(imagePull, { Pod: [{ ...pod, containers: pod.containers.map((spec) => ({ ...spec, image })) }] })[0]
      ?.title,
  ).toBe(`0 of 1 replica ready: container api cannot start: ImagePullBackOff (image ${image})`);
});

test('while the kubelet backs off, the event still says why', () => {
  const pod = waitingFor('ImagePullBackOff', 'Back-off pulling image "registry.example/api:1.0"');
  const event = anEvent(
    { kind: 'Pod', meta: pod.meta },
    { message: 'Failed to pull image "registry.example/api:1.0": manifest unknown', firstAtMs: ago(29) },
  );

  const [finding] = findingsOf(imagePull, { Pod: [pod], Event: [event] });

  expect(finding?.title).toContain('the image does not exist');
  expect(finding?.evidence.map(({ source }) => source)).toContain('Event Failed of Pod payments/api-5d4f-x1');
});

test.each([
  { minutes: 1.9, found: 0 },
  { minutes: 2, found: 1 },
])('$minutes minutes after it was placed, a pod yields $found findings', ({ minutes, found }) => {
  expect(findingsOf(imagePull, { Pod: [waitingFor('ErrImagePull', 'manifest unknown', minutes)] })).toHaveLength(found);
});

test.each([
  { name: 'a container that is being created', pod: waitingFor('ContainerCreating', '') },
  { name: 'a healthy pod', pod: aPod() },
  {
    name: 'a pod that is being deleted',
    pod: { ...waitingFor('ErrImagePull', ''), meta: { ...aPod().meta, deletedAtMs: ago(1) } },
  },
])('$name has no trouble with its image', ({ pod }) => {
  expect(findingsOf(imagePull, { Pod: [pod] })).toEqual([]);
});

test('a Job waits for its image for ever, so its pods count too, with the Job as owner', () => {
  const pod = waitingFor('ErrImagePull', 'manifest unknown');
  const owners = [{ apiVersion: 'batch/v1', kind: 'Job', name: 'import', uid: 'j', controller: true }];

  const [finding] = findingsOf(imagePull, { Pod: [{ ...pod, meta: { ...pod.meta, owners } }] });

  expect(finding).toMatchObject({ impact: 'error', owner: { kind: 'Job', name: 'import' } });
});

test('pods that cannot be read leave it unevaluated', () => {
  const { findings, outcomes } = withGap(imagePull, 'Pod', { Pod: [waitingFor('ErrImagePull', '')] });

  expect(findings).toEqual([]);
  expect(outcomes[0]?.evaluated).toBe('partly');
});
