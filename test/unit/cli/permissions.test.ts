import { expect, test } from 'vitest';
import { permissionLines } from '../../../src/cli/permissions.ts';
import type { Permission } from '../../../src/cluster/permissions.ts';

const SERVER = 'https://cluster.example';

function aPermission(over: Partial<Permission> = {}): Permission {
  return {
    kind: 'Pod',
    verb: 'list',
    resource: 'pods',
    namespace: '',
    allowed: true,
    optional: false,
    lost: 'pods are not checked',
    ...over,
  };
}

const NODES = { kind: 'Node', resource: 'nodes', lost: 'nodes are not checked' };

test('where nothing is refused one line says so', () => {
  expect(permissionLines(SERVER, [aPermission(), aPermission({ verb: 'get' })], false)).toEqual([
    `${SERVER}: 2 of 2 allowed. Everything that is needed is allowed.`,
  ]);
});

test('what is refused is told alone, its verbs on one line, with what it costs', () => {
  const permissions = [
    aPermission({ allowed: false, namespace: 'payments' }),
    aPermission({ allowed: false, namespace: 'payments', verb: 'get' }),
    aPermission({ ...NODES, optional: true, allowed: false }),
    aPermission({ ...NODES, optional: true, verb: 'get' }),
  ];

  expect(permissionLines(SERVER, permissions, false)).toEqual([
    `${SERVER}: 1 of 4 allowed`,
    '  ✗ list, get pods in payments  lost: pods are not checked',
    '  – list      nodes  optional; without it: nodes are not checked',
    '2 needed permissions are missing; k8s/rbac.yaml grants them.',
  ]);
});

test('all of them are shown when asked for; verbs answered differently keep a line each', () => {
  const permissions = [aPermission(), aPermission({ verb: 'get', allowed: false }), aPermission(NODES)];

  expect(permissionLines(SERVER, permissions, true).slice(1, -1)).toEqual([
    '  ✓ list      pods',
    '  ✗ get       pods  lost: pods are not checked',
    '  ✓ list      nodes',
  ]);
});
