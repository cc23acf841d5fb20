import {
  LAST_CHANGE,
  type CustomResource,
  type CustomResourceRow,
  type PlacedCondition,
  type SicknessRule,
} from '../../domain/custom-resource.ts';
import type { EvidenceQuote } from '../../domain/evidence.ts';
import type { KnownReason } from '../../domain/finding.ts';
import { IMPACTS, type Impact } from '../../domain/severity.ts';
import { clause, fields, quoteField } from '../evidence.ts';
import { match, type Match } from './matching.ts';

/** What is wrong with one custom resource. */
export interface Verdict {
  readonly reason: KnownReason;
  readonly impact: Impact;
  readonly title: string;
  readonly onsetAtMs: number;
  readonly evidence: readonly EvidenceQuote[];
}

/** More conditions of one object as evidence help nobody. */
const MAX_QUOTES = 4;

/** @returns `undefined` for what is well, left alone, or inside the grace of the rule that speaks */
export function judge(row: CustomResourceRow, object: CustomResource, nowMs: number): Verdict | undefined {
  if (object.meta.deletedAtMs !== undefined) return undefined;
  const isLeftAlone = row.ignore.some((tests) => tests.every((test) => match(test, object, nowMs) !== undefined));
  if (isLeftAlone) return undefined;
  const verdicts = [sicknessOf(row, object, nowMs), expiryOf(row, object, nowMs)].filter(
    (verdict) => verdict !== undefined,
  );
  return verdicts.toSorted((left, right) => IMPACTS.indexOf(left.impact) - IMPACTS.indexOf(right.impact))[0];
}

/** The first rule that holds decides, also when its grace says that it is too early. */
function sicknessOf(row: CustomResourceRow, object: CustomResource, nowMs: number): Verdict | undefined {
  for (const rule of row.rules) {
    const matches = rule.when.map((test) => match(test, object, nowMs));
    const [first] = matches;
    if (first === undefined || matches.includes(undefined)) continue;
    const onsetAtMs = onsetOf(rule, first, object);
    if (nowMs - onsetAtMs < (rule.graceMs ?? 0)) return undefined;
    return {
      reason: rule.reason ?? row.reason,
      impact: rule.impact,
      title: titleOf(rule, first, object),
      onsetAtMs,
      evidence: evidenceOf(rule, first, object),
    };
  }
  return undefined;
}

/** The default conditions of some CRDs say 1970: nothing is older than the object. */
function onsetOf({ since = [] }: SicknessRule, { conditions }: Match, object: CustomResource): number {
  const { createdAtMs } = object.meta;
  const changes = conditions.flatMap(({ changedAtMs }) => changedAtMs ?? []);
  if (changes.length > 0) return Math.max(createdAtMs, Math.min(...changes));
  for (const path of since) {
    const times = path === LAST_CHANGE ? [object.changedAtMs] : timesAt(object, path);
    if (times.length > 0) return Math.max(createdAtMs, ...times);
  }
  return createdAtMs;
}

function timesAt(object: CustomResource, path: string): readonly number[] {
  return (object.values[path] ?? []).map((value) => Date.parse(value)).filter((time) => !Number.isNaN(time));
}

function titleOf(rule: SicknessRule, found: Match, object: CustomResource): string {
  const [condition, ...others] = found.conditions;
  const more = others.length === 0 ? '' : `, and ${String(others.length)} more like it`;
  const text = condition === undefined ? fieldText(rule, found) : conditionText(rule, condition);
  const message = condition?.message || messageOf(rule, object);
  return `${text}${message === '' ? '' : `: ${clause(message)}`}${more}`;
}

function conditionText({ says }: SicknessRule, { of, type, status, reason }: PlacedCondition): string {
  const place = of === '' ? '' : `${of}: `;
  const told = says ?? (status === '' ? type : `${type} is ${status}`);
  return `${place}${told}${reason === '' || reason === type ? '' : ` (${reason})`}`;
}

function fieldText({ says, when: [first] }: SicknessRule, { values = [] }: Match): string {
  if (says !== undefined) return says;
  const field = 'field' in first ? first.field.replace(/^(?:status|spec)\./, '') : '';
  return values.length === 0 ? `${field} is not set` : `${field} is ${clause(values.join(', '))}`;
}

function messageOf({ message = [] }: SicknessRule, object: CustomResource): string {
  return message.map((path) => object.values[path]?.[0] ?? '').find((text) => text !== '') ?? '';
}

function evidenceOf(rule: SicknessRule, found: Match, object: CustomResource): readonly EvidenceQuote[] {
  const { kind, meta } = object;
  const quotes = found.conditions.slice(0, MAX_QUOTES).map(({ of, type, status, reason, message, changedAtMs }) => {
    const path = `${of === '' ? 'status.conditions' : of}[${type}]`;
    return quoteField(kind, meta, path, fields({ status, reason, message }), changedAtMs);
  });
  const paths = [...rule.when.flatMap((test) => ('field' in test ? [test.field] : [])), ...(rule.message ?? [])];
  const values = [...new Set(paths)].flatMap((path) => {
    const value = object.values[path]?.join(', ') ?? '';
    return value === '' ? [] : [quoteField(kind, meta, path, value)];
  });
  return [...quotes, ...values].slice(0, MAX_QUOTES);
}

/** Only what its owner should have renewed by now and did not. */
function expiryOf({ expiry }: CustomResourceRow, object: CustomResource, nowMs: number): Verdict | undefined {
  if (expiry === undefined) return undefined;
  const [endsAtMs] = timesAt(object, expiry.field);
  if (endsAtMs === undefined) return undefined;
  const [renewedFromMs] = expiry.renewedFrom === undefined ? [] : timesAt(object, expiry.renewedFrom);
  const step = expiry.steps.find(({ withinMs }) => endsAtMs - nowMs <= withinMs);
  if (step === undefined || nowMs < (renewedFromMs ?? 0)) return undefined;
  const onsetAtMs = Math.max(object.meta.createdAtMs, renewedFromMs ?? endsAtMs - step.withinMs);
  if (nowMs - onsetAtMs < expiry.graceMs) return undefined;
  const overdue = renewedFromMs === undefined ? '' : `; it should have been renewed at ${timeText(renewedFromMs)}`;
  return {
    reason: expiry.reason,
    impact: step.impact,
    title: `${endsAtMs <= nowMs ? 'expired' : 'expires'} at ${timeText(endsAtMs)}${overdue}`,
    onsetAtMs,
    evidence: [expiry.field, expiry.renewedFrom ?? ''].flatMap((path) => {
      const value = object.values[path]?.[0];
      return value === undefined ? [] : [quoteField(object.kind, object.meta, path, value)];
    }),
  };
}

/** `2026-11-21 18:00 UTC`. */
function timeText(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
