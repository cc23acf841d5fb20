import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { renderEventsRbac, renderRbac } from './rbac-manifest.ts';

const ROOT = new URL('../', import.meta.url);
const ORCHESTRATOR_FILE = 'CLAUDE.md';

/** The generated manifests: path in the repository → content. Equal sources give equal bytes. */
export function renderManifests(): ReadonlyMap<string, string> {
  const names = readdirSync(new URL('agents/', ROOT))
    .filter((name) => name.endsWith('.md'))
    .toSorted();
  const agents = names.filter((name) => name !== ORCHESTRATOR_FILE);
  const policies = readdirSync(new URL('policies/', ROOT))
    .filter((name) => name.endsWith('.rego') && !name.endsWith('_test.rego'))
    .toSorted();
  return new Map([
    [
      'k8s/orchestrator-configmap.yaml',
      configMapOf('k8s-monitor-orchestrator', 'orchestrator', 'agents', [ORCHESTRATOR_FILE]),
    ],
    ['k8s/agents-configmap.yaml', configMapOf('k8s-monitor-agents', 'agents', 'agents', agents)],
    ['k8s/policies-configmap.yaml', configMapOf('k8s-monitor-policies', 'rego-policies', 'policies', policies)],
    ['k8s/rbac.yaml', renderRbac()],
    ['k8s/optional/events-rbac.yaml', renderEventsRbac()],
  ]);
}

/** Without a namespace: `kubectl apply -n NAMESPACE -f` decides. */
function configMapOf(name: string, component: string, folder: 'agents' | 'policies', files: readonly string[]): string {
  const manifest = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      labels: {
        app: 'k8s-monitor',
        'app.kubernetes.io/name': 'k8s-monitor',
        'app.kubernetes.io/component': component,
        'app.kubernetes.io/part-of': 'k8s-monitor',
      },
    },
    data: Object.fromEntries(files.map((file) => [file, readFileSync(new URL(`${folder}/${file}`, ROOT), 'utf8')])),
  };
  return `# Generated from ${folder}/ by \`npm run manifests\`: edit the files there.\n${stringify(manifest, {
    blockQuote: 'literal',
    lineWidth: 0,
  })}`;
}

if (import.meta.main) {
  for (const [path, content] of renderManifests()) {
    writeFileSync(new URL(path, ROOT), content);
    process.stdout.write(`wrote ${path}\n`);
  }
}
