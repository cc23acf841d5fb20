import type { Condition, LabelSelector, ObjectMeta, OwnerReference } from '../../domain/kubernetes/meta.ts';
import { count, fields, flag, instant, MalformedField, many, text, textMap, texts, type Raw } from './fields.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** @throws {MalformedField} also when the name is missing: an object without one cannot be told to anybody */
export function projectMeta(object: Raw, namespaced: boolean): ObjectMeta {
  const meta = fields(object['metadata'], 'metadata');
  const name = text(meta['name'], 'metadata.name');
  const namespace = text(meta['namespace'], 'metadata.namespace');
  if (name === '') throw new MalformedField('metadata.name is missing');
  if (namespaced && namespace === '') throw new MalformedField('metadata.namespace is missing');
  return {
    namespace,
    name,
    uid: text(meta['uid'], 'metadata.uid'),
    resourceVersion: text(meta['resourceVersion'], 'metadata.resourceVersion'),
    generation: count(meta['generation'], 'metadata.generation'),
    createdAtMs: instant(meta['creationTimestamp'], 'metadata.creationTimestamp') ?? 0,
    deletedAtMs: instant(meta['deletionTimestamp'], 'metadata.deletionTimestamp'),
    labels: textMap(meta['labels'], 'metadata.labels'),
    annotations: withoutLastApplied(textMap(meta['annotations'], 'metadata.annotations')),
    finalizers: texts(meta['finalizers'], 'metadata.finalizers'),
    owners: many(meta['ownerReferences'], 'metadata.ownerReferences', projectOwner),
  };
}

/** What `kubectl apply` keeps: as long as the object itself, and full of values that nobody meant to show. */
function withoutLastApplied(annotations: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (annotations[LAST_APPLIED] === undefined) return annotations;
  const { [LAST_APPLIED]: _dropped, ...rest } = annotations;
  return rest;
}

function projectOwner(owner: Raw): OwnerReference {
  return {
    apiVersion: text(owner['apiVersion'], 'ownerReferences.apiVersion'),
    kind: text(owner['kind'], 'ownerReferences.kind'),
    name: text(owner['name'], 'ownerReferences.name'),
    uid: text(owner['uid'], 'ownerReferences.uid'),
    controller: flag(owner['controller'], 'ownerReferences.controller'),
  };
}

export function projectConditions(status: Raw): readonly Condition[] {
  return many(status['conditions'], 'status.conditions', projectCondition);
}

function projectCondition(condition: Raw): Condition {
  return {
    type: text(condition['type'], 'conditions.type'),
    status: text(condition['status'], 'conditions.status'),
    reason: text(condition['reason'], 'conditions.reason'),
    message: text(condition['message'], 'conditions.message'),
    changedAtMs: instant(condition['lastTransitionTime'], 'conditions.lastTransitionTime'),
    updatedAtMs: instant(condition['lastUpdateTime'], 'conditions.lastUpdateTime'),
  };
}

export function projectSelector(value: unknown): LabelSelector {
  const selector = fields(value, 'selector');
  return {
    matchLabels: textMap(selector['matchLabels'], 'selector.matchLabels'),
    matchExpressions: many(selector['matchExpressions'], 'selector.matchExpressions', (expression) => ({
      key: text(expression['key'], 'matchExpressions.key'),
      operator: text(expression['operator'], 'matchExpressions.operator'),
      values: texts(expression['values'], 'matchExpressions.values'),
    })),
  };
}
