import { about } from '../about.ts';
import type { Check } from '../check.ts';
import { fields, quoteField } from '../evidence.ts';
import { describeObject } from '../next-steps.ts';
import { BACKEND_GRACE_MS, BACKEND_KINDS, BEHIND_KINDS, backendTrouble } from './backend.ts';
import { CRD_VERSION } from './crd-not-established.ts';

export const conversionUnavailable: Check = {
  id: 'conversion-unavailable',
  family: 'admission',
  sees: 'Custom resource definitions of several versions whose conversion webhook has a Service that does not exist, has no ready endpoint or not the port: objects of the other version cannot be read, nor deleted with their namespace. Not: definitions of a single version, which nothing converts.',
  cannotSee: 'Conversion webhooks behind a URL, and those that answer wrongly.',
  needs: ['CustomResourceDefinition', ...BACKEND_KINDS],
  uses: BEHIND_KINDS,
  worstImpact: 'error',
  graceMs: BACKEND_GRACE_MS,
  run: (view) =>
    view.objects.CustomResourceDefinition.flatMap((definition) => {
      const { meta, kind, group, resource, servedVersions, storedVersions, conversionService } = definition;
      const versions = [...new Set([...servedVersions, ...storedVersions])];
      if (conversionService === undefined || versions.length < 2 || meta.deletedAtMs !== undefined) return [];
      const trouble = backendTrouble(view, conversionService);
      if (trouble === undefined) return [];
      const { namespace, name } = conversionService;
      return [
        {
          ...about(view, 'CustomResourceDefinition', CRD_VERSION, meta),
          family: 'admission',
          reason: 'ConversionUnavailable',
          impact: 'error',
          title: `custom resource ${kind} (${resource}.${group}) cannot be converted between ${versions.join(' and ')}: ${trouble.problem}`,
          onsetAtMs: Math.max(trouble.sinceMs ?? meta.createdAtMs, meta.createdAtMs),
          causes: trouble.causes,
          evidence: [
            quoteField('CustomResourceDefinition', meta, 'spec.conversion.webhook', fields({ namespace, name })),
            ...trouble.evidence,
          ],
          nextSteps: [...trouble.nextSteps, describeObject('customresourcedefinition', meta)],
        },
      ];
    }),
};
