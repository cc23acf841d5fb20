import * as z from 'zod';
import {
  LAST_CHANGE,
  type ConditionPlace,
  type CustomResourceRow,
  type SicknessTest,
} from '../domain/custom-resource.ts';
import { FAMILIES, REASONS, type Family, type KnownReason } from '../domain/finding.ts';
import { parsePath } from '../domain/object-path.ts';
import { IMPACTS } from '../domain/severity.ts';
import { Duration } from './duration.ts';

/** What kube-apiserver serves itself: built-in kinds have checks of their own, and Secrets are never read. */
const BUILT_IN_GROUPS: ReadonlySet<string> = new Set([
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'internal.apiserver.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
  'storagemigration.k8s.io',
]);

/** Incidents of signals come from outside. */
const CHECKED_FAMILIES = FAMILIES.filter((family) => family !== 'signal');

const MAX_ROWS = 50;

const Path = z
  .string()
  .max(200)
  .refine(
    (path) => parsePath(path) !== undefined,
    'must be a path such as "status.phase" or "status.listeners[].conditions"',
  );
const Text = z.string().min(1).max(200);
const Value = z.union([z.string().max(200), z.number(), z.boolean()]).transform(String);

/** Each may be given; which ones belong together is for {@link checkTest} to say. */
const TEST_FIELDS = {
  condition: Text.optional(),
  status: z.array(z.enum(['True', 'False', 'Unknown'])).optional(),
  reasons: z.array(Text).max(20).optional(),
  except_reasons: z.array(Text).max(20).optional(),
  field: Path.optional(),
  is: z.array(Value).min(1).max(20).optional(),
  is_not: z.array(Value).min(1).max(20).optional(),
  is_set: z.boolean().optional(),
};
const Test = z.object(TEST_FIELDS).superRefine(checkTest);
type Test = z.infer<typeof Test>;

const Rule = z
  .object({
    ...TEST_FIELDS,
    and: z.array(Test).max(5).prefault([]),
    impact: z.enum(IMPACTS),
    reason: Text.optional(),
    grace: Duration.optional(),
    says: Text.optional(),
    message: z.array(Path).max(5).default([]),
    since: z
      .array(z.union([z.literal(LAST_CHANGE), Path]))
      .max(5)
      .default([]),
  })
  .superRefine(checkTest);

const Cause = z.object({
  at: Path.optional(),
  name: Path,
  namespace: Path.optional(),
  kind: Text.optional(),
  kind_at: Path.optional(),
});

const Row = z
  .object({
    kind: z.string().regex(/^[A-Z][A-Za-z0-9]{0,62}$/, 'must be a kind such as "Widget"'),
    group: z.string().regex(/^(?=.{1,253}$)[a-z0-9-]+(?:\.[a-z0-9-]+)+$/, 'must be an API group such as "example.com"'),
    plural: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'must be the plural of its CRD, such as "widgets"'),
    namespaced: z.boolean().default(true),
    description: z.string().min(1).max(300).optional(),
    family: z.enum(CHECKED_FAMILIES).default('other'),
    reason: Text.optional(),
    grace: Duration.prefault('5m'),
    conditions_at: z.array(Path).max(5).default(['status.conditions']),
    sick: z.array(Rule).min(1).max(20),
    ignore_when: z.array(Test).max(10).prefault([]),
    expires: z
      .object({
        field: Path,
        renewed_from: Path.optional(),
        info: Duration.prefault('30d'),
        warning: Duration.prefault('7d'),
        error: Duration.prefault('1d'),
      })
      .optional(),
    caused_by: z.array(Cause).max(10).default([]),
    owns_workloads: z.boolean().default(true),
    next_steps: z.array(Text).max(5).default([]),
  })
  .superRefine((row, context) => {
    if (row.kind === 'Secret' || row.plural === 'secrets') {
      context.addIssue({ code: 'custom', path: ['kind'], message: 'Secrets are never read, of no group' });
    }
    if (BUILT_IN_GROUPS.has(row.group)) {
      const message = `${row.group} is a group of Kubernetes itself; only custom resources can be added`;
      context.addIssue({ code: 'custom', path: ['group'], message });
    }
    for (const [at, reason] of [
      [['reason'], reasonOf(row)] as const,
      ...row.sick.map((rule, index) => [['sick', index, 'reason'], rule.reason] as const),
    ]) {
      if (reason !== undefined && reasonIn(row.family, reason) === undefined) {
        const message = `must be a reason of the family ${row.family}: ${REASONS[row.family].join(', ')}`;
        context.addIssue({ code: 'custom', path: [...at], message });
      }
    }
  });
type Row = z.infer<typeof Row>;

