import { expect, test } from 'vitest';
import { readConfigMaps } from '../../../src/definitions/manifest.ts';

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

test('a ConfigMap gives its files with the line on which each begins', () => {
  const manifest = `# operations
apiVersion: v1
kind: ConfigMap
metadata:
  name: k8s-monitor-orchestrator
  namespace: k8s-monitor
data:
  CLAUDE.md: |
    # Guide

    ## P0
    - api
`;
  const { configMaps, problems } = readConfigMaps(manifest);
  const file = configMaps[0]?.files[0];

  expect(problems).toEqual([]);
  expect(configMaps[0]).toMatchObject({ name: 'k8s-monitor-orchestrator', namespace: 'k8s-monitor' });
  expect(file).toMatchObject({ name: 'CLAUDE.md', line: 9, exact: true });
  expect(text(file?.bytes)).toBe('# Guide\n\n## P0\n- api\n');
  const p0 = text(file?.bytes).split('\n').indexOf('## P0');
  expect(manifest.split('\n')[(file?.line ?? 0) - 1 + p0]).toBe('    ## P0');
});

test('several documents and lists are looked through; other kinds are left alone', () => {
  const { configMaps } = readConfigMaps(`kind: Deployment
data: {a.md: x}
---
kind: List
items:
- kind: ConfigMap
  metadata: {name: one}
  data: {a.md: "# folded"}
- kind: Secret
  data: {b.md: eA==}
---
kind: ConfigMap
metadata: {name: two}
binaryData: {c.md: IyBD}
`);

  expect(
    configMaps.map(({ name, files }) => [
      name,
      files.map((file) => [file.name, text(file.bytes), file.line, file.exact]),
    ]),
  ).toEqual([
    ['one', [['a.md', '# folded', 8, false]]],
    ['two', [['c.md', '# C', 14, false]]],
  ]);
});

test('a manifest in JSON is one too', () => {
  expect(
    readConfigMaps('{"kind": "ConfigMap", "metadata": {"name": "j"}, "data": {"a.md": "x"}}').configMaps[0]?.files[0]
      ?.name,
  ).toBe('a.md');
});

test('a broken document is a problem with line and column, and the others are read', () => {
  const { configMaps, problems } = readConfigMaps(
    'kind: ConfigMap\ndata: [\n---\nkind: ConfigMap\nmetadata: {name: good}\ndata: {a.md: x}\n',
  );

  expect(problems[0]).toMatchObject({ line: expect.any(Number), column: expect.any(Number) });
  expect(configMaps.map(({ name }) => name)).toEqual(['good']);
});
