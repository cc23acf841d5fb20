import { metadataOf, type Builder } from './kube-object.ts';

/** For raw objects and fresh clusters; a test on the shared server takes `uniqueNamespace`. */
export function aNamespace(name: string, labels: Readonly<Record<string, string>> = {}, nowMs = Date.now()): Builder {
  const builder: Builder = {
    healthy: () => builder,
    objects: () => [
      {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: metadataOf({
          kind: 'Namespace',
          name,
          namespace: '',
          createdAtMs: nowMs,
          labels: { 'kubernetes.io/metadata.name': name, ...labels },
        }),
        spec: { finalizers: ['kubernetes'] },
        status: { phase: 'Active' },
      },
    ],
  };
  return builder;
}
