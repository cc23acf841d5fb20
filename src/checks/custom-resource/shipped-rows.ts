import type { CustomResourceRow } from '../../domain/custom-resource.ts';
import { argoRows } from './rows/argo.ts';
import { certManagerRows } from './rows/cert-manager.ts';
import { crossplaneRows } from './rows/crossplane.ts';
import { fluxRows } from './rows/flux.ts';
import { gatewayRows } from './rows/gateway.ts';
import { kedaRows } from './rows/keda.ts';
import { kubevelaRows } from './rows/kubevela.ts';
import { olmRows } from './rows/olm.ts';

/** The custom resources that are known without a word of the operator. A new one is a row and, where its project is new, a line here. */
export const SHIPPED_ROWS: readonly CustomResourceRow[] = [
  ...argoRows,
  ...fluxRows,
  ...certManagerRows,
  ...gatewayRows,
  ...olmRows,
  ...kedaRows,
  ...crossplaneRows,
  ...kubevelaRows,
];

/** Ours and the operator's; one of the operator's for the same kind takes the place, and the id, of ours. */
export function allRows(operatorRows: readonly CustomResourceRow[]): readonly CustomResourceRow[] {
  const isSame = (one: CustomResourceRow) => (other: CustomResourceRow) =>
    one.kind === other.kind && one.group === other.group;
  return [
    ...SHIPPED_ROWS.filter((row) => !operatorRows.some(isSame(row))),
    ...operatorRows.map((row) => ({ ...row, id: SHIPPED_ROWS.find(isSame(row))?.id ?? row.id })),
  ];
}
