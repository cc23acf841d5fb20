import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crashLoop } from '../../../../src/checks/workload/crash-loop.ts';
import { checksWith } from '../../../../src/checks/catalogue.ts';
import { customResourceCheck } from '../../../../src/checks/custom-resource/custom-resource-check.ts';
import { allRows, SHIPPED_ROWS } from '../../../../src/checks/custom-resource/shipped-rows.ts';
import { jsonLists } from '../../../../src/cluster/decode.ts';
import { projectCustomResource } from '../../../../src/cluster/projection/custom-resource.ts';
import { covered } from '../../../../src/domain/check.ts';
import type { CustomResource, CustomResourceRow } from '../../../../src/domain/custom-resource.ts';
import type { Finding } from '../../../../src/domain/finding.ts';
import { parsePath, valuesAt } from '../../../../src/domain/object-path.ts';
import {
  aCustomSnapshot,
  iso,
  projected,
  rawCondition,
  rawOf,
  rowOf,
  type RawParts,
} from '../../../builders/custom-resources.ts';
import { aDeployment, aMeta, ago, aSickPod, aSnapshot } from '../../../builders/kubernetes.ts';
import { decodePage } from '../../../builders/pages.ts';
import { propertyRuns } from '../../../harness/property-runs.ts';
import { run } from '../run.ts';

const notReady = (reason = 'Failed', over: object = {}): RawParts => ({
  status: { conditions: [rawCondition('Ready', 'False', reason, over)] },
});

function findingsOf(
  custom: readonly (readonly [CustomResourceRow, readonly CustomResource[]])[],
  ...more: Parameters<typeof aCustomSnapshot> extends [unknown, ...infer Rest] ? Rest : never
): readonly Finding[] {
  const checks = [crashLoop, ...custom.map(([row]) => customResourceCheck(row))];
  return run(aCustomSnapshot(custom, ...more), { checks }).findings;
}

/** `HTTPRoute/shop ← Gateway/edge`: who is told as a part of whom. */
function attachments(findings: readonly Finding[]): readonly string[] {
  const nameById = new Map(findings.map(({ id, object }) => [id, `${object.kind}/${object.name}`]));
  return findings.map(({ object, attachedTo }) => {
    const name = `${object.kind}/${object.name}`;
    return attachedTo === undefined ? name : `${name} ← ${nameById.get(attachedTo) ?? '?'}`;
  });
}

test('a finding names the object, its time, the field and how to look', () => {
  const row = rowOf('flux-kustomization');
  const labels = { team: 'shop' };

  const [finding] = findingsOf([[row, [projected(row, { ...notReady('BuildFailed'), metadata: { labels } })]]]);

  expect(finding).toMatchObject({
    check: 'flux-kustomization',
    family: 'gitops',
    object: {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      namespace: 'payments',
      name: 'shop',
    },
    owner: { kind: 'Kustomization', namespace: 'payments', name: 'shop' },
    labels,
    onsetAtMs: ago(60),
    evidence: [
      {
        source: 'Kustomization payments/shop status.conditions[Ready]',
        quote: 'status: False, reason: BuildFailed, message: Ready False',
      },
    ],
    nextSteps: [
      'kubectl describe kustomizations.kustomize.toolkit.fluxcd.io shop -n payments',
      'flux events --for Kustomization/shop -n payments',
    ],
  });
});

test('what the status says of an older generation is not judged until ten minutes after the change', () => {
  const row = rowOf('flux-kustomization');
  const stale = (minutes: number): RawParts => ({
    ...notReady('BuildFailed', { observedGeneration: 1 }),
    metadata: {
      generation: 2,
      managedFields: [
        { manager: 'kubectl', time: iso(minutes) },
        { manager: 'kustomize-controller', subresource: 'status', time: iso(0) },
      ],
    },
  });

  expect(findingsOf([[row, [projected(row, stale(5))]]])).toEqual([]);
  expect(findingsOf([[row, [projected(row, stale(11))]]])).toHaveLength(1);
});

