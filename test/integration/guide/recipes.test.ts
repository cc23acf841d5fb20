import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { jqChecksIn, resultsIn } from '../../../src/demo/scripted-model/read-prompt.ts';
import { createScriptedModel } from '../../../src/demo/scripted-model.ts';
import type { ClaudeScript } from '../../../src/demo/stand-ins/claude.ts';
import { systemText, type ClaudeRequest } from '../../../src/demo/stand-ins/claude-request.ts';
import { findOpa } from '../../builders/opa.ts';
import { MINUTE_MS, SECOND_MS } from '../../harness/hand-clock.ts';
import { wordsOf, writesTo } from '../../harness/slack-view.ts';
import { crashingDatabase, crashLoop, failedJob, missingCertificate } from './cluster.ts';
import { recipe as recipeOf, recipesOfTheGuide, type Recipe } from '../../builders/recipes.ts';
import { nextCycle, startWorld, type World } from './world.ts';

/*
 * Each recipe of docs/agent-customization-guide.md, with the text that is printed there: applied to what is shipped as the recipe says, and seen
 * at the last hop. What the page claims to be printed, told or logged is looked up word for word.
 */

const WITH_AND_WITHOUT = [
  { way: 'with agents', model: createScriptedModel() },
  { way: 'with no model', model: 'none' },
] as const;

const opa = await findOpa();
/** The Sunday after the world begins. */
const sunday = (hour: number, minute = 0): number => Date.UTC(2026, 10, 22, hour, minute);

test.each(WITH_AND_WITHOUT)('Raise a service to P0, $way', async ({ model }) => {
  const recipe = recipeOf('Raise a service to P0');
  const world = await startWorld({ model });
  const { things, slack } = world;
  things.push(crashLoop({ namespace: 'shop', name: 'billing', replicas: 3, broken: 2, sinceMs: minutesAgo(world, 5) }));
  await nextCycle(world);
  const [before] = slack.messages('critical-alerts');
  expect(before && wordsOf(before)).toContain('SEV-2 · shop/billing');

  const unedited = world.files();
  await world.apply(recipe);
  await expectValidated(world, recipe);
  await nextCycle(world);

  const [after, ...others] = slack.messages('critical-alerts').filter(({ broadcast }) => !broadcast);
  expect(others).toEqual([]);
  expect(after?.ts).toBe(before?.ts);
  expectSeen(recipe, world, 'Slack');

  const replies = after?.replies.length;
  await world.mount(unedited);
  await nextCycle(world);
  const [back] = slack.messages('critical-alerts').filter(({ broadcast }) => !broadcast);
  expect(back && wordsOf(back)).toContain('SEV-2 · shop/billing');
  expect(back?.replies).toHaveLength(replies ?? 0);
});

test.each(WITH_AND_WITHOUT)('Silence a known issue inside its window, $way', async ({ model }) => {
  const recipe = recipeOf('Silence a known issue inside its window');
  const world = await startWorld({ model, atMs: sunday(1, 50) });
  const { things, clock, monitor } = world;
  await nextCycle(world);
  await world.apply(recipe);
  await expectValidated(world, recipe);
  things.push(crashingDatabase({ namespace: 'databases', name: 'orders-db-2', sinceMs: sunday(2, 5) }));
  swap(world, 'orders-db', crashingDatabase({ namespace: 'databases', name: 'orders-db', sinceMs: sunday(2, 5) }));
  await nextCycle(world);

  expect(toldOf(world, 'databases/orders-db:')).toEqual([]);
  expect(toldOf(world, 'databases/orders-db-2')).not.toEqual([]);
  expectSeen(recipe, world, 'log');
  clock.set(sunday(3));
  await monitor.cycle('patrol');
  expectSeen(recipe, world, 'Slack');
});

test.each(WITH_AND_WITHOUT)('Wait two minutes before SEV-1, $way', async ({ model }) => {
  const recipe = recipeOf('Wait two minutes before SEV-1');
  const world = await startWorld({ model });
  const { things, clock, monitor } = world;
  await world.apply(recipe);
  await expectValidated(world, recipe);
  const onsetAtMs = clock.now() + 10 * MINUTE_MS - 30 * SECOND_MS;
  swap(world, 'ledger', crashLoop({ namespace: 'payments', name: 'ledger', replicas: 2, sinceMs: onsetAtMs }));
  things.push(crashLoop({ namespace: 'shop', name: 'cart', sinceMs: onsetAtMs }));
  await nextCycle(world);
  clock.set(onsetAtMs + 2 * MINUTE_MS - 1);
  await monitor.cycle('patrol');

  expect(toldOf(world, 'payments/ledger')).toEqual([]);
  expect(toldOf(world, 'shop/cart')).not.toEqual([]);
  expectSeen(recipe, world, 'log');
  clock.set(onsetAtMs + 2 * MINUTE_MS);
  await monitor.cycle('patrol');
  expectSeen(recipe, world, 'Slack');
});

