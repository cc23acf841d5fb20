import type { ClaudeScript } from './stand-ins/claude.ts';
import { systemText, type ClaudeRequest, type ClaudeTool } from './stand-ins/claude-request.ts';
import type { ScriptedToolCall, Turn } from './stand-ins/claude-turn.ts';
import { analyze, identityOf, questionAbout } from './scripted-model/analysis.ts';
import { correlate, pullToRead, questionsToGithub } from './scripted-model/correlation.ts';
import { fillSchema, takesList, type Facts } from './scripted-model/fill-schema.ts';
import {
  agentsIn,
  findingsIn,
  jqChecksIn,
  reportedAbout,
  repositoryIn,
  resultsIn,
  silencingPassage,
  type ToldFinding,
  type ToldResult,
} from './scripted-model/read-prompt.ts';

/** The lists in which the report tools take their entries. */
const LISTS = ['findings', 'correlations', 'decisions', 'messages'];
/** The order in which the orchestrator calls the roles. */
const STAGES = ['analyzer', 'correlator', 'escalation', 'notifier'] as const;
/** Checks of the Markdown that one analyzer carries out. */
const MAX_JQ_CHECKS = 6;
/** A conversation that goes on for longer has lost its way. */
const MAX_TURNS = 8;

/**
 * The model of the demo: rules instead of a mind. It knows nothing but the request: the role from the tools on offer,
 * the findings from the prompt, quotes and changes from the tool results, passages from the SREs' own text.
 */
export function createScriptedModel(): ClaudeScript {
  return (request) => {
    const tools = new Map((request.tools ?? []).map((tool) => [tool.name, tool]));
    const turns = request.messages.filter((message) => message.role === 'assistant').length;
    if (turns >= MAX_TURNS) return { text: 'I have nothing to add.' };
    const told: Told = { request, tools, findings: findingsIn(request), results: resultsIn(request), turns };
    for (const [tool, play] of ROLES) {
      const report = tools.get(tool);
      if (report !== undefined) return play(told, report);
    }
    return { text: 'I have nothing to add.' };
  };
}

interface Told {
  readonly request: ClaudeRequest;
  readonly tools: ReadonlyMap<string, ClaudeTool>;
  readonly findings: readonly ToldFinding[];
  readonly results: readonly ToldResult[];
  /** Answers already given in this conversation. */
  readonly turns: number;
}

type Role = (told: Told, report: ClaudeTool) => Turn;

const ROLES: readonly (readonly [string, Role])[] = [
  ['dispatch_agent', orchestrate],
  ['report_findings', playAnalyzer],
  ['report_correlation', playCorrelator],
  ['decide', decide],
  ['compose', compose],
];

/** Calls the roles one stage after the other, then finishes. */
function orchestrate({ request, findings, results, tools }: Told, dispatch: ClaudeTool): Turn {
  const done = new Set(results.map((result) => result.input['agent']));
  const serious = findings.some(({ severity }) => /SEV-[12]/.test(severity));
  const waiting =
    findings.length === 0
      ? []
      : agentsIn(request).filter(({ name, role }) => !done.has(name) && (serious || role !== 'correlator'));
  const stage = STAGES.findIndex((role) => waiting.some((agent) => agent.role === role));
  // A change is looked for only where somebody was woken.
  const about =
    STAGES[stage] === 'correlator' ? findings.filter(({ severity }) => /SEV-[12]/.test(severity)) : findings;
  const ids = about.map(({ id }) => id);
  if (stage !== -1) {
    return {
      toolCalls: waiting
        .filter(({ role }) => role === STAGES[stage])
        .map(({ name }) => ({
          name: dispatch.name,
          input: fillSchema(dispatch.input_schema, {
            agent: name,
            task: `${TASKS[stage] ?? ''} ${ids.join(', ')}.`,
            findings: ids,
          }),
        })),
    };
  }
  const summary =
    findings.length === 0
      ? 'The checks found nothing; no agent was needed.'
      : `${findings.length} findings were looked into: ${[...new Set(findings.map(({ name }) => name))].join(', ')}.`;
  const finish = tools.get('finish');
  if (finish === undefined || results.some((result) => result.tool === 'finish')) return { text: summary };
  return { toolCalls: [{ name: 'finish', input: fillSchema(finish.input_schema, { summary }) }] };
}

const TASKS = [
  'Find out what is wrong and quote evidence for',
  'Look for the change that may have caused',
  'Decide severity and whether to notify for',
  'Find the words for',
];

function playAnalyzer(told: Told, report: ClaudeTool): Turn {
  const { request, findings, results, tools, turns } = told;
  if (turns === 0) {
    const offered = new Set(tools.keys());
    const checks = offered.has('k8s_get') ? jqChecksIn(request).slice(0, MAX_JQ_CHECKS) : [];
    const questions = [
      ...checks.map(({ kind, namespace, program }) => ({
        tool: 'k8s_get',
        facts: { kind, resource: kind, namespace, jq: program, output: 'json' },
      })),
      ...findings.flatMap((finding) => questionAbout(finding, offered) ?? []),
    ];
    const calls = asked(questions, tools);
    const different = [...new Map(calls.map((call) => [JSON.stringify(call), call])).values()];
    if (different.length > 0) return { toolCalls: different };
  }
  return reportOnce(
    told,
    report,
    findings.map((finding) => analyze(finding, results)),
  );
}

