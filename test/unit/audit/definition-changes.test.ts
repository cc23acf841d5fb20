import { expect, test } from 'vitest';
import { definitionChanges } from '../../../src/audit/definition-changes.ts';
import { inspectDefinitions } from '../../../src/definitions/assemble.ts';
import { placeOfChange, type Change } from '../../../src/domain/change.ts';
import { settings } from '../definitions/fixtures.ts';

type Files = Readonly<Record<string, string>>;

const COSTS: Readonly<Record<string, number>> = {
  'claude-haiku-5-5': 1,
  'claude-sonnet-5-5': 12,
  'claude-opus-5-5': 24,
};

/** What is told of an edit: kind, place and words. */
function told(before: Files, after: Files): readonly string[] {
  return changes(before, after).map((change) => `${change.kind} ${placeOfChange(change)} ${change.words}`);
}

function changes(before: Files, after: Files): readonly Change[] {
  return definitionChanges(read(before), read(after), {
    costOf: (model) => COSTS[model] ?? 12,
    textOf: (file) => after[file],
  });
}

function read(files: Files) {
  const bytes = new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]));
  return inspectDefinitions(bytes, settings).definitions;
}

/** One line of CLAUDE.md under a heading; `undefined`: none. */
const guide = (heading: string, line?: string): Files => ({
  'CLAUDE.md': `# Guide\n\n## ${heading}\n\n${line === undefined ? '' : `${line}\n`}`,
});
const TIERS = 'P0 services';
const ISSUES = 'Known issues';
const DATABASE = 'production/reporting-db restarts';

test.each([
  ['a new P0 service', TIERS, undefined, '- payments/api', 'added CLAUDE.md:5 payments/api: no tier → P0'],
  ['a P0 service is taken out', TIERS, '- payments/api', undefined, 'widened CLAUDE.md:5 payments/api: P0 → no tier'],
  [
    'a new known issue that silences',
    ISSUES,
    undefined,
    `- ${DATABASE} every Sunday 02:00-03:00 UTC. Do not alert.`,
    'widened CLAUDE.md:5 known issue of production/reporting-db added: silences, Sun 02:00-03:00 UTC',
  ],
  [
    'its window is longer',
    ISSUES,
    `- ${DATABASE} every Sunday 02:00-03:00 UTC. Do not alert.`,
    `- ${DATABASE} every Sunday 02:00-06:00 UTC. Do not alert.`,
    'widened CLAUDE.md:5 known issue of production/reporting-db: Sun 02:00-03:00 UTC → Sun 02:00-06:00 UTC',
  ],
  [
    'its window is shorter',
    ISSUES,
    `- ${DATABASE} every Sunday 02:00-06:00 UTC. Do not alert.`,
    `- ${DATABASE} every Sunday 02:00-03:00 UTC. Do not alert.`,
    'changed CLAUDE.md:5 known issue of production/reporting-db: Sun 02:00-06:00 UTC → Sun 02:00-03:00 UTC',
  ],
  [
    'it has no window any more',
    ISSUES,
    `- ${DATABASE} every Sunday 02:00-06:00 UTC. Do not alert.`,
    `- ${DATABASE}. Do not alert.`,
    'widened CLAUDE.md:5 known issue of production/reporting-db: Sun 02:00-06:00 UTC → always',
  ],
  [
    'it ends later',
    ISSUES,
    `- ${DATABASE} until 2026-12-01. Do not alert.`,
    `- ${DATABASE} until 2027-01-01. Do not alert.`,
    'widened CLAUDE.md:5 known issue of production/reporting-db: until 2026-12-02T00:00Z → 2027-01-02T00:00Z',
  ],
  [
    'it silences now',
    ISSUES,
    `- ${DATABASE} on Sundays.`,
    `- ${DATABASE} on Sundays. Do not alert.`,
    'widened CLAUDE.md:5 known issue of production/reporting-db: does not silence → silences',
  ],
  [
    'it holds in more environments',
    ISSUES,
    `- shop/reporting-db restarts in staging. Do not alert.`,
    `- shop/reporting-db restarts. Do not alert.`,
    'widened CLAUDE.md:5 known issue of shop/reporting-db: in staging → every environment',
  ],
  [
    'it is only reworded',
    ISSUES,
    `- ${DATABASE}. Do not alert.`,
    `- ${DATABASE} now and then. Do not alert.`,
    'changed CLAUDE.md:5 known issue of production/reporting-db reworded',
  ],
  [
    'it is taken out',
    ISSUES,
    `- ${DATABASE}. Do not alert.`,
    undefined,
    'removed CLAUDE.md:5 known issue of production/reporting-db removed',
  ],
])('%s', (_what, heading, before, after, expected) => {
  expect(told(guide(heading, before), guide(heading, after))).toContain(expected);
});

