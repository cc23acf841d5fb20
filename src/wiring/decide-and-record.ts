import type { LogLimits, ReadLog } from '../container-logs/read-lines.ts';
import type { CycleSteps, PassInput, PassResult } from '../cycle/steps.ts';
import type { Delivery } from '../delivery/worker.ts';
import type { Definitions } from '../domain/definitions.ts';
import type { AssessedFinding } from '../domain/finding.ts';
import type { Incident } from '../domain/incident.ts';
import type { Notice } from '../domain/notice.ts';
import type { Scope } from '../domain/replay.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { MonitorError } from '../errors.ts';
import { fingerprint, incidentId } from '../incidents/identity.ts';
import type { DecisionInput, DecisionOutcome } from '../incidents/input.ts';
import type { Logger } from '../log.ts';
import type { Redact } from '../redact.ts';
import type { Settings } from '../settings/settings.ts';
import { redacted } from '../store/redacted.ts';
import type { Store } from '../store/store.ts';
import { decidingSettingsOf, decisionInputOf } from './decision-input.ts';
import { decideWithLogs } from './quote-logs.ts';
import { createRecordForReplay } from './record-for-replay.ts';

export interface RecordParts {
  readonly store: Pick<
    Store,
    'clusterId' | 'identify' | 'loadIncidents' | 'commitPass' | 'nextIncidentNumber' | 'probe'
  >;
  readonly delivery: Pick<Delivery, 'wake' | 'tellUnrecorded'>;
  readonly settings: () => Settings;
  /** The definitions now in force: a passage that was quoted must stand in them too. */
  readonly pinNow: () => Promise<Definitions>;
  readonly readLog: ReadLog;
  readonly logLimits: LogLimits;
  readonly redact: Redact;
  readonly now: () => number;
  readonly newNoticeId: () => string;
  readonly agentsMissing: () => string | undefined;
  readonly onStoreTrouble: (error: MonitorError | undefined) => void;
  readonly onNotices: (notices: readonly Notice[]) => void;
  readonly log: Logger;
}

/**
 * The step that decides, quotes the logs behind what it tells, and puts incidents, decisions, evidence and outbox rows on disk together before anybody is told.
 *
 * Where the disk takes nothing, a SEV-1/2 is told from memory, marked as not recorded, and the process is not ready.
 */
export function createDecideAndRecord(parts: RecordParts): CycleSteps['decideAndRecord'] {
  const { store, delivery, log, now } = parts;
  /** What the last pass knew, for the time in which the store cannot be read or takes nothing. */
  let remembered: readonly Incident[] = [];
  let unwritten = false;
  const recordForReplay = createRecordForReplay(parts.redact);

  return async (input) => {
    const { id } = input.snapshot.cluster;
    if (id !== '') {
      const within = ({ owner, family }: Incident): string => fingerprint(id, owner, family);
      await unlessUnusable(() => store.identify(id, within), undefined);
    }
    const known = await unlessUnusable(async () => {
      // A full disk still reads: what stands there knows nothing of what was told from memory, and would make it first-seen for ever.
      if (unwritten) await store.probe();
      return (await store.loadIncidents(now())).incidents;
    }, remembered);
    const decided = await decisionInput(input, known.value, parts);
    const opened: string[] = [];
    const nextIncidentId = (): string => {
      const incident = decided.nextIncidentId();
      opened.push(incident);
      return incident;
    };
    const { outcome, findings, logs } = await decideWithLogs(
      { ...decided, nextIncidentId },
      {
        ...parts,
        limits: { ...parts.logLimits, totalMs: parts.settings().enrichment.timeoutMs },
        log: log.child({ cycle: input.cycleId }),
      },
    );
    remembered = [...outcome.incidents];
    let trouble = known.trouble;
    try {
      await store.commitPass({
        incidents: outcome.changed,
        decisions: outcome.decisions,
        notices: outcome.notices,
        evidence: evidenceOf(findings, input),
        cycleId: input.cycleId,
      });
      unwritten = false;
    } catch (error) {
      trouble = asStoreTrouble(error);
      unwritten = true;
      const untold = await tellFromMemory(outcome.notices);
      remembered = outcome.incidents.flatMap((incident) =>
        untold.has(incident.id) ? known.value.filter(({ id }) => id === incident.id) : [incident],
      );
    }
    parts.onStoreTrouble(trouble);
    parts.onNotices(outcome.notices);
    delivery.wake();
    logDecisions(outcome, log.child({ cycle: input.cycleId }));
    return {
      findings,
      logs,
      decisions: outcome.decisions,
      incidents: outcome.incidents,
      recheckAtMs: outcome.recheckAtMs,
      recorded: {
        clusterId: decided.clusterId,
        settings: decidingSettingsOf(parts.settings()),
        scope: scopeOf(input.snapshot),
        pass: recordForReplay(input, decided, opened, outcome),
      },
    } satisfies PassResult;
  };

  /** @returns subjects that nobody could be told about: the next pass must try anew */
  async function tellFromMemory(notices: readonly Notice[]): Promise<ReadonlySet<string>> {
    const untold = new Set<string>();
    for (const notice of notices) {
      if (notice.content.kind !== 'card' || (notice.severity !== 'SEV-1' && notice.severity !== 'SEV-2')) continue;
      const { card } = notice.content;
      const lead = ['Not recorded: the monitor cannot write to its store.', card.lead]
        .filter((part) => part !== undefined)
        .join(' ');
      // The store would have done it on the way in.
      const content = redacted({ kind: 'card' as const, card: { ...card, lead } }, parts.redact);
      if (!(await delivery.tellUnrecorded({ ...notice, content }))) untold.add(notice.subject);
    }
    return untold;
  }
}

