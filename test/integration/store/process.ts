import { silentLog } from '../../../src/log.ts';
import { openStore } from '../../../src/store/store.ts';
import { aCard, aDecision, anIncident, NOW_MS } from '../../unit/store/builders.ts';

/** A process that works on a store as the monitor does: `FILE hold` keeps it open, `FILE work [N]` ends itself at the Nth step,
 * `FILE unprivileged` tries without the rights of root. */
const [, , file = '', mode = '', killAt = '0'] = process.argv;
let steps = 0;
const step = (name: string): void => {
  steps += 1;
  process.stdout.write(`${name}\n`);
  if (steps === Number(killAt)) process.kill(process.pid, 'SIGKILL');
};

if (mode === 'unprivileged' && process.getuid?.() === 0) process.seteuid?.(65_532);

const store = await openStore({ at: { file }, now: () => NOW_MS, log: silentLog, redact: (text) => text, step });
await store.identify('cluster-1');

if (mode === 'hold') {
  process.stdout.write('holding\n');
  setInterval(() => undefined, 60_000);
} else {
  const { incidents } = await store.loadIncidents(NOW_MS);
  const notice = {
    subject: 'INC-1',
    channel: '#a',
    severity: 'SEV-2',
    decidedAtMs: NOW_MS,
    notBeforeMs: NOW_MS,
  } as const;
  const incident = anIncident({ id: 'INC-1' });
  // The second pass only follows a first that is on disk: what was decided is not decided again.
  if (incidents.length === 0) {
    await store.commitPass({
      incidents: [incident],
      decisions: [aDecision({ incidentId: 'INC-1' })],
      notices: [
        { ...notice, id: 'n1', content: aCard() },
        { ...notice, id: 'n2', content: { kind: 'evidence', lines: ['[e1] Pod: exit code 1'] } },
      ],
      evidence: [{ id: 'e1', source: 'Pod', quote: 'exit code 1' }],
      cycleId: 'cycle-1',
    });
  }
  await deliver();
  if (incidents[0]?.state !== 'resolved') {
    await store.commitPass({
      incidents: [{ ...incident, state: 'resolved', resolvedAtMs: NOW_MS }],
      decisions: [aDecision({ incidentId: 'INC-1', reason: 'resolved' })],
      notices: [{ ...notice, id: 'n3', content: aCard({ state: 'resolved' }) }],
      evidence: [],
      cycleId: 'cycle-2',
    });
  }
  await deliver();
  await store[Symbol.asyncDispose]();
  process.stdout.write('done\n');
}

async function deliver(): Promise<void> {
  for (;;) {
    const [row] = await store.outbox.due(NOW_MS, 1);
    if (row === undefined) return;
    await store.outbox.markSending(row.sequence, NOW_MS);
    process.stdout.write(`sent ${row.notice.id}\n`);
    await store.outbox.markSent(row.sequence, NOW_MS, { channelId: 'C1', ts: '1.1', evidenceTs: undefined });
  }
}
