import * as z from 'zod';
import type { ServedKind } from './served-kinds.ts';

const READING = ['get', 'list', 'watch'];
const review = z.looseObject({
  spec: z
    .looseObject({
      resourceAttributes: z
        .looseObject({
          verb: z.string().default(''),
          group: z.string().default(''),
          resource: z.string().default(''),
          subresource: z.string().default(''),
        })
        .optional(),
    })
    .default({}),
});

/** Answers what the account of the demo may do: read everything that is served. `undefined` for any other path. */
export function accessReview(
  path: string,
  body: unknown,
  kinds: readonly ServedKind[],
): Record<string, unknown> | undefined {
  const [, name] = /^\/apis\/authorization\.k8s\.io\/v1\/(selfsubject(?:access|rules)reviews)$/.exec(path) ?? [];
  const parsed = review.safeParse(body);
  if (name === undefined || !parsed.success) return undefined;
  if (name === 'selfsubjectrulesreviews') {
    return { ...parsed.data, status: { incomplete: false, nonResourceRules: [], resourceRules: rules(kinds) } };
  }
  const { verb, group, resource, subresource } = parsed.data.spec.resourceAttributes ?? {
    verb: '',
    group: '',
    resource: '',
    subresource: '',
  };
  const served = kinds.some((kind) => kind.group === group && kind.resource === resource);
  const known = subresource === '' || (resource === 'pods' && subresource === 'log');
  const allowed = served && known && READING.includes(verb);
  return { ...parsed.data, status: allowed ? { allowed } : { allowed, reason: 'the demo may only read' } };
}

function rules(kinds: readonly ServedKind[]): readonly Record<string, unknown>[] {
  const groups = Map.groupBy(kinds, ({ group }) => group);
  return [...groups].map(([group, own]) => ({
    apiGroups: [group],
    resources: [...own.map(({ resource }) => resource), ...(group === '' ? ['pods/log'] : [])],
    verbs: READING,
  }));
}