async function unlessUnusable<Value>(
  work: () => Promise<Value>,
  instead: Value,
): Promise<{ readonly value: Value; readonly trouble: MonitorError | undefined }> {
  try {
    return { value: await work(), trouble: undefined };
  } catch (error) {
    return { value: instead, trouble: asStoreTrouble(error) };
  }
}

/** @throws everything that is no trouble of the store: a bug */
function asStoreTrouble(error: unknown): MonitorError {
  if (error instanceof MonitorError && error.code === 'STORE_UNUSABLE') return error;
  throw error;
}

async function decisionInput(input: PassInput, known: readonly Incident[], parts: RecordParts): Promise<DecisionInput> {
  const { definitions, snapshot } = input;
  const nowMs = parts.now();
  return decisionInputOf({
    clusterId: snapshot.cluster.id === '' ? parts.store.clusterId() : snapshot.cluster.id,
    cycleId: input.cycleId,
    pass: input.pass,
    nowMs,
    findings: input.findings,
    known,
    outcomes: input.checked.outcomes,
    snapshotAtMs: snapshot.takenAtMs,
    scope: scopeOf(snapshot),
    agents: input.agents,
    focus: input.focus,
    analysis: {
      expected: input.analysis.expected,
      available: parts.agentsMissing() === undefined,
      missing: input.analysis.missing,
    },
    settings: decidingSettingsOf(parts.settings()),
    given: definitions,
    inForce: input.pass === 1 ? definitions : await parts.pinNow(),
    nextIncidentId: () => incidentId(nowMs, parts.store.nextIncidentNumber(nowMs)),
    nextNoticeId: parts.newNoticeId,
  });
}

function scopeOf({ includedNamespaces, excludedNamespaces }: Snapshot): Scope {
  return {
    ...(includedNamespaces !== undefined && { included: includedNamespaces }),
    excluded: excludedNamespaces,
  };
}

function evidenceOf(findings: readonly AssessedFinding[], input: PassInput) {
  const byId = new Map(findings.flatMap((finding) => finding.evidence).map((quote) => [quote.id, quote]));
  for (const quote of input.agents?.evidence ?? []) byId.set(quote.id, quote);
  return [...byId.values()];
}

function logDecisions(outcome: DecisionOutcome, log: Logger): void {
  for (const decision of outcome.decisions) {
    const fields = {
      incident: decision.incidentId,
      told: decision.told,
      reason: decision.reason,
      severity: decision.severity,
      detail: decision.detail,
      revision: decision.revision,
    };
    if (decision.reason === 'ongoing') log.debug('decision', fields);
    else log.info('decision', fields);
  }
}
