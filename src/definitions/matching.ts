import type { ContactRule, Definitions, KnownIssue, Passage, TierEntry, Tolerance } from '../domain/definitions.ts';
import type { Hold } from '../domain/finding.ts';
import { TIERS, type Severity, type Tier } from '../domain/severity.ts';
import { isOpen, nextClosing } from '../domain/time-window.ts';
import { tellingWords } from './service-names.ts';
import { holdsIn, meansTarget, namesOf, type Named, type Target } from './target.ts';

/** The tier of the service an object belongs to; the higher where two entries mean it. */
export function tierOf(target: Named, definitions: Pick<Definitions, 'tiers'>): Tier | undefined {
  return tierEntryOf(target, definitions)?.tier;
}

/** The entry that gives an object its tier; the first of the higher tier where several mean it. */
export function tierEntryOf(target: Named, definitions: Pick<Definitions, 'tiers'>): TierEntry | undefined {
  const matching = definitions.tiers.filter((entry) => meansTarget(entry, target));
  const tier = TIERS.find((candidate) => matching.some((entry) => entry.tier === candidate));
  return matching.find((entry) => entry.tier === tier);
}

/**
 * Why people must not be told yet or at all, by the SREs' own text alone. `possible-known-issue` is for the caller to apply: only to a
 * SEV-1/2, only where a model can answer.
 *
 * @param nowMs Unix time in milliseconds
 */
export function holdFor(
  target: Target,
  definitions: Pick<Definitions, 'tiers' | 'knownIssues' | 'tolerances'>,
  nowMs: number,
): Hold | undefined {
  const open = definitions.knownIssues.filter(
    (issue) => issue.silences && isInForce(issue, nowMs) && isOfKind(issue, target) && holdsIn(issue, target),
  );
  const known = open.find((issue) => issue.names.some((name) => meansTarget(name, target)));
  if (known !== undefined) {
    const ends = endOf(known, nowMs);
    return {
      kind: 'known-issue',
      text: known.text,
      file: known.file,
      line: known.line,
      ...(ends !== undefined && { untilMs: ends }),
    };
  }

  const tolerance = toleranceFor(target, definitions);
  const untilMs = target.onsetAtMs + (tolerance?.durationMs ?? 0);
  if (tolerance !== undefined && nowMs < untilMs) {
    return { kind: 'within-tolerance', untilMs, text: tolerance.text, file: tolerance.file, line: tolerance.line };
  }

  const words = wordsAbout(target, definitions);
  const possible = open.find((issue) => issue.names.length === 0 && issue.words.some((word) => words.has(word)));
  if (possible === undefined) return undefined;
  return { kind: 'possible-known-issue', text: possible.text, file: possible.file, line: possible.line };
}

/**
 * The tolerance that holds for a target: its own before its tier's before its SEV's; among equals the one that names its SEV, then the shortest.
 */
function toleranceFor(target: Target, definitions: Pick<Definitions, 'tiers' | 'tolerances'>): Tolerance | undefined {
  const tier = tierOf(target, definitions);
  const rank = (rule: Tolerance): number | undefined => {
    if (!holdsIn(rule, target)) return undefined;
    if (rule.degradedOnly === true && target.impact === 'critical') return undefined;
    if (rule.name !== undefined) return meansTarget(rule.name, target) ? 0 : undefined;
    if (rule.tier !== undefined) return rule.tier === tier ? 1 : undefined;
    return rule.severity !== undefined && rule.severity === target.floor ? 2 : undefined;
  };
  const ranked = definitions.tolerances.flatMap((rule) => {
    const order = rank(rule);
    return order === undefined
      ? []
      : [{ rule, order, other: rule.severity !== undefined && rule.severity === target.floor ? 0 : 1 }];
  });
  return ranked.toSorted(
    (left, right) =>
      left.order - right.order || left.other - right.other || left.rule.durationMs - right.rule.durationMs,
  )[0]?.rule;
}

export interface ChosenChannel extends Passage {
  readonly channel: string;
}

/**
 * The channel that the text names for a SEV or a service; `undefined` leaves it to the settings. A service's own comes before its SEV's.
 *
 * @param allowedChannels the operator's; a channel outside is passed over
 */
