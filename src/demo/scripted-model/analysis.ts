import type { Facts } from './fill-schema.ts';
import { tellingLine, type ToldFinding, type ToldResult } from './read-prompt.ts';

const TELLING = ['heap', 'oom', 'not found', 'unbound', 'shutdown', 'back-off', 'failed', 'exceeded', 'error'];

interface Known {
  readonly cause: (finding: ToldFinding) => string;
  readonly next: (object: string, finding: ToldFinding) => readonly string[];
}

/** What each reason usually means and what a person does first; names and numbers come from the prompt, evidence from the tools. */
const KNOWLEDGE: Readonly<Record<string, Known>> = {
  OOMKilled: {
    cause: ({ text }) =>
      `The container needs more memory than its limit${within(/limit (\d+\w+)/, text, ' of ')} allows, and is killed when it reaches it.`,
    next: (object) => [
      `kubectl rollout undo ${object}`,
      `kubectl rollout status ${object}`,
      'Raise the memory limit in Git before the next deploy',
    ],
  },
  CrashLoop: {
    cause: () => 'The container stops soon after each start.',
    next: (object) => [`kubectl logs ${object} --previous --tail=50`, `kubectl rollout history ${object}`],
  },
  ImagePull: {
    cause: ({ text }) =>
      `The tag${within(/image "?[^\s":]*:(?:\d+\/)?([\w.-]+)/i, text, ' ')} does not exist in the registry: a misspelt version, so no new pod can start.`,
    next: (object) => [
      `kubectl rollout undo ${object}`,
      'Correct the tag in Git and deploy again',
      `kubectl rollout status ${object}`,
    ],
  },
  RolloutStuck: {
    cause: () => 'The pods of the new revision never become ready, so the rollout has passed its deadline.',
    next: (object) => [`kubectl rollout undo ${object}`, `kubectl rollout status ${object} --timeout=5s`],
  },
  ReplicasShort: {
    cause: () => 'Its pods are not ready; the other findings of this workload say why.',
    next: () => [],
  },
  ClaimPending: {
    cause: ({ text }) =>
      `The claim asks for the storage class${within(/(?:storage ?class(?:\.storage\.k8s\.io)?) "?([a-z0-9-]+)/i, text, ' ')}, which does not exist.`,
    next: () => ['kubectl get storageclass', 'Create the storage class, or name an existing one in the claim template'],
  },
  Unschedulable: {
    cause: () => 'The pod waits for a volume claim that nobody can satisfy.',
    next: (object) => [`kubectl describe ${object}`, 'kubectl get storageclass,pvc'],
  },
};

/** What the pattern finds, behind these words; nothing where it finds nothing. */
function within(pattern: RegExp, text: string, before: string): string {
  const found = pattern.exec(text)?.[1];
  return found === undefined ? '' : `${before}${found}`;
}

/** The call that would tell most about a finding, by the tools on offer; the facts fill whatever schema it has. */
export function questionAbout(
  finding: ToldFinding,
  offered: ReadonlySet<string>,
): { tool: string; facts: Facts } | undefined {
  const crashed = finding.reason === 'OOMKilled' || finding.reason === 'CrashLoop';
  const wish = crashed
    ? ['k8s_logs', 'k8s_describe', 'k8s_events', 'k8s_get']
    : ['k8s_describe', 'k8s_events', 'k8s_get'];
  const tool = wish.find((name) => offered.has(name));
  if (tool === undefined) return undefined;
  const { kind, namespace, name, pod } = finding;
  return {
    tool,
    facts: {
      kind,
      resource: kind,
      namespace,
      name: tool === 'k8s_logs' ? (pod ?? name) : name,
      pod,
      object: `${kind}/${name}`,
      previous: true,
      tail: 20,
      taillines: 20,
    },
  };
}

/** What the analyzer can say of a finding with the results it has seen. */
export function analyze(finding: ToldFinding, results: readonly ToldResult[]): Facts {
  const about = results.filter((result) => !result.isError && JSON.stringify(result.input).includes(finding.name));
  const answered = about.flatMap(({ evidenceId, text }) => {
    const quote = tellingLine(text, TELLING);
    return evidenceId === undefined || quote === undefined ? [] : [{ id: evidenceId, quote }];
  });
  const evidence = [...answered, ...finding.quotes];
  const known = KNOWLEDGE[finding.reason];
  const object = `${finding.kind.toLowerCase()}/${finding.name} -n ${finding.namespace}`;
  return {
    ...identityOf(finding),
    impact: finding.impact,
    reason: finding.reason,
    title: `${finding.reason} of ${finding.kind} ${finding.name}`,
    cause: known?.cause(finding) ?? `The checks report ${finding.reason}.`,
    confidence: evidence.length >= 2 ? 'High' : evidence.length === 1 ? 'Medium' : 'Inconclusive',
    evidence,
    nextsteps: known?.next(object, finding) ?? [`kubectl describe ${object}`],
    notchecked: about.length === 0 ? [`no tool answered about ${finding.name}`] : [],
  };
}

/** The names under which a schema may ask for a finding and its object. */
export function identityOf(finding: ToldFinding): Facts {
  const { id, kind, namespace, name } = finding;
  const apiVersion = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'].includes(kind)
    ? 'apps/v1'
    : ['Job', 'CronJob'].includes(kind)
      ? 'batch/v1'
      : 'v1';
  return {
    id,
    finding: id,
    kind,
    namespace,
    name,
    apiversion: apiVersion,
    object: { apiversion: apiVersion, kind, namespace, name, text: `${kind} ${namespace}/${name}` },
  };
}
