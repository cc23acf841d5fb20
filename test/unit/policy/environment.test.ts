import { expect, test } from 'vitest';
import { clusterEnvironmentOf, environmentOf } from '../../../src/policy/environment.ts';

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
  { name: 'shop', label: 'production', expected: 'production', rule: 'namespace-label' },
  { name: 'shop', label: 'staging', expected: 'staging', rule: 'namespace-label' },
  { name: 'shop', label: 'development', expected: 'development', rule: 'namespace-label' },
  { name: 'shop', label: ' Production ', expected: 'production', rule: 'namespace-label' },
  { name: 'prod-shop', label: 'staging', expected: 'staging', rule: 'namespace-label' },
  { name: 'prod-shop', label: undefined, expected: 'production', rule: 'name-prefix' },
  { name: 'staging-shop', label: undefined, expected: 'staging', rule: 'name-prefix' },
  { name: 'dev-shop', label: 'uat', expected: 'development', rule: 'name-prefix' },
  { name: 'reproduction-x', label: undefined, expected: 'unknown', rule: 'default' },
  { name: 'preprod-shop', label: undefined, expected: 'unknown', rule: 'default' },
  { name: 'payments', label: undefined, expected: 'staging', rule: 'environments-file' },
  { name: 'tast', label: undefined, expected: 'test', rule: 'environments-file' },
  { name: 'shop-live', label: '7', expected: 'production', rule: 'environments-file' },
  { name: 'uat', label: undefined, expected: 'unknown', rule: 'default' },
  { name: 'shop', label: 'unknown', expected: 'unknown', rule: 'default' },
  { name: 'shop', label: '', expected: 'unknown', rule: 'default' },
  { name: 'shop', label: 'x'.repeat(253), expected: 'unknown', rule: 'default' },
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

  expect(clusterEnvironmentOf(namespaces, { cluster, namespaces: {} })).toBe(expected);
});