test.each([
  ['P0', 'P2', 'widened'],
  ['P0', 'P1', 'widened'],
  ['P2', 'P3', 'widened'],
  ['P1', 'P0', 'changed'],
  ['P3', 'P1', 'changed'],
])('a service from %s to %s is %s', (before, after, kind) => {
  const [change] = changes(
    guide(`${before} services`, '- payments/api'),
    guide(`${after} services`, '- payments/api'),
  ).filter(({ about }) => about === 'tier');

  expect(change).toMatchObject({ kind, words: `payments/api: ${before} → ${after}` });
});

test('a tolerance: longer is a widening, shorter is not, and none at all waits for nothing', () => {
  const waits = (minutes?: number): Files =>
    guide(TIERS, `- payments/api${minutes === undefined ? '' : `: down for > ${minutes} minutes`}`);
  const tolerances = (before: Files, after: Files) =>
    changes(before, after).filter(({ about }) => about === 'tolerance');

  expect(tolerances(waits(2), waits(5))).toMatchObject([{ kind: 'widened', words: expect.stringMatching(/2m → 5m$/) }]);
  expect(tolerances(waits(5), waits(2))).toMatchObject([{ kind: 'changed' }]);
  expect(tolerances(waits(), waits(2))).toMatchObject([{ kind: 'widened' }]);
  expect(tolerances(waits(2), waits())).toMatchObject([{ kind: 'removed' }]);
});

test('a channel and a contact that moved', () => {
  const escalation = (channel: string, contact: string): Files => ({
    'escalation-manager.md': `---\nname: escalation-manager\ndescription: d\n---\n## Channels\n\n- SEV-1: ${channel}\n\n## Contacts\n\n- SEV-1: ${contact}\n`,
  });

  expect(told(escalation('#one', '@ann'), escalation('#two', '@bob'))).toEqual([
    'changed escalation-manager.md:7 channel for SEV-1: #one → #two',
    'changed escalation-manager.md:11 contact for SEV-1: @ann → @bob',
    'changed escalation-manager.md:7 escalation-manager: prompt changed: +2 −2 lines',
  ]);
});

const agent = (fields: string, body = 'Look.'): Files => ({
  'helper.md': `---\nname: helper\ndescription: d\n${fields}---\n${body}\n`,
});

test.each([
  [
    'tools granted',
    'tools: k8s_get\n',
    'tools: k8s_get, k8s_logs\n',
    'widened helper.md:4 helper: tools granted: k8s_logs',
  ],
  [
    'tools taken',
    'tools: k8s_get, k8s_logs\n',
    'tools: k8s_get\n',
    'removed helper.md:4 helper: tools taken: k8s_logs',
  ],
  [
    'a dearer model',
    'model: haiku\n',
    'model: opus\n',
    'widened helper.md:4 helper: model claude-haiku-5-5 → claude-opus-5-5',
  ],
  [
    'a cheaper model',
    'model: opus\n',
    'model: haiku\n',
    'changed helper.md:4 helper: model claude-opus-5-5 → claude-haiku-5-5',
  ],
  ['always', 'when: findings\n', 'when: always\n', 'widened helper.md:4 helper: when findings → always'],
  ['another role', 'role: analyzer\n', 'role: notifier\n', 'changed helper.md:4 helper: role analyzer → notifier'],
  [
    'reasons',
    'reasons: CrashLoop\n',
    'reasons: OOMKilled\n',
    'changed helper.md:4 helper: reasons CrashLoop → OOMKilled',
  ],
  ['more turns', 'maxTurns: 5\n', 'maxTurns: 9\n', 'widened helper.md:4 helper: maxTurns 5 → 9'],
])('an agent file: %s', (_what, before, after, expected) => {
  expect(told(agent(before), agent(after))).toEqual([expected]);
});

test('an agent that is new, changed or gone', () => {
  expect(told({}, agent('tools: k8s_get\nwhen: findings\n'))).toEqual([
    'widened helper.md:1 helper: tools granted: k8s_get',
    expect.stringContaining('added helper.md:1 agent helper added'),
  ]);
  expect(told(agent(''), {})).toEqual(['removed helper.md agent helper removed']);
  expect(told(agent('', 'Look.\nTwice.'), agent('', 'Look.\nOnce.\nOr not.'))).toEqual([
    'changed helper.md:6 helper: prompt changed: +2 −1 lines',
  ]);
});

test('what only moved to another line is no difference but of the text', () => {
  const two = (lines: string): Files => ({ 'CLAUDE.md': `# Guide\n\n## ${TIERS}\n\n${lines}` });

  expect(told(two('- payments/api\n- shop/web\n'), two('- shop/web\n- payments/api\n'))).toEqual([
    'changed CLAUDE.md:5 text changed: lines moved',
  ]);
  expect(told(two('- shop/web\n'), two('- shop/web\n'))).toEqual([]);
});

test('widenings come first', () => {
  const kinds = changes(
    { ...guide(TIERS, '- payments/api'), ...agent('tools: k8s_get\n') },
    { ...guide(TIERS), ...agent('tools: k8s_get, k8s_logs\n', 'Look twice.') },
  ).map(({ kind }) => kind);

  expect(kinds).toEqual(['widened', 'widened', 'changed', 'changed']);
});
