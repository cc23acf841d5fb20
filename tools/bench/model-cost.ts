import { estimateTokens } from '../../src/demo/stand-ins/claude-usage.ts';
import { blocksOf, textOfBlock } from '../../src/demo/stand-ins/claude-request.ts';
import type { ClaudeStandIn } from '../../src/demo/stand-ins/claude.ts';
import type { CycleReport } from '../../src/domain/report.ts';
import type { Usage } from '../../src/domain/usage.ts';
import { markdownTable, type Benchmark } from './measurement.ts';
import { oneIncidentState, quietState, startClaude, startSmallCluster } from './small-cluster.ts';

/** Orchestrator, analyzer, correlator, escalation, notifier. */
const ROLES = 5;
const ESTIMATE = 'estimate: scripted model, tokens = ⌈bytes / 3.5⌉';

/** A scheduled cycle on a healthy cluster with the shipped files: what it costs, and how long the digest is. */
export const benchQuietCost: Benchmark = async ({ say }) => {
  await using small = await startSmallCluster({ state: quietState });
  const { report } = await small.monitor.app.trigger({ trigger: 'scheduled', withAgents: true });
  small.assertNoViolations();
  if (report.findings.length > 0) throw new Error(`not quiet: ${report.findings.map(({ id }) => id).join(', ')}`);
  for (const line of runsOf(report)) say(line);
  // The volatile part: what stands in the first user message.
  const first = small.claude.messages[0]?.messages[0];
  if (first === undefined) throw new Error('the model was never asked');
  return [
    {
      what: 'quiet scheduled cycle, shipped files',
      unit: 'dollars',
      reached: report.usage.costUsd,
      limit: 0.005,
      note: ESTIMATE,
    },
    {
      what: 'digest of a quiet cycle',
      unit: 'tokens',
      reached: estimateTokens(blocksOf(first.content).map(textOfBlock).join('\n')),
      limit: 1_000,
      note: ESTIMATE,
    },
  ];
};

/**
 * One incident with every role: orchestrator, analyzer, correlator, escalation, notifier. Once with an empty prompt cache, once with the
 * stable parts (tools, contracts, Markdown) in it, as they are when the same agents have run within the cache's time.
 */
export const benchIncidentCost: Benchmark = async ({ say }) => {
  await using claude = await startClaude();
  const cold = await oneIncident(claude);
  const warm = await oneIncident(claude);
  for (const [name, report] of Object.entries({ 'empty cache': cold, 'stable parts in the cache': warm })) {
    say(`${name}:`);
    for (const line of runsOf(report)) say(line);
  }
  return [
    {
      what: 'one incident, all roles: uncached input + output, stable parts in the cache',
      unit: 'tokens',
      reached: uncachedTokens(warm.usage),
      limit: 15_000,
      note: totalsOf(warm.usage),
    },
    {
      what: 'the same with an empty cache',
      unit: 'tokens',
      reached: uncachedTokens(cold.usage),
      note: totalsOf(cold.usage),
    },
    {
      what: 'one incident, all roles, empty cache',
      unit: 'dollars',
      reached: cold.usage.costUsd,
      limit: 0.08,
      note: `with the stable parts in the cache $${warm.usage.costUsd.toFixed(4)}; ${ESTIMATE}`,
    },
  ];
};

async function oneIncident(claude: ClaudeStandIn): Promise<CycleReport> {
  await using small = await startSmallCluster({ state: oneIncidentState, claude });
  const { report } = await small.monitor.app.trigger({ trigger: 'scheduled', withAgents: true });
  small.assertNoViolations();
  if (report.incidents.length !== 1) throw new Error(`${report.incidents.length} incidents instead of one`);
  if (report.agents.length < ROLES || report.agents.some(({ status }) => status !== 'reported'))
    throw new Error('not every role has reported');
  return report;
}

/** Everything that is not read from the cache: what is written to it is paid in full, too. */
function uncachedTokens({ inputTokens, cacheWriteTokens, outputTokens }: Usage): number {
  return inputTokens + cacheWriteTokens + outputTokens;
}

function totalsOf({ calls, inputTokens, cacheWriteTokens, cacheReadTokens, outputTokens }: Usage): string {
  return `${calls} calls: input ${inputTokens}, written to cache ${cacheWriteTokens}, read from it ${cacheReadTokens}, output ${outputTokens}; ${ESTIMATE}`;
}

function runsOf({ agents, notCalled }: CycleReport): readonly string[] {
  return [
    ...markdownTable(
      ['agent', 'model', 'calls', 'input', 'written to cache', 'read from cache', 'output', 'cost'],
      agents.map(({ name, model, usage }) => [
        name,
        model,
        String(usage.calls),
        String(usage.inputTokens),
        String(usage.cacheWriteTokens),
        String(usage.cacheReadTokens),
        String(usage.outputTokens),
        `$${usage.costUsd.toFixed(4)}`,
      ]),
    ),
    ...notCalled.map(({ name, reason }) => `not called: ${name}, ${reason}`),
  ];
}
