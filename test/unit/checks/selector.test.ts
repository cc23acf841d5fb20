import { expect, test } from 'vitest';
import { matcherOf, selectorText, selectsEverything, templateMatcherOf } from '../../../src/checks/selector.ts';
import type { LabelSelector } from '../../../src/domain/kubernetes/meta.ts';
import { aDeployment, aTemplate } from '../../builders/kubernetes.ts';

type Expression = LabelSelector['matchExpressions'][number];

function selector(
  matchLabels: Readonly<Record<string, string>>,
  ...matchExpressions: readonly Expression[]
): LabelSelector {
  return { matchLabels, matchExpressions };
}

function expression(key: string, operator: string, ...values: readonly string[]): Expression {
  return { key, operator, values };
}

const api = { app: 'api', tier: 'web' };

test.each<readonly [text: string, of: LabelSelector, isSelected: boolean]>([
  ['', selector({}), true],
  ['app=api', selector({ app: 'api' }), true],
  ['app=api,tier=edge', selector({ app: 'api', tier: 'edge' }), false],
  ['app=api,zone=a', selector({ app: 'api', zone: 'a' }), false],
  ['tier in (web,edge)', selector({}, expression('tier', 'In', 'web', 'edge')), true],
  ['tier in (edge)', selector({}, expression('tier', 'In', 'edge')), false],
  ['zone in (a)', selector({}, expression('zone', 'In', 'a')), false],
  ['tier notin (edge)', selector({}, expression('tier', 'NotIn', 'edge')), true],
  ['tier notin (web)', selector({}, expression('tier', 'NotIn', 'web')), false],
  ['zone notin (a)', selector({}, expression('zone', 'NotIn', 'a')), true],
  ['tier', selector({}, expression('tier', 'Exists')), true],
  ['zone', selector({}, expression('zone', 'Exists')), false],
  ['!zone', selector({}, expression('zone', 'DoesNotExist')), true],
  ['!tier', selector({}, expression('tier', 'DoesNotExist')), false],
  ['app=api,!tier', selector({ app: 'api' }, expression('tier', 'DoesNotExist')), false],
  ['app=web,tier', selector({ app: 'web' }, expression('tier', 'Exists')), false],
])('%j over the labels app=api, tier=web', (text, of, isSelected) => {
  expect(matcherOf(of)(api)).toBe(isSelected);
  expect(selectorText(of)).toBe(text);
  expect(selectsEverything(of)).toBe(text === '');
});

test('an operator that is not known yet leaves nothing out', () => {
  expect(matcherOf(selector({}, expression('tier', 'Gt', '3')))(api)).toBe(true);
});

test('labels that controllers add are in no template, and do not count there', () => {
  const deployment = aDeployment({ template: aTemplate({ labels: api }) });
  const workload = { kind: 'Deployment', meta: deployment.meta, template: deployment.template, wanted: 1 };
  const one = { app: 'api', 'pod-template-hash': '5d4f' };

  expect(templateMatcherOf(selector(one))(workload)).toBe(true);
  expect(templateMatcherOf(selector({ ...one, tier: 'edge' }))(workload)).toBe(false);
  expect(templateMatcherOf(selector({}, expression('job-name', 'Exists')))(workload)).toBe(true);
  expect(matcherOf(selector(one))(api)).toBe(false);
});
