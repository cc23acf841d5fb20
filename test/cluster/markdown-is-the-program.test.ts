import { afterAll, beforeAll, expect, test } from 'vitest';
import { createScriptedModel } from '../../src/demo/scripted-model.ts';
import { jqChecksIn, resultsIn } from '../../src/demo/scripted-model/read-prompt.ts';
import type { ClaudeScript } from '../../src/demo/stand-ins/claude.ts';
import { promptText, systemText, type ClaudeRequest } from '../../src/demo/stand-ins/claude-request.ts';
import { pasteOf, recipe } from '../builders/recipes.ts';
import type { ControlPlane } from '../control-plane/client.ts';
import { apply } from '../control-plane/builders/apply.ts';
import { aDeployment } from '../control-plane/builders/deployment.ts';
import { aStatefulSet } from '../control-plane/builders/stateful-set.ts';
import { freshControlPlane } from '../control-plane/control-plane.ts';
import { handClock, HOUR_MS, MINUTE_MS, SECOND_MS } from '../harness/hand-clock.ts';
import { shippedDefinitions } from '../harness/shipped-definitions.ts';
import { installShippedAccount } from '../harness/shipped-account.ts';
import { wordsOf, writesTo } from '../harness/slack-view.ts';
import { watchNamespace } from '../harness/watched-namespace.ts';

/*
 * Each test changes the program by one swap of a mounted file, while the monitor runs, and looks at the last hop: what Claude and Slack were
 * sent. Where code alone can keep the promise, it is tested without a model too. The texts of the four scenarios are those of the first four
 * recipes of docs/agent-customization-guide.md, with the names of this cluster.
 */

/** `- shop/billing: takes the money` */
const TIER_BULLET = pasteOf(recipe('Raise a service to P0'), 'CLAUDE.md');
/** `- databases/orders-db: the backup stops it, Every Sunday 2-3 AM. DO NOT FLAG.` */
const KNOWN_ISSUE = pasteOf(recipe('Silence a known issue inside its window'), 'CLAUDE.md');
const PATIENCE = recipe('Wait two minutes before SEV-1');
const NEW_CHECK = pasteOf(recipe('Add a check of your own'), 'k8s-analyzer.md');

let server: ControlPlane;
let token = '';
let agents: Readonly<Record<string, string>> = {};
beforeAll(async () => {
  server = await freshControlPlane();
  token = await installShippedAccount(server);
  ({ agents } = await shippedDefinitions());
});
afterAll(() => server[Symbol.asyncDispose]());

const WITH_AND_WITHOUT = [
  { way: 'with agents', model: createScriptedModel() },
  { way: 'with no model', model: 'none' },
] as const;

test.each(WITH_AND_WITHOUT)('a service added to P0 is judged as P0 in the next cycle, $way', async ({ model }) => {
  const clock = handClock(Date.now() + HOUR_MS);
  await using watched = await watchNamespace({
    server,
    token,
    clock,
    model,
    definitions: () => ({ claude: '# Operations\n\n## P0\n\n- ledger: the book of payments\n', agents }),
  });
  const { namespace, monitor, slack, claude, definitions } = watched;
  await apply(server, aDeployment('billing').in(namespace).replicas(3).at(clock.now()).crashLooping({ pods: 2 }));

  await monitor.cycle('scheduled');
  const [asUnlisted, ...others] = slack.messages('critical-alerts');

  expect(others).toEqual([]);
  expect(asUnlisted && wordsOf(asUnlisted)).toContain(`SEV-2 · ${namespace}/billing`);
  const bullet = TIER_BULLET.replace('shop/', `${namespace}/`);
  await definitions.swapClaude(`# Operations\n\n## P0\n\n- ledger: the book of payments\n${bullet}\n`);
  clock.advance(10 * MINUTE_MS);
  const { report } = await monitor.cycle('scheduled');

  const [asP0, ...more] = slack.messages('critical-alerts');
  expect(more.filter(({ broadcast }) => !broadcast)).toEqual([]);
  expect(asP0?.ts).toBe(asUnlisted?.ts);
  expect(asP0 && wordsOf(asP0)).toContain(`SEV-1 · ${namespace}/billing`);
  expect(asP0 && wordsOf(asP0)).toContain('tier P0');
  const reply = asP0?.replies.find(({ broadcast }) => broadcast);
  expect(reply?.text).toContain('SEV-2 → SEV-1');
  expect(report.decisions.find(({ reason }) => reason === 'worse')).toMatchObject({ told: true, pass: 1 });
  expect(claude.violations).toEqual([]);
  expect(slack.violations).toEqual([]);
});

