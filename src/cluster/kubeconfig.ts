import { accessSync, readFileSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { parseDocument } from 'yaml';
import * as z from 'zod';
import { messageOf, MonitorError } from '../errors.ts';

/** How to reach one API server, and as whom. */
export interface ClusterAccess {
  readonly kubeConfig: KubeConfig;
  /** Where it was found: the file or files, or `in-cluster`. */
  readonly source: string;
  /** The API server's URL, without a slash at the end. */
  readonly server: string;
  /** The namespace that the process itself lives in, where the source says so. */
  readonly namespace: string | undefined;
}

/** What the search for a kubeconfig reads of the environment. */
export interface KubeEnvironment {
  readonly KUBECONFIG?: string | undefined;
  readonly KUBERNETES_SERVICE_HOST?: string | undefined;
  readonly KUBERNETES_SERVICE_PORT?: string | undefined;
  readonly HOME?: string | undefined;
}

const SERVICE_ACCOUNT_DIR = '/var/run/secrets/kubernetes.io/serviceaccount';

const Fields = z.record(z.string(), z.unknown());
const NamedEntry = z.looseObject({ name: z.string().min(1) });
type NamedEntry = z.infer<typeof NamedEntry>;
const KubeConfigFile = z.looseObject({
  'current-context': z.string().nullish(),
  clusters: z.array(NamedEntry).nullish(),
  contexts: z.array(NamedEntry).nullish(),
  users: z.array(NamedEntry).nullish(),
});

/** Fields that name files, relative to the kubeconfig that they stand in. */
const FILE_FIELDS = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile'];

/**
 * Finds the way to the API server: `--kubeconfig`, `KUBECONFIG`, the pod's service account, `~/.kube/config`; the first that is there.
 *
 * @param explicitFile from the command line
 * @param serviceAccountDir where the kubelet mounts token and CA
 * @throws {MonitorError} `KUBECONFIG_INVALID` naming the file, the cause and the remedy; never a line of the file, which may hold a token
 */
export function loadClusterAccess(options: {
  readonly explicitFile?: string | undefined;
  readonly environment: KubeEnvironment;
  readonly serviceAccountDir?: string;
}): ClusterAccess {
  const { explicitFile, environment, serviceAccountDir = SERVICE_ACCOUNT_DIR } = options;
  if (explicitFile !== undefined) return accessFromFiles([explicitFile], '--kubeconfig');
  const listed = (environment.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  if (listed.length > 0) return accessFromFiles(listed, 'KUBECONFIG');
  if (environment.KUBERNETES_SERVICE_HOST !== undefined && isReadable(join(serviceAccountDir, 'token'))) {
    return accessFromServiceAccount(environment, serviceAccountDir);
  }
  const atHome = environment.HOME === undefined ? undefined : join(environment.HOME, '.kube', 'config');
  if (atHome !== undefined && isReadable(atHome)) return accessFromFiles([atHome], '~/.kube/config');
  throw invalid(
    environment.KUBERNETES_SERVICE_HOST === undefined
      ? `No cluster is configured: ${atHome ?? '~/.kube/config'} does not exist. Give --kubeconfig FILE, or set KUBECONFIG.`
      : `No cluster is configured: the pod has no token in ${serviceAccountDir}. Set automountServiceAccountToken: true and a serviceAccountName in its template.`,
  );
}

function accessFromServiceAccount(environment: KubeEnvironment, directory: string): ClusterAccess {
  const host = environment.KUBERNETES_SERVICE_HOST ?? '';
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${environment.KUBERNETES_SERVICE_PORT ?? '443'}`;
  const namespaceFile = join(directory, 'namespace');
  const merged = {
    clusters: [{ name: 'in-cluster', cluster: { server, 'certificate-authority': join(directory, 'ca.crt') } }],
    users: [{ name: 'in-cluster', user: tokenFromFile(join(directory, 'token')) }],
    contexts: [
      {
        name: 'in-cluster',
        context: {
          cluster: 'in-cluster',
          user: 'in-cluster',
          ...(isReadable(namespaceFile) && { namespace: readFileSync(namespaceFile, 'utf8').trim() }),
        },
      },
    ],
    'current-context': 'in-cluster',
  };
  return accessFrom(merged, 'in-cluster');
}

/** kubectl's rule for several files: missing ones are skipped, and the first to say something wins. */
function accessFromFiles(files: readonly string[], origin: string): ClusterAccess {
  const present = files.length === 1 ? files : files.filter(isReadable);
  const source = present.join(delimiter);
  if (present.length === 0) {
    throw invalid(`None of the files of ${origin} exists: ${files.join(', ')}. Give the path of a kubeconfig.`);
  }
  const parsed = present.map((file) => parseKubeConfigFile(file, origin));
  return accessFrom(
    {
      clusters: firstOfEachName(parsed.flatMap((file) => file.clusters)),
      contexts: firstOfEachName(parsed.flatMap((file) => file.contexts)),
      users: firstOfEachName(parsed.flatMap((file) => file.users)),
      'current-context': parsed.map((file) => file.currentContext).find((name) => name !== ''),
    },
    source,
  );
}

function parseKubeConfigFile(file: string, origin: string) {
  const text = readKubeConfig(file, origin);
  // Without `prettyErrors` a syntax error quotes nothing of the file.
  const document = parseDocument(text, { prettyErrors: false, logLevel: 'silent' });
  const [problem] = document.errors;
  if (problem !== undefined) {
    const line = text.slice(0, problem.pos[0]).split('\n').length;
    throw invalid(
      `${file}, line ${line}: not YAML (${problem.code}). Repair the file, or give another with --kubeconfig.`,
    );
  }
  const result = KubeConfigFile.safeParse(document.toJS());
  if (!result.success) {
    const [issue] = result.error.issues;
    const field = issue?.path.join('.') ?? '';
    throw invalid(
      `${file}: not a kubeconfig (${field === '' ? 'the file' : field}: ${issue?.message ?? 'unexpected'}). Give the path of a kubeconfig.`,
    );
  }
  const directory = dirname(file);
  return {
    currentContext: result.data['current-context'] ?? '',
    clusters: (result.data.clusters ?? []).map((entry) => withAbsolutePaths(entry, 'cluster', directory)),
    contexts: result.data.contexts ?? [],
    users: (result.data.users ?? []).map((entry) => withAbsolutePaths(entry, 'user', directory)),
  };
}

function readKubeConfig(file: string, origin: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw invalid(
      `${file} (from ${origin}) cannot be read: ${messageOf(cause)}. Give the path of a readable kubeconfig.`,
      cause,
    );
  }
}

function withAbsolutePaths(entry: NamedEntry, key: 'cluster' | 'user', directory: string): NamedEntry {
  const parsed = Fields.safeParse(entry[key]);
  if (!parsed.success) return entry;
  const made: Record<string, unknown> = { ...parsed.data };
  for (const field of FILE_FIELDS) {
    const path = made[field];
    if (typeof path === 'string' && path !== '' && !isAbsolute(path)) made[field] = join(directory, path);
  }
  const { tokenFile, ...rest } = made;
  // As kubectl does, the file wins over a token that stands beside it; client-node alone would not read it again.
  if (typeof tokenFile === 'string' && tokenFile !== '') {
    const { token: _older, ...others } = rest;
    return { name: entry.name, [key]: { ...others, ...tokenFromFile(tokenFile) } };
  }
  return { name: entry.name, [key]: rest };
}

function tokenFromFile(tokenFile: string) {
  return { 'auth-provider': { name: 'tokenFile', config: { tokenFile } } };
}

function firstOfEachName(entries: readonly NamedEntry[]): readonly NamedEntry[] {
  return [...new Map(entries.toReversed().map((entry) => [entry.name, entry])).values()];
}

function accessFrom(merged: Readonly<Record<string, unknown>>, source: string): ClusterAccess {
  const kubeConfig = new KubeConfig();
  try {
    // JSON is YAML; client-node maps the fields of the file to its own.
    kubeConfig.loadFromString(JSON.stringify(merged));
  } catch (cause) {
    throw invalid(`${source}: ${messageOf(cause)}. Repair the file, or give another with --kubeconfig.`, cause);
  }
  const contextName = kubeConfig.getCurrentContext() ?? '';
  if (contextName === '') {
    throw invalid(`${source} has no current-context. Choose one with: kubectl config use-context NAME`);
  }
  const context = kubeConfig.getContextObject(contextName);
  if (context === null) throw invalid(`${source}: the current-context "${contextName}" does not exist in it.`);
  const cluster = kubeConfig.getCurrentCluster();
  if (cluster === null)
    throw invalid(`${source}: context "${contextName}" names the cluster "${context.cluster}", which is not in it.`);
  if (kubeConfig.getCurrentUser() === null) {
    throw invalid(`${source}: context "${contextName}" names the user "${context.user}", which is not in it.`);
  }
  const server = checkedServer(cluster.server, source, cluster.skipTLSVerify);
  if (cluster.proxyUrl?.startsWith('socks') === true) {
    throw invalid(
      `${source}: proxy-url ${new URL(cluster.proxyUrl).protocol}// is not supported. Use an http or https proxy.`,
    );
  }
  if (server.protocol === 'http:') {
    // Checked above; client-node wants to be told so before it sends credentials over plain HTTP.
    kubeConfig.clusters = kubeConfig.clusters.map((entry) =>
      entry.name === cluster.name ? { ...entry, skipTLSVerify: true } : entry,
    );
  }
  checkFilesOf(kubeConfig, source);
  return { kubeConfig, source, server: server.href.replace(/\/+$/, ''), namespace: context.namespace };
}

