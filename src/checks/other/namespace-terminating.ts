import { about } from '../about.ts';
import type { Check } from '../check.ts';
import { clause, fields, quoteCondition, quoteField } from '../evidence.ts';
import { describeObject } from '../next-steps.ts';

/** What the namespace controller says keeps it from finishing. */
const OBSTACLES = new Set([
  'NamespaceDeletionDiscoveryFailure',
  'NamespaceDeletionGroupVersionParsingFailure',
  'NamespaceDeletionContentFailure',
  'NamespaceContentRemaining',
  'NamespaceFinalizersRemaining',
]);

export const namespaceTerminating: Check = {
  id: 'namespace-terminating',
  family: 'other',
  sees: 'Namespaces that have been terminating for 10 minutes or more, and what remains in them or which API does not answer.',
  cannotSee: 'Other objects that wait for their finalizers.',
  needs: ['Namespace'],
  uses: [],
  worstImpact: 'warning',
  graceMs: 10 * 60_000,
  run: (view) =>
    view.objects.Namespace.flatMap(({ meta, conditions }) => {
      const { deletedAtMs } = meta;
      if (deletedAtMs === undefined) return [];
      const obstacles = conditions.filter(({ type, status }) => OBSTACLES.has(type) && status === 'True');
      // What remains says where to look; that something remains says less.
      const telling = obstacles.find(({ type }) => type === 'NamespaceFinalizersRemaining') ?? obstacles[0];
      return [
        {
          ...about(view, 'Namespace', 'v1', meta),
          family: 'other',
          reason: 'NamespaceTerminating',
          impact: 'warning',
          title: `namespace ${meta.name} does not go away${telling === undefined ? '' : `: ${clause(telling.message) || telling.reason}`}`,
          onsetAtMs: deletedAtMs,
          evidence: [
            quoteField(
              'Namespace',
              meta,
              'metadata',
              fields({ deletionTimestamp: new Date(deletedAtMs).toISOString() }),
              deletedAtMs,
            ),
            ...obstacles.map((obstacle) => quoteCondition('Namespace', meta, obstacle)),
          ],
          nextSteps: [
            describeObject('namespace', meta),
            `kubectl api-resources --verbs=list --namespaced -o name | xargs -n 1 kubectl get --show-kind --ignore-not-found -n ${meta.name}`,
          ],
        },
      ];
    }),
};
