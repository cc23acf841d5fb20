import { randomBytes } from 'node:crypto';
import type { ClusterAccess } from '../cluster/kubeconfig.ts';
import { createOwnEvents, type OwnPod } from '../cluster/own-events.ts';
import type { RecordedVerdict } from '../domain/change.ts';
import type { Logger } from '../log.ts';
import type { Redact } from '../redact.ts';
import { changeEvents } from './change-events.ts';

/** Where changed files are told besides log, report and database. */
export interface ChangeOutlets extends AsyncDisposable {
  /** @param isFirst of the first start of an installation, which changed nothing */
  readonly tell: (verdicts: readonly RecordedVerdict[], isFirst: boolean) => void;
  /** Resolves when nothing is under way. */
  readonly settled: () => Promise<void>;
}

export function createChangeOutlets(parts: {
  /** `undefined`: not in a pod, or nobody is to be told. */
  readonly ownPod: OwnPod | undefined;
  readonly kubeConfig: ClusterAccess['kubeConfig'];
  readonly onVerdicts: (verdicts: readonly RecordedVerdict[], isFirst: boolean) => void;
  readonly redact: Redact;
  readonly now: () => number;
  readonly log: Logger;
}): ChangeOutlets {
  const { ownPod, kubeConfig, redact, now, log } = parts;
  const events =
    ownPod === undefined
      ? undefined
      : createOwnEvents({ kubeConfig, pod: ownPod, random: () => randomBytes(8).toString('hex'), now, log });
  const settled = async (): Promise<void> => events?.settled();
  return {
    tell: (verdicts, isFirst) => {
      parts.onVerdicts(verdicts, isFirst);
      if (isFirst) return;
      for (const event of changeEvents(verdicts)) events?.post({ ...event, message: redact(event.message) });
    },
    settled,
    [Symbol.asyncDispose]: settled,
  };
}