export function channelFor(
  severity: Severity,
  target: Target,
  definitions: Pick<Definitions, 'channels'>,
  allowedChannels: readonly string[],
): ChosenChannel | undefined {
  const allowed = new Set(allowedChannels.map((channel) => channel.replace(/^#/, '')));
  const fits = definitions.channels.filter(
    (rule) =>
      holdsIn(rule, target) &&
      (rule.severity === undefined || rule.severity === severity) &&
      (rule.name === undefined || meansTarget(rule.name, target)) &&
      allowed.has(rule.channel.replace(/^#/, '')),
  );
  const weight = (rule: (typeof fits)[number]): number =>
    (rule.name === undefined ? 0 : 4) +
    (rule.severity === undefined ? 0 : 2) +
    (rule.environments === undefined ? 0 : 1);
  const chosen = fits.toSorted((left, right) => weight(right) - weight(left))[0];
  if (chosen === undefined) return undefined;
  const { channel, file, line, text } = chosen;
  return { channel, file, line, text };
}

/** Channels that the text names and the operator does not allow: cards go where the settings say instead. */
export function unallowedChannels(
  { channels }: Pick<Definitions, 'channels'>,
  allowedChannels: readonly string[],
): Definitions['channels'] {
  const allowed = new Set(allowedChannels.map((channel) => channel.replace(/^#/, '')));
  const outside = channels.filter(({ channel }) => !allowed.has(channel.replace(/^#/, '')));
  // `SEV-1 and SEV-2: #one` is two rules and one line.
  return [...new Map(outside.map((rule) => [`${rule.file}:${rule.line} ${rule.channel}`, rule])).values()];
}

/** Contacts of the service and of the SEV, the service's first, each once. */
export function contactsFor(
  severity: Severity,
  target: Target,
  definitions: Pick<Definitions, 'contacts'>,
): readonly string[] {
  return [...new Set(contactRulesFor(severity, target, definitions).map((rule) => rule.contact))];
}

/** The rules behind {@link contactsFor}, in the same order. */
export function contactRulesFor(
  severity: Severity,
  target: Target,
  definitions: Pick<Definitions, 'contacts'>,
): readonly ContactRule[] {
  const fits = (rule: ContactRule): boolean =>
    holdsIn(rule, target) && (rule.severity === undefined || rule.severity === severity);
  const own = definitions.contacts.filter(
    (rule) => rule.name !== undefined && fits(rule) && meansTarget(rule.name, target),
  );
  const general = definitions.contacts.filter((rule) => rule.name === undefined && fits(rule));
  return [...own, ...general];
}

/** P0 and P1 entries that nothing in the cluster answers to: deleted, or misspelt. */
export function unmatchedServices(
  definitions: Pick<Definitions, 'tiers'>,
  targets: readonly Named[],
): Definitions['tiers'] {
  return definitions.tiers.filter(
    (entry) => (entry.tier === 'P0' || entry.tier === 'P1') && !targets.some((target) => meansTarget(entry, target)),
  );
}

/** Known issues whose names nothing in the cluster answers to; an entry with several names needs one of them. */
export function unmatchedIssues(
  definitions: Pick<Definitions, 'knownIssues'>,
  targets: readonly Named[],
): Definitions['knownIssues'] {
  const unmatched = definitions.knownIssues.filter(
    ({ names }) => names.length > 0 && !names.some((name) => targets.some((target) => meansTarget(name, target))),
  );
  // An entry with two windows is two issues and one line.
  return [...new Map(unmatched.map((issue) => [`${issue.file}:${issue.line}`, issue])).values()];
}

/** Inside its window and not expired. */
export function isInForce(issue: Pick<KnownIssue, 'window' | 'untilMs'>, nowMs: number): boolean {
  return (
    (issue.window === undefined || isOpen(issue.window, nowMs)) &&
    (issue.untilMs === undefined || nowMs < issue.untilMs)
  );
}

/** When an entry that is in force stops being so; `undefined` when it says nothing about that. */
function endOf({ window, untilMs }: Pick<KnownIssue, 'window' | 'untilMs'>, nowMs: number): number | undefined {
  const closes = window === undefined ? undefined : nextClosing(window, nowMs);
  return closes === undefined || untilMs === undefined ? (closes ?? untilMs) : Math.min(closes, untilMs);
}

/** Of the reason that the entry names, or else of the workload family: another kind of failure is never covered by accident. */
function isOfKind(issue: KnownIssue, target: Target): boolean {
  return issue.reason === undefined ? target.family === 'workload' : isReason(issue.reason, target.reason);
}

/** `CrashLoopBackOff` and `crash-loop` are `CrashLoop`. */
export function isReason(written: string, reason: string): boolean {
  const bare = (text: string): string =>
    text
      .toLowerCase()
      .replace(/back-?off$/, '')
      .replace(/^other:/, '')
      .replace(/[^a-z0-9]/g, '');
  const errImagePull = bare(written) === 'errimagepull' ? 'imagepull' : bare(written);
  return errImagePull === bare(reason);
}

/** Words of the object's names, labels and images, and of the texts of the services that it belongs to. */
function wordsAbout(target: Target, definitions: Pick<Definitions, 'tiers'>): ReadonlySet<string> {
  const own = [...namesOf(target), target.owner.namespace, ...Object.values(target.labels), ...target.images]
    .join(' ')
    .replaceAll(/[-_]/g, ' ');
  const texts = definitions.tiers.filter((entry) => meansTarget(entry, target)).map((entry) => entry.text);
  return new Set(tellingWords([own, ...texts].join(' ')));
}
