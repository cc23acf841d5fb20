import { cutBetweenWords } from '../domain/plain-line.ts';
import type { Change, ChangeTopic } from '../domain/change.ts';
import type {
  ChannelRule,
  ContactRule,
  Definitions,
  KnownIssue,
  Passage,
  TierEntry,
  Tolerance,
} from '../domain/definitions.ts';
import { TIERS, type Tier } from '../domain/severity.ts';
import { opensMore, windowText } from '../domain/time-window.ts';
import { matched } from './matched.ts';

/** The rules that code itself reads out of Markdown. */
export type RulesRead = Pick<Definitions, 'tiers' | 'knownIssues' | 'tolerances' | 'channels' | 'contacts'>;

type Found = Pick<Change, 'kind' | 'words'>;

/** Between P1, which raises, and P2, which lowers. */
const NO_TIER_RANK = 1.5;
const LONGEST_QUOTE = 60;

/** What the rules before and after say differently; a line that only moved or changed its wording is none, unless it is a known issue. */
export function ruleChanges(before: RulesRead, after: RulesRead): readonly Change[] {
  return [
    ...changesOf('tier', before.tiers, after.tiers, nameOf, {
      added: (entry) => ({
        kind: lowers(undefined, entry.tier) ? 'widened' : 'added',
        words: tierWords(undefined, entry),
      }),
      removed: (entry) => ({
        kind: lowers(entry.tier, undefined) ? 'widened' : 'removed',
        words: tierWords(entry, undefined),
      }),
      changed: (old, fresh) =>
        old.tier === fresh.tier
          ? undefined
          : { kind: lowers(old.tier, fresh.tier) ? 'widened' : 'changed', words: tierWords(old, fresh) },
    }),
    ...changesOf('known-issue', before.knownIssues, after.knownIssues, issueOf, {
      added: (issue) => ({
        kind: issue.silences ? 'widened' : 'added',
        words: `known issue of ${issueOf(issue)} added: ${limitsOf(issue)}`,
      }),
      removed: (issue) => ({ kind: 'removed', words: `known issue of ${issueOf(issue)} removed` }),
      changed: changedIssue,
    }),
    ...changesOf('tolerance', before.tolerances, after.tolerances, toleranceOf, {
      added: (rule) => ({ kind: 'widened', words: `${toleranceOf(rule)} waits ${durationText(rule.durationMs)} now` }),
      removed: (rule) => ({
        kind: 'removed',
        words: `${toleranceOf(rule)} no longer waits ${durationText(rule.durationMs)}`,
      }),
      changed: (old, fresh) =>
        old.durationMs === fresh.durationMs
          ? undefined
          : {
              kind: fresh.durationMs > old.durationMs ? 'widened' : 'changed',
              words: `${toleranceOf(fresh)} waits ${durationText(old.durationMs)} → ${durationText(fresh.durationMs)}`,
            },
    }),
    ...routeChanges('channel', before.channels, after.channels, ({ channel }) => channel),
    ...routeChanges('contact', before.contacts, after.contacts, ({ contact }) => contact),
  ];
}

function changesOf<Entry extends Passage>(
  about: ChangeTopic,
  before: readonly Entry[],
  after: readonly Entry[],
  subjectOf: (entry: Entry) => string,
  say: {
    readonly added: (entry: Entry) => Found;
    readonly removed: (entry: Entry) => Found;
    readonly changed: (before: Entry, after: Entry) => Found | undefined;
  },
): readonly Change[] {
  const { pairs, removed, added } = matched(before, after, subjectOf);
  const at = ({ file, line }: Entry, found: Found): Change => ({ ...found, about, file, line });
  return [
    ...removed.map((entry) => at(entry, say.removed(entry))),
    ...pairs.flatMap(([old, fresh]) => {
      const found = say.changed(old, fresh);
      return found === undefined ? [] : [at(fresh, found)];
    }),
    ...added.map((entry) => at(entry, say.added(entry))),
  ];
}

function changedIssue(old: KnownIssue, fresh: KnownIssue): Found | undefined {
  const parts = [
    difference('', old.silences, fresh.silences, (silences) => (silences ? 'silences' : 'does not silence')),
    difference('', old.window, fresh.window, (window) => (window === undefined ? 'always' : windowText(window))),
    difference('until ', old.untilMs, fresh.untilMs, untilText),
    difference('reason ', old.reason, fresh.reason, (reason) => reason ?? 'any'),
    difference('in ', old.environments, fresh.environments, placesText),
  ].filter((part) => part !== undefined);
  const subject = `known issue of ${issueOf(fresh)}`;
  if (parts.length > 0) {
    return { kind: silencesMore(old, fresh) ? 'widened' : 'changed', words: `${subject}: ${parts.join('; ')}` };
  }
  return old.text === fresh.text ? undefined : { kind: 'changed', words: `${subject} reworded` };
}