test('a kind that was read and has a gap is not evaluated there; one that is not served is', () => {
  const row = rowOf('keda-scaledobject');
  const checks = [customResourceCheck(row)];
  const gap = { resource: 'ScaledObject.keda.sh', cause: 'forbidden', detail: 'no list' } as const;
  const outcomesOf = (...more: Parameters<typeof aCustomSnapshot>) =>
    run(aCustomSnapshot(...more), { checks }).outcomes;

  const served = outcomesOf([[row, []]]);
  const forbidden = outcomesOf([[row, []]], {}, { gaps: [gap] });
  const forbiddenHere = outcomesOf([[row, []]], {}, { gaps: [{ ...gap, namespace: 'payments' }] });

  expect(served).toMatchObject([{ evaluated: 'yes' }]);
  expect(forbidden).toMatchObject([{ evaluated: 'no', gaps: [gap] }]);
  expect(forbiddenHere).toMatchObject([{ evaluated: 'partly' }]);
  expect([covered(forbiddenHere, row.id, 'payments'), covered(forbiddenHere, row.id, 'shop')]).toEqual([false, true]);
  expect(run(aSnapshot(), { checks }).outcomes).toMatchObject([{ evaluated: 'not-due' }]);
});

test('a route is a part of its Gateway, the Gateway of its class', () => {
  const [route, gateway, gatewayClass] = [rowOf('gateway-http-route'), rowOf('gateway'), rowOf('gateway-class')];
  const notAccepted = { conditions: [rawCondition('Accepted', 'False', 'Invalid')] };

  const findings = findingsOf([
    [
      route,
      [
        projected(route, {
          spec: { parentRefs: [{ name: 'edge', namespace: 'infra' }] },
          status: { parents: [{ parentRef: { name: 'edge' }, ...notAccepted }] },
        }),
      ],
    ],
    [
      gateway,
      [
        projected(gateway, {
          namespace: 'infra',
          name: 'edge',
          spec: { gatewayClassName: 'fast' },
          status: notAccepted,
        }),
      ],
    ],
    [gatewayClass, [projected(gatewayClass, { name: 'fast', status: notAccepted })]],
  ]);

  expect(attachments(findings).toSorted()).toEqual([
    'Gateway/edge ← GatewayClass/fast',
    'GatewayClass/fast',
    'HTTPRoute/shop ← GatewayClass/fast',
  ]);
});

test.each([
  ['Issuer', 'cert-manager-issuer', 'payments'],
  ['ClusterIssuer', 'cert-manager-clusterissuer', ''],
])('a Certificate is a part of its %s', (kind, id, namespace) => {
  const [certificate, issuer] = [rowOf('cert-manager-certificate'), rowOf(id)];
  const parts = { ...notReady('Failed'), spec: { issuerRef: { name: 'acme', kind } } };

  const findings = findingsOf([
    [certificate, [projected(certificate, parts)]],
    [issuer, [projected(issuer, { ...notReady(), name: 'acme', namespace })]],
  ]);

  expect(attachments(findings).toSorted()).toEqual([`Certificate/shop ← ${kind}/acme`, `${kind}/acme`]);
});

test.each<[id: string, symptom: RawParts, causeId: string, cause: RawParts]>([
  [
    'olm-subscription',
    {
      spec: { source: 'hub', sourceNamespace: 'olm' },
      status: { conditions: [rawCondition('CatalogSourcesUnhealthy', 'True', 'NoHealthyCatalog')] },
    },
    'olm-catalogsource',
    {
      namespace: 'olm',
      name: 'hub',
      status: { connectionState: { lastObservedState: 'TRANSIENT_FAILURE', lastConnect: iso(60) } },
    },
  ],
  [
    'flux-helmrelease',
    {
      status: {
        helmChart: 'flux-system/payments-shop',
        conditions: [rawCondition('Ready', 'False', 'SourceNotReady')],
      },
    },
    'flux-helmchart',
    { ...notReady('ChartPullError'), namespace: 'flux-system', name: 'payments-shop' },
  ],
  [
    'flux-helmchart',
    { ...notReady('ChartPullError'), spec: { sourceRef: { kind: 'HelmRepository', name: 'charts' } } },
    'flux-helmrepository',
    { ...notReady('FetchFailed'), name: 'charts' },
  ],
])('%s is a part of what it names', (id, symptom, causeId, cause) => {
  const [row, causeRow] = [rowOf(id), rowOf(causeId)];

  const findings = findingsOf([
    [row, [projected(row, symptom)]],
    [causeRow, [projected(causeRow, cause)]],
  ]);

  expect(attachments(findings).toSorted()).toEqual(
    [`${row.kind}/shop ← ${causeRow.kind}/${cause.name}`, `${causeRow.kind}/${cause.name}`].toSorted(),
  );
});

