import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createScriptedModel } from '../../../src/demo/scripted-model.ts';
import { startClaudeStandIn } from '../../../src/demo/stand-ins/claude.ts';
import { findOpa } from '../../builders/opa.ts';
import { POLICIES, recordDemo, type Recorded } from './recorded.ts';

const opa = await findOpa();

/**
 * Sunday 02:10 to 02:40: checkout-api (P0) and storefront (P1) are down, clickhouse (P2) waits for a volume, and reporting-db restarts
 * inside its known window.
 */
let recorded: Recorded;
beforeAll(async () => {
  recorded = await recordDemo();
});
afterAll(() => recorded[Symbol.asyncDispose]());

const replace = (before: string, after: string) => (text: string) => text.replace(before, after);
const BACKUP =
  '- `databases/reporting-db`: the weekly backup stops and restarts it, every Sunday 02:00-03:00 UTC. Do not alert.\n';

test('every recorded cycle, decided again with the very same files, would have been told in the same way', async () => {
  const { stdout, exitCode } = await recorded.spawned(['last:4'], await recorded.edited({}));

  expect(stdout).toMatch(/^4 cycles, \d+ decisions about 4 incidents: nothing would have been told differently\n$/);
  expect(exitCode).toBe(0);
});

describe('each edit shows what it changes, where it stands, and nothing else', () => {
  test.each<{
    readonly edit: string;
    readonly cycle: string;
    readonly changes: Parameters<Recorded['edited']>[0];
    readonly shows: readonly (string | RegExp)[];
    readonly counts: string;
  }>([
    {
      edit: 'a service gets a higher tier',
      cycle: '2026-11-22T02:10:00Z-scheduled',
      changes: {
        'CLAUDE.md': (text) =>
          text
            .replace('- **analytics/clickhouse**: dashboards of the business teams.\n', '')
            .replace(
              '- **payments/ledger**',
              '- **analytics/clickhouse**: the board looks at it.\n- **payments/ledger**',
            ),
      },
      shows: [
        'PersistentVolumeClaim analytics/data-clickhouse-0: ClaimPending',
        'raised',
        'then  told SEV-2 in #critical-alerts: first-seen',
        'now   told SEV-1 in #critical-alerts @incident-commander: first-seen',
        'tier P2 → P0, priority P2 → P0',
        /- CLAUDE\.md:\d+ {2}tier: \*\*analytics\/clickhouse\*\*: dashboards/,
        /\+ \S+\/CLAUDE\.md:20 {2}tier: \*\*analytics\/clickhouse\*\*: the board looks at it/,
      ],
      counts: '1 raised, 3 as before',
    },
    {
      edit: 'a known issue is added, in its window',
      cycle: '2026-11-22T02:10:00Z-scheduled',
      changes: {
        'CLAUDE.md': replace(
          BACKUP,
          `${BACKUP}- \`web/storefront\` is rebuilt every Sunday 02:00-03:00 UTC. Do not alert.\n`,
        ),
      },
      shows: [
        'Deployment web/storefront: ',
        'then  told SEV-2 in #critical-alerts @web-oncall: first-seen',
        'now   not told, SEV-2: known issue CLAUDE.md:45, until 03:00 UTC',
        /\+ \S+\/CLAUDE\.md:45 {2}known issue: `web\/storefront` is rebuilt/,
      ],
      counts: '1 silenced, 3 as before',
    },
    {
      edit: 'a known issue is added whose window was closed then',
      cycle: '2026-11-22T02:10:00Z-scheduled',
      changes: {
        'CLAUDE.md': replace(
          BACKUP,
          `${BACKUP}- \`web/storefront\` is rebuilt every Sunday 04:00-05:00 UTC. Do not alert.\n`,
        ),
      },
      shows: [
        /^Without effect in these cycles:\n {2}\S+\/CLAUDE\.md:45 {2}known issue: `web\/storefront` is rebuilt/m,
        'did not silence Deployment web/storefront: RolloutStuck, ImagePull, ReplicasShort: its window (Sun 04:00-05:00 UTC) was not open at 2026-11-22 02:10 UTC',
      ],
      counts: 'nothing would have been told differently',
    },
    {
      edit: 'a known issue is taken away, and the rule that the agent quoted with it',
      cycle: '2026-11-22T02:10:00Z-scheduled',
      changes: { 'CLAUDE.md': replace(BACKUP, '') },
      shows: [
        'newly told',
        'then  not told, SEV-2: known issue CLAUDE.md:44, until 03:00 UTC',
        'now   told SEV-2 in #critical-alerts @data-platform: first-seen',
        '- CLAUDE.md:44  known issue: `databases/reporting-db`',
      ],
      counts: '1 newly told, 3 as before',
    },
    {
      edit: 'a tolerance',
      cycle: '2026-11-22T02:10:00Z-scheduled',
      changes: {
        'CLAUDE.md': replace('Customers see it first.', 'Customers see it first. It may be down for up to 45 minutes.'),
      },
      shows: [
        'told later',
        /now {3}not told, SEV-2: tolerated by CLAUDE\.md:\d+, until 02:\d\d UTC/,
        /\+ \S+\/CLAUDE\.md:\d+ {2}tolerance: /,
      ],
      counts: '1 told later, 3 as before',
    },
    {
      edit: 'a channel and a contact',
      cycle: '2026-11-22T02:10:00Z-scheduled',
      changes: {
        'CLAUDE.md': (text) =>
          text
            .replace('- SEV-3: `#alerts`', '- SEV-3: `#alerts`\n- payments/checkout-api: `#board`')
            .replace('web/search: `@web-oncall`', 'web/search: `@shop-oncall`'),
      },
      shows: [
        'sent elsewhere',
        'now   told SEV-1 in #board @payments-oncall @incident-commander: first-seen',
        /\+ \S+\/CLAUDE\.md:\d+ {2}channel: payments\/checkout-api: `#board`/,
        'other people called',
        'now   told SEV-2 in #critical-alerts @shop-oncall: first-seen',
      ],
      counts: '1 sent elsewhere, 1 other people called, 2 as before',
    },
    {
      edit: 'an environment',
      cycle: '2026-11-22T02:10:00Z-scheduled',
      changes: { 'environments.yaml': () => "namespaces:\n  web: development\n  '*': production\n" },
      shows: [
        'now   not told, SEV-3 in #alerts @web-oncall: waits for business hours, which begin 2026-11-23 09:00 UTC\n',
        'environment production → development',
        /\+ \S+\/environments\.yaml:2 {2}environment: development/,
      ],
      counts: '1 told later, 3 as before',
    },
  ])('$edit', async ({ cycle, changes, shows, counts }) => {
    const { stdout, stderr, exitCode } = await recorded.against([cycle], await recorded.edited(changes));

    for (const shown of shows) {
      expect(stdout).toMatch(typeof shown === 'string' ? new RegExp(RegExp.escape(shown)) : shown);
    }
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(`1 cycle, 4 decisions about 4 incidents: ${counts}`);
    expect([stderr, exitCode]).toEqual(['', 0]);
  });
});

