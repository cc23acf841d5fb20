import { readConfigMaps, type ManifestConfigMap, type ManifestFile } from '../../definitions/manifest.ts';
import { NOTHING, together, type Candidate, type Collected, type FileKind } from './collected.ts';
import { CONFIG_MAP_NAMES, kindOfName, kindsOfConfigMap, meantSettingsFile, whyNotRead } from './name.ts';

/** What the API server takes of one ConfigMap. */
const LARGEST_CONFIG_MAP_BYTES = 1024 * 1024;

/** What is to be read of a manifest; `undefined` when it is none, because nothing in it says its kind. */
export function fromManifest(path: string, text: string): Collected | undefined {
  const { configMaps, others, problems } = readConfigMaps(text);
  if (configMaps.length + problems.length === 0 && others.every(({ kind }) => kind === '')) return undefined;
  return together([
    { ...NOTHING, complaints: problems.map((problem) => ({ path, ...problem, severity: 'problem' as const })) },
    {
      ...NOTHING,
      ignored: others.map(({ kind, name, line }) => ({
        path,
        line,
        what: `${kind || 'an object without kind'} ${name}`.trim(),
        why: kind === 'Secret' ? 'Secrets are not looked into' : 'no ConfigMap',
      })),
    },
    ...configMaps.map((configMap, index) => fromConfigMap(path, configMap, `${path}#${index}`)),
  ]);
}

function fromConfigMap(path: string, configMap: ManifestConfigMap, mount: string): Collected {
  const { name, line, files } = configMap;
  const what = `ConfigMap ${name}`;
  const kinds = kindsOfConfigMap(name);
  const foreign = kinds === undefined;
  if (foreign && !files.some(isUnmistakable))
    return { ...NOTHING, ignored: [{ path, line, what, why: `its name is none of ${CONFIG_MAP_NAMES}` }] };
  const complain = (message: string, severity: 'problem' | 'warning' = 'warning', at = line): Collected => ({
    ...NOTHING,
    complaints: [{ path, line: at, column: 1, severity, message }],
  });
  const size = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  return together([
    ...(foreign
      ? [complain(`${what} is read by its keys, but none of this name is mounted; mounted are ${CONFIG_MAP_NAMES}`)]
      : []),
    ...(files.length === 0 ? [complain(`${what} holds no file`)] : []),
    ...(size > LARGEST_CONFIG_MAP_BYTES
      ? [complain(`${what} holds ${size} bytes; the API server takes ${LARGEST_CONFIG_MAP_BYTES}`, 'problem')]
      : []),
    ...files.map((file): Collected => {
      const kind = kindOfName(file.name);
      if (kind !== undefined && (kinds ?? [kind]).includes(kind))
        return { ...NOTHING, candidates: [candidateOf(path, name, mount, file, kind)] };
      const why = whyKeyIsNotRead(file.name, kind, name);
      const ignored = { path, line: file.line, what: `${file.name} of ${what}`, why };
      // In a ConfigMap of ours a key is there for a purpose, so it is probably misspelt or misplaced.
      const isMistake = !foreign && !file.name.endsWith('_test.rego');
      return isMistake
        ? complain(`${file.name} of ${what} is not read: ${why}`, 'warning', file.line)
        : { ...NOTHING, ignored: [ignored] };
    }),
  ]);
}

function candidateOf(path: string, configMap: string, mount: string, file: ManifestFile, kind: FileKind): Candidate {
  const { name, bytes, line, column, exact } = file;
  return { name, kind, path, configMap, mount, bytes, origin: { line, column, exact } };
}

const BELONGS_INTO: Readonly<Record<FileKind, string>> = {
  orchestrator: 'k8s-monitor-orchestrator',
  agent: 'k8s-monitor-agents',
  settings: 'k8s-monitor-config',
  policy: 'k8s-monitor-policies',
};

function whyKeyIsNotRead(key: string, kind: FileKind | undefined, configMap: string): string {
  const meant = meantSettingsFile(key);
  if (kind === undefined) return meant === undefined ? whyNotRead(key) : `did you mean ${meant}?`;
  return `it belongs into ${BELONGS_INTO[kind]}, not into ${configMap}`;
}

/** What nobody else has in a ConfigMap: many hold a README.md or a config.yaml. */
function isUnmistakable({ name, bytes }: ManifestFile): boolean {
  const kind = kindOfName(name);
  return (
    kind === 'orchestrator' ||
    (kind === 'policy' && /^(?:priority|environment|labels)\.rego$/.test(name)) ||
    (kind === 'agent' && /^\uFEFF?---\r?\n/.test(Buffer.from(bytes.slice(0, 16)).toString('utf8')))
  );
}
