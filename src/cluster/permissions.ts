import type { ConfigurationOptions, KubeConfig, ObservableMiddleware } from '@kubernetes/client-node';
import { Observable } from '@kubernetes/client-node/dist/gen/rxjsStub.js';
import pLimit from 'p-limit';
import { messageOf, MonitorError } from '../errors.ts';
import type { GrantedKind } from './kinds.ts';
import { grantedKinds } from './rbac.ts';

/** One question of the permissions report, with its answer. */
export interface Permission {
  /** `Pod`, or `Pod log` for the sub-resource. */
  readonly kind: string;
  readonly verb: 'get' | 'list';
  /** Plural with sub-resource and group, as an RBAC rule is spoken of: `pods`, `deployments.apps`, `pods/log`. */
  readonly resource: string;
  /** '' = the whole cluster. */
  readonly namespace: string;
  readonly allowed: boolean;
  /** Whether it is no problem when it is refused. */
  readonly optional: boolean;
  /** What is lost without it. */
  readonly lost: string;
}

/** What is asked of RBAC, before it is answered. */
export type Question = Omit<Permission, 'allowed'> & {
  readonly group: string;
  readonly plural: string;
  readonly subresource: string;
};

/** May this account do that? */
export type ReviewAccess = (question: Question) => Promise<boolean>;

const REVIEWS_AT_ONCE = 5;

const REVIEW_DEADLINE_MS = 10_000;

/**
 * Everything that a snapshot and the tools need: each kind by `list` and `get`, and logs.
 *
 * @param custom custom resources, besides the built-in kinds
 * @param includedNamespaces with names, namespaced kinds are asked for in each and cluster-wide kinds are out of scope
 */
export function permissionQuestions(
  includedNamespaces: readonly string[] | undefined,
  custom: readonly GrantedKind[] = [],
): readonly Question[] {
  const scoped = includedNamespaces !== undefined && includedNamespaces.length > 0;
  const namespaces = scoped ? includedNamespaces : [''];
  const kinds = [...grantedKinds(), ...custom].filter((kind) => !scoped || kind.namespaced);
  return namespaces.flatMap((namespace) => [
    ...kinds.flatMap((kind) => (['list', 'get'] as const).map((verb) => questionOf(kind, verb, namespace))),
    {
      kind: 'Pod log',
      verb: 'get' as const,
      resource: 'pods/log',
      namespace,
      optional: false,
      lost: 'messages do not quote the last words of a container, and agents cannot read logs',
      group: '',
      plural: 'pods',
      subresource: 'log',
    },
  ]);
}

/** Asks them all; rows in the order of the questions. */
export async function checkPermissions(
  questions: readonly Question[],
  review: ReviewAccess,
): Promise<readonly Permission[]> {
  const limit = pLimit(REVIEWS_AT_ONCE);
  return Promise.all(
    questions.map((question) =>
      limit(async () => {
        const { kind, verb, resource, namespace, optional, lost } = question;
        return { kind, verb, resource, namespace, optional, lost, allowed: await review(question) };
      }),
    ),
  );
}

/**
 * Answers through a review of oneself, which every account may ask for.
 *
 * @returns throws {MonitorError} `CLUSTER_UNREACHABLE`, `CLUSTER_UNAUTHORIZED`, `CLUSTER_REFUSED`
 */
export function createReviewAccess(kubeConfig: KubeConfig): ReviewAccess {
  const server = kubeConfig.getCurrentCluster()?.server ?? '';
  return async ({ group, plural, subresource, verb, namespace }) => {
    const resourceAttributes = { group, resource: plural, subresource, verb, ...(namespace !== '' && { namespace }) };
    const { AuthorizationV1Api } = await import('./typed-apis.ts');
    const authorization = kubeConfig.makeApiClient(AuthorizationV1Api);
    try {
      const { status } = await authorization.createSelfSubjectAccessReview(
        {
          body: {
            apiVersion: 'authorization.k8s.io/v1',
            kind: 'SelfSubjectAccessReview',
            spec: { resourceAttributes },
          },
        },
        withDeadline(),
      );
      return status?.allowed ?? false;
    } catch (cause) {
      throw reviewError(cause, server);
    }
  };
}

/** Plural and group, as an RBAC rule is spoken of: `pods`, `deployments.apps`. */
export function resourceText({ group, resource }: Pick<GrantedKind, 'group' | 'resource'>): string {
  return group === '' ? resource : `${resource}.${group}`;
}

function questionOf(kind: GrantedKind, verb: 'get' | 'list', namespace: string): Question {
  return {
    kind: kind.kind,
    verb,
    resource: resourceText(kind),
    namespace,
    optional: kind.optional,
    lost: kind.lost,
    group: kind.group,
    plural: kind.resource,
    subresource: '',
  };
}

/** client-node's calls have no time limit of their own. */
export function withDeadline(giveUp?: AbortSignal): ConfigurationOptions {
  const deadline: ObservableMiddleware = {
    pre(context) {
      const late = AbortSignal.timeout(REVIEW_DEADLINE_MS);
      context.setSignal(giveUp === undefined ? late : AbortSignal.any([late, giveUp]));
      return new Observable(Promise.resolve(context));
    },
    post: (response) => new Observable(Promise.resolve(response)),
  };
  return { middleware: [deadline], middlewareMergeStrategy: 'append' };
}

/** client-node puts the status into `code`, and a failed connection's reason into `cause`. */
export function reviewError(cause: unknown, server: string): MonitorError {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  if (typeof code === 'number') {
    return code === 401
      ? new MonitorError(
          'CLUSTER_UNAUTHORIZED',
          `the API server at ${server} does not accept the credentials (401): renew the token or certificate in the kubeconfig, or give another with --kubeconfig`,
        )
      : new MonitorError('CLUSTER_REFUSED', `the API server at ${server} answered the access review with ${code}`, {
          retryable: code >= 500 || code === 429,
        });
  }
  const reason = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause;
  const message = `the API server at ${server} cannot be reached: ${messageOf(reason)}; check that it is up, and that this address is its own`;
  return new MonitorError('CLUSTER_UNREACHABLE', message, {
    retryable: true,
    cause: reason,
  });
}
