import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { renderManifests } from '../../../tools/manifests.ts';

const ROOT = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');
const generated = renderManifests();

test.each([...generated.keys()])('%s is what `npm run manifests` would write', (path) => {
  expect(read(path)).toBe(generated.get(path));
});

test.each([
  ['k8s/orchestrator-configmap.yaml', 'k8s-monitor-orchestrator', 'agents', /^CLAUDE\.md$/],
  ['k8s/agents-configmap.yaml', 'k8s-monitor-agents', 'agents', /^(?!CLAUDE).*\.md$/],
  ['k8s/policies-configmap.yaml', 'k8s-monitor-policies', 'policies', /^(?:environment|labels|priority)\.rego$/],
] as const)('%s carries the shipped files byte for byte, and no namespace', (path, name, folder, carried) => {
  const manifest: unknown = parse(read(path));
  const files = readdirSync(new URL(`${folder}/`, ROOT)).filter((file) => carried.test(file));
  expect(manifest).toEqual({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      labels: expect.objectContaining({ app: 'k8s-monitor', 'app.kubernetes.io/name': 'k8s-monitor' }),
    },
    data: Object.fromEntries(files.map((file) => [file, read(`${folder}/${file}`)])),
  });
});

test('the shipped text stands in the ConfigMaps as it was written, line by line, so that a diff can be read', () => {
  const lines = read('agents/CLAUDE.md')
    .split('\n')
    .filter((line) => line !== '');
  const manifest = new Set(read('k8s/orchestrator-configmap.yaml').split('\n'));
  expect(lines.filter((line) => !manifest.has(`    ${line}`))).toEqual([]);
});

test('what lies in k8s/optional is not applied, and grants events in one namespace and nothing else', () => {
  const [, ...documents] = read('k8s/optional/events-rbac.yaml').split(/^---$/m);
  const [role, binding] = documents.map((text): unknown => parse(text));

  expect(readdirSync(new URL('k8s/optional/', ROOT))).toEqual(['events-rbac.yaml']);
  expect(read('k8s/kustomization.yaml')).not.toContain('optional');
  expect(role).toMatchObject({ kind: 'Role', rules: [{ apiGroups: [''], resources: ['events'], verbs: ['create'] }] });
  expect(binding).toMatchObject({ kind: 'RoleBinding', roleRef: { kind: 'Role', name: 'k8s-monitor-events' } });
});