test('a patrol that looks at a symptom looks at its cause as well, or it would be told without', () => {
  const reachesError = (row: CustomResourceRow) => ['critical', 'error'].includes(customResourceCheck(row).worstImpact);
  const named = (row: CustomResourceRow) =>
    SHIPPED_ROWS.filter(({ kind }) => row.causes.some((cause) => cause.kind === kind));

  const lost = SHIPPED_ROWS.filter(reachesError).flatMap((row) =>
    named(row)
      .filter((cause) => !reachesError(cause))
      .map((cause) => `${row.id} ← ${cause.id}`),
  );

  expect(lost).toEqual([]);
});

test('requests, orders and challenges belong to the Certificate: one identity', () => {
  const ids = ['certificate', 'certificaterequest', 'order', 'challenge'].map((kind) => rowOf(`cert-manager-${kind}`));
  const ownedBy = (owner: CustomResourceRow): object => ({
    ownerReferences: [
      { apiVersion: 'x/v1', kind: owner.kind, name: 'shop', uid: `uid-${owner.kind}-payments-shop`, controller: true },
    ],
  });

  const findings = findingsOf(
    ids.map((row, index) => {
      const owner = ids[index - 1];
      const status = { state: 'invalid', conditions: [rawCondition('Ready', 'False', 'Failed')] };
      return [row, [projected(row, { status, ...(owner !== undefined && { metadata: ownedBy(owner) }) })]];
    }),
  );

  expect(findings).toHaveLength(4);
  expect(
    new Set(findings.map(({ owner, family }) => `${owner.kind} ${owner.namespace}/${owner.name} ${family}`)),
  ).toEqual(new Set(['Certificate payments/shop certificate']));
});

