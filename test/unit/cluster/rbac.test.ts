import { expect, test } from 'vitest';
import {
  clusterManifests,
  clusterRules,
  grantedKinds,
  namespaceManifests,
  namespaceRules,
  ownWriteRules,
} from '../../../src/cluster/rbac.ts';

const resourcesOf = (rules: ReturnType<typeof clusterRules>) => rules.flatMap((rule) => rule.resources);

test('every kind that is read is granted, and nothing else but logs', () => {
  const named = grantedKinds().map((kind) => kind.resource);

  expect(resourcesOf(clusterRules()).toSorted()).toEqual([...named, 'pods/log'].toSorted());
});

test('what the checks of volumes, scaling, routes, admission and definitions read is granted', () => {
  const byGroup = Object.fromEntries(
    clusterRules()
      .filter((rule) => !rule.resources.includes('pods/log'))
      .map((rule) => [rule.apiGroups.join(), rule.resources]),
  );

  expect(byGroup).toMatchObject({
    '': expect.arrayContaining(['limitranges', 'persistentvolumes', 'resourcequotas']),
    autoscaling: ['horizontalpodautoscalers'],
    policy: ['poddisruptionbudgets'],
    'networking.k8s.io': ['ingressclasses', 'ingresses', 'networkpolicies'],
    'admissionregistration.k8s.io': ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'],
    'apiregistration.k8s.io': ['apiservices'],
    'apiextensions.k8s.io': ['customresourcedefinitions'],
  });
});

test('only what a cluster may refuse by policy is optional', () => {
  const optional = grantedKinds().filter((kind) => kind.optional);

  expect(optional.map((kind) => kind.kind).toSorted()).toEqual([
    'APIService',
    'CustomResourceDefinition',
    'IngressClass',
    'MutatingWebhookConfiguration',
    'StorageClass',
    'ValidatingWebhookConfiguration',
  ]);
});

test('nothing is granted but reading, no Secret, no ConfigMap, no wildcard', () => {
  for (const rule of [...clusterRules(), ...namespaceRules()]) {
    expect(['get', 'list', 'watch']).toEqual(expect.arrayContaining([...rule.verbs]));
    for (const resource of rule.resources) {
      expect(resource).not.toMatch(/secret|configmap|\*|exec|attach|proxy|portforward|token/);
    }
    expect(rule.apiGroups).not.toContain('*');
  }
});

test('logs can be got, but neither listed nor watched', () => {
  expect(clusterRules().filter((rule) => rule.resources.includes('pods/log'))).toEqual([
    { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
  ]);
});

test('the Role for one namespace has no cluster-wide kinds', () => {
  const resources = resourcesOf(namespaceRules());

  expect(resources).toContain('pods');
  expect(resources).not.toContain('nodes');
  expect(resources).not.toContain('storageclasses');
  expect(resources).not.toContain('persistentvolumes');
  expect(resources).not.toContain('validatingwebhookconfigurations');
  expect(resources).not.toContain('customresourcedefinitions');
});

test('own writes are off unless granted, and the Lease is its own', () => {
  expect(ownWriteRules({ lease: false, events: false })).toEqual([]);
  expect(ownWriteRules({ lease: true, events: true })).toEqual([
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
    {
      apiGroups: ['coordination.k8s.io'],
      resources: ['leases'],
      resourceNames: ['k8s-monitor'],
      verbs: ['get', 'update'],
    },
    { apiGroups: [''], resources: ['events'], verbs: ['create'] },
  ]);
});

test('manifests bind the account of the installation', () => {
  const installation = { name: 'k8s-monitor', namespace: 'k8s-monitor' };

  expect(clusterManifests(installation).map((object) => object['kind'])).toEqual([
    'ServiceAccount',
    'ClusterRole',
    'ClusterRoleBinding',
  ]);
  expect(namespaceManifests(installation).map((object) => object['kind'])).toEqual(['Role', 'RoleBinding']);
  expect(clusterManifests(installation)[2]).toMatchObject({
    roleRef: { kind: 'ClusterRole', name: 'k8s-monitor' },
    subjects: [{ kind: 'ServiceAccount', name: 'k8s-monitor', namespace: 'k8s-monitor' }],
  });
});