test('the new tier stands in every prompt of the next cycle', async () => {
  const clock = handClock(Date.now() + HOUR_MS);
  await using watched = await watchNamespace({
    server,
    token,
    clock,
    definitions: () => ({ claude: '# Operations\n\n## P0\n\n- ledger: the book of payments\n', agents }),
  });
  const { namespace, monitor, claude, definitions } = watched;
  await apply(server, aDeployment('billing').in(namespace).replicas(3).at(clock.now()).crashLooping({ pods: 2 }));
  await monitor.cycle('scheduled');
  const before = claude.messages.filter(isFirst);
  const bullet = TIER_BULLET.replace('shop/', `${namespace}/`);
  await definitions.swapClaude(`# Operations\n\n## P0\n\n${bullet}\n`);
  clock.advance(10 * MINUTE_MS);
  await monitor.cycle('scheduled');

  const after = claude.messages.filter(isFirst).slice(before.length);
  expect(before.length).toBeGreaterThan(2);
  expect(after.length).toBeGreaterThan(2);
  for (const request of before)
    expect(promptText(request)).toMatch(/floor SEV-2 \| tier none \| production \| CrashLoop/);
  for (const request of after) expect(promptText(request)).toMatch(/floor SEV-1 \| tier P0 \| production \| CrashLoop/);
  const told = (request: ClaudeRequest): boolean => systemText(request).includes(bullet);
  expect(before.filter(told)).toEqual([]);
  expect(after.filter(told).map(roleOf)).toEqual(
    expect.arrayContaining(['dispatch_agent', 'report_findings', 'decide']),
  );
  expect(claude.violations).toEqual([]);
});

test.each(WITH_AND_WITHOUT)(
  'a known issue silences the database in its window, and nothing else, and ends on time, $way',
  async ({ model }) => {
    const clock = handClock(nextSundayAt(2) - 10 * MINUTE_MS);
    const claudeMd = '# Operations\n\n## P1\n\n- postgres: keeps the orders\n- mysql: keeps the carts\n';
    const issue = KNOWN_ISSUE.replace('databases/orders-db', 'postgres');
    await using watched = await watchNamespace({
      server,
      token,
      clock,
      model,
      definitions: () => ({ claude: claudeMd, agents }),
    });
    const { namespace, monitor, slack, claude, definitions } = watched;
    const postgres = aStatefulSet('postgres').in(namespace).at(clock.now());
    const mysql = aStatefulSet('mysql').in(namespace).at(clock.now());
    const databases = await apply(server, postgres, mysql);
    await monitor.cycle('scheduled');
    expect(writesTo(slack)).toEqual([]);

    await definitions.swapClaude(`${claudeMd}\n## Known issues\n\n${issue}\n`);
    clock.advance(20 * MINUTE_MS); // 02:10
    const down = { sinceMs: 5 * MINUTE_MS };
    await databases.become(postgres.at(clock.now()).crashLooping(down), mysql.at(clock.now()).crashLooping(down));
    const inWindow = await monitor.cycle('scheduled');
    clock.set(nextSundayAt(3) - SECOND_MS);
    const lastSecond = await monitor.cycle('patrol');

    for (const { report } of [inWindow, lastSecond]) {
      expect(reasonsFor(report, `${namespace}/postgres`)).toEqual(new Set(['known-issue']));
    }
    expect(writesTo(slack).filter(({ text }) => text.includes('postgres'))).toEqual([]);
    expect(slack.messages('critical-alerts').map((message) => wordsOf(message).includes('mysql'))).toEqual([true]);
    expect(lastSecond.last.recheckAtMs).toBe(nextSundayAt(3));
    clock.set(nextSundayAt(3));
    const told = writesTo(slack).length;
    await monitor.cycle('patrol');

    const late = writesTo(slack)
      .slice(told)
      .find(({ method }) => method === 'chat.postMessage');
    expect(late?.text).toMatch(
      /^Told late: known issue "postgres: the backup stops it, Every Sunday 2-3 AM\. DO NOT FLAG\." \(CLAUDE\.md:\d+\); withheld since 02:10 UTC\./,
    );
    expect(late?.text).toContain(`SEV-1 · ${namespace}/postgres`);
    expect(slack.messages('critical-alerts')).toHaveLength(2);
    expect(slack.violations).toEqual([]);
    expect(claude.violations).toEqual([]);
  },
);

