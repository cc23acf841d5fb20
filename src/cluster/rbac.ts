import { snapshotKinds, type GrantedKind } from './kinds.ts';

/** One rule of a Role or ClusterRole, as `rbac.authorization.k8s.io/v1` writes it. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** An object of a manifest. */
export type Manifest = Readonly<Record<string, unknown>>;

const READ_VERBS = ['get', 'list', 'watch'];
const RBAC_VERSION = 'rbac.authorization.k8s.io/v1';

/** Every built-in kind that is read. */
export function grantedKinds(): readonly GrantedKind[] {
  return Object.values(snapshotKinds);
}

/**
 * What watching a whole cluster takes: read what the table names, and logs. Nothing else, and no Secret.
 *
 * @param custom custom resources; a rule for a kind whose CRD is not there does no harm
 */
export function clusterRules(custom: readonly GrantedKind[] = []): readonly PolicyRule[] {
  return rulesFor([...grantedKinds(), ...custom]);
}

/** What watching one namespace takes, for installations with `namespaces.include`. */
export function namespaceRules(custom: readonly GrantedKind[] = []): readonly PolicyRule[] {
  return rulesFor([...grantedKinds(), ...custom].filter((kind) => kind.namespaced));
}

/** Its own writes, each off unless asked for. They belong into a Role of its own namespace. */
export function ownWriteRules(granted: { readonly lease: boolean; readonly events: boolean }): readonly PolicyRule[] {
  const lease: readonly PolicyRule[] = [
    // `create` cannot be bound to a name.
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
    {
      apiGroups: ['coordination.k8s.io'],
      resources: ['leases'],
      resourceNames: ['k8s-monitor'],
      verbs: ['get', 'update'],
    },
  ];
  const events: readonly PolicyRule[] = [{ apiGroups: [''], resources: ['events'], verbs: ['create'] }];
  return [...(granted.lease ? lease : []), ...(granted.events ? events : [])];
}

/**
 * ServiceAccount, ClusterRole and binding of an installation that watches the whole cluster.
 * Only the binding's subject names the namespace, because there is no default for it.
 */
export function clusterManifests(installation: {
  readonly name: string;
  readonly namespace: string;
  readonly custom?: readonly GrantedKind[];
}): readonly Manifest[] {
  const { name, namespace, custom } = installation;
  return [
    serviceAccount(name),
    { apiVersion: RBAC_VERSION, kind: 'ClusterRole', metadata: metadataOf(name), rules: clusterRules(custom) },
    binding('ClusterRoleBinding', 'ClusterRole', { name, namespace }),
  ];
}

/** Role and binding for one watched namespace; they are applied there (`kubectl apply -n WATCHED`), the account stays where it is. */
export function namespaceManifests(installation: {
  readonly name: string;
  readonly namespace: string;
  readonly custom?: readonly GrantedKind[];
}): readonly Manifest[] {
  const { name, namespace, custom } = installation;
  return [
    { apiVersion: RBAC_VERSION, kind: 'Role', metadata: metadataOf(name), rules: namespaceRules(custom) },
    binding('RoleBinding', 'Role', { name, namespace }),
  ];
}

/** Role and binding of what may be granted besides, in the installation's own namespace: events about its own files. */
export function eventsManifests(installation: {
  readonly name: string;
  readonly namespace: string;
}): readonly Manifest[] {
  const name = `${installation.name}-events`;
  const metadata = { ...metadataOf(installation.name), name };
  const rules = ownWriteRules({ lease: false, events: true });
  const bound = binding('RoleBinding', 'Role', installation);
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name };
  return [
    { apiVersion: RBAC_VERSION, kind: 'Role', metadata, rules },
    { ...bound, metadata, roleRef },
  ];
}

function rulesFor(kinds: readonly GrantedKind[]): readonly PolicyRule[] {
  const byGroup = Map.groupBy(kinds, (kind) => kind.group);
  const read = [...byGroup].map(([group, members]) => ({
    apiGroups: [group],
    resources: members.map((kind) => kind.resource).toSorted(),
    verbs: READ_VERBS,
  }));
  return [...read, { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] }];
}

function serviceAccount(name: string): Manifest {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadataOf(name) };
}

function binding(
  kind: 'ClusterRoleBinding' | 'RoleBinding',
  role: 'ClusterRole' | 'Role',
  { name, namespace }: { readonly name: string; readonly namespace: string },
): Manifest {
  return {
    apiVersion: RBAC_VERSION,
    kind,
    metadata: metadataOf(name),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: role, name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  };
}

function metadataOf(name: string): Manifest {
  return { name, labels: { app: name, 'app.kubernetes.io/name': name } };
}
