import { expect, test } from 'vitest';
import { clusterEnvironmentOf } from '../../../src/policy/builtin-policy.ts';
import { environmentOf } from '../../../src/policy/environment.ts';

const map = {
  namespaces: {
    'pay*': 'staging',
    payments: 'production',
    't?st': 'test',
    uat: 'no-such-environment',
    '*-live': 'Production',
  },
};

test.each([
  { name: 'shop', label: 'production', expected: 'production', rule: 'built-in:namespace-label' },
  { name: 'shop', label: 'staging', expected: 'staging', rule: 'built-in:namespace-label' },
  { name: 'shop', label: 'development', expected: 'development', rule: 'built-in:namespace-label' },
  { name: 'shop', label: ' Production ', expected: 'production', rule: 'built-in:namespace-label' },
  { name: 'prod-shop', label: 'staging', expected: 'staging', rule: 'built-in:namespace-label' },
  { name: 'prod-shop', label: undefined, expected: 'production', rule: 'built-in:name-prefix' },
  { name: 'staging-shop', label: undefined, expected: 'staging', rule: 'built-in:name-prefix' },
  { name: 'dev-shop', label: 'uat', expected: 'development', rule: 'built-in:name-prefix' },
  { name: 'reproduction-x', label: undefined, expected: 'unknown', rule: 'built-in:default' },
  { name: 'preprod-shop', label: undefined, expected: 'unknown', rule: 'built-in:default' },
  { name: 'payments', label: undefined, expected: 'staging', rule: 'environments.yaml' },
  { name: 'tast', label: undefined, expected: 'test', rule: 'environments.yaml' },
  { name: 'shop-live', label: '7', expected: 'production', rule: 'environments.yaml' },
  { name: 'uat', label: undefined, expected: 'unknown', rule: 'built-in:default' },
  { name: 'shop', label: 'unknown', expected: 'unknown', rule: 'built-in:default' },
  { name: 'shop', label: '', expected: 'unknown', rule: 'built-in:default' },
  { name: 'shop', label: 'x'.repeat(253), expected: 'unknown', rule: 'built-in:default' },
])('$name labelled $label is $expected by $rule', ({ name, label, expected, rule }) => {
  const labels = label === undefined ? {} : { environment: label };

  expect(environmentOf({ name, labels }, map)).toEqual({ environment: expected, rule });
});

test('a long pattern takes no time', () => {
  const glob = `${'*a'.repeat(60)}b`;

  expect(environmentOf({ name: 'a'.repeat(63), labels: {} }, { namespaces: { [glob]: 'test' } }).environment).toBe(
    'unknown',
  );
});

test.each([
  { cluster: 'staging', names: ['prod-a'], expected: 'staging' },
  { cluster: undefined, names: ['dev-a', 'prod-a', 'x'], expected: 'production' },
  { cluster: undefined, names: ['dev-a', 'staging-a'], expected: 'staging' },
  { cluster: undefined, names: [], expected: 'unknown' },
  { cluster: 'nonsense', names: ['dev-a'], expected: 'development' },
])('a cluster said to be $cluster with $names is $expected', ({ cluster, names, expected }) => {
  const namespaces = names.map((name) => ({ name, labels: {} }));

  expect(clusterEnvironmentOf({ namespaces, environments: { cluster, namespaces: {} } }).environment).toBe(expected);
});

test('the report says on which line of environments.yaml an environment stands', () => {
  const lines = { cluster: 2, namespaces: { 'pay*': 5 } };
  const environments = { cluster: 'staging', namespaces: { 'pay*': 'production' }, lines };

  expect(environmentOf({ name: 'payments', labels: {} }, environments).rule).toBe('environments.yaml:5');
  expect(clusterEnvironmentOf({ namespaces: [], environments }).rule).toBe('environments.yaml:2');
});