test('an Application of an ApplicationSet is that of its set, as named', () => {
  const row = rowOf('argocd-application');
  const ownerReferences = [
    { apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', name: 'all', uid: 'u', controller: true },
  ];

  const [finding] = findingsOf([
    [row, [projected(row, { metadata: { ownerReferences }, status: { health: { status: 'Degraded' } } })]],
  ]);

  expect(finding?.owner).toEqual({ kind: 'ApplicationSet', namespace: 'payments', name: 'all' });
});

test('a Kustomization that waits for its source or dependency is a part of that, and a circle of them stands by itself', () => {
  const [kustomization, source] = [rowOf('flux-kustomization'), rowOf('flux-gitrepository')];
  const waits = (name: string, spec: object) =>
    projected(kustomization, { ...notReady('DependencyNotReady'), name, spec });

  const findings = findingsOf([
    [
      kustomization,
      [
        waits('apps', { sourceRef: { kind: 'GitRepository', name: 'fleet', namespace: 'flux-system' } }),
        waits('more', { dependsOn: [{ name: 'apps' }] }),
        waits('one', { dependsOn: [{ name: 'other' }] }),
        waits('other', { dependsOn: [{ name: 'one' }] }),
      ],
    ],
    [source, [projected(source, { ...notReady('GitOperationFailed'), namespace: 'flux-system', name: 'fleet' })]],
  ]);

  const told = attachments(findings);
  expect(told).toEqual(
    expect.arrayContaining([
      'GitRepository/fleet',
      'Kustomization/apps ← GitRepository/fleet',
      'Kustomization/more ← GitRepository/fleet',
    ]),
  );
  expect(told.filter((text) => /^Kustomization\/(one|other)$/.test(text))).not.toEqual([]);
});

test.each<
  [id: string, what: string, row: CustomResourceRow, parts: RawParts, labels: Record<string, string>, attached: boolean]
>([
  [
    'flux-kustomization',
    'whose health check fails',
    rowOf('flux-kustomization'),
    notReady('HealthCheckFailed'),
    { 'kustomize.toolkit.fluxcd.io/name': 'shop', 'kustomize.toolkit.fluxcd.io/namespace': 'payments' },
    true,
  ],
  [
    'flux-kustomization',
    'that cannot be built',
    rowOf('flux-kustomization'),
    notReady('BuildFailed'),
    { 'kustomize.toolkit.fluxcd.io/name': 'shop', 'kustomize.toolkit.fluxcd.io/namespace': 'payments' },
    false,
  ],
  [
    'flux-helmrelease',
    'of the same name elsewhere',
    rowOf('flux-helmrelease'),
    notReady('UpgradeFailed'),
    { 'helm.toolkit.fluxcd.io/name': 'shop', 'helm.toolkit.fluxcd.io/namespace': 'other' },
    false,
  ],
  [
    'flux-helmrelease',
    'whose upgrade failed',
    rowOf('flux-helmrelease'),
    notReady('UpgradeFailed'),
    { 'helm.toolkit.fluxcd.io/name': 'shop', 'helm.toolkit.fluxcd.io/namespace': 'payments' },
    true,
  ],
  [
    'argocd-application',
    'that lists it',
    rowOf('argocd-application'),
    {
      status: {
        health: { status: 'Degraded' },
        resources: [
          { kind: 'ConfigMap', namespace: 'payments', name: 'x' },
          { kind: 'Deployment', namespace: 'payments', name: 'api' },
        ],
      },
    },
    {},
    true,
  ],
  [
    'keda-scaledobject',
    'that scales it',
    rowOf('keda-scaledobject'),
    { ...notReady('ScaledObjectCheckFailed'), spec: { scaleTargetRef: { name: 'api' } } },
    {},
    true,
  ],
])('%s %s: part of the Deployment that is down: $5', (_id, _what, row, parts, labels, attached) => {
  const meta = aMeta({ labels });
  const deployment = aDeployment({ meta, replicas: 1, readyReplicas: 0 });
  const owners = [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'api', uid: meta.uid, controller: true }];
  const pod = aSickPod(
    { waiting: { reason: 'CrashLoopBackOff', message: '' }, restartCount: 9 },
    { meta: aMeta({ name: 'api-1', owners }) },
  );

  const findings = findingsOf([[row, [projected(row, parts)]]], { Deployment: [deployment], Pod: [pod] });

  expect(findings.map(({ check }) => check).toSorted()).toEqual(['crash-loop', row.id].toSorted());
  expect(findings.find(({ check }) => check === row.id)?.attachedTo !== undefined).toBe(attached);
});

test("the pods of an operator's Deployment are its operator's, and still counted as the Deployment's", () => {
  const row = rowOf('olm-clusterserviceversion');
  const csv = projected(row, { status: { phase: 'Failed', lastTransitionTime: iso(60) } });
  const deploymentMeta = aMeta({
    owners: [{ apiVersion: 'x/v1', kind: 'ClusterServiceVersion', name: 'shop', uid: csv.meta.uid, controller: true }],
  });
  const owners = [
    { apiVersion: 'apps/v1', kind: 'Deployment', name: 'api', uid: deploymentMeta.uid, controller: true },
  ];
  const pod = aSickPod(
    { waiting: { reason: 'CrashLoopBackOff', message: '' }, restartCount: 9 },
    { meta: aMeta({ name: 'api-1', owners }) },
  );
  const objects = { Deployment: [aDeployment({ meta: deploymentMeta, replicas: 3, readyReplicas: 0 })], Pod: [pod] };

  const findings = findingsOf([[row, [csv]]], objects);

  const crash = findings.find(({ check }) => check === 'crash-loop');
  expect(crash).toMatchObject({
    owner: { kind: 'ClusterServiceVersion', name: 'shop' },
    title: /^0 of 3 replicas ready/,
  });
  expect(findings.find(({ check }) => check === row.id)?.attachedTo).toBe(crash?.id);
});