test('Add a check of your own, with agents', async () => {
  const recipe = recipeOf('Add a check of your own');
  const world = await startWorld({ model: reportsWhatJqFinds() });
  // It asks for all of its limit.
  world.things.push(crashLoop({ namespace: 'shop', name: 'reports', sinceMs: Infinity }));
  await nextCycle(world);
  expect(toldOf(world, 'shop/reports')).toEqual([]);
  await world.apply(recipe);
  await expectValidated(world, recipe);
  const asked = world.claude.messages.length;
  await nextCycle(world);

  const [, program] = /jq '(.+)'/.exec(recipe.text) ?? [];
  const calls = world.claude.messages.slice(asked).flatMap((request) => resultsIn(request));
  const call = calls.find(({ input }) => input['jq'] === program);
  expect(call).toMatchObject({ tool: 'k8s_get', isError: false });
  expect(call?.text).toMatch(/shop\/reports-\S+ wants 256Mi of 256Mi/);
  expectSeen(recipe, world, 'Slack');
});

test.each(WITH_AND_WITHOUT)('Silence a batch namespace on Sundays, $way', async ({ model }) => {
  const recipe = recipeOf('Silence a batch namespace on Sundays');
  const world = await startWorld({ model, atMs: sunday(0, 55) });
  const { things, clock, monitor } = world;
  await world.apply(recipe);
  await expectValidated(world, recipe);
  for (const place of ['batch', 'shop']) {
    things.push(crashLoop({ namespace: place, name: 'loader', sinceMs: sunday(1, 1) }));
    things.push(failedJob({ namespace: place, name: 'restate', sinceMs: sunday(1, 1) }));
  }
  await nextCycle(world);
  clock.set(sunday(3) - SECOND_MS);
  await monitor.cycle('patrol');

  expect(toldOf(world, 'batch/')).toEqual([]);
  expect(toldOf(world, 'shop/loader')).not.toEqual([]);
  expect(toldOf(world, 'shop/restate')).not.toEqual([]);
  expectSeen(recipe, world, 'log');
  clock.set(sunday(3));
  await monitor.cycle('patrol');
  expect(toldOf(world, 'batch/loader')).not.toEqual([]);
  expect(toldOf(world, 'batch/restate')).not.toEqual([]);
});

test.each(WITH_AND_WITHOUT)('Expect flapping during a migration, $way', async ({ model }) => {
  const recipe = recipeOf('Expect flapping during a migration');
  const world = await startWorld({ model });
  const { things, clock, monitor } = world;
  await world.apply(recipe);
  await expectValidated(world, recipe);
  const endsAtMs = Date.UTC(2026, 11, 6);
  for (const name of ['search-index', 'search-page']) {
    things.push(crashLoop({ namespace: 'shop', name, sinceMs: endsAtMs - 7 * MINUTE_MS }));
  }
  clock.set(endsAtMs - SECOND_MS);
  await monitor.cycle('scheduled');
  expect(toldOf(world, 'shop/search-index')).toEqual([]);
  expect(toldOf(world, 'shop/search-page')).not.toEqual([]);
  clock.set(endsAtMs);
  await monitor.cycle('patrol');

  expectSeen(recipe, world, 'Slack');
});

test.each(WITH_AND_WITHOUT)("Route a team's alerts to its own channel, $way", async ({ model }) => {
  const recipe = recipeOf("Route a team's alerts to its own channel");
  const world = await startWorld({ model });
  const { things, slack } = world;
  await world.apply(recipe);
  await expectValidated(world, recipe);
  for (const place of ['payments', 'shop']) {
    things.push(crashLoop({ namespace: place, name: 'invoices', sinceMs: minutesAgo(world, 5) }));
  }
  await nextCycle(world);

  const inChannel = (name: string): string => slack.messages(name).map(wordsOf).join('\n');
  expect(inChannel('payments')).toContain('payments/invoices');
  expect(inChannel('payments')).not.toContain('shop/invoices');
  expect(inChannel('critical-alerts')).not.toContain('payments/invoices');
  expectSeen(recipe, world, 'Slack');
});

