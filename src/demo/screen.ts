import { stripVTControlCharacters, styleText } from 'node:util';
import type { AgentEvent } from '../agents/input.ts';
import { renderTerminal } from '../delivery/terminal.ts';
import type { Card } from '../domain/card.ts';
import type { Incident } from '../domain/incident.ts';
import type { Notice } from '../domain/notice.ts';
import { compareSeverity } from '../domain/severity.ts';
import { demoCycles } from './cluster/timeline.ts';
import { decisionAbout, fateOf, fatesOf, times, type Verb } from './fates.ts';
import type { DemoCycle, DemoOutcome } from './run-demo.ts';
import { CYCLE_TITLES, happeningsBefore } from './story.ts';
import type { SlackMessage } from './stand-ins/slack-messages.ts';
import { fitLine, wrapLines } from './wrap-lines.ts';

export interface ScreenOptions {
  readonly write: (text: string) => void;
  readonly width: number;
  readonly colors: boolean;
  /** A terminal: one line shows what the agents do at this moment. */
  readonly live: boolean;
  /** `undefined`: the script. */
  readonly realModelAt: string | undefined;
  /** Where the database stays; `undefined`: nowhere. */
  readonly dataDir: string | undefined;
}

export interface Screen {
  readonly begin: () => void;
  readonly cycleStart: (index: number) => void;
  readonly agentEvent: (event: AgentEvent) => void;
  readonly told: (notices: readonly Notice[]) => void;
  readonly cycleEnd: (cycle: DemoCycle) => void;
  readonly end: (outcome: DemoOutcome) => void;
}

type Paint = (style: Parameters<typeof styleText>[0], text: string) => string;