test("an operator's row takes the place of ours for the same kind, under the same id; another kind is one more check", () => {
  const own = (over: Partial<CustomResourceRow>): CustomResourceRow => ({
    ...rowOf('argo-rollout'),
    origin: 'operator',
    ...over,
  });
  const replaced = own({ id: 'rollouts.argoproj.io', sees: 'ours' });
  const added = own({ id: 'widgets.example.com', kind: 'Widget', group: 'example.com' });

  const checks = checksWith([replaced, added]);

  expect(checks.filter(({ id }) => id === 'argo-rollout').map(({ sees }) => sees)).toEqual(['ours']);
  expect(checks.at(-1)?.id).toBe('widgets.example.com');
  expect(new Set(checks.map(({ id }) => id)).size).toBe(checksWith([]).length + 1);
  expect(allRows([])).toEqual(SHIPPED_ROWS);
});

test('whatever JSON a custom resource holds: nothing throws, and every object is there or malformed', () => {
  const rows = fc.constantFrom(...SHIPPED_ROWS);
  const keys = fc.constantFrom(
    'conditions',
    'status',
    'state',
    'phase',
    'type',
    'name',
    'health',
    'listeners',
    'parents',
    '__proto__',
    'x',
  );
  const { node } = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(null, true, 0, -1, '', 'True', 'False', 'Failed', '2026-11-21T10:00:00Z', 'x'.repeat(2_000)),
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(keys, tie('node'), { maxKeys: 4 }),
    ),
  }));

  fc.assert(
    fc.property(
      rows,
      fc.array(fc.record({ spec: node, status: node, metadata: node }), { maxLength: 4 }),
      (row, odd) => {
        const good = rawOf(row, { name: 'good' });
        const items = [
          ...odd.map(({ metadata, ...rest }, index) => {
            const named = rawOf(row, { name: `odd-${index}` });
            return index % 2 === 0 ? { ...named, ...rest } : { ...named, metadata };
          }),
          good,
        ];
        const kind = {
          kind: row.kind,
          project: projectCustomResource(row, 'v1', row.namespaced),
        };
        const page = decodePage(jsonLists, kind, Buffer.from(JSON.stringify({ kind: 'List', metadata: {}, items })));
        if (typeof page === 'string') throw new Error(page);
        const { outcomes } = run(aCustomSnapshot([[row, page.objects]]), { checks: [customResourceCheck(row)] });

        expect(page.objects.length + page.malformed.length).toBe(items.length);
        expect(page.objects.map(({ meta }) => meta.name)).toContain('good');
        expect(outcomes).toMatchObject([{ evaluated: 'yes' }]);
        expect(Buffer.byteLength(JSON.stringify(page.objects))).toBeLessThan(2_000_000);
      },
    ),
    { numRuns: propertyRuns(500) },
  );
});

test('what no row asks for is not kept', () => {
  const row = rowOf('argocd-application');
  const secret = 'hunter2-'.repeat(10);

  const kept = projected(row, {
    spec: { source: { helm: { values: secret } } },
    status: { history: [secret], other: secret },
  });

  expect(JSON.stringify(kept)).not.toContain('hunter2');
});

test.each([
  ['status.phase', ['Failed']],
  ['status.list[].name', ['a', 'b']],
  ["metadata.annotations['keda.sh/paused']", ['true']],
  ['status.list[].missing', []],
  ['status.phase.deeper', []],
  ['status.list.name', []],
  ['__proto__.x', []],
])('%s', (path, expected) => {
  const object = {
    metadata: { annotations: { 'keda.sh/paused': 'true' } },
    status: { phase: 'Failed', list: [{ name: 'a' }, { name: 'b' }, 'c', null] },
  };

  expect(valuesAt(object, parsePath(path) ?? [])).toEqual(expected);
});

test.each(['', '.a', 'a.', 'a..b', 'a[0]', 'a[].', 'a b', "a['b", '[]', "['a']"])('"%s" is no path', (text) => {
  expect(parsePath(text)).toBeUndefined();
});