test.each(WITH_AND_WITHOUT)('P0 waits two minutes before SEV-1 once the text says so, $way', async ({ model }) => {
  const clock = handClock(Date.now() + HOUR_MS);
  const claudeMd =
    '# Operations\n\n## P0\n\n- checkout: takes orders\n- ledger: the book of payments\n\n## Severity\n\n';
  await using watched = await watchNamespace({
    server,
    token,
    clock,
    model,
    definitions: () => ({ claude: `${claudeMd}- SEV-1: a P0 service is down.\n`, agents }),
    // Without the checks' own grace, which is two minutes too.
    config: pasteOf(PATIENCE, 'config.yaml'),
  });
  const { namespace, monitor, slack, claude, definitions } = watched;
  const checkout = aDeployment('checkout').in(namespace).at(clock.now());
  const ledger = aDeployment('ledger').in(namespace).at(clock.now()).replicas(2);
  const broken = { sinceMs: 30 * SECOND_MS, restarts: 1 };
  const services = await apply(server, checkout.crashLooping(broken), ledger);
  await monitor.cycle('scheduled');
  const [atOnce, ...none] = slack.messages('critical-alerts');

  expect(none).toEqual([]);
  expect(atOnce && wordsOf(atOnce)).toContain(`SEV-1 · ${namespace}/checkout`);

  await definitions.swapClaude(`${claudeMd}${pasteOf(PATIENCE, 'CLAUDE.md')}\n`);
  clock.advance(10 * MINUTE_MS);
  await services.become(checkout.crashLooping(broken), ledger.at(clock.now()).crashLooping(broken));
  const onsetAtMs = Math.floor(clock.now() / SECOND_MS) * SECOND_MS - 30 * SECOND_MS;
  const early = await monitor.cycle('scheduled');
  clock.set(onsetAtMs + 2 * MINUTE_MS - 1);
  const stillEarly = await monitor.cycle('patrol');

  for (const { report } of [early, stillEarly]) {
    expect(reasonsFor(report, `${namespace}/ledger`)).toEqual(new Set(['within-tolerance']));
  }
  expect(stillEarly.last.recheckAtMs).toBe(onsetAtMs + 2 * MINUTE_MS);
  expect(writesTo(slack).filter(({ text }) => text.includes('ledger'))).toEqual([]);
  clock.set(onsetAtMs + 2 * MINUTE_MS);
  await monitor.cycle('patrol');

  const told = writesTo(slack).filter(({ text, threadTs }) => text.includes('ledger') && threadTs === undefined);
  expect(told[0]?.method).toBe('chat.postMessage');
  expect(told[0]?.text).toContain(`SEV-1 · ${namespace}/ledger`);
  expect(told[0]?.text).toMatch(/^Told late: tolerated by "SEV-1: a P0 service is down for &gt; 2 minutes\."/);
  expect(slack.violations).toEqual([]);
  expect(claude.violations).toEqual([]);
});

test('a check added to the analyzer is carried out with its own jq program, and what it finds is told', async () => {
  const clock = handClock(Date.now() + HOUR_MS);
  await using watched = await watchNamespace({
    server,
    token,
    clock,
    model: reportsWhatJqFinds(),
    definitions: () => ({ claude: '# Operations\n', agents }),
  });
  const { namespace, monitor, slack, claude, definitions } = watched;
  // Requests 64Mi of 72Mi: 89 %. The other has room.
  await apply(
    server,
    aDeployment('reports').in(namespace).oomKilled({ limit: '72Mi' }).healthy(),
    aDeployment('search').in(namespace),
  );
  await monitor.cycle('scheduled');

  expect(writesTo(slack)).toEqual([]);
  const before = claude.messages.length;
  const check = NEW_CHECK.replace('-n shop', `-n ${namespace}`);
  const [, program = ''] = /jq '(.+)'/.exec(check) ?? [];
  await definitions.swapAgents({ ...agents, 'k8s-analyzer.md': `${agents['k8s-analyzer.md']}\n${check}` });
  clock.advance(HOUR_MS);
  const { report } = await monitor.cycle('scheduled');

  const calls = claude.messages.slice(before).flatMap((request) => resultsIn(request));
  const call = calls.find(({ input }) => input['jq'] === program);
  expect(call).toMatchObject({ tool: 'k8s_get', isError: false });
  expect(call?.text).toMatch(/reports-\S+ wants 64Mi of 72Mi/);
  expect(call?.text).not.toContain('search');
  expect(report.findings).toMatchObject([{ origin: 'agent', check: 'k8s-analyzer', verified: true }]);
  const [message, ...more] = slack.messages('critical-alerts');
  expect(more).toEqual([]);
  expect(message && wordsOf(message)).toContain(`${namespace}/reports: wants 64Mi of 72Mi`);
  expect(message?.replies.map(wordsOf).join()).toMatch(/reports-\S+ wants 64Mi of 72Mi/);
  expect(claude.violations).toEqual([]);
  expect(slack.violations).toEqual([]);
});

