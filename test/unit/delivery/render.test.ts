import { expect, test } from 'vitest';
import { LATE_AFTER_MS } from '../../../src/delivery/card-words.ts';
import type { Block } from '../../../src/delivery/slack/blocks.ts';
import { renderNotice } from '../../../src/delivery/slack/render.ts';
import type { Notice } from '../../../src/domain/notice.ts';
import { aCard, aMonitorCard, anAnalysedCard, aNotice, NOW_MS } from './builders.ts';

test('an alert straight from the checks says what is down, where, since when, and that analysis is pending', () => {
  expect(shown(aNotice({ kind: 'card', card: aCard() }))).toMatchInlineSnapshot(`
    "🔴 SEV-1 prod-eu1 payments/checkout-api: 0 of 3 replicas ready (CrashLoopBackOff) since 12:41 UTC
    ---
    🔴 SEV-1 · payments/checkout-api: 0 of 3 replicas ready
    ---
    *prod-eu1* · ns \`payments\` · \`Deployment/checkout-api\` · tier P0 · production · CrashLoopBackOff · since <!date^1795264860^{time}|12:41 UTC> · 2 cycles · rule
    ---
    \`INC-20261121_124400-001\` · cycle 2026-11-21T12:44:00Z-patrol · rules \`3f9c1a2b\` · analysis: pending · no model calls"
  `);
});

test('an analysed alert adds words, steps, the change and what was not checked', () => {
  expect(shown(aNotice({ kind: 'card', card: anAnalysedCard() }))).toMatchInlineSnapshot(`
    "🔴 SEV-1 prod-eu1 payments/checkout-api: 0 of 3 replicas ready — checkout is down (CrashLoopBackOff) since 12:41 UTC
    ---
    🔴 SEV-1 · payments/checkout-api: 0 of 3 replicas ready — checkout is down
    ---
    *prod-eu1* · ns \`payments\` · \`Deployment/checkout-api\` · tier P0 · production · CrashLoopBackOff · since <!date^1795264860^{time}|12:41 UTC> · 2 cycles · rule + AI · for @payments-team
    ---
    *What's happening*
    All three pods restart every ~40 s; checkout requests get 503. [e1] [e2]
    ---
    *Likely cause — Medium*
    Memory limit cut from 512Mi to 256Mi. [e3]
    ---
    *Do next*
    1. \`kubectl -n payments rollout undo deploy/checkout-api\`
    2. Watch the \`ready\` column
    ---
    *Suspected changes*
    • <https://github.com/acme/checkout/pull/123|acme/checkout #123> · Cut memory limits · by ana · 15 min before onset, <!date^1795263960^{time}|12:26 UTC>
    ---
    ⚠️ *Not checked:* logs of init container (forbidden)
    ---
    \`INC-20261121_124400-001\` · cycle 2026-11-21T12:44:00Z-patrol · rules \`3f9c1a2b\` · analysis: done · 6 model calls in its cycle · 14,200 tokens · $0.07"
  `);
});

test('a resolved incident collapses to its cause and how it was proven over', () => {
  const card = anAnalysedCard({ state: 'resolved', stateLines: ['resolved after 47 min, verified in 2 full reads'] });

  expect(shown(aNotice({ kind: 'card', card }))).toMatchInlineSnapshot(`
    "✅ RESOLVED SEV-1 prod-eu1 payments/checkout-api: 0 of 3 replicas ready — checkout is down (CrashLoopBackOff)
    ---
    ✅ RESOLVED SEV-1 · payments/checkout-api: 0 of 3 replicas ready — checkout is down
    ---
    *prod-eu1* · ns \`payments\` · \`Deployment/checkout-api\` · tier P0 · production · CrashLoopBackOff · since <!date^1795264860^{time}|12:41 UTC> · 2 cycles · rule + AI · for @payments-team
    ---
    *Likely cause — Medium*
    Memory limit cut from 512Mi to 256Mi. [e3]
    ---
    resolved after 47 min, verified in 2 full reads
    ---
    \`INC-20261121_124400-001\` · cycle 2026-11-21T12:44:00Z-patrol · rules \`3f9c1a2b\` · analysis: done · 6 model calls in its cycle · 14,200 tokens · $0.07"
  `);
});

test('a card that was told late says why before all else', () => {
  const card = aCard({ state: 'silenced', lead: 'Told late: the window "Sunday 2-3 AM" ended at 03:00 UTC.' });

  expect(shown(aNotice({ kind: 'card', card }, { decidedAtMs: NOW_MS - LATE_AFTER_MS - 1 }))).toMatchInlineSnapshot(`
    "Told late: the window "Sunday 2-3 AM" ended at 03:00 UTC. 🔕 SILENCED SEV-1 prod-eu1 payments/checkout-api: 0 of 3 replicas ready (CrashLoopBackOff) since 12:41 UTC
    ---
    🔕 SILENCED SEV-1 · payments/checkout-api: 0 of 3 replicas ready
    ---
    Told late: the window "Sunday 2-3 AM" ended at 03:00 UTC.
    _Late: decided <!date^1795264799^{time}|12:39 UTC>, delivered <!date^1795265100^{time}|12:45 UTC>_
    ---
    *prod-eu1* · ns \`payments\` · \`Deployment/checkout-api\` · tier P0 · production · CrashLoopBackOff · since <!date^1795264860^{time}|12:41 UTC> · 2 cycles · rule
    ---
    \`INC-20261121_124400-001\` · cycle 2026-11-21T12:44:00Z-patrol · rules \`3f9c1a2b\` · analysis: pending · no model calls"
  `);
});

