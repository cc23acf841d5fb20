import { LIMITS, type AgentsInput } from '../../../src/agents/input.ts';
import { runAgents } from '../../../src/agents/run-agents.ts';
import { startClaudeStandIn, type ClaudeScript } from '../../../src/demo/stand-ins/claude.ts';
import { blocksOf, textOfBlock, type ClaudeRequest } from '../../../src/demo/stand-ins/claude-request.ts';
import type { Turn } from '../../../src/demo/stand-ins/claude-turn.ts';
import type { Definitions } from '../../../src/domain/definitions.ts';
import type { Tool } from '../../../src/domain/tool.ts';
import { silentLog } from '../../../src/log.ts';
import { modelAgainst } from '../model/setup.ts';
import { aFinding, anAgent, NOW_MS } from '../../unit/agents/builders.ts';

const POD_LOG = 'panic: dial tcp 10.0.0.7:5432: connection refused\nexit status 2';
const COMMITS =
  'acme/checkout, newest first\n1a2b3c4d5e6f 2026-11-21T17:30:00Z alice: Shrink the connection pool (#42)';

export const logs: Tool = {
  name: 'k8s_logs',
  description: 'Reads logs.',
  inputSchema: {
    type: 'object',
    properties: { pod: { type: 'string' }, name: { type: 'string' } },
    additionalProperties: false,
  },
  run: () => Promise.resolve({ text: POD_LOG, source: 'k8s_logs payments/checkout-api-1' }),
};
export const get: Tool = {
  name: 'k8s_get',
  description: 'Reads objects.',
  inputSchema: {
    type: 'object',
    properties: { kind: { type: 'string' }, jq: { type: 'string' } },
    additionalProperties: false,
  },
  run: (input) => Promise.resolve({ text: `asked ${JSON.stringify(input)}`, source: 'k8s_get' }),
};
const commits: Tool = {
  name: 'github_commits',
  description: 'Reads commits.',
  inputSchema: { type: 'object', properties: { repository: { type: 'string' } }, additionalProperties: false },
  run: () => Promise.resolve({ text: COMMITS, source: 'github_commits acme/checkout' }),
};

export const CLAUDE_MD = '# Our cluster\n\n## P0\n- payments/checkout-api: takes the money';
export const agents = [
  anAgent(),
  anAgent({
    name: 'github-reviewer',
    fileName: 'github-reviewer.md',
    role: 'correlator',
    tools: ['github_commits'],
    body: 'Look at merges.',
  }),
  anAgent({
    name: 'escalation-manager',
    fileName: 'escalation-manager.md',
    role: 'escalation',
    tools: [],
    body: 'SEV-1 is money.',
  }),
  anAgent({ name: 'slack-notifier', fileName: 'slack-notifier.md', role: 'notifier', tools: [], body: 'Be short.' }),
];

export function definitions(overrides: Partial<Definitions> = {}): Definitions {
  return {
    revision: 'a'.repeat(64),
    orchestrator: { text: CLAUDE_MD, sha256: 'b'.repeat(64) },
    agents,
    tiers: [],
    knownIssues: [],
    tolerances: [],
    channels: [],
    contacts: [],
    files: [],
    read: [],
    warnings: [],
    ...overrides,
  };
}

/** A whole run of the agents against a scripted Claude; every other part is real. */
export async function runAgainst(
  script: ClaudeScript,
  overrides: Partial<AgentsInput> = {},
  model: Parameters<typeof modelAgainst>[1] = {},
) {
  await using claude = await startClaudeStandIn({ script });
  const { call, calls } = modelAgainst(claude, model);
  const outcome = await runAgents({
    cycleId: '2026-11-21T18:00:05Z-scheduled',
    trigger: 'scheduled',
    cluster: { name: 'prod-eu', version: 'v1.33.2' },
    definitions: definitions(),
    findings: [aFinding()],
    incidents: [],
    decisions: [],
    gaps: [],
    checks: [],
    callModel: call,
    tools: [get, logs, commits],
    models: { model: 'claude-sonnet-5-5', quietModel: 'claude-haiku-5-5' },
    githubConfigured: true,
    githubUrl: 'https://github.com',
    limits: LIMITS,
    claudeSectionsFor: (agent) => `Section for ${agent.name}`,
    assess: (findings) =>
      Promise.resolve(
        findings.map((finding) => ({ ...aFinding(), ...finding, floor: 'SEV-4' as const, tier: undefined })),
      ),
    objectFacts: () => undefined,
    fenceMarker: 'k3y9x2ab',
    now: () => NOW_MS,
    log: silentLog,
    signal: new AbortController().signal,
    ...overrides,
  });
  return { outcome, messages: claude.messages, violations: claude.violations, calls };
}