test('a broken swap keeps the last good version of that file, says so once, and touches no other', async () => {
  const clock = handClock(Date.now() + HOUR_MS);
  await using watched = await watchNamespace({
    server,
    token,
    clock,
    definitions: () => ({ claude: '# Operations\n', agents }),
  });
  const { monitor, slack, claude, definitions } = watched;
  await monitor.cycle('scheduled');
  const before = claude.messages.length;

  const broken =
    '---\nname: k8s-analyzer\ndescription: [never closed\ntools: {{\n# New text that nobody shall follow\n';
  const newcomer = '---\nname: newcomer\ndescription: looks after quotas\n---\nLook at the quotas of each namespace.\n';
  await definitions.swapAgents({ ...agents, 'k8s-analyzer.md': broken, 'newcomer.md': newcomer });
  clock.advance(HOUR_MS);
  await monitor.cycle('scheduled');
  clock.advance(HOUR_MS);
  const { report } = await monitor.cycle('scheduled');

  const sent = claude.messages.slice(before);
  expect(sent.some((request) => systemText(request).includes('New text that nobody'))).toBe(false);
  expect(sent.some((request) => systemText(request).includes('## Rules against false alarms'))).toBe(true);
  expect(sent.some((request) => systemText(request).includes('Look at the quotas of each namespace.'))).toBe(true);
  expect(report.definitions.files.filter(({ stale }) => stale !== undefined)).toMatchObject([
    { name: 'k8s-analyzer.md' },
  ]);
  const cards = slack.messages('alerts');
  expect(cards).toHaveLength(1);
  expect(wordsOf(cards[0]!)).toContain('MONITOR · one definition cannot be used');
  expect(wordsOf(cards[0]!)).toMatch(/k8s-analyzer\.md:\d+: /);
  expect(
    monitor.log.filter(({ msg, file }) => msg === 'definition warning' && file === 'k8s-analyzer.md'),
  ).toHaveLength(1);

  await definitions.swapAgents(agents);
  clock.advance(HOUR_MS);
  await monitor.cycle('scheduled');

  expect(slack.messages('alerts')).toHaveLength(1);
  expect(wordsOf(slack.messages('alerts')[0]!)).toContain('MONITOR · over · all definitions are in use again');
  expect(claude.violations).toEqual([]);
  expect(slack.violations).toEqual([]);
});

/** A model that does what the Markdown it was sent asks for: calls the tool with the program it reads there, and reports what comes back. */
function reportsWhatJqFinds(): ClaudeScript {
  const others = createScriptedModel();
  return (request) => {
    if (!offers(request, 'report_findings')) return others(request);
    const results = resultsIn(request);
    if (results.length === 0) {
      const calls = jqChecksIn(request).map(({ kind, namespace, program }) => ({
        name: 'k8s_get',
        input: { kind, ...(namespace !== '' && { namespace }), jq: program },
      }));
      if (calls.length > 0) return { toolCalls: calls };
    }
    const findings = results.flatMap(({ text, evidenceId }) =>
      [...text.matchAll(/"([\w-]+)\/([\w-]+) (wants [^"]+)"/g)].map(([, namespace = '', name = '', title = '']) => ({
        finding: null,
        object: { kind: 'Pod', namespace, name },
        reason: 'MemoryNearLimit',
        title,
        impact: 'error',
        onset: null,
        cause: `The container asks for nearly all of its limit: ${title}.`,
        confidence: 'Medium',
        evidence: [{ id: evidenceId ?? '', quote: `${name} ${title}` }],
        nextSteps: [],
        notChecked: [],
      })),
    );
    return { toolCalls: [{ name: 'report_findings', input: { findings, notChecked: [] } }] };
  };
}

function offers(request: ClaudeRequest, tool: string): boolean {
  return (request.tools ?? []).some(({ name }) => name === tool);
}

/** The tool that a role reports with. */
function roleOf(request: ClaudeRequest): string | undefined {
  return ['dispatch_agent', 'report_findings', 'report_correlation', 'decide', 'compose'].find((tool) =>
    offers(request, tool),
  );
}

/** The first request of a conversation. */
function isFirst(request: ClaudeRequest): boolean {
  return request.messages.length === 1;
}

interface Told {
  readonly incidents: readonly { readonly id: string; readonly findings: readonly string[] }[];
  readonly findings: readonly {
    readonly id: string;
    readonly owner: { readonly namespace: string; readonly name: string };
  }[];
  readonly decisions: readonly { readonly incident: string; readonly reason: string }[];
}

/** Why people were or were not told about a workload, over all passes of a cycle. */
function reasonsFor(report: Told, workload: string): ReadonlySet<string> {
  const findings = report.findings
    .filter(({ owner }) => `${owner.namespace}/${owner.name}` === workload)
    .map(({ id }) => id);
  const incidents = report.incidents
    .filter((incident) => incident.findings.some((id) => findings.includes(id)))
    .map(({ id }) => id);
  return new Set(report.decisions.filter(({ incident }) => incidents.includes(incident)).map(({ reason }) => reason));
}

/** A Sunday that is not over yet, at a full hour UTC. */
function nextSundayAt(hour: number): number {
  const today = new Date();
  const days = 7 - today.getUTCDay();
  return Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate() + days, hour);
}