/** `custom_resources` of `config.yaml`. */
export const CustomResources = z
  .array(Row)
  .max(MAX_ROWS)
  .superRefine((rows, context) => {
    const first = new Map<string, number>();
    for (const [index, { kind, group }] of rows.entries()) {
      const name = `${kind}.${group}`;
      if (first.has(name))
        context.addIssue({ code: 'custom', path: [index, 'kind'], message: `${name} is there twice` });
      first.set(name, index);
    }
  });

/** The rows as checks and the reader use them. The id is the name of the CRD, which no check of ours can have. */
export function customResourcesFrom(rows: readonly Row[]): readonly CustomResourceRow[] {
  return rows.map((row) => {
    const { kind, group, plural, expires } = row;
    const reason = reasonIn(row.family, reasonOf(row)) ?? 'ResourceNotReady';
    return {
      id: `${plural}.${group}`,
      group,
      kind,
      plural,
      namespaced: row.namespaced,
      origin: 'operator',
      family: row.family,
      reason,
      graceMs: row.grace,
      conditions: row.conditions_at.map(placeFrom),
      ignore: row.ignore_when.map((test) => [testFrom(test)]),
      rules: row.sick.map((rule) => ({
        when: [testFrom(rule), ...rule.and.map(testFrom)],
        impact: rule.impact,
        reason: reasonIn(row.family, rule.reason) ?? reason,
        graceMs: rule.grace ?? 0,
        message: rule.message,
        since: rule.since,
        ...(rule.says !== undefined && { says: rule.says }),
      })),
      ...(expires !== undefined && {
        expiry: {
          field: expires.field,
          ...(expires.renewed_from !== undefined && { renewedFrom: expires.renewed_from }),
          steps: [
            { withinMs: expires.error, impact: 'error' },
            { withinMs: expires.warning, impact: 'warning' },
            { withinMs: expires.info, impact: 'info' },
          ],
          reason: row.family === 'certificate' ? 'CertificateExpiring' : reason,
          graceMs: 0,
        },
      }),
      causes: row.caused_by.map(({ at, name, namespace, kind: ofKind, kind_at: kindAt }) => ({
        name,
        kind: ofKind ?? '',
        ...(at !== undefined && { at }),
        ...(namespace !== undefined && { namespace }),
        ...(kindAt !== undefined && { kindAt }),
      })),
      ownsWorkloads: row.owns_workloads,
      sees: row.description ?? `${kind}s of ${group} that are sick as custom_resources in config.yaml says.`,
      cannotSee: 'What its row in config.yaml does not name.',
      nextSteps: row.next_steps,
    };
  });
}

function checkTest(test: Test, context: z.RefinementCtx): void {
  const complain = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
  if ((test.condition === undefined) === (test.field === undefined)) {
    complain('condition', 'give either a condition or a field');
    return;
  }
  const ofField = [test.is, test.is_not, test.is_set].some((given) => given !== undefined);
  const ofCondition = [test.status, test.reasons, test.except_reasons].some((given) => given !== undefined);
  if (test.field !== undefined && !ofField) complain('field', 'needs is, is_not or is_set');
  if (test.field !== undefined && ofCondition) complain('field', 'status and reasons belong to a condition');
  if (test.condition !== undefined && ofField) complain('condition', 'is, is_not and is_set belong to a field');
}

function testFrom(test: Test): SicknessTest {
  const { condition, field, status, reasons, except_reasons: exceptReasons, is, is_not: isNot, is_set: isSet } = test;
  return condition === undefined
    ? {
        field: field ?? '',
        ...(is !== undefined && { is }),
        ...(isNot !== undefined && { isNot }),
        ...(isSet !== undefined && { isSet }),
      }
    : {
        condition,
        ...(status !== undefined && { status }),
        ...(reasons !== undefined && { reasons }),
        ...(exceptReasons !== undefined && { exceptReasons }),
      };
}

/** `status.listeners[].conditions`: each item of the last list is a place of its own, called by its `name`. */
function placeFrom(path: string): ConditionPlace {
  const end = path.lastIndexOf('[].');
  if (end === -1) return { at: path };
  const each = path.slice(0, end + 2);
  return { at: path.slice(end + 3), each, noun: /(\w+)\[\]$/.exec(each)?.[1] ?? '', namedBy: 'name' };
}

/** The row's own, or the only sensible one of its family. */
function reasonOf({ family, reason }: Pick<Row, 'family' | 'reason'>): string {
  return reason ?? (family === 'other' ? 'ResourceNotReady' : '');
}

function reasonIn(family: Family, reason: string | undefined): KnownReason | undefined {
  const reasons: readonly KnownReason[] = REASONS[family];
  return reasons.find((known) => known === reason);
}
