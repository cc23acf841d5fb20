import type { KubernetesObject } from './kind.ts';

/** The value behind a path of field names; `undefined` where the path ends early. Objects of a cluster have any shape. */
export function at(object: unknown, ...path: readonly string[]): unknown {
  let value: unknown = object;
  for (const key of path) {
    if (!isObject(value)) return undefined;
    value = value[key];
  }
  return value;
}

export function isObject(value: unknown): value is KubernetesObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function objectsAt(object: unknown, ...path: readonly string[]): readonly KubernetesObject[] {
  const value = at(object, ...path);
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** Text of a scalar, `''` for anything else. */
export function textAt(object: unknown, ...path: readonly string[]): string {
  const value = at(object, ...path);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** Columns of equal width, as kubectl prints them; the last one is not padded. */
export function tableText(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [columns.map((column) => column.toUpperCase()), ...rows.map((row) => row.map(oneLine))];
  const widths = columns.map((_, index) => Math.min(60, Math.max(...lines.map((line) => line[index]?.length ?? 0))));
  return lines
    .map((line) =>
      line
        .map((cell, index) => (index === line.length - 1 ? cell : cell.padEnd(widths[index] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function oneLine(cell: string): string {
  return cell.replace(/\s+/g, ' ').trim();
}
