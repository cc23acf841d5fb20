import type { CheckedFinding } from '../../domain/check.ts';
import type { Event } from '../../domain/kubernetes/cluster.ts';
import { podFinding } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { clause, fields, quoteEvent, quoteField } from '../evidence.ts';
import { describeObject, describePod } from '../next-steps.ts';
import { blockedSinceMs, failingPreparations, type Preparation } from './start-blocked.ts';
import type { View } from '../view.ts';

const SANDBOX_FAILURES = new Set([
  'FailedCreatePodSandBox',
  'FailedPodSandBoxStatus',
  'FailedCreatePodContainer',
  'NetworkNotReady',
]);
/** The first that matches. */
const CAUSES: readonly (readonly [RegExp, string])[] = [
  [
    /no (?:more )?(?:free )?(?:IP|addresses)|no IP addresses available|failed to (?:allocate|assign).*(?:IP|address)/i,
    'no free pod address',
  ],
  [/RuntimeHandler|runtime ?class|no runtime for|sandbox runtime/i, 'runtime class'],
  [
    /no space left|too many open files|cannot allocate memory|resource temporarily unavailable/i,
    'resources of the node',
  ],
  [/pause|sandbox image|failed to (?:get|pull) (?:sandbox )?image/i, 'image of the sandbox'],
  [/seccomp|apparmor|selinux|sysctl/i, 'security profile'],
  [/network|cni|plugin/i, 'network plugin'],
];
const RANDOM_ID = /\s*"?\b[0-9a-f]{32,64}\b"?/g;

export const sandboxFailed: Check = {
  id: 'sandbox-failed',
  family: 'workload',
  sees: 'Pods on a node whose sandbox or network cannot be set up (network plugin, no free address, container runtime), also when it has to be made again after a reboot. Not: failures after which the sandbox came up.',
  cannotSee: 'Networks that are set up and do not carry packets, pods whose events have expired.',
  needs: ['Pod', 'Event'],
  uses: ['Node', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Service'],
  worstImpact: 'critical',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) =>
    failingPreparations(view, ({ reason }: Event) => SANDBOX_FAILURES.has(reason)).flatMap((preparation) =>
      findingFor(view, preparation),
    ),
};

function findingFor(view: View, { pod, container, failures }: Preparation): readonly CheckedFinding[] {
  const [newest] = failures;
  if (newest === undefined) return [];
  const cause = CAUSES.find(([pattern]) => pattern.test(newest.message))?.[1];
  // Each try names another sandbox; the words for people must not change with it.
  const words = clause(newest.message.replaceAll(RANDOM_ID, ''));
  return [
    podFinding(view, pod, {
      reason: 'SandboxFailed',
      problem: `the pod's sandbox cannot be made on node ${pod.nodeName}${cause === undefined ? '' : ` (${cause})`}: ${words}`,
      onsetAtMs: blockedSinceMs(pod, container.status, failures),
      evidence: [
        quoteEvent(newest),
        quoteField('Pod', pod.meta, `${container.path}.state.waiting`, fields({ ...container.status.waiting })),
      ],
      nextSteps: [
        describePod(pod),
        describeObject('node', { namespace: '', name: pod.nodeName }),
        `kubectl get pods -n kube-system -o wide --field-selector spec.nodeName=${pod.nodeName}`,
      ],
    }),
  ];
}
