import { randomUUID } from 'node:crypto';
import type { SinkOptions } from '../audit/sink.ts';
import type { ClusterAccess } from '../cluster/kubeconfig.ts';
import type { OwnPod } from '../cluster/own-events.ts';
import type { RecordedVerdict } from '../domain/change.ts';
import type { Logger } from '../log.ts';
import type { Redact } from '../redact.ts';
import type { SettingsSource } from '../settings/read-settings.ts';
import type { Store } from '../store/store.ts';
import { createChangeOutlets } from './change-outlets.ts';
import { createSeenChanges, type SeenChanges } from './seen-changes.ts';

/**
 * Joins what is seen of changed files with everybody who is to be told: log, database, metrics, the own pod, `audit.url`. Settings are followed
 * from now on; what hears Markdown and policies is returned.
 */
export async function tellChanges(parts: {
  readonly store: Pick<Store, 'audit' | 'clusterId'>;
  readonly settings: Pick<SettingsSource, 'current' | 'onDecided' | 'subscribe'>;
  readonly access: Pick<ClusterAccess, 'kubeConfig'>;
  readonly ownPod: OwnPod | undefined;
  /** `false`: nothing leaves the process. */
  readonly isTold: boolean;
  readonly metrics: {
    readonly verdicts: (verdicts: readonly RecordedVerdict[], isFirst: boolean) => void;
    readonly auditRows: SinkOptions['onRows'];
    readonly auditBuffered: SinkOptions['onBuffered'];
  };
  readonly redact: Redact;
  readonly now: () => number;
  readonly log: Logger;
}): Promise<SeenChanges & AsyncDisposable> {
  const { store, settings, metrics, isTold, redact, now, log } = parts;
  const outlets = createChangeOutlets({
    ownPod: isTold ? parts.ownPod : undefined,
    kubeConfig: parts.access.kubeConfig,
    sink: {
      settings: () => {
        const { audit } = settings.current();
        return isTold ? audit : { ...audit, url: undefined };
      },
      cluster: () => ({ id: store.clusterId(), name: settings.current().clusterName }),
      onRows: metrics.auditRows,
      onBuffered: metrics.auditBuffered,
    },
    onVerdicts: metrics.verdicts,
    redact,
    now,
    log,
  });
  const seen = await createSeenChanges({
    store,
    settings: () => settings.current(),
    onVerdicts: outlets.tell,
    newId: randomUUID,
    redact,
    now,
    log,
  });
  settings.onDecided(seen.settings);
  settings.subscribe(outlets.follow);
  const settled = async (): Promise<void> => {
    await Promise.all([seen.settled(), outlets.settled()]);
  };
  return {
    ...seen,
    settled,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([settled(), outlets[Symbol.asyncDispose]()]);
    },
  };
}
