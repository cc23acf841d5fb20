import type { ClusterQueries } from '../domain/cluster-queries.ts';
import type { Tool, ToolResult } from '../domain/tool.ts';
import { MonitorError } from '../errors.ts';
import type { Redact } from '../redact.ts';
import type { AskGithub } from './github/ask.ts';
import { commitsQuestion } from './github/commits.ts';
import { compareQuestion } from './github/compare.ts';
import { pullRequestsQuestion } from './github/pull-requests.ts';
import type { Repository } from './github/repository.ts';
import { describeQuestion } from './kubernetes/describe.ts';
import { eventsQuestion } from './kubernetes/events.ts';
import { getQuestion } from './kubernetes/get.ts';
import type { RunJq } from './kubernetes/jq.ts';
import { logsQuestion } from './kubernetes/logs.ts';
import { canonical, parseInput, schemaOf, type Answer, type Question } from './question.ts';
import { createResults } from './result.ts';

/** What is offered in one cycle; a running cycle keeps what it began with. */
export interface Toolsets {
  readonly kubernetes: boolean;
  /** Repositories that may be asked for; none, or no GitHub at all, offers no `github_*` tool. */
  readonly repositories: readonly Repository[];
}

/**
 * The read-only questions that agents may ask. No tool has a destination that the model chooses: the API server is the
 * configured one, and repositories are those of the settings.
 *
 * @param options.github `undefined` when no token is configured
 * @param options.now Unix milliseconds
 * @returns gives a cycle its tools, with a store of results of its own; `result_page` belongs to whoever has any other tool
 */
export function createTools(options: {
  readonly queries: ClusterQueries;
  readonly github: AskGithub | undefined;
  readonly redact: Redact;
  readonly runJq: RunJq;
  readonly now: () => number;
}): (toolsets: Toolsets) => readonly Tool[] {
  const { queries, github, redact, runJq, now } = options;
  return (toolsets) => {
    const results = createResults(redact);
    const tools: Tool[] = [];
    const add = <Input>(question: Question<Input>): void => void tools.push(toolOf(question, results.present));
    if (toolsets.kubernetes) {
      add(getQuestion({ queries, redact, runJq }));
      add(describeQuestion({ queries, redact, now }));
      add(logsQuestion({ queries }));
      add(eventsQuestion({ queries, now }));
    }
    if (github !== undefined && toolsets.repositories.length > 0) {
      const { repositories } = toolsets;
      add(commitsQuestion({ github, repositories, now }));
      add(compareQuestion({ github, repositories }));
      add(pullRequestsQuestion({ github, repositories, now }));
    }
    // Its pages are cut and clean already.
    if (tools.length > 0) tools.push(toolOf(results.page, (answer) => answer));
    return tools;
  };
}

/** The same question is asked once in a cycle, also when several agents ask it at the same time. */
function toolOf<Input>(question: Question<Input>, present: (answer: Answer) => ToolResult): Tool {
  const { name, description, input: schema, answer } = question;
  const asked = new Map<string, { readonly signal: AbortSignal; readonly result: Promise<ToolResult> }>();

  async function ask(input: Input, signal: AbortSignal): Promise<ToolResult> {
    const key = canonical(input);
    const before = asked.get(key);
    if (before !== undefined) {
      try {
        return await before.result;
      } catch (error) {
        // Whoever asked first went away; that is no reason for anybody else to go without an answer.
        if (!before.signal.aborted || signal.aborted) throw error;
        if (asked.get(key) !== before) return ask(input, signal);
      }
    }
    const result = answer(input, signal)
      .catch((error: unknown) => absenceIn(error, `${name} ${key}`))
      .then(present);
    asked.set(key, { signal, result });
    try {
      return await result;
    } catch (error) {
      if (asked.get(key)?.result === result) asked.delete(key);
      throw error;
    }
  }

  return {
    name,
    description,
    inputSchema: schemaOf(schema),
    run: async (given, signal) => ask(parseInput(name, schema, given), signal),
  };
}

/**
 * That a thing is not there is an answer about the cluster, which may be cited: what a list named a moment ago goes at any time.
 *
 * @throws the error, when it says anything else
 */
function absenceIn(error: unknown, source: string): Answer {
  if (!(error instanceof MonitorError)) throw error;
  const isGone = [error, error.cause].some((each) => each instanceof MonitorError && each.code === 'CLUSTER_NOT_FOUND');
  if (!isGone) throw error;
  return { text: error.message, source };
}
