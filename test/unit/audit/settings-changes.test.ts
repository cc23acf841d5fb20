import { expect, test } from 'vitest';
import { settingsChanges } from '../../../src/audit/settings-changes.ts';

const COSTS: Readonly<Record<string, number>> = { haiku: 1, sonnet: 12, opus: 24 };

function told(before: unknown, after: unknown, file = 'config.yaml'): readonly string[] {
  return settingsChanges({
    file,
    before,
    after,
    lineOf: (path) => path.length,
    costOf: (model) => COSTS[model] ?? 12,
  }).map(({ kind, line, words }) => `${kind} ${line} ${words}`);
}

test.each([
  [{ notifications: true }, { notifications: false }, 'widened 1 notifications: true → false'],
  [{ notifications: false }, { notifications: true }, 'changed 1 notifications: false → true'],
  [
    { namespaces: { exclude: ['a'] } },
    { namespaces: { exclude: ['a', 'b'] } },
    'widened 2 namespaces.exclude: ["a"] → ["a","b"]',
  ],
  [
    { namespaces: { exclude: ['a', 'b'] } },
    { namespaces: { exclude: ['a'] } },
    'changed 2 namespaces.exclude: ["a","b"] → ["a"]',
  ],
  [{ namespaces: {} }, { namespaces: { include: ['a'] } }, 'widened 2 namespaces.include: none → ["a"]'],
  [
    { namespaces: { include: ['a', 'b'] } },
    { namespaces: { include: ['a'] } },
    'widened 2 namespaces.include: ["a","b"] → ["a"]',
  ],
  [{ namespaces: { include: ['a'] } }, { namespaces: {} }, 'removed 2 namespaces.include: ["a"] → none'],
  [
    { checks: {} },
    { checks: { 'crash-loop': { enabled: false } } },
    'widened 3 checks.crash-loop.enabled: none → false',
  ],
  [
    { checks: { 'crash-loop': { grace: 60_000 } } },
    { checks: { 'crash-loop': { grace: 90_000 } } },
    'widened 3 checks.crash-loop.grace: 60000 → 90000',
  ],
  [
    { checks: { 'crash-loop': { impact: 'error' } } },
    { checks: { 'crash-loop': { impact: 'info' } } },
    'widened 3 checks.crash-loop.impact: error → info',
  ],
  [
    { checks: { 'crash-loop': { impact: 'info' } } },
    { checks: { 'crash-loop': { impact: 'error' } } },
    'changed 3 checks.crash-loop.impact: info → error',
  ],
  [{ llm: { model: 'haiku' } }, { llm: { model: 'opus' } }, 'widened 2 llm.model: haiku → opus'],
  [{ llm: { model: 'opus' } }, { llm: { model: 'haiku' } }, 'changed 2 llm.model: opus → haiku'],
  [{ budget: { per_day_usd: 5 } }, { budget: { per_day_usd: 50 } }, 'widened 2 budget.per_day_usd: 5 → 50'],
  [
    { slack: { channels: { sev1: '#a' } } },
    { slack: { channels: { sev1: '#b' } } },
    'changed 3 slack.channels.sev1: #a → #b',
  ],
  [
    { slack: { allowed_channels: ['#a'] } },
    { slack: { allowed_channels: ['#a', '#b'] } },
    'widened 2 slack.allowed_channels: ["#a"] → ["#a","#b"]',
  ],
  [
    { toolsets: { github: { enabled: false } } },
    { toolsets: { github: { enabled: true } } },
    'widened 3 toolsets.github.enabled: false → true',
  ],
  [{ namespaces: { 'shop-*': 'production' } }, { namespaces: {} }, 'widened 2 namespaces.shop-*: production → none'],
  [{ cluster: 'production' }, { cluster: 'staging' }, 'widened 1 cluster: production → staging'],
  [{ log_level: 'info' }, { log_level: 'debug' }, 'changed 1 log_level: info → debug'],
])('%j → %j', (before, after, expected) => {
  expect(told(before, after)).toEqual([expected]);
});

test('the same is no change; several are told each, the widenings first', () => {
  expect(told({ a: 1, b: { c: [1] } }, { b: { c: [1] }, a: 1 })).toEqual([]);
  expect(told({ log_level: 'info', signals: true }, { log_level: 'warn', signals: false })).toEqual([
    'widened 1 signals: true → false',
    'changed 1 log_level: info → warn',
  ]);
});

test('a long value is cut', () => {
  expect(told({ cluster_name: 'a' }, { cluster_name: 'b'.repeat(500) })[0]?.length).toBeLessThan(150);
});
