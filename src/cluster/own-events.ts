import type { KubeConfig } from '@kubernetes/client-node';
import type { Logger } from '../log.ts';
import { withDeadline } from './permissions.ts';

/** The pod that the process itself runs in, by the downward API. */
export interface OwnPod {
  readonly name: string;
  readonly namespace: string;
  /** Without it `kubectl describe pod` does not find the event. */
  readonly uid: string | undefined;
}

/** What `kubectl get events` shows of the monitor itself. */
export interface OwnEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: 'ConfigReloaded' | 'ConfigRejected';
  /** Cut at the 1,024 characters that the API server takes. */
  readonly message: string;
}

/** Writes events on the monitor's own pod, where RBAC grants it. With access reviews of itself the only thing that is ever sent besides reads. */
export interface OwnEvents extends AsyncDisposable {
  /** Returns at once, and never throws: an event that cannot be written is lost, and said. */
  post(event: OwnEvent): void;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
}

const COMPONENT = 'k8s-monitor';
const MOST_CHARACTERS = 1_024;
/** Events that wait for an API server that hangs; more are lost. */
const MOST_WAITING = 20;
/** Of the 30 s that a stopping pod has, for all that wait. */
const LAST_MS = 3_000;

/**
 * Asks once whether it may, at the first event. What was refused stays off until the process starts again, and is said once.
 *
 * @param options.random 8 hex digits or more, which make the name of an event its own
 * @param options.lastMs for what is under way when it is disposed
 */
export function createOwnEvents(options: {
  readonly kubeConfig: KubeConfig;
  readonly pod: OwnPod;
  readonly random: () => string;
  /** Unix time in milliseconds. */
  readonly now: () => number;
  readonly log: Logger;
  readonly lastMs?: number;
}): OwnEvents {
  const { kubeConfig, pod, log, lastMs = LAST_MS } = options;
  const giveUp = new AbortController();
  let grant: 'unasked' | 'granted' | 'refused' = 'unasked';
  let waiting = 0;
  let posting: Promise<void> = Promise.resolve();

  async function write(event: OwnEvent): Promise<void> {
    if (grant === 'unasked') grant = (await mayWrite()) ? 'granted' : refusedOnce();
    if (grant === 'refused') return;
    const body = bodyOf(event, pod, options.now(), options.random());
    try {
      const { CoreV1Api } = await import('./typed-apis.ts');
      const core = kubeConfig.makeApiClient(CoreV1Api);
      await core.createNamespacedEvent({ namespace: pod.namespace, body }, withDeadline(giveUp.signal));
    } catch (error) {
      if (statusOf(error) !== 403) throw error;
      grant = refusedOnce();
    }
  }

  async function mayWrite(): Promise<boolean> {
    const resourceAttributes = { group: '', resource: 'events', verb: 'create', namespace: pod.namespace };
    const body = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes },
    };
    const { AuthorizationV1Api } = await import('./typed-apis.ts');
    const authorization = kubeConfig.makeApiClient(AuthorizationV1Api);
    const { status } = await authorization.createSelfSubjectAccessReview({ body }, withDeadline(giveUp.signal));
    return status?.allowed ?? false;
  }

  function refusedOnce(): 'refused' {
    const remedy = 'apply k8s/optional/events-rbac.yaml and restart the pod, if events are wanted';
    log.info('no events are written on the own pod', { namespace: pod.namespace, remedy });
    return 'refused';
  }

  return {
    post: (event) => {
      if (grant === 'refused' || waiting >= MOST_WAITING) return;
      waiting += 1;
      posting = posting
        .then(() => write(event))
        .catch((error: unknown) => log.warn('an event could not be written', { reason: event.reason, err: error }))
        .finally(() => {
          waiting -= 1;
        });
    },
    settled: () => posting,
    [Symbol.asyncDispose]: async () => {
      const late = setTimeout(() => giveUp.abort(), lastMs);
      await posting;
      clearTimeout(late);
    },
  };
}

function bodyOf({ type, reason, message }: OwnEvent, { name, namespace, uid }: OwnPod, nowMs: number, random: string) {
  const at = new Date(nowMs);
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${random}`, namespace },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', name, namespace, ...(uid !== undefined && { uid }) },
    type,
    reason,
    message: message.length > MOST_CHARACTERS ? `${message.slice(0, MOST_CHARACTERS - 1)}…` : message,
    source: { component: COMPONENT },
    reportingComponent: COMPONENT,
    reportingInstance: name,
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
  };
}

function statusOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
