import type { AssessedFinding } from '../domain/finding.ts';
import type { Owner } from '../domain/object-ref.ts';
import { fingerprint } from './identity.ts';

/** The findings of one cycle that share an identity. */
export interface Sighting {
  readonly fingerprint: string;
  readonly owner: Owner;
  readonly family: string;
  /** Its own findings. */
  readonly own: readonly AssessedFinding[];
  /** Symptoms that other objects show because of it. */
  readonly attached: readonly AssessedFinding[];
  /** The identity that causes this one; it then opens no incident. */
  readonly cause: string | undefined;
}

/** Groups a cycle's findings by identity and hangs derived ones under their root cause. */
export function sightingsOf(clusterId: string, findings: readonly AssessedFinding[]): ReadonlyMap<string, Sighting> {
  const byId = new Map(findings.map((finding) => [finding.id, finding]));
  const identityOf = (finding: AssessedFinding): string => fingerprint(clusterId, finding.owner, finding.family);
  const groups = Map.groupBy(findings, identityOf);
  const causes = new Map<string, string | undefined>();
  for (const [identity, group] of groups) {
    const roots = group.map((finding) => identityOf(rootOf(finding, byId)));
    // One finding that stands by itself makes the whole identity stand by itself.
    causes.set(identity, roots.includes(identity) ? undefined : roots[0]);
  }
  const sightings = new Map<string, Sighting>();
  for (const [identity, group] of groups) {
    const [first] = group;
    if (first === undefined) continue;
    const attached = [...groups]
      .filter(([other]) => other !== identity && causes.get(other) === identity)
      .flatMap(([, members]) => members);
    sightings.set(identity, {
      fingerprint: identity,
      owner: first.owner,
      family: first.family,
      own: group.map(withoutCause),
      attached,
      cause: causes.get(identity),
    });
  }
  return sightings;
}

/** Follows `attachedTo` upwards. A cause that is not in this cycle's list, or a circle, leaves the finding standing by itself. */
function rootOf(finding: AssessedFinding, byId: ReadonlyMap<string, AssessedFinding>): AssessedFinding {
  const passed = new Set([finding.id]);
  let root = finding;
  while (root.attachedTo !== undefined) {
    const cause = byId.get(root.attachedTo);
    if (cause === undefined) return root;
    if (passed.has(cause.id)) return finding;
    passed.add(cause.id);
    root = cause;
  }
  return root;
}

/** On its own incident a finding is no symptom: `attachedTo` is what tells the two apart in storage. */
function withoutCause(finding: AssessedFinding): AssessedFinding {
  const { attachedTo: _, ...own } = finding;
  return own;
}