test('one file alone takes its place among those of then; over several cycles what was told once is not told again', async () => {
  const edited = await recorded.edited({ 'CLAUDE.md': replace(BACKUP, '') });
  const { stdout } = await recorded.against(['last:4'], join(edited, 'CLAUDE.md'));

  expect(stdout).not.toContain('note:');
  expect(stdout).toContain('newly told');
  expect(stdout.match(/now {3}told SEV-2 in #critical-alerts @data-platform: first-seen/g)).toHaveLength(1);
  expect(stdout).toContain('now   told SEV-2 in #critical-alerts @data-platform: resolved');
  expect(stdout).toContain(
    'escalation-manager wanted to notify nobody; refused: no single bullet or sentence of the definitions holds these words',
  );
});

test('the README shows what is printed', async () => {
  const edited = await recorded.edited({
    'CLAUDE.md': (text) =>
      text
        .replace('- **analytics/clickhouse**: dashboards of the business teams.\n', '')
        .replace(
          '- **payments/ledger**',
          '- **analytics/clickhouse**: what the board looks at every morning.\n- **payments/ledger**',
        )
        .replace(BACKUP, `${BACKUP}- \`web/storefront\` is rebuilt every Sunday 02:00-03:00 UTC. Do not alert.\n`),
  });
  const { stdout } = await recorded.against(['2026-11-22T02:10:00Z-scheduled'], `${edited}/`);
  const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8');
  const [, shown] = /<!-- output: against -->\n```\n\$ .*\n([^]*?)```/.exec(readme) ?? [];

  expect(stdout.replaceAll(`${edited}/`, 'agents/')).toBe(shown);
});

test('a broken file is a problem with its line, and nothing is decided with its last good version', async () => {
  const edited = await recorded.edited({
    'escalation-manager.md': replace('role: escalation\n---', 'role: escalation'),
  });
  const { stdout, exitCode } = await recorded.against(['last'], edited);

  expect(stdout).toMatch(/escalation-manager\.md:1:\d+: problem: /);
  expect(stdout).toContain('No cycle was decided again: mend the problems first.');
  expect(stdout).not.toContain('decisions about');
  expect(exitCode).toBe(2);
});

describe('a cycle is meant by', () => {
  const name = '2026-11-22T02-10-00Z-scheduled.json';
  test.each([
    { word: 'last', cycles: 1 },
    { word: 'last:3', cycles: 3 },
    { word: '9999d', cycles: 4 },
    { word: '2026-11-22T02-20-00Z-scheduled', cycles: 1 },
    { word: name, cycles: 1 },
  ])('$word', async ({ word, cycles }) => {
    const given = word.endsWith('.json') ? join(recorded.reportsDir, word) : word;
    const { stdout } = await recorded.against([given], await recorded.edited({}));

    expect(stdout).toMatch(new RegExp(`^${cycles} cycles?, `));
  });

  test('an incident: the newest cycle that tells of it, and only its own part of it', async () => {
    const edited = await recorded.edited({ 'CLAUDE.md': replace('- SEV-1: `@incident-commander`\n', '') });
    const file = join(recorded.reportsDir, 'INC-20261122_021000-001.json');
    const [byId, byFile] = [
      await recorded.against(['INC-20261122_021000-001'], edited),
      await recorded.against([file], edited),
    ];

    expect(byId.stdout).toContain('Deployment payments/checkout-api');
    expect(byId.stdout).not.toContain('web/storefront');
    expect(byFile.stdout).toContain('Deployment payments/checkout-api');
    expect(byFile.stdout).not.toContain('web/storefront');
  });

  test.each(['last:0', 'yesterday', '2026-11-22T03:10:00Z-scheduled', 'missing.json'])(
    'nothing else: %s is refused with the words that are understood',
    async (word) => {
      const { stderr, exitCode } = await recorded.against([word], await recorded.edited({}));

      expect(stderr).toMatch(/^k8s-monitor: REPORT_NOT_FOUND: --against .*last:20/);
      expect(exitCode).toBe(2);
    },
  );
});

test('a report of before is refused with a sentence that says why', async () => {
  const { replay: _, ...report } = JSON.parse(
    await readFile(join(recorded.reportsDir, '2026-11-22T02-10-00Z-scheduled.json'), 'utf8'),
  );
  const old = join(recorded.dataDir, 'old.json');
  const newer = join(recorded.dataDir, 'newer.json');
  await writeFile(old, JSON.stringify(report));
  await writeFile(newer, JSON.stringify({ ...report, replay: { version: 99 } }));
  const edited = await recorded.edited({});

  expect((await recorded.against([old], edited)).stderr).toMatch(
    /REPORT_NOT_REPLAYABLE: .*old\.json was recorded by a version/,
  );
  expect((await recorded.against([newer], edited)).stderr).toMatch(
    /newer\.json was recorded in version 99 .* reads version 1/,
  );
});

test('cycles of before among others are left out, and that is said', async () => {
  const copy = join(await recorded.edited({}), 'data');
  await cp(recorded.dataDir, copy, { recursive: true });
  const database = new DatabaseSync(join(copy, 'k8s-monitor.db'));
  database.exec("update report set body = json_remove(body, '$.replay') where cycle_id like '%02:35%'");
  database.close();
  const edited = await recorded.edited({});
  const some = await recorded.against(['last:4'], edited, '--data-dir', copy);
  const none = await recorded.against(['2026-11-22T02:35:00Z-patrol'], edited, '--data-dir', copy);

  expect(some.stdout).toMatch(/^note: 1 of these cycles was recorded by an older version, .*\n\n3 cycles, /);
  expect(none.stderr).toContain('REPORT_NOT_REPLAYABLE');
});

test('what a cycle could not see is said, for "as before" says nothing about it', async () => {
  const report = JSON.parse(await readFile(join(recorded.reportsDir, '2026-11-22T02-10-00Z-scheduled.json'), 'utf8'));
  const unreachable = (resource: string) => ({ resource, cause: 'unreachable', detail: 'no answer' });
  const forbidden = { resource: 'Node', cause: 'forbidden', detail: 'no right' };
  const blind = join(recorded.dataDir, 'blind.json');
  const gaps = [...['Pod', 'Event', 'Service', 'Ingress'].map(unreachable), forbidden];
  await writeFile(blind, JSON.stringify({ ...report, gaps, decisions: [], incidents: [], findings: [] }));
  const { stdout } = await recorded.against([blind], await recorded.edited({}));

  expect(stdout).toBe(
    'note: 2026-11-22T02:10:00Z-scheduled had no answer of the API server about Pod, Event, Service and 1 more: what was wrong there is not known and not decided again\n\n1 cycle, no decision: there was nothing to tell in it\n',
  );
});

test('warnings about the edited files are not passed over', async () => {
  const edited = await recorded.edited({ 'CLAUDE.md': replace(BACKUP, `- shop/*: do not alert.\n${BACKUP}`) });
  const { stdout } = await recorded.against(['last'], edited);

  expect(stdout).toMatch(/^note: one warning about the edited files: validate without --against prints what\n\n/);
});

test('machines get every decision, then and now', async () => {
  const edited = await recorded.edited({ 'CLAUDE.md': replace(BACKUP, '') });
  const { stdout } = await recorded.against(['2026-11-22T02:10:00Z-scheduled'], edited, '--output', 'json');
  const document = JSON.parse(stdout);

  expect(document.counts).toEqual({ cycles: 1, incidents: 4, decisions: 4, changes: { same: 3, told: 1 } });
  const told = document.cycles[0].incidents.find(({ change }: { change: string }) => change === 'told');
  expect(told).toMatchObject({
    was: { told: false, reason: 'known-issue', until: '2026-11-22T03:00:00.000Z' },
    now: { told: true, reason: 'first-seen', severity: 'SEV-2', channel: '#critical-alerts' },
    rules: [{ side: 'was', what: 'known issue', place: 'CLAUDE.md:44' }],
  });
});

describe('with --live', () => {
  const sentence = 'A storefront that customers cannot open counts as SEV-1, whatever still works behind it.';

  test('the escalation agent is asked again: with the edited text, with what was known then, without tools; the cost is said', async () => {
    const scripted = createScriptedModel();
    await using claude = await startClaudeStandIn({
      script: async (request) => {
        const turn = await scripted(request);
        if (!JSON.stringify(request.system).includes(sentence)) return turn;
        return JSON.parse(JSON.stringify(turn).replaceAll('"severity":"SEV-2"', '"severity":"SEV-1"'));
      },
    });
    const edited = await recorded.edited({ 'escalation-manager.md': (text) => `${text}\n## Shop\n\n${sentence}\n` });
    const cycle = '2026-11-22T02:10:00Z-scheduled';
    const without = await recorded.against([cycle], edited);
    const { stdout, stderr, exitCode } = await recorded.live(claude, [cycle], edited);

    expect(without.stdout).toMatch(/nothing would have been told differently\n$/);
    expect([stderr, exitCode]).toEqual(['', 0]);
    expect(stdout).toMatch(/then {2}told SEV-2 in #critical-alerts @web-oncall: first-seen\n/);
    expect(stdout).toContain(
      'now   told SEV-1 in #critical-alerts @web-oncall @incident-commander: worse, SEV-2 → SEV-1',
    );
    expect(stdout).toContain('escalation-manager raised SEV-2 to SEV-1');
    expect(stdout).toMatch(
      /^Asked again: escalation-manager, about 1 of these cycles, .* no tools; .*\nCost: [1-9]\d* model calls, \$0\.0\d+$/m,
    );
    expect(claude.messages.length).toBeGreaterThan(0);
    for (const { tools = [] } of claude.messages) {
      expect(tools.filter(({ name }) => /^(?:k8s|github|incidents)_/.test(name))).toEqual([]);
    }
    expect(claude.violations).toEqual([]);
  });

  test('without a key it is refused before anything is said', async () => {
    const { stdout, stderr, exitCode } = await recorded.live(undefined, ['last'], await recorded.edited({}));

    expect(stderr).toMatch(/CONFIG_INVALID: --live asks the model, and it cannot be asked: .*ANTHROPIC_API_KEY/);
    expect([stdout, exitCode]).toEqual(['', 78]);
  });
});

describe.skipIf(opa === undefined)('policies in Rego', () => {
  let withRego: Recorded;
  beforeAll(async () => {
    withRego = await recordDemo({ K8S_MONITOR_POLICIES_DIR: POLICIES, OPA_PATH: opa ?? '' });
  });
  afterAll(() => withRego[Symbol.asyncDispose]());

  test('the same ones say the same, and are not even asked', async () => {
    const { stdout } = await withRego.against(['last:4'], await withRego.edited({}));

    expect(stdout).toMatch(/nothing would have been told differently\n$/);
  });

  test('an edited one is compiled with those of then beside it, out of the database', async () => {
    const priority = await readFile(join(POLICIES, 'priority.rego'), 'utf8');
    const edited = join(withRego.dataDir, 'priority.rego');
    await writeFile(edited, priority.replaceAll('priority := "P0"', 'priority := "P2"'));
    expect(await readFile(edited, 'utf8')).not.toBe(priority);
    const { stdout, stderr, exitCode } = await withRego.against(['2026-11-22T02:10:00Z-scheduled'], edited);

    expect([stderr, exitCode]).toEqual(['', 0]);
    expect(stdout).toContain('- priority.rego:priority  priority: P');
    expect(stdout).toMatch(/\d lowered/);
  });

  test('one that does not compile is a problem', async () => {
    const broken = join(withRego.dataDir, 'labels.rego');
    await writeFile(broken, 'package labels\n\ncustom_labels[x] { x := 1 }\n');
    const { stdout, exitCode } = await withRego.against(['last'], broken);

    expect(stdout).toMatch(/labels\.rego:3:\d+: problem: rego_parse_error/);
    expect(exitCode).toBe(2);
  });
});
