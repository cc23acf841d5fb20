import type { Family, KnownReason } from './finding.ts';
import type { Condition, ObjectMeta } from './kubernetes/meta.ts';
import type { Impact } from './severity.ts';

/** `Application.argoproj.io`: kind and group; no built-in kind has a dot. */
export type CustomResourceName = `${string}.${string}`;

/** A custom resource as far as its row asks for it. The object itself is never kept. */
export interface CustomResource {
  readonly kind: string;
  readonly apiVersion: string;
  readonly meta: ObjectMeta;
  /** The generation that its status speaks of; `undefined` where it does not say. */
  readonly observedGeneration: number | undefined;
  /** When something other than its status was last written, as far as `managedFields` tell; else its creation. */
  readonly changedAtMs: number;
  readonly conditions: readonly PlacedCondition[];
  /** What stands at the row's paths, as texts: an object or a list is only there, as `{}` or `[]`. */
  readonly values: Readonly<Record<string, readonly string[]>>;
  readonly references: readonly Reference[];
}

export interface PlacedCondition extends Condition {
  /** `''` where it is the object's own; else the place and what it is called there: `listener https`. */
  readonly of: string;
  readonly observedGeneration: number | undefined;
}

/** Another object that this one names and that may be its cause. */
export interface Reference {
  readonly kind: string;
  /** As written, or the object's own. */
  readonly namespace: string;
  readonly name: string;
  /** Only for findings with one of these reasons. */
  readonly explains: readonly KnownReason[] | undefined;
}

/** Where conditions stand. Paths as `domain/object-path.ts` has them. */
export interface ConditionPlace {
  /** The list of conditions. */
  readonly at: string;
  /** The list whose items each have conditions at `at`: `status.listeners[]`. */
  readonly each?: string;
  /** What such an item is, and where in it its name stands. */
  readonly noun?: string;
  readonly namedBy?: string;
}

interface ConditionTest {
  readonly condition: string;
  /** Left out: `False`. Empty: whatever it is, also where the kind's conditions have none. */
  readonly status?: readonly string[];
  readonly reasons?: readonly string[];
  readonly exceptReasons?: readonly string[];
  /** The noun of its place; `''` = the object's own. Left out: any. */
  readonly place?: string;
}

/** All that are given must hold. */
interface FieldTest {
  readonly field: string;
  /** One of the values there is one of these. */
  readonly is?: readonly string[];
  /** None of the values there is one of these; also where there is none. */
  readonly isNot?: readonly string[];
  readonly isSet?: boolean;
}

export type SicknessTest = ConditionTest | FieldTest;

/** Sick when every test holds; the first speaks: its condition or field is in the title and says since when. */
export interface SicknessRule {
  readonly when: readonly [SicknessTest, ...SicknessTest[]];
  readonly impact: Impact;
  /** Left out: the row's. */
  readonly reason?: KnownReason;
  /** Longer than the row's. */
  readonly graceMs?: number;
  /** Predicate for the title, such as `is degraded`; left out: what the first test found. */
  readonly says?: string;
  /** Paths, the first that has something counts: what explains it where a condition has no message. */
  readonly message?: readonly string[];
  /** Paths of times where a condition has none; `last-change` = when something other than the status was written. Else: the creation. */
  readonly since?: readonly string[];
}

/** Something that ends on a date. */
interface ExpiryRule {
  readonly field: string;
  /** The time from which its owner renews it by itself; before that it is nobody's worry. */
  readonly renewedFrom?: string;
  /** The nearest first. */
  readonly steps: readonly { readonly withinMs: number; readonly impact: Impact }[];
  readonly reason: KnownReason;
  readonly graceMs: number;
}

/** Where an object names what it depends on. */
export interface CauseReference {
  /** The objects that name it: `spec.parentRefs[]`; left out: the whole object. */
  readonly at?: string;
  readonly name: string;
  readonly namespace?: string;
  /** A field below `at`. */
  readonly kindAt?: string;
  /** The kind where `kindAt` is left out or empty. */
  readonly kind: string;
  /** Only these, where there may be many of all kinds. */
  readonly onlyKinds?: readonly string[];
  readonly explains?: readonly KnownReason[];
}

/** One kind of custom resource and what is sick in it: data only, so that an operator may write one too. */
export interface CustomResourceRow {
  /** The check's id. */
  readonly id: string;
  readonly group: string;
  readonly kind: string;
  /** As in URLs and RBAC. */
  readonly plural: string;
  readonly namespaced: boolean;
  readonly origin: 'shipped' | 'operator';
  readonly family: Family;
  readonly reason: KnownReason;
  readonly graceMs: number;
  readonly conditions: readonly ConditionPlace[];
  /** Groups of tests: where all of a group hold, the object is left alone. */
  readonly ignore: readonly (readonly SicknessTest[])[];
  /** The first that holds decides. */
  readonly rules: readonly SicknessRule[];
  readonly expiry?: ExpiryRule;
  readonly causes: readonly CauseReference[];
  /** Labels that name the object on the workloads which it makes; trouble of those explains findings with one of these reasons. */
  readonly makes?: { readonly name: string; readonly namespace: string; readonly explains: readonly KnownReason[] };
  /** Whether trouble of workloads that it owns explains its own. */
  readonly ownsWorkloads: boolean;
  readonly sees: string;
  readonly cannotSee: string;
  /** With `{name}` and `{namespace}`. */
  readonly nextSteps: readonly string[];
}

export function customResourceName({ kind, group }: Pick<CustomResourceRow, 'kind' | 'group'>): CustomResourceName {
  return `${kind}.${group}`;
}

/** Every path whose texts the row looks at. */
export function pathsOf({ ignore, rules, expiry }: CustomResourceRow): readonly string[] {
  const tests = [...ignore.flat(), ...rules.flatMap(({ when }) => when)];
  const paths = [
    ...tests.flatMap((test) => ('field' in test ? [test.field] : [])),
    ...rules.flatMap(({ message = [], since = [] }) => [...message, ...since.filter((path) => path !== LAST_CHANGE)]),
    ...(expiry === undefined ? [] : [expiry.field, expiry.renewedFrom ?? expiry.field]),
  ];
  return [...new Set(paths)];
}

/** Stands for a path in `since`. */
export const LAST_CHANGE = 'last-change';
