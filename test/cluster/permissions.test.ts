import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHECKS } from '../../src/checks/catalogue.ts';
import { SHIPPED_ROWS } from '../../src/checks/custom-resource/shipped-rows.ts';
import { snapshotKinds } from '../../src/cluster/kinds.ts';
import type { PolicyRule } from '../../src/cluster/rbac.ts';
import { customResourceName } from '../../src/domain/custom-resource.ts';
import type { CycleReport } from '../../src/domain/report.ts';
import { isBuiltIn, type KindName, type ReadName } from '../../src/domain/snapshot.ts';
import type { ControlPlane } from '../control-plane/client.ts';
import { freshControlPlane } from '../control-plane/control-plane.ts';
import { anAccount, grantEverywhere, grantIn, rulesWithout, type Account } from '../harness/accounts.ts';
import { runMonitorProgram } from '../harness/command.ts';

let server: ControlPlane;
let directory = '';
beforeAll(async () => {
  server = await freshControlPlane();
  directory = await mkdtemp(join(tmpdir(), 'permissions-'));
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

interface PermissionDocument {
  readonly permissions: readonly {
    readonly kind: string;
    readonly verb: string;
    readonly resource: string;
    readonly allowed: boolean;
    readonly checks?: { readonly notEvaluated: readonly string[]; readonly seesLess: readonly string[] };
  }[];
  readonly checks: {
    readonly notEvaluated: readonly string[];
    readonly seesLess: readonly string[];
    readonly outOfScope: readonly string[];
  };
}

interface Asked {
  readonly document: PermissionDocument;
  readonly text: string;
  readonly code: number | null;
  /** What a cycle of the same account says of its checks. */
  readonly report: CycleReport;
}

/** The command in both forms, and a cycle, by the same account with the same settings. */
async function ask(account: Account, config = ''): Promise<Asked> {
  const kubeconfig = await server.kubeconfigFile({ token: account.token });
  const configFile = join(directory, `${account.name}.yaml`);
  await writeFile(configFile, config);
  const flags = ['--kubeconfig', kubeconfig, '--config', configFile];
  const [json, text, cycle] = await Promise.all([
    runMonitorProgram(['permissions', '--output', 'json', ...flags]),
    runMonitorProgram(['permissions', ...flags]),
    runMonitorProgram(['once', '--dry-run', '--no-agents', '--output', 'json', ...flags]),
  ]);
  expect(json.stderr).toBe('');
  return {
    document: JSON.parse(json.stdout) as PermissionDocument,
    text: text.stdout,
    code: json.code,
    report: JSON.parse(cycle.stdout) as CycleReport,
  };
}

function idsWith(holds: (check: (typeof CHECKS)[number]) => boolean): readonly string[] {
  return CHECKS.filter(holds).map(({ id }) => id);
}

function isClusterWide(name: ReadName): boolean {
  return isBuiltIn(name)
    ? !snapshotKinds[name].namespaced
    : SHIPPED_ROWS.some((row) => customResourceName(row) === name && !row.namespaced);
}

function notEvaluatedIn({ checks }: CycleReport): readonly string[] {
  return checks.filter(({ evaluated }) => evaluated === 'no' || evaluated === 'partly').map(({ id }) => id);
}

/** The two lines that stand below a refusal. */
function linesBelow(text: string, resource: string): readonly string[] {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.includes(` ${resource} `));
  return lines.slice(at + 1, at + 3).map((line) => line.trim());
}

test('the shipped role: no check is lost, and nothing is said of any', async () => {
  const account = await anAccount(server);
  await grantEverywhere(server, account);

  const { document, text, code, report } = await ask(account);

  expect(code).toBe(0);
  expect(document.checks).toEqual({ notEvaluated: [], seesLess: [], outOfScope: [] });
  expect(notEvaluatedIn(report)).toEqual([]);
  expect(text).toMatch(/allowed\. Everything that is needed is allowed\.\n$/);
});

test.each<{ readonly name: string; readonly without: readonly KindName[]; readonly code: number }>([
  { name: 'pods', without: ['Pod'], code: 2 },
  { name: 'storage classes and volumes', without: ['StorageClass', 'PersistentVolume'], code: 2 },
])(
  'a role without $name: exactly the checks that need one of them are not evaluated, here and in a cycle',
  async ({ without, code }) => {
    const account = await anAccount(server);
    await grantEverywhere(server, account, rulesWithout(...without.map((kind) => snapshotKinds[kind].resource)));

    const asked = await ask(account);

    const needs = idsWith((check) => without.some((kind) => check.needs.includes(kind)));
    const uses = idsWith((check) => without.some((kind) => check.uses.includes(kind)) && !needs.includes(check.id));
    expect(needs.length).toBeGreaterThan(0);
    expect(asked.code).toBe(code);
    expect(asked.document.checks).toEqual({ notEvaluated: needs, seesLess: uses, outOfScope: [] });
    // What settles a check's silence is missing: it still states what it sees, and its area is not called looked at.
    const unsettled = idsWith((check) => without.some((kind) => check.settledBy?.includes(kind) === true));
    expect(notEvaluatedIn(asked.report)).toEqual(idsWith(({ id }) => [...needs, ...unsettled].includes(id)));
    expect(uses).toEqual(expect.arrayContaining([...unsettled]));
    expect(asked.text).toContain(`${String(needs.length)} of ${String(CHECKS.length)} checks are not evaluated.`);
    for (const kind of without) {
      const row = asked.document.permissions.find((one) => one.kind === kind && one.verb === 'list');
      const needing = idsWith((check) => check.needs.includes(kind));
      const using = idsWith((check) => check.uses.includes(kind) && !needs.includes(check.id));
      expect(row).toMatchObject({ allowed: false, checks: { notEvaluated: needing, seesLess: using } });
      expect(linesBelow(asked.text, row?.resource ?? '')).toEqual(
        expect.arrayContaining([
          `not evaluated: ${needing.join(', ')}`,
          ...(using.length === 0 ? [] : [`sees less: ${using.join(', ')}`]),
        ]),
      );
    }
    expect(asked.document.permissions.filter(({ allowed, checks }) => allowed && checks !== undefined)).toEqual([]);
  },
);

test('a role of one namespace with Deployments and pods alone: what needs more is not evaluated there, what is cluster-wide is out of scope', async () => {
  const namespace = await server.uniqueNamespace('shop');
  const account = await anAccount(server);
  const verbs = ['get', 'list', 'watch'];
  const rules: readonly PolicyRule[] = [
    { apiGroups: [''], resources: ['pods'], verbs },
    { apiGroups: ['apps'], resources: ['deployments'], verbs },
  ];
  await grantIn(server, account, namespace, rules);

  const { document, text, code, report } = await ask(account, `namespaces:\n  include: [${namespace}]\n`);

  const isBeyond = (name: ReadName): boolean => isBuiltIn(name) && !['Pod', 'Deployment'].includes(name);
  const outOfScope = idsWith(({ needs }) => needs.some(isClusterWide));
  const lost = idsWith(({ id, needs }) => needs.some(isBeyond) && !outOfScope.includes(id));
  expect(code).toBe(2);
  expect(document.checks.outOfScope).toEqual(outOfScope);
  expect(document.checks.notEvaluated).toEqual(lost);
  expect(notEvaluatedIn(report)).toEqual(lost);
  expect(report.checks.filter(({ evaluated }) => evaluated === 'not-due').map(({ id }) => id)).toEqual(
    expect.arrayContaining([...outOfScope]),
  );
  expect(lost.length).toBeGreaterThan(0);
  expect(lost).not.toContain('crash-loop');
  expect(text).toContain(`${String(lost.length)} of ${String(CHECKS.length)} checks are not evaluated.`);
  expect(text).toContain(`out of scope with namespaces.include: ${outOfScope.join(', ')}`);
});
