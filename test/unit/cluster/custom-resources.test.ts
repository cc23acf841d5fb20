import { expect, test } from 'vitest';
import { SHIPPED_ROWS } from '../../../src/checks/custom-resource/shipped-rows.ts';
import { permissionQuestions } from '../../../src/cluster/permissions.ts';
import { clusterManifests, clusterRules, namespaceRules } from '../../../src/cluster/rbac.ts';
import { customResourceGrants } from '../../../src/wiring/custom-resources.ts';
import { rowOf } from '../../builders/custom-resources.ts';

const WIDGET = {
  ...rowOf('keda-scaledobject'),
  id: 'widgets.example.com',
  group: 'example.com',
  kind: 'Widget',
  plural: 'widgets',
  origin: 'operator',
  sees: 'Widgets that are sick.',
} as const;

const resourcesOf = (rules: ReturnType<typeof clusterRules>, group: string) =>
  rules.filter(({ apiGroups }) => apiGroups.includes(group)).flatMap(({ resources }) => resources);

test('the shipped role may read every kind that we ship a row for, group by group, and nothing else of these groups', () => {
  const rules = clusterRules(customResourceGrants([]));

  for (const group of new Set(SHIPPED_ROWS.map((row) => row.group))) {
    const plurals = SHIPPED_ROWS.filter((row) => row.group === group).map(({ plural }) => plural);
    expect(resourcesOf(rules, group)).toEqual(plurals.toSorted());
  }
  const [, role] = clusterManifests({ name: 'x', namespace: 'x', custom: customResourceGrants([]) });
  expect(role?.['rules']).toEqual(rules);
});

test('a Role of one namespace has no cluster-wide custom resources', () => {
  const rules = namespaceRules(customResourceGrants([]));

  expect(resourcesOf(rules, 'gateway.networking.k8s.io')).toEqual(['gateways', 'grpcroutes', 'httproutes']);
  expect(resourcesOf(rules, 'pkg.crossplane.io')).toEqual([]);
});

test("ours are optional, because nobody asked for them; the operator's are not, and say where the rule stands", () => {
  const questions = permissionQuestions(undefined, customResourceGrants([WIDGET]));
  const about = (plural: string) =>
    questions
      .filter((question) => question.plural === plural)
      .map(({ verb, resource, optional, lost }) => ({ verb, resource, optional, lost }));

  expect(about('scaledobjects')).toMatchObject([
    { verb: 'list', resource: 'scaledobjects.keda.sh', optional: true },
    { verb: 'get', optional: true },
  ]);
  expect(about('widgets')[0]).toEqual({
    verb: 'list',
    resource: 'widgets.example.com',
    optional: false,
    lost: 'Widgets that are sick (grant it by a rule of your own: docs/configuration.md)',
  });
});
