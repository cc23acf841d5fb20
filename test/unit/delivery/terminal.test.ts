import { expect, test } from 'vitest';
import { renderTerminal } from '../../../src/delivery/terminal.ts';
import { aMonitorCard, anAnalysedCard, NOW_MS } from './builders.ts';

test('a card in a terminal shows the same things in the same order as in Slack', () => {
  expect(renderTerminal(anAnalysedCard(), { width: 80, colors: false, nowMs: NOW_MS })).toMatchInlineSnapshot(`
    "▌ 🔴 SEV-1 · payments/checkout-api: 0 of 3 replicas ready — checkout is down
    ▌ prod-eu1 · ns payments · Deployment/checkout-api · tier P0 · production ·
    ▌ CrashLoopBackOff · since 12:41 UTC · 2 cycles · rule + AI · for @payments-team
    ▌
    ▌ What's happening
    ▌ All three pods restart every ~40 s; checkout requests get 503. [e1] [e2]
    ▌
    ▌ Likely cause — Medium
    ▌ Memory limit cut from 512Mi to 256Mi. [e3]
    ▌
    ▌ Do next
    ▌ 1. kubectl -n payments rollout undo deploy/checkout-api
    ▌ 2. Watch the \`ready\` column
    ▌
    ▌ Suspected changes
    ▌ • acme/checkout #123 · Cut memory limits · by ana · 15 min before onset, 12:26
    ▌   UTC · https://github.com/acme/checkout/pull/123
    ▌
    ▌ Not checked
    ▌ logs of init container (forbidden)
    ▌
    ▌ INC-20261121_124400-001 · cycle 2026-11-21T12:44:00Z-patrol · rules 3f9c1a2b ·
    ▌ analysis: done · 6 model calls in its cycle · 14,200 tokens · $0.07"
  `);
});

test("the monitor's own card is short and grey", () => {
  expect(renderTerminal(aMonitorCard(), { width: 80, colors: false, nowMs: NOW_MS })).toMatchInlineSnapshot(`
    "▌ ⚪ MONITOR · could not list pods in 2 of 31 namespaces
    ▌ forbidden: a, b
    ▌ Findings there are unverified, not resolved.
    ▌ prod-eu1 · cluster · 12:45 UTC"
  `);
});

test('colours are written only when asked for', () => {
  const options = { width: 80, nowMs: NOW_MS };

  expect(renderTerminal(anAnalysedCard(), { ...options, colors: true })).toContain('\u001b[31m');
  expect(renderTerminal(anAnalysedCard(), { ...options, colors: false })).not.toContain('\u001b');
});