test('a known issue that is taken out inside its window is told in the next cycle', async () => {
  const world = await startWorld({ model: 'none', atMs: sunday(2) });
  const unedited = world.files();
  await world.apply(recipeOf('Silence a known issue inside its window'));
  swap(world, 'orders-db', crashingDatabase({ namespace: 'databases', name: 'orders-db', sinceMs: sunday(2, 5) }));
  await nextCycle(world);
  expect(toldOf(world, 'databases/orders-db')).toEqual([]);

  await world.mount(unedited);
  await nextCycle(world);
  expect(toldOf(world, 'databases/orders-db')).not.toEqual([]);
});

test('a card that stands already stays where it is', async () => {
  const world = await startWorld({ model: 'none' });
  world.things.push(crashLoop({ namespace: 'payments', name: 'invoices', sinceMs: minutesAgo(world, 5) }));
  await nextCycle(world);
  await world.apply(recipeOf("Route a team's alerts to its own channel"));
  await nextCycle(world);

  expect(world.slack.messages('payments')).toEqual([]);
  expect(world.slack.messages('critical-alerts').map(wordsOf).join()).toContain('payments/invoices');
});

test('a route into a channel that the settings do not allow is passed over, as the recipe says', async () => {
  const recipe = recipeOf("Route a team's alerts to its own channel");
  const world = await startWorld({ model: 'none' });
  await world.apply({ edits: recipe.edits.filter(({ file }) => file === 'CLAUDE.md') });
  world.things.push(crashLoop({ namespace: 'payments', name: 'invoices', sinceMs: minutesAgo(world, 5) }));
  const { report } = await nextCycle(world);

  expect(world.slack.messages('payments')).toEqual([]);
  expect(world.slack.messages('critical-alerts').map(wordsOf).join()).toContain('payments/invoices');
  expect(report.definitions.warnings).toContainEqual(expect.objectContaining({ code: 'channel-not-allowed' }));
  expect(world.monitor.logText()).toContain('channels of the text are not allowed');
});

test.each(WITH_AND_WITHOUT)('Be patient in staging, $way', async ({ model }) => {
  const recipe = recipeOf('Be patient in staging');
  const world = await startWorld({ model });
  const { things, clock, monitor } = world;
  await world.apply(recipe);
  await expectValidated(world, recipe);
  const onsetAtMs = clock.now();
  for (const place of ['shop-staging', 'shop']) {
    things.push(crashLoop({ namespace: place, name: 'cart', replicas: 2, sinceMs: onsetAtMs }));
    things.push(crashLoop({ namespace: place, name: 'images', replicas: 2, broken: 1, sinceMs: onsetAtMs }));
  }
  await nextCycle(world);
  clock.set(onsetAtMs + 30 * MINUTE_MS - 1);
  await monitor.cycle('patrol');

  expect(toldOf(world, 'shop-staging/')).toEqual([]);
  expect(toldOf(world, 'shop/cart')).not.toEqual([]);
  clock.set(onsetAtMs + 30 * MINUTE_MS);
  await monitor.cycle('patrol');
  expectSeen(recipe, world, 'Slack');
});

test('Add an agent for cert-manager, with agents', async () => {
  const recipe = recipeOf('Add an agent for cert-manager');
  const world = await startWorld();
  await world.apply(recipe);
  await expectValidated(world, recipe);
  const { report: quiet } = await nextCycle(world);
  expect(quiet.notCalled).toContainEqual({ name: 'cert-analyst', reason: 'no finding of its reasons' });
  const asked = world.claude.messages.length;
  world.things.push(missingCertificate({ namespace: 'web', name: 'shop-example-com', sinceMs: minutesAgo(world, 60) }));
  await nextCycle(world);

  expectSeen(recipe, world, 'log');
  const own = world.claude.messages.slice(asked).filter((request) => isOf(request, 'cert-analyst'));
  expect(own).not.toEqual([]);
  for (const request of own) expect(toolsOf(request)).toEqual(['k8s_events', 'k8s_get', 'report_findings']);
  expect(systemText(own[0]!)).toContain('Never advise to delete a Secret.');
});