function silencesMore(old: KnownIssue, fresh: KnownIssue): boolean {
  if (!fresh.silences) return false;
  if (!old.silences) return true;
  const oldUntilMs = old.untilMs ?? Infinity;
  const opens = old.window !== undefined && (fresh.window === undefined || opensMore(old.window, fresh.window));
  const reaches =
    old.environments !== undefined &&
    (fresh.environments ?? ['everywhere']).some((one) => !old.environments?.some((other) => other === one));
  const concerns = old.reason !== undefined && fresh.reason !== old.reason;
  return opens || reaches || concerns || (fresh.untilMs ?? Infinity) > oldUntilMs;
}

function routeChanges<Rule extends ChannelRule | ContactRule>(
  about: 'channel' | 'contact',
  before: readonly Rule[],
  after: readonly Rule[],
  targetOf: (rule: Rule) => string,
): readonly Change[] {
  const subject = (rule: Rule): string => `${about} for ${scopeOf(rule)}`;
  return changesOf(about, before, after, subject, {
    added: (rule) => ({ kind: 'added', words: `${subject(rule)}: ${targetOf(rule)}` }),
    removed: (rule) => ({ kind: 'removed', words: `${subject(rule)}: no longer ${targetOf(rule)}` }),
    changed: (old, fresh) =>
      targetOf(old) === targetOf(fresh)
        ? undefined
        : { kind: 'changed', words: `${subject(fresh)}: ${targetOf(old)} → ${targetOf(fresh)}` },
  });
}

function lowers(before: Tier | undefined, after: Tier | undefined): boolean {
  return rankOf(after) > rankOf(before);
}

function rankOf(tier: Tier | undefined): number {
  return tier === undefined ? NO_TIER_RANK : TIERS.indexOf(tier);
}

function tierWords(before: TierEntry | undefined, after: TierEntry | undefined): string {
  const entry = after ?? before;
  return `${entry === undefined ? '' : nameOf(entry)}: ${before?.tier ?? 'no tier'} → ${after?.tier ?? 'no tier'}`;
}

function issueOf({ names, text }: KnownIssue): string {
  if (names.length > 0) return names.map(nameOf).toSorted().join(', ');
  const line = text.split('\n', 1)[0]?.replace(/^[\s#*-]+/, '') ?? '';
  return `"${cutBetweenWords(line, LONGEST_QUOTE)}"`;
}

function limitsOf({ silences, names, window, untilMs, environments }: KnownIssue): string {
  return [
    silences ? (names.length > 0 ? 'silences' : 'names no object, an agent may silence by it') : 'for the agents only',
    ...(window === undefined ? [] : [windowText(window)]),
    ...(untilMs === undefined ? [] : [`until ${untilText(untilMs)}`]),
    ...(environments === undefined ? [] : [`in ${placesText(environments)}`]),
  ].join(', ');
}

function toleranceOf(rule: Tolerance): string {
  return `${scopeOf(rule)}${rule.degradedOnly === true ? ' degraded' : ''}`;
}

function scopeOf(
  rule: Pick<Tolerance, 'severity' | 'name' | 'environments'> & { readonly tier?: Tier | undefined },
): string {
  const scope = [rule.name === undefined ? undefined : nameOf(rule.name), rule.tier, rule.severity].filter(
    (part) => part !== undefined,
  );
  const where = rule.environments === undefined ? '' : ` in ${placesText(rule.environments)}`;
  return (scope.length === 0 ? 'everything' : scope.join(', ')) + where;
}

function difference<Value>(
  prefix: string,
  before: Value,
  after: Value,
  shown: (value: Value) => string,
): string | undefined {
  const [old, fresh] = [shown(before), shown(after)];
  return old === fresh ? undefined : `${prefix}${old} → ${fresh}`;
}

function placesText(environments: readonly string[] | undefined): string {
  return environments === undefined ? 'every environment' : environments.join(', ');
}

function untilText(untilMs: number | undefined): string {
  return untilMs === undefined ? 'no end' : new Date(untilMs).toISOString().replace(/:00\.000Z$/, 'Z');
}

function nameOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}

function durationText(ms: number): string {
  const seconds = ms / 1_000;
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}
