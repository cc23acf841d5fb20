import type { Facts } from './fill-schema.ts';
import { tellingLine, type ToldFinding, type ToldResult } from './read-prompt.ts';

const TELLING = ['heap', 'oom', 'not found', 'unbound', 'shutdown', 'back-off', 'failed', 'exceeded', 'error'];
/** What each reason usually means and what a person does first; the evidence comes from the tools. */
const KNOWLEDGE: Readonly<Record<string, { cause: string; next: (object: string) => readonly string[] }>> = {
  OOMKilled: {
    cause: 'The container needs more memory than its limit allows and is killed when it reaches it.',
    next: (object) => [
      `kubectl rollout history ${object}`,
      `kubectl rollout undo ${object}`,
      'Raise the memory limit in the manifest',
    ],
  },
  CrashLoop: {
    cause: 'The container stops soon after each start.',
    next: (object) => [`kubectl logs ${object} --previous --tail=50`, `kubectl rollout history ${object}`],
  },
  ImagePull: {
    cause: 'The image tag does not exist in the registry; it looks like a misspelt version.',
    next: (object) => [`kubectl get ${object} -o jsonpath='{..image}'`, 'Correct the tag and apply the manifest again'],
  },
  RolloutStuck: {
    cause: 'The pods of the new revision never become ready, so the rollout has passed its deadline.',
    next: (object) => [`kubectl rollout status ${object} --timeout=5s`, `kubectl rollout undo ${object}`],
  },
  ClaimPending: {
    cause: 'The claim asks for a storage class that does not exist.',
    next: () => ['kubectl get storageclass', 'Create the storage class, or name an existing one in the claim template'],
  },
  Unschedulable: {
    cause: 'The pod waits for a volume claim that nobody can satisfy.',
    next: (object) => [`kubectl describe ${object}`, 'kubectl get storageclass,pvc'],
  },
};

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
  const quoted = evidence[0]?.quote;
  return {
    ...identityOf(finding),
    impact: finding.impact,
    reason: finding.reason,
    title: `${finding.reason} of ${finding.kind} ${finding.name}`,
    cause: [known?.cause ?? `The checks report ${finding.reason}.`, quoted === undefined ? '' : `Seen: ${quoted}`]
      .join(' ')
      .trim(),
    confidence: evidence.length >= 2 ? 'High' : evidence.length === 1 ? 'Medium' : 'Inconclusive',
    evidence,
    nextsteps: known?.next(object) ?? [`kubectl describe ${object}`],
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
