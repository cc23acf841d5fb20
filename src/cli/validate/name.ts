import { ORCHESTRATOR_FILE } from '../../definitions/parse-file.ts';
import { isPolicyFile } from '../../policy/try-policies.ts';
import { isSettingsFile } from '../../settings/settings-file-names.ts';
import type { FileKind } from './collected.ts';

/** `config.yaml` and the files beside it. */
const isSettings = isSettingsFile('config.yaml');

/** The four ConfigMaps that are mounted, and what is read from each. A prefix or suffix is an installation's own. */
const MOUNTED: readonly (readonly [RegExp, readonly FileKind[]])[] = [
  [/(?:^|-)k8s-monitor-orchestrator(?:-|$)/, ['orchestrator']],
  [/(?:^|-)k8s-monitor-agents(?:-|$)/, ['agent']],
  [/(?:^|-)k8s-monitor-config(?:-|$)/, ['settings']],
  [/(?:^|-)k8s-monitor-policies(?:-|$)/, ['policy']],
];
export const CONFIG_MAP_NAMES =
  'k8s-monitor-orchestrator, k8s-monitor-agents, k8s-monitor-config, k8s-monitor-policies';

/** What a file of this name is where it is mounted; `undefined`: nothing that is read. */
export function kindOfName(name: string): FileKind | undefined {
  if (name === ORCHESTRATOR_FILE) return 'orchestrator';
  if (name.endsWith('.md')) return 'agent';
  if (isSettings(name)) return 'settings';
  return isPolicyFile(name) ? 'policy' : undefined;
}

/** What is read of a ConfigMap of this name; `undefined` when it is none of the product's. */
export function kindsOfConfigMap(name: string): readonly FileKind[] | undefined {
  return MOUNTED.find(([pattern]) => pattern.test(name))?.[1];
}

/** Why a file of a name that is not read is not, with what may have been meant. */
export function whyNotRead(name: string): string {
  if (name.endsWith('_test.rego')) return 'tests of policies are for `opa test`';
  if (/\.(?:markdown|mdx|MD)$/.test(name)) return 'only *.md is read';
  return 'read are *.md, *.rego, config.yaml with its siblings, and ConfigMap manifests (*.yaml, *.yml, *.json)';
}
