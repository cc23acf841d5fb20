import { stringify } from 'yaml';
import { clusterManifests } from '../src/cluster/rbac.ts';
import { customResourceGrants } from '../src/wiring/custom-resources.ts';

/** `k8s/rbac.yaml` as it must be: what the table of kinds and the rows of custom resources need, and nothing else. */
export function renderRbac(): string {
  const documents = clusterManifests({
    name: 'k8s-monitor',
    namespace: 'k8s-monitor',
    custom: customResourceGrants([]),
  });
  return [
    '# Generated from src/cluster/kinds.ts and src/checks/custom-resource/ by `npm run manifests`. Read-only: no Secrets, no ConfigMaps, no exec.\n',
    ...documents.map((document) => `---\n${stringify(document, { aliasDuplicateObjects: false })}`),
  ].join('');
}
