import { expect, test } from 'vitest';
import type { PassInput } from '../../../src/cycle/steps.ts';
import type { Notice } from '../../../src/domain/notice.ts';
import { MonitorError } from '../../../src/errors.ts';
import { silentLog } from '../../../src/log.ts';
import { createDecideAndRecord } from '../../../src/wiring/decide-and-record.ts';
import { LOG_LIMITS } from '../../../src/wiring/quote-logs.ts';
import { aSnapshot } from '../../builders/kubernetes.ts';
import { settingsOf } from '../../builders/settings.ts';
import { definitionsOf } from '../definitions/fixtures.ts';
import { aFinding, anOutcome, MINUTE_MS, MORNING_MS } from '../incidents/builders.ts';

const FULL = new MonitorError('STORE_UNUSABLE', 'the disk is full');
const settings = settingsOf();
const definitions = definitionsOf('');

/** A disk that reads and takes nothing until it has room again. */
function aMonitor(options: { readonly slackAnswers: () => boolean }) {
  const state = { full: true, nowMs: MORNING_MS, committed: 0, notices: 0 };
  const told: Notice[] = [];
  const write = (): Promise<void> => (state.full ? Promise.reject(FULL) : Promise.resolve());
  const decideAndRecord = createDecideAndRecord({
    store: {
      clusterId: () => 'c1',
      identify: () => Promise.resolve(),
      loadIncidents: () => Promise.resolve({ incidents: [], inSevenDays: new Map() }),
      commitPass: async ({ notices }) => {
        await write();
        state.committed += 1;
        state.notices += notices.length;
      },
      nextIncidentNumber: () => 1,
      probe: write,
    },
    delivery: {
      wake: () => undefined,
      tellUnrecorded: (notice) => {
        told.push(notice);
        return Promise.resolve(options.slackAnswers());
      },
    },
    settings: () => settings,
    pinNow: () => Promise.resolve(definitions),
    readLog: () => Promise.reject(new Error('no finding here has a log')),
    logLimits: LOG_LIMITS,
    redact: (text) => text,
    now: () => state.nowMs,
    newNoticeId: () => `n${told.length}`,
    agentsMissing: () => 'no key',
    onStoreTrouble: () => undefined,
    onNotices: () => undefined,
    log: silentLog,
  });
  const patrol = async () => {
    state.nowMs += 5 * MINUTE_MS;
    const input: PassInput = {
      cycleId: `c${state.nowMs}`,
      trigger: 'patrol',
      pass: 1,
      definitions,
      snapshot: aSnapshot({}, { takenAtMs: state.nowMs, cluster: { id: 'c1', name: 'c', version: '' } }),
      checked: { findings: [], outcomes: [anOutcome()] },
      findings: [aFinding()],
      agents: undefined,
      focus: undefined,
      analysis: { expected: false, missing: undefined },
    };
    const { decisions } = await decideAndRecord(input);
    return decisions.map(({ told: isTold, reason }) => (isTold ? reason : `not told: ${reason}`));
  };
  return { state, told, patrol };
}

test('on a full disk that can still be read, an incident is told from memory once and not at every patrol', async () => {
  const { told, patrol } = aMonitor({ slackAnswers: () => true });

  expect([await patrol(), await patrol(), await patrol()]).toEqual([
    ['first-seen'],
    ['not told: ongoing'],
    ['not told: ongoing'],
  ]);
  expect(new Set(told.map(({ subject }) => subject)).size).toBe(1);
});

test('what Slack did not take either is tried again at the next patrol', async () => {
  let answers = false;
  const { told, patrol } = aMonitor({ slackAnswers: () => answers });

  expect(await patrol()).toEqual(['first-seen']);
  answers = true;
  expect(await patrol()).toEqual(['first-seen']);
  expect(await patrol()).toEqual(['not told: ongoing']);
  expect(told.length).toBeGreaterThanOrEqual(2);
});

test('when there is room again, what was told from memory is recorded and goes through the outbox', async () => {
  const { state, patrol } = aMonitor({ slackAnswers: () => true });
  await patrol();
  state.full = false;

  expect(await patrol()).toEqual(['first-seen']);
  expect(state).toMatchObject({ committed: 1, notices: 2 });
});
