import {
  pathsOf,
  type CauseReference,
  type ConditionPlace,
  type CustomResource,
  type CustomResourceRow,
  type PlacedCondition,
  type Reference,
} from '../../domain/custom-resource.ts';
import type { ObjectMeta } from '../../domain/kubernetes/meta.ts';
import { parsePath, valuesAt, type ObjectPath } from '../../domain/object-path.ts';
import { fields, isRaw, many, text, type Raw } from './fields.ts';
import { projectMeta } from './meta.ts';

/** Of one value, one condition's message, one name. */
const MAX_TEXT = 1_000;
const MAX_TEXTS = 50;
const MAX_CONDITIONS = 200;
const MAX_REFERENCES = 100;

/**
 * Builds the projection of one row: metadata, conditions, and the texts at the row's paths. Everything else is dropped, so that
 * memory does not follow the size of objects whose schema is anybody's.
 */
export function projectCustomResource(
  row: CustomResourceRow,
  version: string,
  namespaced: boolean,
): (object: Raw) => CustomResource {
  const apiVersion = `${row.group}/${version}`;
  const paths = pathsOf(row).map((path) => [path, stepsOf(path)] as const);
  const places = row.conditions.map(placeOf);
  const references = row.causes.map(referenceReader);
  return (object) => {
    const meta = projectMeta(object, namespaced);
    const status = object['status'];
    return {
      kind: row.kind,
      apiVersion,
      meta,
      observedGeneration: isRaw(status) ? numberOf(status['observedGeneration']) : undefined,
      changedAtMs: lastChangeOf(object, meta),
      conditions: places.flatMap((place) => place(object)).slice(0, MAX_CONDITIONS),
      values: Object.fromEntries(
        paths.flatMap(([path, steps]) => {
          const values = valuesAt(object, steps);
          return values.length === 0 ? [] : [[path, values.slice(0, MAX_TEXTS).map(textOf)] as const];
        }),
      ),
      references: references.flatMap((read) => read(object, meta)).slice(0, MAX_REFERENCES),
    };
  };
}

/** A path of a row, which was validated where the row was written. */
function stepsOf(path: string): ObjectPath {
  const steps = parsePath(path);
  if (steps === undefined) throw new TypeError(`"${path}" is not a path`);
  return steps;
}

function placeOf({ at, each, noun = '', namedBy }: ConditionPlace): (object: Raw) => readonly PlacedCondition[] {
  const listAt = stepsOf(at);
  const eachAt = each === undefined ? [] : stepsOf(each);
  const nameAt = namedBy === undefined ? undefined : stepsOf(namedBy);
  return (object) =>
    valuesAt(object, eachAt).flatMap((holder) => {
      const name = nameAt === undefined ? '' : textOf(valuesAt(holder, nameAt)[0] ?? '');
      const of = [noun, name].filter((part) => part !== '').join(' ');
      return valuesAt(holder, listAt).flatMap((list) => many(list, at, (condition) => placed(condition, of)).flat());
    });
}

/**
 * Type and status must be texts, or nothing that the object says can be trusted; the rest is for people and may be anything.
 *
 * @returns nothing for what has no type: some kinds keep a history under that name
 */
function placed(condition: Raw, of: string): readonly PlacedCondition[] {
  const type = text(condition['type'], 'conditions.type');
  if (type === '') return [];
  const known: PlacedCondition = {
    of,
    type: cut(type),
    status: text(condition['status'], 'conditions.status'),
    reason: looseText(condition['reason']),
    message: looseText(condition['message']),
    changedAtMs: timeOf(condition['lastTransitionTime']),
    updatedAtMs: timeOf(condition['lastUpdateTime']),
    observedGeneration: numberOf(condition['observedGeneration']),
  };
  return [known];
}

function referenceReader({
  at,
  name,
  namespace,
  kindAt,
  kind,
  onlyKinds,
  explains,
}: CauseReference): (object: Raw, meta: ObjectMeta) => readonly Reference[] {
  const holderAt = at === undefined ? [] : stepsOf(at);
  const nameAt = stepsOf(name);
  const namespaceAt = namespace === undefined ? undefined : stepsOf(namespace);
  const kindSteps = kindAt === undefined ? undefined : stepsOf(kindAt);
  const only = onlyKinds === undefined ? undefined : new Set(onlyKinds);
  return (object, meta) =>
    valuesAt(object, holderAt).flatMap((holder) => {
      const first = (path: ObjectPath | undefined): string =>
        path === undefined ? '' : looseText(valuesAt(holder, path)[0]);
      const named = first(nameAt);
      const ofKind = first(kindSteps) || kind;
      if (named === '' || (only !== undefined && !only.has(ofKind))) return [];
      // Some write NAMESPACE/NAME in one field.
      const [area, ...rest] = named.split('/');
      const isQualified = rest.length > 0 && area !== undefined;
      return [
        {
          kind: ofKind,
          namespace: isQualified ? area : first(namespaceAt) || meta.namespace,
          name: isQualified ? rest.join('/') : named,
          explains,
        },
      ];
    });
}

/** The newest write that was not to the status: what a controller cannot have looked at before. */
function lastChangeOf(object: Raw, { createdAtMs }: ObjectMeta): number {
  const entries = fields(object['metadata'], 'metadata')['managedFields'];
  const times = (Array.isArray(entries) ? entries : []).flatMap((entry: unknown) =>
    isRaw(entry) && entry['subresource'] !== 'status' ? (timeOf(entry['time']) ?? []) : [],
  );
  return times.reduce((latest, time) => Math.max(latest, time), createdAtMs);
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return cut(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? '[]' : '{}';
}

function looseText(value: unknown): string {
  return typeof value === 'string' ? cut(value) : '';
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function timeOf(value: unknown): number | undefined {
  const atMs = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : atMs;
}

function cut(value: string): string {
  return value.length <= MAX_TEXT ? value : value.slice(0, MAX_TEXT);
}
