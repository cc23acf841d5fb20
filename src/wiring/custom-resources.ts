import { checksWith } from '../checks/catalogue.ts';
import { allRows } from '../checks/custom-resource/shipped-rows.ts';
import { grantOf } from '../cluster/custom-resources.ts';
import type { GrantedKind } from '../cluster/kinds.ts';
import type { CustomResourceRow } from '../domain/custom-resource.ts';

/** What custom resources take of RBAC: ours, which may be missing, and the operator's, who asked for them. */
export function customResourceGrants(operatorRows: readonly CustomResourceRow[]): readonly GrantedKind[] {
  return allRows(operatorRows).map(grantOf);
}

/** The ids of all checks: ours, and one for each row that the operator adds, by the name of its CRD. */
export function checkIdsWith(customResources: readonly string[]): readonly string[] {
  return [...checksWith([]).map(({ id }) => id), ...customResources];
}
