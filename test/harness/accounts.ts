import { randomBytes } from 'node:crypto';
import { clusterRules, namespaceRules, type PolicyRule } from '../../src/cluster/rbac.ts';
import { customResourceGrants } from '../../src/wiring/custom-resources.ts';
import type { ControlPlane } from '../control-plane/client.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';

/** A ServiceAccount that may nothing until it is granted something. */
export interface Account {
  readonly namespace: string;
  readonly name: string;
  readonly token: string;
}

/** What an account was granted, and can lose again. */
export interface Grant {
  readonly revoke: () => Promise<void>;
}

export async function anAccount(server: ControlPlane, namespace = 'default'): Promise<Account> {
  const name = `account-${randomBytes(4).toString('hex')}`;
  await server.adminRequest('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name } });
  return { namespace, name, token: await server.mintToken(namespace, name) };
}

function shippedRules(): readonly PolicyRule[] {
  return clusterRules(customResourceGrants([]));
}

/** By a ClusterRole; the shipped rules unless told. */
export function grantEverywhere(
  server: ControlPlane,
  account: Account,
  rules: readonly PolicyRule[] = shippedRules(),
): Promise<Grant> {
  return grant(server, account, RBAC, 'ClusterRole', rules);
}

/** By a Role in one namespace; the shipped rules unless told. */
export function grantIn(
  server: ControlPlane,
  account: Account,
  namespace: string,
  rules: readonly PolicyRule[] = namespaceRules(),
): Promise<Grant> {
  return grant(server, account, `${RBAC}/namespaces/${namespace}`, 'Role', rules);
}

/** The shipped rules of the cluster without these resources. */
export function rulesWithout(...without: readonly string[]): readonly PolicyRule[] {
  return shippedRules()
    .map((rule) => ({ ...rule, resources: rule.resources.filter((name) => !without.includes(name)) }))
    .filter(({ resources }) => resources.length > 0);
}

async function grant(
  server: ControlPlane,
  account: Account,
  at: string,
  kind: 'Role' | 'ClusterRole',
  rules: readonly PolicyRule[],
): Promise<Grant> {
  const metadata = { name: `${account.name}-${randomBytes(4).toString('hex')}` };
  const [roles, bindings] = kind === 'Role' ? ['roles', 'rolebindings'] : ['clusterroles', 'clusterrolebindings'];
  await server.adminRequest('POST', `${at}/${roles}`, { metadata, rules });
  await server.adminRequest('POST', `${at}/${bindings}`, {
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: metadata.name },
    subjects: [{ kind: 'ServiceAccount', name: account.name, namespace: account.namespace }],
  });
  return {
    revoke: async () => {
      await server.adminRequest('DELETE', `${at}/${bindings}/${metadata.name}`);
    },
  };
}
