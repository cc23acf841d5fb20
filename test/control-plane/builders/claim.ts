import { eventObject } from './event.ts';
import { metadataOf, type Builder, type KubeObject } from './kube-object.ts';

export interface ClaimBuilder extends Builder {
  in(namespace: string): ClaimBuilder;
  /** `undefined` asks for the default class. */
  storageClass(name: string | undefined): ClaimBuilder;
  /** Nothing provisions it; the event says why. */
  pending(options?: { readonly reason?: string; readonly message?: string; readonly sinceMs?: number }): ClaimBuilder;
  bound(): ClaimBuilder;
  /** The moment that every time counts back from, in Unix milliseconds; the present unless told. */
  at(nowMs: number): ClaimBuilder;
  healthy(): ClaimBuilder;
}

interface ClaimPlan {
  readonly name: string;
  readonly namespace: string;
  readonly storageClassName: string | undefined;
  readonly trouble: { readonly reason: string; readonly message: string } | undefined;
  readonly sinceMs: number;
  readonly nowMs: number;
}

const TEN_MINUTES_MS = 600_000;
const STORAGE = '10Gi';

/** A PersistentVolumeClaim, bound unless told otherwise. */
export function aClaim(name: string): ClaimBuilder {
  const base = { namespace: 'default', storageClassName: 'standard', trouble: undefined };
  return build({ name, ...base, sinceMs: TEN_MINUTES_MS, nowMs: Date.now() });
}

function build(plan: ClaimPlan): ClaimBuilder {
  const change = (changes: Partial<ClaimPlan>): ClaimBuilder => build({ ...plan, ...changes });
  const bound = (): ClaimBuilder => change({ trouble: undefined });
  return {
    in: (namespace) => change({ namespace }),
    storageClass: (storageClassName) => change({ storageClassName }),
    pending: ({
      reason = 'ProvisioningFailed',
      message = `storageclass.storage.k8s.io "${plan.storageClassName}" not found`,
      sinceMs = TEN_MINUTES_MS,
    } = {}) => change({ trouble: { reason, message }, sinceMs }),
    bound,
    healthy: bound,
    at: (nowMs) => change({ nowMs }),
    objects: () => claimObjects(plan),
  };
}

function claimObjects({ trouble, ...plan }: ClaimPlan): KubeObject[] {
  const createdAtMs = plan.nowMs - plan.sinceMs;
  const claim: KubeObject = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: metadataOf({ kind: 'PersistentVolumeClaim', ...plan, createdAtMs }),
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: STORAGE } },
      volumeMode: 'Filesystem',
      ...(plan.storageClassName !== undefined && { storageClassName: plan.storageClassName }),
      ...(trouble === undefined && { volumeName: `pvc-${plan.name}` }),
    },
    status:
      trouble === undefined
        ? { phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: STORAGE } }
        : { phase: 'Pending' },
  };
  if (trouble === undefined) return [claim];
  const source = 'persistentvolume-controller';
  return [
    claim,
    eventObject({ about: claim, ...trouble, source, count: 20, firstAtMs: createdAtMs, lastAtMs: plan.nowMs }),
  ];
}
