import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderRbac } from '../../../tools/rbac-manifest.ts';

test('k8s/rbac.yaml is what the table of kinds needs; otherwise run tools/rbac-manifest.ts', () => {
  const shipped = readFileSync(new URL('../../../k8s/rbac.yaml', import.meta.url), 'utf8');

  expect(shipped).toBe(renderRbac());
});
