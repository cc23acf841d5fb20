import type { LimitRange, ResourceQuota } from '../../domain/kubernetes/quota.ts';
import { fields, many, quantities, text, type Raw } from './fields.ts';
import { projectMeta } from './meta.ts';

export function projectQuota(object: Raw): ResourceQuota {
  const status = fields(object['status'], 'status');
  return {
    meta: projectMeta(object, true),
    hard: quantities(status['hard'], 'status.hard'),
    used: quantities(status['used'], 'status.used'),
  };
}

export function projectLimitRange(object: Raw): LimitRange {
  return {
    meta: projectMeta(object, true),
    limits: many(fields(object['spec'], 'spec')['limits'], 'spec.limits', (limit) => ({
      type: text(limit['type'], 'limits.type'),
      min: quantities(limit['min'], 'limits.min'),
      max: quantities(limit['max'], 'limits.max'),
    })),
  };
}