/** Which agent a request belongs to, by the tool that it would report with. */
export function roleOf(request: ClaudeRequest): string {
  return request.tools?.at(-1)?.name ?? '';
}

/** Scripts each role by its report tool; a list is played from the beginning in each conversation. */
export function byRole(turns: Readonly<Record<string, readonly Turn[]>>): ClaudeScript {
  return (request) => {
    const spoken = request.messages.filter(({ role }) => role === 'assistant').length;
    return turns[roleOf(request)]?.[spoken];
  };
}

export function userText(request: ClaudeRequest | undefined): string {
  return (request?.messages ?? [])
    .filter(({ role }) => role === 'user')
    .flatMap(({ content }) => blocksOf(content).map(textOfBlock))
    .join('\n');
}

export const dispatch = (agent: string, findings: readonly string[] = ['f1']) => ({
  name: 'dispatch_agent',
  input: { agent, task: `Work on ${findings.join(', ')}.`, findings },
});
export const FINISH: Turn = { toolCalls: [{ name: 'finish', input: { summary: 'Checkout is down.' } }] };

export const ENTRY = {
  finding: 'f1',
  object: { kind: 'Deployment', namespace: 'payments', name: 'checkout-api' },
  reason: 'CrashLoop',
  title: 'crashes at start',
  impact: 'critical',
  onset: null,
  cause: 'The database refuses connections.',
  confidence: 'High',
  evidence: [{ id: 'e2', quote: 'dial tcp 10.0.0.7:5432: connection refused' }],
  nextSteps: ['kubectl -n payments rollout undo deploy/checkout-api'],
  notChecked: [],
};
export const analyzed = (entries: readonly unknown[] = [ENTRY]): Turn => ({
  toolCalls: [{ name: 'report_findings', input: { findings: entries, notChecked: [] } }],
});
export const LOOK: Turn = {
  thinking: 'Read the log.',
  toolCalls: [{ name: 'k8s_logs', input: { pod: 'checkout-api-1' } }],
};
export const ASK_GITHUB: Turn = { toolCalls: [{ name: 'github_commits', input: { repository: 'acme/checkout' } }] };
const CORRELATED: Turn = {
  toolCalls: [
    {
      name: 'report_correlation',
      input: {
        correlations: [
          {
            finding: 'f1',
            verdict: 'likely',
            changes: [
              {
                repository: 'acme/checkout',
                commit: '1a2b3c4d5e6f',
                pullRequest: 42,
                author: 'alice',
                title: 'Shrink the connection pool',
                at: '2026-11-21T17:30:00Z',
                files: [],
              },
            ],
            explanation: 'The pool shrank.',
            evidence: [{ id: 'e3', quote: 'Shrink the connection pool (#42)' }],
          },
        ],
      },
    },
  ],
};
export const DECIDED: Turn = {
  toolCalls: [
    {
      name: 'decide',
      input: {
        decisions: [
          {
            finding: 'f1',
            severity: 'SEV-1',
            notify: true,
            channel: null,
            reason: 'money',
            confidence: 'High',
            rule: null,
            recheckMinutes: null,
          },
        ],
      },
    },
  ],
};
const COMPOSED: Turn = {
  toolCalls: [
    {
      name: 'compose',
      input: {
        messages: [
          {
            finding: 'f1',
            headlineSuffix: 'database refuses connections',
            sections: [{ heading: 'Cause', text: 'The database refuses.' }],
          },
        ],
      },
    },
  ],
};
export const EVERY_ROLE = {
  report_findings: [LOOK, analyzed()],
  report_correlation: [ASK_GITHUB, CORRELATED],
  decide: [DECIDED],
  compose: [COMPOSED],
};