/** What a person sees of the demo, in the order in which it happens. */
export function createScreen(options: ScreenOptions): Screen {
  const { write, live } = options;
  const width = Math.max(40, Math.min(options.width, 100));
  const paint: Paint = options.colors
    ? (style, text) => styleText(style, text, { validateStream: false })
    : (_, text) => text;
  const line = (text = ''): void => write(`${text}\n`);
  const paragraph = (text: string, indent = '  ', hanging = indent): void => {
    for (const each of wrapLines(text, width, indent, hanging)) line(each);
  };
  const heading = (text: string): void => {
    line();
    line(paint('bold', text));
  };
  const questions = new Map<string, number>();
  /** By incident: the headline as last drawn, '' for a card that was posted and not drawn yet. */
  const headlines = new Map<string, string>();
  /** By incident: why it was silenced, as last said. */
  const silences = new Map<string, string>();

  const begin = (): void => {
    line(paint('bold', 'k8s-monitor demo'));
    paragraph(
      'A simulated cluster with four different faults, watched through four cycles on a simulated clock. Kubernetes, Slack and GitHub are stand-ins on this machine, spoken to over HTTP; everything else is the product, working by agents/*.md.',
    );
    paragraph(
      options.realModelAt === undefined
        ? 'Model: scripted. Its words come from rules, not from Claude; tokens and cost are what Claude would have counted, about. Set ANTHROPIC_API_KEY to ask the real one.'
        : `Model: the real Claude at ${options.realModelAt}, with your key and at your cost, which is printed at the end. What is sent: the simulated cluster and agents/*.md.`,
    );
  };

  const cycleStart = (index: number): void => {
    const cycle = demoCycles[index];
    if (cycle === undefined) return;
    questions.clear();
    const kind = cycle.trigger === 'patrol' ? 'patrol: checks alone, no model' : 'scheduled: checks and agents';
    const title = ` ${clock(cycle.nowMs)} UTC · cycle ${index + 1} of ${demoCycles.length}, ${CYCLE_TITLES[cycle.name]} (${kind}) `;
    line();
    line(paint(['bold', 'cyan'], `──${title}${'─'.repeat(Math.max(2, width - title.length - 2))}`));
    const happened = happeningsBefore(index);
    heading('In the cluster');
    if (happened.length === 0) paragraph('nothing new');
    for (const { atMs, what } of happened) paragraph(`${clock(atMs)}  ${what}`, '  ', '         ');
    heading('The monitor');
  };

  const agentEvent = (event: AgentEvent): void => {
    if (event.kind === 'tool-called') questions.set(event.agent, (questions.get(event.agent) ?? 0) + 1);
    if (live && event.kind !== 'agent-ended') {
      const what = event.kind === 'tool-called' ? `asks ${event.source}` : 'reads what is known';
      write(`\r\u001b[K${paint('gray', fitLine(`  … ${event.agent} ${printable(what)}`, width))}`);
    }
    if (event.kind !== 'agent-ended') return;
    if (live) write('\r\u001b[K');
    const asked = questions.get(event.agent) ?? 0;
    const count = asked === 0 ? '' : ` after ${asked} ${asked === 1 ? 'question' : 'questions'}`;
    const failed = event.status === 'failed';
    const detail = failed && event.detail !== undefined ? `: ${printable(event.detail)}` : '';
    if (event.agent === 'orchestrator' && !failed) return;
    paragraph(`${event.agent} ${failed ? 'failed' : 'reported'}${count}${detail}`, '  agent     ', HANGING);
  };

  const told = (notices: readonly Notice[]): void => {
    for (const { subject, channel, severity, content } of notices) {
      if (content.kind === 'card' && !headlines.has(subject)) {
        paragraph(
          `${paintVerb('told', paint)}${severity} ${shortNameOf(content.card)} → ${channel}, checks alone`,
          '  ',
          HANGING,
        );
      }
      if (content.kind === 'card' && !headlines.has(subject)) headlines.set(subject, '');
    }
  };

  const cycleEnd = (cycle: DemoCycle): void => {
    const { report } = cycle.result;
    if (report.analysisMissing !== undefined) {
      paragraph(`${printable(report.analysisMissing)}. The checks go on alone.`, '  no agents ', HANGING);
    }
    const cards = shownCards(cycle);
    const drawn: (typeof cards)[number][] = [];
    for (const incident of cycle.incidents.toSorted(worstFirst)) {
      const decision = decisionAbout(incident, report.decisions);
      if (decision === undefined) continue;
      const shown = cards.find(({ notice }) => notice.subject === incident.id);
      const before = headlines.get(incident.id);
      if (shown !== undefined) headlines.set(incident.id, shown.card.headline);
      // A card that only counts one more cycle is not drawn again.
      if (shown !== undefined && (decision.told || before === '')) drawn.push(shown);
      const [verb, words] = fateOf(incident, decision, shown?.card, before, cycle.nowMs);
      const said = silences.get(incident.id) === words ? 'by the same line' : words;
      if (verb === 'silenced') silences.set(incident.id, words);
      const name = `${incident.severity} ${incident.owner.namespace}/${incident.owner.name}`;
      paragraph(`${paintVerb(verb, paint)}${name}: ${said}`, '  ', HANGING);
    }
    if (drawn.length > 0) heading(drawn.length === 1 ? 'The card in Slack now' : 'The cards in Slack now');
    for (const { card, channel, message } of drawn) {
      line();
      line(
        paint(
          'gray',
          `${channel} · one message, ${message.edits.length === 0 ? 'not edited yet' : `edited ${times(message.edits.length)}`}`,
        ),
      );
      line(renderTerminal(card, { width, colors: options.colors, nowMs: cycle.nowMs }));
      const thread = threadWords(message);
      if (thread !== '') line(paint('gray', `└ thread: ${thread}`));
    }
  };

  const end = (outcome: DemoOutcome): void => {
    const cycles = outcome.cycles.map(({ result }) => result.report);
    const messages = outcome.slack
      .flatMap((channel) => channel.messages)
      .filter((message) => !String(message.metadata?.event_payload['subject']).startsWith('monitor:'));
    const edits = messages.reduce((sum, message) => sum + message.edits.length, 0);
    const threads = messages.filter((message) => message.replies.length > 0).length;
    const calls = cycles.reduce((sum, { usage }) => sum + usage.calls, 0);
    const tokens = cycles.reduce(
      (sum, { usage }) => sum + usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens,
      0,
    );
    const usd = cycles.reduce((sum, { usage }) => sum + usage.costUsd, 0);
    const quiet = cycles.at(-1)?.usage.costUsd ?? 0;
    const title = ' Summary ';
    line();
    line(paint(['bold', 'cyan'], `──${title}${'─'.repeat(Math.max(2, width - title.length - 2))}`));
    line();
    const fates = fatesOf(outcome);
    paragraph(
      `${fates.length} incidents, ${messages.length} messages, ${edits} edits of them, ${threads} evidence threads:`,
    );
    for (const { name, fate } of fates) paragraph(`${name}: ${fate}`, '  • ', '    ');
    const by = options.realModelAt === undefined ? 'scripted, counted by the stand-in' : 'real';
    paragraph(
      `Model (${by}): ${calls} calls, ${tokens.toLocaleString('en-US')} tokens, $${usd.toFixed(2)} at list prices; the last cycle, with everything healthy, $${quiet.toFixed(3)}.`,
    );
    heading('What next');
    for (const [command, what] of nextSteps(options.dataDir)) {
      line(`  ${paint('cyan', command)}`);
      paragraph(what, '      ');
    }
  };

  return { begin, cycleStart, agentEvent, told, cycleEnd, end };
}

