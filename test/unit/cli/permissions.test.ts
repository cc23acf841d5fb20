import { expect, test } from 'vitest';
import { permissionLines } from '../../../src/cli/permissions.ts';
import type { Permission } from '../../../src/cluster/permissions.ts';
import type { LostChecks } from '../../../src/wiring/lost-checks.ts';

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

const NOTHING_LOST: LostChecks = {
  all: 3,
  notEvaluated: [],
  seesLess: [],
  outOfScope: [],
  of: () => ({ notEvaluated: [], seesLess: [] }),
};

const NODES = { kind: 'Node', resource: 'nodes', lost: 'nodes are not checked' };

test('where nothing is refused one line says so', () => {
  expect(permissionLines(SERVER, [aPermission(), aPermission({ verb: 'get' })], NOTHING_LOST, false)).toEqual([
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

  expect(permissionLines(SERVER, permissions, NOTHING_LOST, false)).toEqual([
    `${SERVER}: 1 of 4 allowed`,
    '  ✗ list, get pods in payments  lost: pods are not checked',
    '  – list      nodes  optional; without it: nodes are not checked',
    '2 needed permissions are missing; k8s/rbac.yaml grants them.',
  ]);
});

test('all of them are shown when asked for; verbs answered differently keep a line each', () => {
  const permissions = [aPermission(), aPermission({ verb: 'get', allowed: false }), aPermission(NODES)];

  expect(permissionLines(SERVER, permissions, NOTHING_LOST, true).slice(1, -1)).toEqual([
    '  ✓ list      pods',
    '  ✗ get       pods  lost: pods are not checked',
    '  ✓ list      nodes',
  ]);
});

test('a refusal names the checks that it costs, and the last line counts them', () => {
  const refused = aPermission({ allowed: false });
  const lost: LostChecks = {
    all: 3,
    notEvaluated: ['crash-loop', 'oom-kill'],
    seesLess: ['node-pressure'],
    outOfScope: [],
    of: (permission) =>
      permission === refused
        ? { notEvaluated: ['crash-loop', 'oom-kill'], seesLess: ['node-pressure'] }
        : { notEvaluated: [], seesLess: [] },
  };

  expect(permissionLines(SERVER, [refused, aPermission(NODES)], lost, false)).toEqual([
    `${SERVER}: 1 of 2 allowed`,
    '  ✗ list      pods  lost: pods are not checked',
    '      not evaluated: crash-loop, oom-kill',
    '      sees less: node-pressure',
    '1 needed permissions are missing; k8s/rbac.yaml grants them. 2 of 3 checks are not evaluated.',
  ]);
});
