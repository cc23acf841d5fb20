import type { ContainerStatus } from '../../domain/kubernetes/pod.ts';

const PULL_FAILURES = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
]);

/** What registries and runtimes say, by what a person must do about it; the first that matches. */
const CAUSES: readonly (readonly [RegExp, string])[] = [
  [/toomanyrequests|too many requests|rate limit|\b429\b/i, 'the registry limits the rate of pulls'],
  [/pull QPS exceeded/i, 'the kubelet limits the rate of pulls'],
  [
    /no match for platform|exec format|does not match the specified platform|no image found in (?:manifest list|image index) for architecture/i,
    'there is no image for this architecture',
  ],
  [
    /SignatureValidationFailed|source image rejected|signature (?:required|not|validation)/i,
    'its signature is not accepted',
  ],
  [/no space left|disk quota exceeded/i, 'the node has no space left for the image'],
  [
    /no such host|server misbehaving|name resolution|NXDOMAIN/i,
    'the registry cannot be reached (its name does not resolve)',
  ],
  [/x509|certificate|tls: |gave HTTP response to HTTPS/i, 'the registry cannot be reached (its TLS is not accepted)'],
  // Registries answer "denied" also for what does not exist, and then name both.
  [
    /unauthorized|authentication required|no basic auth credentials|denied|forbidden|\b40[13]\b/i,
    'the registry refuses access',
  ],
  [
    /i\/o timeout|handshake timeout|connection refused|connection reset|no route to host|network is unreachable|deadline exceeded|request canceled|RegistryUnavailable|\bEOF\b/i,
    'the registry cannot be reached',
  ],
  [/\b50[0234]\b|internal server error|bad gateway|service unavailable/i, 'the registry fails'],
  [
    /unsupported (?:media type|manifest)|media ?type .*(?:no longer|not) supported|schema ?(?:version )?1 /i,
    'the runtime does not support the format of the image',
  ],
  [/not found|manifest unknown|name unknown|does not exist|\b404\b/i, 'the image does not exist'],
  [/ErrImageNeverPull/, 'the image is not on the node, and its pull policy is Never'],
  [/InvalidImageName|couldn't parse image|invalid reference/i, 'the image name is not valid'],
  [/ImageInspectError/, 'the runtime cannot inspect the image on the node'],
];

export function isPullFailure({ waiting }: ContainerStatus): boolean {
  return PULL_FAILURES.has(waiting?.reason ?? '');
}

/**
 * Why an image cannot be had, in words for people.
 *
 * @param image left out of the search: a name such as `tls-proxy:404` is no cause
 */
export function pullCauseOf(message: string, image: string): string | undefined {
  const repository = image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  const told = [image, repository, repository.replace(/^[^/]*[.:][^/]*\//, '')]
    .filter((name) => /[/:]/.test(name))
    .reduce((text, name) => text.replaceAll(name, '…'), message);
  const cause = CAUSES.find(([pattern]) => pattern.test(told))?.[1];
  return cause === undefined ? undefined : `${cause}${mirrorText(told)}`;
}

/** Runtimes ask a mirror in the registry's name (`?ns=docker.io`), and say so, each in its way. */
function mirrorText(message: string): string {
  const mirror = /https?:\/\/([^/"\s]+)\/[^"\s]*[?&]ns=/.exec(message)?.[1];
  if (mirror !== undefined) return `, says the mirror ${mirror}`;
  return /mirrors also failed/i.test(message) ? ', and its mirrors fail too' : '';
}
