import type { ResourceQuota } from '../../domain/kubernetes/quota.ts';

/** `limits.memory 7Gi of 8Gi, pods 9 of 10`: of every resource, or of some. */
export function amountsText(
  { hard, used }: Pick<ResourceQuota, 'hard' | 'used'>,
  resources: readonly string[] = Object.keys(hard).toSorted(),
): string {
  return resources.map((resource) => `${resource} ${used[resource] ?? '0'} of ${hard[resource] ?? '0'}`).join(', ');
}
