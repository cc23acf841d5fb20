import Anthropic from '@anthropic-ai/sdk';
import { expect, test } from 'vitest';
import {
  AnalyzerReport,
  CorrelatorReport,
  DISPATCH_TOOL,
  DispatchInput,
  EscalationReport,
  FINISH_TOOL,
  NotifierReport,
  REPORT_TOOLS,
} from '../../../src/agents/reports.ts';
import { createScriptedModel } from '../../../src/demo/scripted-model.ts';
import { startClaudeStandIn } from '../../../src/demo/stand-ins/claude.ts';
import type { ToolDefinition } from '../../../src/domain/model.ts';

const DIGEST = `Marker of this cycle: m4rk3r99

Cycle: 2026-11-22T02:10:00Z-scheduled
Findings: 2
<data-m4rk3r99 from="findings">
f1 | floor SEV-1 | tier P0 | production | OOMKilled (workload, critical) | Pod payments/checkout-api-6b8d4f7c9-b7xkq | owner Deployment payments/checkout-api | since 2026-11-22T01:58:00Z, 12 min | new
  0 of 3 replicas ready: container api was OOM killed
  e1 Pod payments/checkout-api-6b8d4f7c9-b7xkq lastState: "terminated: OOMKilled, exit code 137"
f2 | floor SEV-3 | tier P2 | production | CrashLoop (workload, critical) | Pod databases/reporting-db-0 | owner StatefulSet databases/reporting-db | since 2026-11-22T02:03:00Z, 7 min | new
  container postgres keeps stopping
</data-m4rk3r99>`;
const QUIET = 'Marker of this cycle: m4rk3r99\n\nFindings: none';
const AGENTS = `## Agents
- escalation-manager (escalation): decides
- github-reviewer (correlator): looks at changes
- k8s-analyzer (analyzer): looks at the cluster
- node-watcher (analyzer): looks at nodes
- slack-notifier (notifier): writes`;

type Answers = (call: Anthropic.ToolUseBlock) => string;

/** Plays a conversation until the model calls `last` or stops, and returns every tool call of it. */
async function converse(
  { system, digest, tools, last }: { system: string; digest: string; tools: readonly ToolDefinition[]; last: string },
  answers: Answers = () => 'done',
): Promise<Anthropic.ToolUseBlock[]> {
  await using claude = await startClaudeStandIn({ script: createScriptedModel() });
  const client = new Anthropic({ baseURL: claude.url, apiKey: claude.apiKey, maxRetries: 0 });
  const messages: Anthropic.MessageParam[] = [{ role: 'user', content: digest }];
  const calls: Anthropic.ToolUseBlock[] = [];
  for (;;) {
    const reply = await client.messages
      .stream({
        model: 'claude-sonnet-5-5',
        max_tokens: 16_000,
        system,
        messages,
        tools: tools.map(({ name, description, inputSchema, strict }) => ({
          name,
          description,
          strict,
          input_schema: { type: 'object', ...inputSchema },
        })),
      })
      .finalMessage();
    const turn = reply.content.filter((block) => block.type === 'tool_use');
    calls.push(...turn);
    if (turn.length === 0 || turn.some((call) => call.name === last)) break;
    messages.push(
      { role: 'assistant', content: reply.content },
      {
        role: 'user',
        content: turn.map((call) => ({ type: 'tool_result', tool_use_id: call.id, content: answers(call) })),
      },
    );
  }
  expect(claude.violations).toEqual([]);
  return calls;
}

const question = (name: string, properties: Record<string, object>): ToolDefinition => ({
  name,
  description: name,
  strict: false,
  inputSchema: { type: 'object', properties, required: Object.keys(properties).slice(0, 1) },
});
const text = { type: 'string' };
const K8S = [
  question('k8s_logs', { pod: text, namespace: text, previous: { type: 'boolean' } }),
  question('k8s_get', { kind: text, namespace: text, jq: text }),
];
const analyzer = { last: 'report_findings', tools: [...K8S, REPORT_TOOLS.analyzer] };

test('the orchestrator calls the listed agents role by role and finishes', async () => {
  const calls = await converse({
    system: AGENTS,
    digest: DIGEST,
    tools: [DISPATCH_TOOL, FINISH_TOOL],
    last: 'finish',
  });

  const dispatched = calls
    .filter(({ name }) => name === 'dispatch_agent')
    .map(({ input }) => DispatchInput.parse(input));
  expect(dispatched.map(({ agent }) => agent)).toEqual([
    'k8s-analyzer',
    'node-watcher',
    'github-reviewer',
    'escalation-manager',
    'slack-notifier',
  ]);
  expect(dispatched[0]?.findings).toEqual(['f1', 'f2']);
  expect(calls.at(-1)).toMatchObject({ name: 'finish', input: { summary: expect.stringContaining('checkout-api') } });
});

test('the orchestrator of a quiet cycle finishes at once', async () => {
  const calls = await converse({ system: AGENTS, digest: QUIET, tools: [DISPATCH_TOOL, FINISH_TOOL], last: 'finish' });

  expect(calls.map(({ name }) => name)).toEqual(['finish']);
});

