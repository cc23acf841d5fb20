import type { APIService } from '../../domain/kubernetes/extension.ts';
import type { Owner } from '../../domain/object-ref.ts';
import { about } from '../about.ts';
import type { Check } from '../check.ts';
import { clause, fields, quoteCondition, quoteField } from '../evidence.ts';
import { ownersBehind } from '../network/endpoints.ts';
import { describeObject, inNamespace } from '../next-steps.ts';
import { condition } from '../pod-state.ts';
import type { View } from '../view.ts';
import { BACKEND_GRACE_MS, BEHIND_KINDS } from './backend.ts';

export const apiServiceUnavailable: Check = {
  id: 'api-service-unavailable',
  family: 'admission',
  sees: 'APIs of extension servers (metrics.k8s.io and the like) that the API server calls unavailable. Not: those that it serves itself.',
  cannotSee: 'Extension servers that answer wrongly.',
  needs: ['APIService'],
  uses: ['Service', ...BEHIND_KINDS],
  worstImpact: 'error',
  graceMs: BACKEND_GRACE_MS,
  run: (view) =>
    view.objects.APIService.flatMap((api) => {
      const { meta, service, group, version } = api;
      const available = condition(api.conditions, 'Available');
      if (service === undefined || meta.deletedAtMs !== undefined || available?.status !== 'False') return [];
      const { namespace, name, port } = service;
      return [
        {
          ...about(view, 'APIService', 'apiregistration.k8s.io/v1', meta),
          family: 'admission',
          reason: 'ApiServiceUnavailable',
          impact: 'error',
          title: `API ${group}/${version} is not available: ${clause(available.message || available.reason)}`,
          onsetAtMs: available.changedAtMs ?? meta.createdAtMs,
          causes: causesOf(view, api),
          evidence: [
            quoteCondition('APIService', meta, available),
            quoteField('APIService', meta, 'spec.service', fields({ namespace, name, port })),
          ],
          nextSteps: [
            describeObject('apiservice', meta),
            describeObject('service', service),
            `kubectl get endpointslices -l kubernetes.io/service-name=${name}${inNamespace(namespace)}`,
          ],
        },
      ];
    }),
};

function causesOf(view: View, { service: target }: APIService): readonly Owner[] {
  if (target === undefined) return [];
  const { namespace, name } = target;
  const service = view.service(namespace, name);
  return [{ kind: 'Service', namespace, name }, ...(service === undefined ? [] : ownersBehind(view, service))];
}
