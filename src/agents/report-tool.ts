import type { z } from 'zod';
import type { AgentDefinition } from '../domain/definitions.ts';
import { acceptAnalysis } from './accept-analysis.ts';
import { acceptCorrelations } from './accept-correlation.ts';
import { acceptVerdicts, acceptWords } from './accept-words.ts';
import { briefOf } from './brief.ts';
import { addFindings, cite, type CycleState } from './cycle-state.ts';
import type { LoopTool, ToolAnswer } from './loop.ts';
import {
  AnalyzerReport,
  CorrelatorReport,
  EscalationReport,
  mistakesIn,
  NotifierReport,
  REPORT_TOOLS,
} from './reports.ts';

/**
 * The tool with which an agent ends its run. What it says is accepted into the cycle only as far as code could verify it.
 *
 * @returns a report that is the accepted part as JSON, for the orchestrator
 */
export function reportToolOf(state: CycleState, agent: AgentDefinition): LoopTool<string> {
  const definition = REPORT_TOOLS[agent.role];
  return { definition, run: (input) => acceptReport(state, agent, input) };
}

async function acceptReport(state: CycleState, agent: AgentDefinition, input: unknown): Promise<ToolAnswer<string>> {
  switch (agent.role) {
    case 'analyzer':
      return checked(
        AnalyzerReport,
        input,
        state,
        (report) => report.findings.flatMap(({ finding }) => finding ?? []),
        async (report) => {
          const { analyses, findings, verified, notTaken } = acceptAnalysis(report, {
            agent: agent.name,
            alreadyTaken: state.agentFindings.filter(({ check }) => check === agent.name).length,
            known: state.findings,
            evidence: state.evidence,
            gaps: state.input.gaps,
            nowMs: state.input.now(),
            nextFindingId: findingIds(state),
            objectFacts: state.input.objectFacts,
          });
          await addFindings(state, findings);
          if (notTaken !== undefined) state.notTaken.push(`${agent.name}: ${notTaken}`);
          state.analyses.push(...analyses);
          cite(state, verified);
          return {
            ...briefOf({ analyses }),
            newFindings: findings.map(({ id, reason, object, title }) => ({ id, reason, object, title })),
            ...(notTaken !== undefined && { notTaken }),
          };
        },
      );
    case 'correlator':
      return checked(
        CorrelatorReport,
        input,
        state,
        (report) => report.correlations.map(({ finding }) => finding),
        (report) => {
          const accepted = acceptCorrelations(report, {
            agent: agent.name,
            known: state.findings,
            evidence: state.evidence,
            githubUrl: state.input.githubUrl,
          });
          state.correlations.push(...accepted);
          cite(
            state,
            accepted.flatMap(({ evidence }) => evidence),
          );
          return briefOf({ correlations: accepted });
        },
      );
    case 'escalation':
      return checked(
        EscalationReport,
        input,
        state,
        (report) => report.decisions.map(({ finding }) => finding),
        (report) => {
          const accepted = acceptVerdicts(report, agent.name, state.findings);
          for (const verdict of accepted) state.verdicts.set(verdict.findingId, verdict);
          return briefOf({ decisions: accepted });
        },
      );
    case 'notifier':
      return checked(
        NotifierReport,
        input,
        state,
        (report) => report.messages.map(({ finding }) => finding),
        (report) => {
          const accepted = acceptWords(report, agent.name, state.findings);
          for (const words of accepted) state.words.set(words.findingId, words);
          return accepted.map(({ findingId, headlineSuffix }) => ({ findingId, headlineSuffix }));
        },
      );
  }
}

/** Shape first, then ids: an agent that means a finding which does not exist is told so, and may mend its report. */
async function checked<Report>(
  schema: z.ZodType<Report>,
  input: unknown,
  state: CycleState,
  idsIn: (report: Report) => readonly string[],
  accept: (report: Report) => unknown,
): Promise<ToolAnswer<string>> {
  const parsed = schema.safeParse(input);
  if (!parsed.success) return { text: `Not accepted: ${mistakesIn(parsed.error)}`, isError: true };
  const known = state.findings.map(({ id }) => id);
  const unknown = idsIn(parsed.data).filter((id) => !known.includes(id));
  if (unknown.length > 0) {
    const text = `Not accepted: there is no finding ${unknown.join(', ')}. There are: ${known.join(', ') || 'none'}.`;
    return { text, isError: true };
  }
  return { text: 'Accepted.', isError: false, report: JSON.stringify(await accept(parsed.data)) };
}

function findingIds(state: CycleState): () => string {
  const taken = [...state.findings, ...state.agentFindings];
  let last = Math.max(0, ...taken.map(({ id }) => Number(/^f(\d+)$/.exec(id)?.[1] ?? 0)));
  return () => `f${(last += 1)}`;
}