test('Make one agent cheaper, with agents', async () => {
  const recipe = recipeOf('Make one agent cheaper');
  const world = await startWorld();
  world.things.push(crashLoop({ namespace: 'shop', name: 'cart', sinceMs: minutesAgo(world, 5) }));
  const github = 'github:\n  repositories: [{ repository: acme/shop, services: [shop/cart] }]';
  const repositories = { file: 'config.yaml', how: { kind: 'set' }, text: github } as const;
  await world.apply({ edits: [repositories] });
  await nextCycle(world);
  const before = world.claude.messages.filter((request) => isOf(request, 'github-reviewer'));
  await world.apply(recipe);
  await expectValidated(world, recipe);
  world.things.push(crashLoop({ namespace: 'shop', name: 'images', sinceMs: minutesAgo(world, 5) }));
  const asked = world.claude.messages.length;
  await nextCycle(world);
  const all = world.claude.messages.slice(asked);
  const after = all.filter((request) => isOf(request, 'github-reviewer'));

  expect(new Set(before.map(({ model }) => model))).toEqual(new Set(['claude-sonnet-5-5']));
  expect(new Set(after.map(({ model }) => model))).toEqual(new Set(['claude-haiku-5-5']));
  expect(toolsOf(before[0]!)).toContain('k8s_get');
  expect(toolsOf(after[0]!)).toEqual(['github_commits', 'github_pull_requests', 'report_correlation']);
  const analyzer = all.filter((request) => isOf(request, 'k8s-analyzer'));
  expect(new Set(analyzer.map(({ model }) => model))).toEqual(new Set(['claude-sonnet-5-5']));
});

test('Change the layout of the card, with agents', async () => {
  const recipe = recipeOf('Change the layout of the card');
  const world = await startWorld();
  await world.apply(recipe);
  await expectValidated(world, recipe);
  world.things.push(crashLoop({ namespace: 'shop', name: 'cart', sinceMs: minutesAgo(world, 5) }));
  await nextCycle(world);

  expectSeen(recipe, world, 'Slack');
  const own = world.claude.messages.find((request) => isOf(request, 'slack-notifier'));
  expect(own && systemText(own)).not.toContain('`Impact`: who notices and what they cannot do. Replicas');
});

test.each(WITH_AND_WITHOUT)('Say which namespaces are production, $way', async ({ model }) => {
  const recipe = recipeOf('Say which namespaces are production');
  const world = await startWorld({ model });
  world.things.push(crashLoop({ namespace: 'sandbox-ana', name: 'toy', sinceMs: minutesAgo(world, 5) }));
  await world.apply(recipe);
  await expectValidated(world, recipe);
  const { report } = await nextCycle(world);

  expectSeen(recipe, world, 'Slack');
  const [finding] = report.findings.filter(({ object }) => object.namespace === 'sandbox-ana');
  expect(finding?.policy.environment).toMatch(/environments\.yaml:\d+/);
});

describe.skipIf(opa === undefined)('with the real opa', () => {
  test.each(WITH_AND_WITHOUT)('Change what is urgent, $way', async ({ model }) => {
    const recipe = recipeOf('Change what is urgent');
    const world = await startWorld({ model, rego: true });
    world.things.push(
      missingCertificate({ namespace: 'web', name: 'shop-example-com', sinceMs: minutesAgo(world, 60) }),
    );
    await nextCycle(world);
    expect(toldOf(world, 'SEV-2 · web/shop-example-com')).not.toEqual([]);
    await world.apply(recipe);
    await expectValidated(world, recipe);
    await nextCycle(world);

    expectSeen(recipe, world, 'Slack');
    expectSeen(recipe, world, 'log');
  });
});

test.each(WITH_AND_WITHOUT)('Take a bad edit back, $way', async ({ model }) => {
  const recipe = recipeOf('Take a bad edit back');
  const world = await startWorld({ model, watched: true });
  const { monitor, slack, claude } = world;
  await nextCycle(world);
  const good = world.files();
  await world.apply(recipe);
  await expectValidated(world, recipe, 2);
  await expect.poll(() => monitor.logText(), { timeout: 20_000 }).toContain('Callback rejected new content');
  await monitor.app.settled();
  await monitor.flush();

  expectSeen(recipe, world, 'log');
  expectSeen(recipe, world, 'Slack');
  const asked = claude.messages.length;
  await nextCycle(world);
  const analyst = claude.messages.slice(asked).filter((request) => isOf(request, 'k8s-analyzer'));
  const isOfBefore = analyst.map((request) => systemText(request).includes('## Rules against false alarms'));
  expect(new Set(isOfBefore)).toEqual(new Set(model === 'none' ? [] : [true]));

  await world.mount(good);
  await nextCycle(world);
  expect(slack.messages('alerts').map(wordsOf).join()).toContain('MONITOR · over · all definitions are in use again');
});