test('the analyzer reads logs of the pod and quotes them word for word with their id', async () => {
  const calls = await converse({ ...analyzer, system: 'x', digest: DIGEST }, ({ input }) =>
    JSON.stringify(input).includes('checkout')
      ? 'e7\n<data-m4rk3r99 from="logs">\nINFO accepting requests\nWARN heap usage 99% of limit\n</data-m4rk3r99>'
      : 'e8\n<data-m4rk3r99 from="logs">\nLOG: received fast shutdown request\n</data-m4rk3r99>',
  );

  expect(calls[0]).toMatchObject({
    name: 'k8s_logs',
    input: { pod: 'checkout-api-6b8d4f7c9-b7xkq', namespace: 'payments', previous: true },
  });
  const report = AnalyzerReport.parse(calls.at(-1)?.input);
  expect(report.findings.map(({ finding, reason, confidence }) => [finding, reason, confidence])).toEqual([
    ['f1', 'OOMKilled', 'High'],
    ['f2', 'CrashLoop', 'Medium'],
  ]);
  expect(report.findings[0]?.evidence).toEqual([
    { id: 'e7', quote: 'WARN heap usage 99% of limit' },
    { id: 'e1', quote: 'terminated: OOMKilled, exit code 137' },
  ]);
  expect(report.findings[0]?.object).toEqual({ kind: 'Deployment', namespace: 'payments', name: 'checkout-api' });
});

test('the analyzer runs the jq check that its Markdown asks for, with the program of the prompt', async () => {
  const program = '.items[] | select(.spec.replicas == 0) | .metadata.name';
  const system = `Check:\n\`kubectl get deployments -n web -o json | jq -r '${program}'\``;

  const calls = await converse({ ...analyzer, system, digest: QUIET });

  expect(calls.map(({ name, input }) => [name, input])).toEqual([
    ['k8s_get', { kind: 'deployments', namespace: 'web', jq: program }],
    ['report_findings', { findings: [], notChecked: [] }],
  ]);
});

test('the correlator finds the pull request that names the service, and says none elsewhere', async () => {
  const github = question('github_pull_requests', { repository: { ...text, enum: ['acme/shop'] }, since: text });
  const sha = 'c0ffee'.repeat(6);
  const calls = await converse(
    { system: 'x', digest: DIGEST, tools: [github, REPORT_TOOLS.correlator], last: 'report_correlation' },
    () =>
      `e9\n<data-m4rk3r99 from="github">\n#123 right-size checkout-api memory, merged 2026-11-22T01:46:00Z by mira-k, ${sha}\n  deploy/payments/checkout-api.yaml +2 -2\n</data-m4rk3r99>`,
  );

  expect(calls[0]?.input).toEqual({ repository: 'acme/shop', since: '2026-11-21T01:58:00.000Z' });
  const { correlations } = CorrelatorReport.parse(calls.at(-1)?.input);
  expect(correlations.map(({ finding, verdict }) => [finding, verdict])).toEqual([
    ['f1', 'likely'],
    ['f2', 'none'],
  ]);
  expect(correlations[0]?.changes).toMatchObject([
    { repository: 'acme/shop', pullRequest: 123, commit: sha, author: 'mira-k', at: '2026-11-22T01:46:00Z' },
  ]);
  expect(correlations[0]?.explanation).toContain('12 minutes before the onset');
});

test('the escalation agent keeps the floor and is silent only with the passage that says so', async () => {
  const passage = 'reporting-db restarts every Sunday 2-3 AM during its backup: do not alert.';
  const tools = [REPORT_TOOLS.escalation];

  const [call] = await converse({ system: `# Known issues\n- ${passage}`, digest: DIGEST, tools, last: 'decide' });
  const [without] = await converse({ system: '# Nothing known', digest: DIGEST, tools, last: 'decide' });

  expect(EscalationReport.parse(call?.input).decisions).toMatchObject([
    { finding: 'f1', severity: 'SEV-1', notify: true, rule: null },
    { finding: 'f2', severity: 'SEV-3', notify: false, rule: passage },
  ]);
  expect(EscalationReport.parse(without?.input).decisions.map(({ notify }) => notify)).toEqual([true, true]);
});

test('the notifier uses the headings of its Markdown and the cause that was reported', async () => {
  const system = '1. **Impact** - what people notice\n2. **Why** - cause\n3. **Do** - steps';
  const digest = `${DIGEST}\n\nReports\nf1 k8s-analyzer\ncause: the limit of 256Mi is too low for the catalogue`;

  const [call] = await converse({ system, digest, tools: [REPORT_TOOLS.notifier], last: 'compose' });

  const [first] = NotifierReport.parse(call?.input).messages;
  expect(first?.sections.map(({ heading }) => heading)).toEqual(['Impact', 'Why']);
  expect(first?.sections[1]?.text).toContain('256Mi is too low');
  expect(first?.headlineSuffix.length).toBeLessThanOrEqual(60);
});
