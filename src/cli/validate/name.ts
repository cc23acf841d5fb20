import { ORCHESTRATOR_FILE } from '../../definitions/parse-file.ts';
import { isPolicyFile } from '../../policy/try-policies.ts';
import { nearest } from '../../settings/schema-keys.ts';
import { isSettingsFile, SIBLINGS } from '../../settings/settings-file-names.ts';
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

/** Why a file of a name that is not read is not. */
export function whyNotRead(name: string): string {
  if (name.endsWith('_test.rego')) return 'tests of policies are for `opa test`';
  return `its name is none that is read (${READ})`;
}

export const READ = '*.md, *.rego, config.yaml and its siblings, and manifests: *.yaml, *.yml, *.json';

/** The settings file that was probably meant. */
export function meantSettingsFile(name: string): string | undefined {
  return nearest(name, ['config.yaml', ...SIBLINGS]) ?? WRONG_SUFFIX.get(name);
}

const WRONG_SUFFIX: ReadonlyMap<string, string> = new Map(
  ['config.yaml', ...SIBLINGS].map((name) => [name.replace('.yaml', '.yml'), name]),
);
