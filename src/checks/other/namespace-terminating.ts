import type { Namespace } from '../../domain/kubernetes/cluster.ts';
import type { Condition } from '../../domain/kubernetes/meta.ts';
import type { Owner } from '../../domain/object-ref.ts';
import { about } from '../about.ts';
import type { Check } from '../check.ts';
import { clause, fields, quoteCondition, quoteField } from '../evidence.ts';
import { describeObject } from '../next-steps.ts';
import type { View } from '../view.ts';

/** What the namespace controller says keeps it from finishing, the most telling first: nothing goes on before the first two are mended. */
const OBSTACLES = [
  'NamespaceDeletionDiscoveryFailure',
  'NamespaceDeletionContentFailure',
  'NamespaceDeletionGroupVersionParsingFailure',
  'NamespaceFinalizersRemaining',
  'NamespaceContentRemaining',
];
const MAX_TOLD = 2;

export const namespaceTerminating: Check = {
  id: 'namespace-terminating',
  family: 'other',
  sees: 'Namespaces that have been terminating for 10 minutes or more: which API does not answer, which webhook refuses, or what remains in them with which finalizer.',
  cannotSee: 'Other objects that wait for their finalizers; why whoever should take a finalizer away does not.',
  needs: ['Namespace'],
  uses: ['APIService', 'CustomResourceDefinition', 'ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'],
  worstImpact: 'warning',
  graceMs: 10 * 60_000,
  run: (view) =>
    view.objects.Namespace.flatMap((namespace) => {
      const { meta, conditions } = namespace;
      const { deletedAtMs } = meta;
      if (deletedAtMs === undefined) return [];
      const obstacles = OBSTACLES.flatMap((type) =>
        conditions.filter((candidate) => candidate.type === type && candidate.status === 'True'),
      );
      const why = obstaclesText(namespace, obstacles);
      const resources = remainingResources(obstacles);
      return [
        {
          ...about(view, 'Namespace', 'v1', meta),
          family: 'other',
          reason: 'NamespaceTerminating',
          impact: 'warning',
          title: `namespace ${meta.name} does not go away${why === '' ? '' : `: ${why}`}`,
          onsetAtMs: deletedAtMs,
          evidence: [
            quoteField(
              'Namespace',
              meta,
              'metadata',
              fields({
                deletionTimestamp: new Date(deletedAtMs).toISOString(),
                finalizers: meta.finalizers.join(', '),
              }),
              deletedAtMs,
            ),
            ...obstacles.map((obstacle) => quoteCondition('Namespace', meta, obstacle)),
          ],
          causes: obstacles.flatMap((obstacle) => causesIn(view, obstacle)),
          nextSteps: [
            describeObject('namespace', meta),
            ...(resources.length > 0
              ? resources.map((resource) => `kubectl get ${resource} -n ${meta.name}`)
              : [
                  `kubectl api-resources --verbs=list --namespaced -o name | xargs -n 1 kubectl get --show-kind --ignore-not-found -n ${meta.name}`,
                ]),
          ],
        },
      ];
    }),
};

function obstaclesText({ meta }: Namespace, obstacles: readonly Condition[]): string {
  if (obstacles.length === 0) return meta.finalizers.length === 0 ? '' : `it waits for ${meta.finalizers.join(', ')}`;
  return obstacles
    .slice(0, MAX_TOLD)
    .map(({ message, reason }) => clause(message) || reason)
    .join('; ');
}

/** `Some resources are remaining: kafkas.kafka.strimzi.io has 1 resource instances, pods. has 2 resource instances` */
function remainingResources(obstacles: readonly Condition[]): readonly string[] {
  const remaining = obstacles.find(({ type }) => type === 'NamespaceContentRemaining');
  return [...(remaining?.message ?? '').matchAll(/([a-z0-9][a-z0-9.-]*?)\.? has \d+ resource instances/g)].flatMap(
    ([, resource]) => resource ?? [],
  );
}

/** The APIs and webhooks that the controller complains of; most are quite well, and then they cause nothing. */
function causesIn({ objects }: View, { type, message }: Condition): readonly Owner[] {
  if (type === 'NamespaceDeletionDiscoveryFailure') {
    return [...message.matchAll(/([a-z0-9-]+(?:\.[a-z0-9-]+)+)\/(v\d\w*):/g)].map(([, group = '', version = '']) => ({
      kind: 'APIService',
      namespace: '',
      name: `${version}.${group}`,
    }));
  }
  if (type !== 'NamespaceDeletionContentFailure') return [];
  const [, group, kind] = /conversion webhook for ([^/\s]+)\/\S+, Kind=(\w+)/.exec(message) ?? [];
  const [, webhook] = /failed calling webhook "([^"]+)"/.exec(message) ?? [];
  const kinds = ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'] as const;
  return [
    ...objects.CustomResourceDefinition.filter((one) => one.group === group && one.kind === kind).map(({ meta }) => ({
      kind: 'CustomResourceDefinition',
      namespace: '',
      name: meta.name,
    })),
    ...kinds.flatMap((configuration) =>
      objects[configuration]
        .filter(({ webhooks }) => webhooks.some(({ name }) => name === webhook))
        .map(({ meta }) => ({ kind: configuration, namespace: '', name: meta.name })),
    ),
  ];
}