function playCorrelator(told: Told, report: ClaudeTool): Turn {
  const { request, findings, results, tools, turns } = told;
  const repository = repositoryIn(request);
  const questions =
    turns > 0 || repository === undefined ? [] : questionsToGithub(findings, repository, new Set(tools.keys()));
  if (questions.length > 0) return { toolCalls: asked(questions, tools) };
  const number = turns === 1 ? pullToRead(findings, results) : undefined;
  if (number !== undefined) {
    return { toolCalls: asked([{ tool: 'github_pull_requests', facts: { repository, number } }], tools) };
  }
  return reportOnce(
    told,
    report,
    findings.map((finding) => correlate(finding, results, repository)),
  );
}

/** Keeps the floor, and is silent only where the SREs' own text says so, which it quotes. */
function decide(told: Told, report: ClaudeTool): Turn {
  const verdicts = told.findings.map((finding): Facts => {
    const rule = silencingPassage(told.request, finding);
    return {
      ...identityOf(finding),
      severity: finding.severity,
      notify: rule === undefined,
      channel: null,
      reason:
        rule === undefined
          ? `${finding.reason} of ${finding.name} is real and needs a person.`
          : 'The SREs list this as a known issue.',
      confidence: 'High',
      rule: rule ?? null,
      recheckminutes: null,
    };
  });
  return reportOnce(told, report, verdicts);
}

function compose(told: Told, report: ClaudeTool): Turn {
  const headings = headingsIn(systemText(told.request));
  const words = told.findings.map((finding): Facts => {
    const cause = reportedAbout(told.request, finding, /cause["*]*:?["*]* ?([^"\n]{12,})/i);
    const reported = reportedAbout(told.request, finding, /(pull request #\d+(?:[^"\\\n]|\\.)*)/i);
    const change = reported?.includes(finding.name) === true ? reported.replaceAll('\\"', '"') : undefined;
    const texts = [impactOf(finding), [cause ?? 'The analysis has no cause yet.', change ?? ''].join(' ').trim()];
    return {
      ...identityOf(finding),
      headlinesuffix: (suffixAbout(change) ?? SUFFIXES[finding.reason] ?? '').slice(0, 60),
      sections: texts.map((text, index) => ({ heading: headings[index] ?? `Part ${index + 1}`, text })),
    };
  });
  return reportOnce(told, report, words);
}

/** `Down: 0 of 3 replicas ready. Failing since 01:58 UTC: container api was OOM killed.` */
function impactOf({ title, onsetAtMs }: ToldFinding): string {
  const standing = /^(\d+) of \d+ replicas? ready/.exec(title);
  const since = onsetAtMs === undefined ? '' : ` Failing since ${new Date(onsetAtMs).toISOString().slice(11, 16)} UTC`;
  if (standing === null) return `${title.charAt(0).toUpperCase()}${title.slice(1)}.`;
  return `${standing[1] === '0' ? 'Down' : 'Works in part'}: ${standing[0]}.${since}${title.slice(standing[0].length)}.`;
}

/** `12 min after PR #123`. */
function suffixAbout(change: string | undefined): string | undefined {
  const found = /#(\d+).*?(\d+) minutes before/.exec(change ?? '');
  return found === null ? undefined : `${found[2] ?? ''} min after PR #${found[1] ?? ''}`;
}

const SUFFIXES: Readonly<Record<string, string>> = {
  CrashLoop: 'stops after every start',
  RolloutStuck: 'the new version never starts',
  ClaimPending: 'the database cannot start',
  Unschedulable: 'waits for a volume',
};

/** The layout that `slack-notifier.md` asks for: its numbered headings in bold or code marks, else two of our own. */
function headingsIn(prompt: string): readonly string[] {
  const numbered = [...prompt.matchAll(/^\s*\d+\.\s+(?:\*\*|`)([^*`]{2,40}?)[:.]?(?:\*\*|`)/gm)].map(
    (match) => match[1] ?? '',
  );
  return numbered.length >= 2 ? numbered.slice(0, 5) : ['What happens', 'Likely cause'];
}

function asked(questions: readonly { tool: string; facts: Facts }[], tools: Told['tools']): ScriptedToolCall[] {
  return questions.map(({ tool, facts }) => ({
    name: tool,
    input: fillSchema(tools.get(tool)?.input_schema ?? {}, facts),
  }));
}

/** Reports all entries: in one call where the tool takes a list, else in one call each; once only. */
function reportOnce({ results }: Told, report: ClaudeTool, entries: readonly Facts[]): Turn {
  const earlier = results.filter((result) => result.tool === report.name);
  if (earlier.length > 0) return { text: 'That is my report.' };
  if (takesList(report.input_schema, LISTS)) {
    const lists = Object.fromEntries(LISTS.map((name) => [name, entries]));
    return { toolCalls: [{ name: report.name, input: fillSchema(report.input_schema, { ...lists, notchecked: [] }) }] };
  }
  if (entries.length === 0) return { text: 'There is nothing to report on.' };
  return { toolCalls: entries.map((facts) => ({ name: report.name, input: fillSchema(report.input_schema, facts) })) };
}
