import { randomBytes } from 'node:crypto';
import type { ClusterAccess } from '../cluster/kubeconfig.ts';
import { createOwnEvents, type OwnPod } from '../cluster/own-events.ts';
import { createAuditSink, type SinkOptions, type SinkRow } from '../audit/sink.ts';
import type { RecordedVerdict } from '../domain/change.ts';
import type { Logger } from '../log.ts';
import type { Redact } from '../redact.ts';
import { changeEvents } from './change-events.ts';

/** Where changed files are told besides log, report and database. */
export interface ChangeOutlets extends AsyncDisposable {
  /** @param isFirst of the first start of an installation, which changed nothing */
  readonly tell: (verdicts: readonly RecordedVerdict[], isFirst: boolean) => void;
  /** After the settings have changed. */
  readonly follow: () => void;
  /** Resolves when no event is under way. */
  readonly settled: () => Promise<void>;
}

export function createChangeOutlets(parts: {
  /** `undefined`: not in a pod, or nobody is to be told. */
  readonly ownPod: OwnPod | undefined;
  readonly kubeConfig: ClusterAccess['kubeConfig'];
  /** Where rows are posted, and how many wait at most. */
  readonly sink: Pick<SinkOptions, 'settings' | 'cluster' | 'onRows' | 'onBuffered'>;
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
  const sink = createAuditSink({ ...parts.sink, random: Math.random, now, log });
  return {
    tell: (verdicts, isFirst) => {
      parts.onVerdicts(verdicts, isFirst);
      sink.add(verdicts.map((verdict) => sinkRow(verdict, redact)));
      if (isFirst) return;
      for (const event of changeEvents(verdicts)) events?.post({ ...event, message: redact(event.message) });
    },
    follow: () => sink.follow(),
    settled: async () => events?.settled(),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([events?.[Symbol.asyncDispose](), sink[Symbol.asyncDispose]()]);
    },
  };
}

/** What leaves the process passes the redactor, text by text, so that it stays what it is. */
function sinkRow({ atMs, ...verdict }: RecordedVerdict, redact: Redact): SinkRow {
  return {
    ...verdict,
    at: new Date(atMs).toISOString(),
    file: redact(verdict.file),
    ...(verdict.message !== undefined && { message: redact(verdict.message) }),
    changes: verdict.changes.map((change) => ({ ...change, file: redact(change.file), words: redact(change.words) })),
  };
}