function checkedServer(text: string, source: string, insecure: boolean): URL {
  const server = URL.parse(text);
  if (server === null || !['http:', 'https:'].includes(server.protocol)) {
    throw invalid(`${source}: the cluster's server is not an http or https URL. Set clusters[].cluster.server.`);
  }
  const loopback = ['127.0.0.1', '[::1]', 'localhost'].includes(server.hostname);
  if (server.protocol === 'http:' && !loopback && !insecure) {
    throw invalid(
      `${source}: ${server.origin} is plain HTTP, which would show the credentials to the network. Use https, or set insecure-skip-tls-verify: true if that is really meant.`,
    );
  }
  return server;
}

/** A missing certificate is told at start, not as a gap of every kind. */
function checkFilesOf(kubeConfig: KubeConfig, source: string): void {
  const cluster = kubeConfig.getCurrentCluster();
  const user = kubeConfig.getCurrentUser();
  const named = {
    'certificate-authority': cluster?.caFile,
    'client-certificate': user?.certFile,
    'client-key': user?.keyFile,
  };
  for (const [field, file] of Object.entries(named)) {
    if (file && !isReadable(file)) {
      throw invalid(`${source}: ${field} ${file} cannot be read. Repair the path or the file's permissions.`);
    }
  }
}

function isReadable(file: string): boolean {
  try {
    accessSync(file);
    return true;
  } catch {
    return false;
  }
}

function invalid(message: string, cause?: unknown): MonitorError {
  return new MonitorError('KUBECONFIG_INVALID', message, { cause });
}
