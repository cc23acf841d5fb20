import { isRaw, type Raw } from './projection/fields.ts';

/** The server's own table; servers of aggregated APIs may not know it and send the list. */
export const TABLE_ACCEPT = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly truncated: boolean;
}

/**
 * The columns that `kubectl get` prints, as text.
 *
 * @param options.more whether the server has further pages
 */
export function tableOf(
  body: Raw,
  options: { readonly withNamespaces: boolean; readonly maxRows: number; readonly more: boolean },
): Table {
  const table =
    body['kind'] === 'Table' ? printedTable(body, options.withNamespaces) : plainTable(body, options.withNamespaces);
  const truncated = options.more || table.rows.length > options.maxRows;
  return { columns: table.columns, rows: table.rows.slice(0, options.maxRows), truncated };
}

function printedTable(body: Raw, withNamespaces: boolean): Omit<Table, 'truncated'> {
  const columns = raws(body['columnDefinitions'])
    .map((column, index) => ({
      name: textOf(column['name']),
      index,
      wide: column['priority'] !== 0 && column['priority'] !== undefined,
    }))
    .filter((column) => !column.wide);
  const rows = raws(body['rows']).map((row) => {
    const cells: readonly unknown[] = Array.isArray(row['cells']) ? row['cells'] : [];
    const shown = columns.map((column) => cellOf(cells[column.index]));
    return withNamespaces ? [namespaceOf(row['object']), ...shown] : shown;
  });
  const names = columns.map((column) => column.name);
  return { columns: withNamespaces ? ['Namespace', ...names] : names, rows };
}

/** For servers that print no tables: what every object has. */
function plainTable(body: Raw, withNamespaces: boolean): Omit<Table, 'truncated'> {
  const objects = Array.isArray(body['items']) ? raws(body['items']) : [body];
  const rows = objects.map((object) => {
    const metadata: Raw = isRaw(object['metadata']) ? object['metadata'] : {};
    const shown = [textOf(metadata['name']), textOf(metadata['creationTimestamp'])];
    return withNamespaces ? [namespaceOf(object), ...shown] : shown;
  });
  return { columns: withNamespaces ? ['Namespace', 'Name', 'Created'] : ['Name', 'Created'], rows };
}

function namespaceOf(object: unknown): string {
  return isRaw(object) && isRaw(object['metadata']) ? textOf(object['metadata']['namespace']) : '';
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '<none>';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function raws(value: unknown): readonly Raw[] {
  return Array.isArray(value) ? value.filter(isRaw) : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