/** Behind the column of verbs. */
const HANGING = ' '.repeat(12);

function nextSteps(dataDir: string | undefined): readonly (readonly [command: string, what: string])[] {
  return [
    [
      'npm start -s -- once --dry-run --no-agents',
      'look once at your own cluster with your kubeconfig; tells nobody, writes nothing',
    ],
    [
      'npm start -s -- validate agents/',
      'what code reads from the Markdown; edit agents/CLAUDE.md and run the demo again',
    ],
    dataDir === undefined
      ? [
          'npm run demo -- --data-dir .k8s-monitor/demo',
          'the same, and its four cycles are kept: then edit agents/CLAUDE.md and see what would have been told otherwise',
        ]
      : [
          `npm start -s -- validate --data-dir ${dataDir} --against last:4 agents/`,
          'after an edit of agents/CLAUDE.md: what these four cycles would have told otherwise',
        ],
    ['kubectl apply -k k8s/', 'install it; README.md has the three steps before'],
  ];
}

function shortNameOf({ headline }: Card): string {
  return headline.split(': ')[0] ?? headline;
}

const VERB_STYLE: Readonly<Record<Verb, Parameters<typeof styleText>[0]>> = {
  told: ['bold', 'red'],
  worse: ['bold', 'red'],
  edited: 'yellow',
  resolved: ['bold', 'green'],
  silenced: 'magenta',
  waits: 'magenta',
  unseen: 'green',
  over: 'green',
  ongoing: 'gray',
};

function paintVerb(verb: Verb, paint: Paint): string {
  return `${paint(VERB_STYLE[verb], verb)}${' '.repeat(10 - verb.length)}`;
}

interface ShownCard {
  readonly notice: Notice;
  readonly card: Card;
  readonly channel: string;
  readonly message: SlackMessage;
}

/** The cards that Slack holds and that this cycle put there: the delivery id of the message is that of the cycle's notice. */
function shownCards(cycle: DemoCycle): readonly ShownCard[] {
  const notices = new Map(cycle.notices.map((notice) => [notice.id, notice]));
  return cycle.slack.flatMap(({ name, messages }) =>
    messages.flatMap((message) => {
      const notice = notices.get(String(message.metadata?.event_payload['delivery_id']));
      return notice?.content.kind === 'card' ? [{ notice, card: notice.content.card, channel: name, message }] : [];
    }),
  );
}

function worstFirst(left: Incident, right: Incident): number {
  return compareSeverity(left.severity, right.severity) || left.id.localeCompare(right.id);
}

function threadWords({ replies }: SlackMessage): string {
  const [evidence] = replies;
  if (evidence === undefined) return '';
  const lines = evidence.blocks
    .flatMap((block) => (block.type === 'section' && 'text' in block ? (block.text?.text ?? '').split('\n') : []))
    .slice(1);
  const quotes = lines.filter((each) => /^\[e\d+\]/.test(each)).length;
  const views = lines.length - quotes;
  const said = views === 0 ? '' : `${views === 1 ? 'one conclusion' : `${views} conclusions`} of the agents, `;
  return `${said}${quotes} quoted ${quotes === 1 ? 'line' : 'lines'} of evidence`;
}

function clock(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 16);
}

function printable(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/\s+/g, ' ');
}