test("the monitor's own trouble is grey", () => {
  expect(shown(aNotice({ kind: 'monitor', card: aMonitorCard() }))).toMatchInlineSnapshot(`
    "⚪ MONITOR · prod-eu1 could not list pods in 2 of 31 namespaces, 12:45 UTC
    ---
    ⚪ MONITOR · could not list pods in 2 of 31 namespaces
    ---
    forbidden: a, b
    Findings there are unverified, not resolved.
    ---
    *prod-eu1* · \`cluster\` · <!date^1795265100^{time}|12:45 UTC>"
  `);
});

test('evidence stands in lines under the incident id, without markup of the cluster', () => {
  const lines = ['e1 · k8s_logs payments/api-1 --previous · 12:43', '  > panic: <nil> pointer & more'];

  expect(shown(aNotice({ kind: 'evidence', lines }))).toMatchInlineSnapshot(`
    "Evidence for INC-20261121_124400-001
    ---
    *Evidence* for INC-20261121_124400-001
    e1 · k8s_logs payments/api-1 --previous · 12:43
    &gt; panic: &lt;nil&gt; pointer &amp; more"
  `);
});

test.each([
  { decidedAgoMs: LATE_AFTER_MS, late: false },
  { decidedAgoMs: LATE_AFTER_MS + 1, late: true },
])('a reply delivered $decidedAgoMs ms after its decision says so: $late', ({ decidedAgoMs, late }) => {
  const notice = aNotice(
    { kind: 'reply', text: 'SEV-3 → SEV-1: all replicas down', broadcast: true },
    { decidedAtMs: NOW_MS - decidedAgoMs },
  );

  expect(renderNotice(notice, NOW_MS).text.includes('Late: decided')).toBe(late);
});

test('a reply whose message is gone names the incident', () => {
  const notice = aNotice({ kind: 'reply', text: 'SEV-3 → SEV-1', broadcast: true });

  expect(renderNotice(notice, NOW_MS, 'full', true).text).toBe('INC-20261121_124400-001: SEV-3 → SEV-1');
});

test('the last rung holds no word of the cluster', () => {
  const notice = aNotice({ kind: 'card', card: aCard({ headline: '<!channel> boo' }) });

  expect(renderNotice(notice, NOW_MS, 'static')).toMatchObject({
    text: 'SEV-1 incident INC-20261121_124400-001: Slack refused its text. Read it with: k8s-monitor report INC-20261121_124400-001',
    blocks: [],
  });
});

test('the delivery id travels in the metadata on every rung', () => {
  const notice = aNotice({ kind: 'card', card: aCard() }, { id: 'd-17' });

  for (const rung of ['full', 'trimmed', 'plain', 'static'] as const) {
    expect(renderNotice(notice, NOW_MS, rung).metadata.event_payload.delivery_id).toBe('d-17');
  }
});

test('a talkative agent does not push the next steps off the card', () => {
  const card = anAnalysedCard({
    sections: Array.from({ length: 5 }, (_, index) => ({ heading: `part ${index}`, text: 'words '.repeat(2000) })),
  });

  const text = shown(aNotice({ kind: 'card', card }));

  expect(text).toContain('`kubectl -n payments rollout undo deploy/checkout-api`');
  expect(text).toContain('words…');
});

test.each([
  { state: 'open', severity: 'SEV-1', title: '🔴 SEV-1 · ' },
  { state: 'open', severity: 'SEV-2', title: '🟠 SEV-2 · ' },
  { state: 'open', severity: 'SEV-3', title: '🟡 SEV-3 · ' },
  { state: 'open', severity: 'SEV-4', title: '🔵 SEV-4 · ' },
  { state: 'resolved', severity: 'SEV-2', title: '✅ RESOLVED SEV-2 · ' },
  { state: 'silenced', severity: 'SEV-3', title: '🔕 SILENCED SEV-3 · ' },
  { state: 'part-of', severity: 'SEV-1', title: '🔗 PART OF ANOTHER INCIDENT · ' },
] as const)('$state at $severity begins with $title', ({ state, severity, title }) => {
  const { blocks } = renderNotice(aNotice({ kind: 'card', card: aCard({ state, severity }) }), NOW_MS);

  expect(blocks[0]).toMatchObject({ type: 'header', text: { text: expect.stringMatching(`^${title}`) } });
});

/** The message as a reader would see it, one block a paragraph. */
function shown(notice: Notice): string {
  const { text, blocks } = renderNotice(notice, NOW_MS);
  return [text, ...blocks.map(textOf)].join('\n---\n');
}

function textOf(block: Block): string {
  return block.type === 'context' ? block.elements.map(({ text }) => text).join(' ') : block.text.text;
}
