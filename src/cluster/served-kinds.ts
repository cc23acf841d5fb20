import type { KubeConfig } from '@kubernetes/client-node';
import type { GrantedKind } from './kinds.ts';
import { resourceText, reviewError, withDeadline } from './permissions.ts';

/**
 * Those of the kinds that the API server serves: without a right to read what is not there, nothing is lost. What cannot be known counts as served.
 *
 * @returns throws {MonitorError} `CLUSTER_UNREACHABLE`, `CLUSTER_UNAUTHORIZED`, `CLUSTER_REFUSED`
 */
export async function servedAmong(
  kinds: readonly GrantedKind[],
  kubeConfig: KubeConfig,
): Promise<readonly GrantedKind[]> {
  const wanted = new Set(kinds.map(({ group }) => group));
  const versions = await versionsServed(kubeConfig);
  if (versions === 'unknown') return kinds;
  const { CustomObjectsApi } = await import('./typed-apis.ts');
  const resources = kubeConfig.makeApiClient(CustomObjectsApi);
  const served = await Promise.all(
    versions
      .filter(({ group }) => wanted.has(group))
      .map(async ({ group, version }) => {
        try {
          const list = await resources.getAPIResources({ group, version }, withDeadline());
          return list.resources.map(({ name }) => resourceText({ group, resource: name }));
        } catch {
          return kinds.filter((kind) => kind.group === group).map(resourceText);
        }
      }),
  );
  const names = new Set(served.flat());
  return kinds.filter((kind) => names.has(resourceText(kind)));
}

async function versionsServed(
  kubeConfig: KubeConfig,
): Promise<'unknown' | readonly { readonly group: string; readonly version: string }[]> {
  const { ApisApi } = await import('./typed-apis.ts');
  try {
    const { groups } = await kubeConfig.makeApiClient(ApisApi).getAPIVersions({}, withDeadline());
    return groups.flatMap(({ name, versions }) => versions.map(({ version }) => ({ group: name, version })));
  } catch (cause) {
    if (typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 403) return 'unknown';
    throw reviewError(cause, kubeConfig.getCurrentCluster()?.server ?? '');
  }
}