test('each recipe of the guide has a test, and each test a recipe; they are numbered, and each has every part', () => {
  const recipes = recipesOfTheGuide();
  const source = readFileSync(import.meta.filename, 'utf8');
  const tested = [...source.matchAll(/^ *test[^(]*(?:\(WITH_AND_WITHOUT\))?\((['"])(.+), (?:\$way|with agents)\1/gm)];

  expect(tested.map(([, , title = '']) => title).toSorted()).toEqual(recipes.map(({ title }) => title).toSorted());
  expect(recipes.map(({ number }) => number)).toEqual(recipes.map((_, index) => index + 1));
  expect(recipes).toHaveLength(14);
  for (const { title, text, edits, validated } of recipes) {
    const parts = [...text.matchAll(/^\*\*(.+?)\.\*\*/gm)].map(([, part]) => part);
    expect(parts, title).toEqual(['When', 'Paste', 'Apply', 'Check it first', 'You see', 'Limits', 'Undo']);
    expect(edits, title).not.toEqual([]);
    expect(validated, title).not.toEqual([]);
  }
});

/** What the recipe says that `validate` prints for the files as they are now, from the first word of a line. */
async function expectValidated(world: World, recipe: Recipe, exitCode = 0): Promise<void> {
  const { lines, exitCode: ended } = await world.validate();
  const missing = recipe.validated.filter(
    (line) => !lines.some((printed) => printed.startsWith(line) || printed.includes(`, ${line}`)),
  );
  expect(missing, lines.join('\n')).toEqual([]);
  expect(ended).toBe(exitCode);
}

/** Every line that the recipe shows stands in what Slack was sent, or in the log. */
function expectSeen(recipe: Recipe, { slack, monitor }: World, where: 'Slack' | 'log'): void {
  const told = writesTo(slack)
    .map(({ text }) => text)
    .join('\n')
    .replaceAll('&gt;', '>')
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&');
  const all = where === 'Slack' ? told : monitor.logText();
  const lines = recipe.seen(where);
  expect(lines, `what ${where} is said to show`).not.toEqual([]);
  expect(
    lines.filter((line) => !all.includes(line)),
    all,
  ).toEqual([]);
  expect(slack.violations).toEqual([]);
}

/** The accepted posts and edits that name something. */
function toldOf({ slack }: World, name: string): readonly string[] {
  return writesTo(slack)
    .map(({ text }) => text)
    .filter((text) => text.includes(name));
}

function minutesAgo({ clock }: World, minutes: number): number {
  return clock.now() - minutes * MINUTE_MS;
}

/** In place of the healthy one of the demo's cluster. */
function swap({ things, withoutHealthy }: World, name: string, thing: World['things'][number]): void {
  withoutHealthy.add(name);
  things.push(thing);
}

function isOf(request: ClaudeRequest, agent: string): boolean {
  return systemText(request).includes(`You are ${agent} of k8s-monitor`);
}

/** Without the one that turns the pages of long answers, which every agent with tools has. */
function toolsOf(request: ClaudeRequest): readonly string[] {
  return (request.tools ?? [])
    .map(({ name }) => name)
    .filter((name) => name !== 'result_page')
    .toSorted();
}

/** A model that does what the Markdown it was sent asks for: calls the tool with the program it reads there, and reports what comes back. */
function reportsWhatJqFinds(): ClaudeScript {
  const others = createScriptedModel();
  return (request) => {
    if (!toolsOf(request).includes('report_findings')) return others(request);
    const results = resultsIn(request);
    const checks = jqChecksIn(request).filter(({ namespace }) => namespace === 'shop');
    if (results.length === 0 && checks.length > 0) {
      return {
        toolCalls: checks.map(({ kind, namespace, program }) => ({
          name: 'k8s_get',
          input: { kind, namespace, jq: program },
        })),
      };
    }
    const findings = results.flatMap(({ text, evidenceId }) =>
      [...text.matchAll(/"([\w-]+)\/(reports-[\w-]+) (wants [^"]+)"/g)].map(
        ([, space = '', name = '', title = '']) => ({
          finding: null,
          object: { kind: 'Pod', namespace: space, name },
          reason: 'MemoryNearLimit',
          title,
          impact: 'error',
          onset: null,
          cause: `The container asks for nearly all of its limit: ${title}.`,
          confidence: 'Medium',
          evidence: [{ id: evidenceId ?? '', quote: `${name} ${title}` }],
          nextSteps: [],
          notChecked: [],
        }),
      ),
    );
    return { toolCalls: [{ name: 'report_findings', input: { findings, notChecked: [] } }] };
  };
}
