import type { AgentDefinition, DefinitionWarning, Definitions, KnownIssue } from '../domain/definitions.ts';
import { windowText } from '../domain/time-window.ts';
import { MAX_PASSAGE_CHARACTERS, outlineOf, type Block } from './markdown-outline.ts';
import { readContacts, readChannels } from './read-routes.ts';
import { readKnownIssues } from './read-known-issues.ts';
import { readTiers } from './read-tiers.ts';
import { readTolerances } from './read-tolerances.ts';
import type { Reading } from './reading.ts';
import type { ServiceName } from './target.ts';

export type Rules = Pick<Definitions, 'tiers' | 'knownIssues' | 'tolerances' | 'channels' | 'contacts' | 'read'> & {
  readonly warnings: readonly DefinitionWarning[];
};

/** The one agent file whose text is policy besides `CLAUDE.md`. */
const POLICY_AGENT = 'escalation-manager';

export interface RuleText {
  readonly file: string;
  readonly blocks: readonly Block[];
  /** Lines on which something too long to be a rule begins. */
  readonly tooLong: readonly number[];
}

/** The texts whose passages code itself acts on, with the lines of their files. */
export function ruleTexts(
  orchestrator: { readonly text: string } | undefined,
  agents: readonly Pick<AgentDefinition, 'name' | 'fileName' | 'body' | 'bodyLine'>[],
): readonly RuleText[] {
  const policy = agents.find(isPolicyAgent);
  return [
    ...(orchestrator === undefined ? [] : [ruleText('CLAUDE.md', orchestrator.text)]),
    ...(policy === undefined ? [] : [ruleText(policy.fileName, policy.body, policy.bodyLine)]),
  ];
}

export function isPolicyAgent(agent: Pick<AgentDefinition, 'name' | 'fileName'>): boolean {
  return agent.fileName === `${POLICY_AGENT}.md` || agent.name === POLICY_AGENT;
}

function ruleText(file: string, markdown: string, firstLine?: number): RuleText {
  const all = outlineOf(markdown, firstLine);
  const isLong = (block: Block): boolean => block.text.length > MAX_PASSAGE_CHARACTERS;
  return { file, blocks: all.filter((block) => !isLong(block)), tooLong: all.filter(isLong).map(({ line }) => line) };
}

/** Everything that code reads from `CLAUDE.md` and `escalation-manager.md`, so that it holds with no model too. */
export function readRules(texts: readonly RuleText[], zone: string): Rules {
  const warnings: DefinitionWarning[] = [];
  const collect = <T>(read: (text: RuleText) => Reading<T>): readonly T[] =>
    texts.flatMap((text) => {
      const { found, unread } = read(text);
      for (const problem of unread) warnings.push({ file: text.file, outcome: 'accepted', ...problem });
      return found;
    });
  for (const { file, tooLong } of texts) {
    const message = `longer than ${MAX_PASSAGE_CHARACTERS} characters without a break: the agents get it, code reads no rule in it`;
    for (const line of tooLong) warnings.push({ file, line, code: 'passage-too-long', outcome: 'accepted', message });
  }
  const tiers = collect(({ file, blocks }) =>
    file === 'CLAUDE.md' ? readTiers(file, blocks) : { found: [], unread: [] },
  );
  const listed = tiers.map(({ namespace, name }) => ({ namespace, name }));
  const knownIssues = collect(({ file, blocks }) => readKnownIssues(file, blocks, tiers, zone));
  const tolerances = collect(({ file, blocks }) => readTolerances(file, blocks, listed));
  const channels = collect(({ file, blocks }) => readChannels(file, blocks, listed));
  const contacts = collect(({ file, blocks }) => readContacts(file, blocks, listed));

  const scope = (
    rule: { severity: string | undefined; name: ServiceName | undefined; environments?: readonly string[] },
    tier?: string,
  ): string =>
    [rule.name === undefined ? undefined : nameText(rule.name), tier, rule.severity]
      .filter((part) => part !== undefined)
      .join(', ') + (rule.environments === undefined ? '' : ` in ${rule.environments.join(', ')} only`);
  const read = [
    ...tiers.map((entry) => ({ ...at(entry), what: `${entry.tier} service ${nameText(entry)}` })),
    ...knownIssues.map((issue) => ({
      ...at(issue),
      what: [
        `known issue of ${issue.names.map(nameText).join(', ') || `no object by name (words: ${issue.words.slice(0, 6).join(', ') || 'none'})`}`,
        ...(issue.window === undefined ? [] : [windowText(issue.window)]),
        ...(issue.untilMs === undefined ? [] : [`until ${new Date(issue.untilMs).toISOString()}`]),
        ...(issue.reason === undefined ? [] : [`reason ${issue.reason}`]),
        ...(issue.environments === undefined ? [] : [`in ${issue.environments.join(', ')} only`]),
        effectOf(issue),
      ].join('; '),
    })),
    ...tolerances.map((rule) => ({
      ...at(rule),
      what: `tolerance of ${rule.durationMs / 1_000} s for ${scope(rule, rule.tier)}${rule.degradedOnly === true ? ' (degraded only)' : ''}`,
    })),
    ...channels.map((rule) => ({ ...at(rule), what: `channel ${rule.channel} for ${scope(rule)}` })),
    ...contacts.map((rule) => ({ ...at(rule), what: `contact ${rule.contact} for ${scope(rule)}` })),
  ].toSorted((left, right) =>
    left.file === right.file
      ? left.line - right.line
      : texts.findIndex((text) => text.file === left.file) - texts.findIndex((text) => text.file === right.file),
  );
  return { tiers, knownIssues, tolerances, channels, contacts, read, warnings };
}

/** What code does by an entry, with no agent's word on it. */
function effectOf({ silences, names, words }: KnownIssue): string {
  if (!silences) return 'for the agents only, silences nothing by itself';
  if (names.length > 0) return 'silences';
  return words.length === 0
    ? 'names nothing, so it silences nothing'
    : 'silences nothing by itself: what shares a word with it waits a moment for an agent';
}

function at(passage: { readonly file: string; readonly line: number }): { file: string; line: number } {
  return { file: passage.file, line: passage.line };
}

function nameText(name: ServiceName): string {
  return name.namespace === '' ? name.name : `${name.namespace}/${name.name}`;
}
