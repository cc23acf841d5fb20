import { createHash } from 'node:crypto';
import type { CycleResult } from '../cycle/cycle.ts';
import type { Ask } from '../cycle/coordinator.ts';
import { troublesOf, type MonitorState, type Trouble, type TroubleKey } from '../cycle/monitor-trouble.ts';
import type { Delivery } from '../delivery/worker.ts';
import type { MonitorCard } from '../domain/card.ts';
import type { Notice } from '../domain/notice.ts';
import type { Logger } from '../log.ts';
import type { Settings } from '../settings/settings.ts';
import type { OpenMonitorCard } from '../store/monitor-memory.ts';
import type { Store } from '../store/store.ts';
import { isMissingName, sawEverything } from './compare.ts';

export interface MonitorFacts {
  readonly settingsProblem: string | undefined;
  readonly storeMovedAside: string | undefined;
  /** A key is there and agents are switched on. */
  readonly agentsConfigured: boolean;
}

export interface MonitorCards {
  /** One grey message for each trouble of the monitor itself, edited while it lasts and when it is over. */
  readonly tell: (result: CycleResult, ask: Ask, facts: MonitorFacts) => Promise<void>;
  /** The same for mounted files alone, when one of them has changed between two cycles. */
  readonly tellFiles: (files: Pick<MonitorState, 'warnings' | 'settingsProblem'>) => Promise<void>;
}

type Troubles = ReturnType<typeof troublesOf>;

const OF_FILES: ReadonlySet<TroubleKey> = new Set(['definitions', 'settings']);

export function createMonitorCards(parts: {
  readonly store: Pick<Store, 'commitPass' | 'monitorMemory'>;
  readonly delivery: Pick<Delivery, 'wake'>;
  readonly settings: () => Settings;
  readonly now: () => number;
  readonly newNoticeId: () => string;
  readonly log: Logger;
}): MonitorCards {
  const { store, log, now } = parts;
  let open: Map<string, OpenMonitorCard> | undefined;
  let turn: Promise<void> = Promise.resolve();

  const tell = async ({ report, snapshot }: CycleResult, ask: Ask, facts: MonitorFacts): Promise<void> => {
    const missing = report.analysisMissing;
    const troubles = troublesOf({
      gaps: snapshot.gaps,
      read: snapshot.read,
      warnings: report.definitions.warnings,
      // Other cycles look at a part of the cluster.
      names:
        (ask.trigger === 'scheduled' || ask.trigger === 'manual') && sawEverything(snapshot)
          ? report.definitions.warnings.filter(isMissingName)
          : 'unknown',
      settingsProblem: facts.settingsProblem,
      storeMovedAside: facts.storeMovedAside,
      switchedOff: report.switchedOff ?? [],
      agents: {
        due: ask.withAgents && facts.agentsConfigured,
        missing,
        budgetSpent: missing?.includes('budget') ?? false,
      },
    });
    await show(troubles, report.cycle.id);
  };

  const tellFiles = async (files: Pick<MonitorState, 'warnings' | 'settingsProblem'>): Promise<void> => {
    const { present, over } = troublesOf({
      ...files,
      names: 'unknown',
      gaps: [],
      read: [],
      storeMovedAside: undefined,
      switchedOff: [],
      agents: { due: false, missing: undefined, budgetSpent: false },
    });
    const ofFiles = {
      present: present.filter(({ key }) => OF_FILES.has(key)),
      over: over.filter((key) => OF_FILES.has(key)),
    };
    await show(ofFiles, 'reload');
  };

  async function show({ present, over }: Troubles, cycleId: string): Promise<void> {
    open ??= new Map(await store.monitorMemory.load());
    const notices: Notice[] = [];
    const changes = new Map<TroubleKey, OpenMonitorCard | undefined>();
    for (const trouble of present) {
      const shown = createHash('sha256').update(JSON.stringify(trouble)).digest('hex');
      const before = open.get(trouble.key);
      if (before?.shown === shown) continue;
      const subject = before?.subject ?? `monitor:${trouble.key}:${now()}`;
      notices.push(noticeOf(subject, cardOf(trouble, 'trouble')));
      changes.set(trouble.key, { subject, shown });
      log.warn('monitor trouble', { key: trouble.key, headline: trouble.headline, lines: trouble.lines });
    }
    for (const key of over) {
      const before = open.get(key);
      if (before === undefined) continue;
      notices.push(noticeOf(before.subject, cardOf({ key, headline: OVER[key], lines: [] }, 'over')));
      changes.set(key, undefined);
      log.info('monitor trouble is over', { key });
    }
    if (notices.length === 0) return;
    await store.commitPass({ incidents: [], decisions: [], notices, evidence: [], cycleId });
    for (const [key, card] of changes) {
      if (card === undefined) open.delete(key);
      else open.set(key, card);
      await store.monitorMemory.save(key, card);
    }
    parts.delivery.wake();
  }

  function noticeOf(subject: string, card: MonitorCard): Notice {
    const nowMs = now();
    return {
      id: parts.newNoticeId(),
      subject,
      channel: parts.settings().slack.channels.monitor,
      severity: 'monitor',
      content: { kind: 'monitor', card },
      decidedAtMs: nowMs,
      notBeforeMs: nowMs,
    };
  }

  function cardOf({ key, headline, lines }: Trouble, state: MonitorCard['state']): MonitorCard {
    return { key, state, headline, lines, cluster: parts.settings().clusterName, atMs: now() };
  }

  /** One after the other: two cycles may end at the same moment. */
  function inTurn(telling: () => Promise<void>): Promise<void> {
    turn = turn
      .then(telling)
      .catch((error: unknown) => log.warn('monitor trouble could not be recorded', { err: error }));
    return turn;
  }

  return {
    tell: (result, ask, facts) => inTurn(() => tell(result, ask, facts)),
    tellFiles: (files) => inTurn(() => tellFiles(files)),
  };
}

const OVER: Readonly<Record<TroubleKey, string>> = {
  cluster: 'the cluster can be read again',
  permissions: 'everything can be read again',
  definitions: 'all definitions are in use again',
  names: 'everything that CLAUDE.md names is in the cluster',
  settings: 'the settings are in force again',
  switches: 'everything is switched on again',
  model: 'agents work again',
  budget: 'the model budget allows agents again',
  store: 'the database is sound',
};
