import type { Definitions, KnownIssue } from '../domain/definitions.ts';
import { compareSeverity, SEVERITIES, type Severity } from '../domain/severity.ts';
import { bothLimits, environmentsAbove, environmentsIn } from './environments.ts';
import { isInForce, isReason, tierOf } from './matching.ts';
import { plainText, sentencesOf, type Block, type Sentence } from './markdown-outline.ts';
import { isHistory, tiersIn } from './read-tiers.ts';
import { ruleTexts } from './read-rules.ts';
import { durationsIn, LONGEST_TOLERANCE_MS } from './read-tolerances.ts';
import { readLimitsUnder } from './read-window.ts';
import { namesIn, readNamedEntry } from './service-names.ts';
import { silencePhrasesIn, whereSilent } from './silence-phrase.ts';
import type { SilenceScope } from './silence-scope.ts';
import { severitiesIn } from './subject.ts';
import { holdsIn, meansTarget, namespaceOf, type ServiceName, type Target } from './target.ts';

/** What a model wants the SREs' text to permit. */
export type PassageRequest =
  | { readonly to: 'silence' }
  | { readonly to: 'lower'; readonly severity: Severity }
  | { readonly to: 'delay' };

const PASSAGE_REFUSALS = [
  'too-short',
  'not-found',
  'heading-only',
  'history',
  'about-another-object',
  'other-reason',
  'other-environment',
  'environment-unread',
  'does-not-permit',
  'negated',
  'below-named-severity',
  'window-unread',
  'outside-window',
  'expired',
] as const;
type PassageRefusal = (typeof PASSAGE_REFUSALS)[number];

export type PassageVerdict =
  | {
      readonly ok: true;
      readonly file: string;
      readonly line: number;
      /** The bullet or sentence as it stands in the file. */
      readonly text: string;
      /** For `lower`: no lower than this. */
      readonly severity?: Severity;
      /** For `delay`: no longer than this, counted from onset. */
      readonly untilMs?: number;
    }
  | { readonly ok: false; readonly reason: PassageRefusal; readonly detail: string };

/** `never lower it to SEV-3`, `not SEV-4`, `no more than SEV-2`: what forbids a SEV permits none. */
const FORBIDS_SEVERITY =
  /\b(?:not|never|no|than)\s+(?:\w+\s+){0,2}SEV|(?:\b(?:not|never|cannot)|n['’]t)\s+(?:ever\s+|be\s+)?(?:lower|reduc|downgrad|demot|drop|set|treat|call|rate|rank|go|mak|mark|count|classif|consider|use)\w*\b[^.;!?]*\bSEV|\bSEV[-\s]?[1-4]\s+(?:is|are|would\s+be)\s+(?:not|never|wrong|too)\b/i;
/** Words of waiting. A duration alone (`keeps its logs for 20 hours`, `page within 5 minutes`) tells nobody to wait. */
const WAITS =
  /\b(?:wait\w*|delay\w*|hold|grace|toler\w*|downtime|outage|after|before|until|unless|more\s+than|longer\s+than|over|at\s+least|up\s+to|(?:down|unavailable|degraded|failing|unhealthy|offline|missing)\s+for|(?:may|can)\s+(?:be|take|last))\b|[>≥]/i;
const FORBIDS_WAITING =
  /(?:\b(?:not|never|cannot|no|without)|n['’]t)\s+(?:\w+\s+){0,2}(?:wait|delay|hold|toler)|\bwithin\b/i;

const UNREAD_ENVIRONMENT = refuse(
  'environment-unread',
  'it names an environment or a place in a way that code cannot compare',
);

/** Shorter quotes stand somewhere by chance. */
const MIN_CHARACTERS = 20;

/**
 * Decides whether a passage that a model quotes lets it silence, lower or delay (law 5). Code believes nothing but the text: the words must
 * stand in one bullet or sentence of `CLAUDE.md` or `escalation-manager.md`, concern the object, say so themselves, and be in force now.
 *
 * @param quoted as the model wrote it; white space and marks of emphasis do not count
 * @param zone IANA zone of windows that name none
 * @param nowMs Unix time in milliseconds
 */
export function verifyPassage(
  quoted: string,
  target: Target,
  definitions: Pick<Definitions, 'orchestrator' | 'agents' | 'tiers' | 'knownIssues'>,
  request: PassageRequest,
  zone: string,
  nowMs: number,
): PassageVerdict {
  const quote = normalise(quoted);
  if (quote.length < MIN_CHARACTERS)
    return refuse('too-short', `a quoted rule needs ${MIN_CHARACTERS} characters or more`);
  const places = passagesOf(definitions).filter((passage) => normalise(passage.text).includes(quote));
  if (places.length === 0)
    return refuse('not-found', 'no single bullet or sentence of the definitions holds these words');
  // The same words may stand in several places: one that permits is enough, else the last refusal is told.
  let refusal: PassageVerdict = refuse('not-found', '');
  for (const place of places) {
    const verdict = judge(place, quote, target, definitions, request, zone, nowMs);
    if (verdict.ok) return verdict;
    refusal = verdict;
  }
  return refusal;
}

interface Place {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  readonly block: Block;
  /** Of the whole file. */
  readonly blocks: readonly Block[];
  /** What of the surrounding text says whom it concerns: itself, its bullet, and the titles of its own section. */
  readonly context: string;
}

function passagesOf(definitions: Pick<Definitions, 'orchestrator' | 'agents'>): readonly Place[] {
  return ruleTexts(definitions.orchestrator, definitions.agents).flatMap(({ file, blocks }) =>
    blocks.flatMap((block) => {
      const whole: Sentence = { line: block.line, text: block.text };
      const units =
        block.kind === 'bullet' || block.kind === 'row' || block.kind === 'heading' ? [whole] : sentencesOf(block);
      const title = block.headings.at(-1)?.text ?? '';
      return units.map((unit) => ({ file, ...unit, block, blocks, context: `${title}\n${block.text}` }));
    }),
  );
}

function judge(
  place: Place,
  quote: string,
  target: Target,
  definitions: Pick<Definitions, 'tiers' | 'knownIssues'>,
  request: PassageRequest,
  zone: string,
  nowMs: number,
): PassageVerdict {
  if (place.block.kind === 'heading') return refuse('heading-only', 'a heading alone permits nothing');
  if (isHistory(place.block)) return refuse('history', 'a log of changes permits nothing');
  const entries = definitions.knownIssues.filter((issue) => holds(issue, place));
  if (!concerns(place, entries, target, definitions)) {
    return refuse(
      'about-another-object',
      'it names neither the object, its namespace, its service, its tier nor its reason',
    );
  }
  const reason = entries[0]?.reason ?? /\breason:\s*[`*]*([A-Za-z][\w:-]*)/i.exec(place.text)?.[1];
  if (reason !== undefined && !isReason(reason, target.reason))
    return refuse('other-reason', `it is about ${reason}, this is ${target.reason}`);
  const scope = scopeOf(place, entries, reason, target, definitions);
  const elsewhere = elsewhereThan(place, entries, scope, target, request);
  if (elsewhere !== undefined) return elsewhere;
  const closed = closedBy(place, entries, request, zone, nowMs);
  if (closed !== undefined) return closed;
  return permits(place, quote, target, request, scope);
}

/** A rule for staging permits nothing in production, nor where nobody has said what it is. */
function elsewhereThan(
  place: Place,
  entries: readonly KnownIssue[],
  scope: SilenceScope,
  target: Target,
  request: PassageRequest,
): PassageVerdict | undefined {
  const whole = entries[0]?.text ?? place.block.text;
  // What silences says itself where; of the other rules the whole sentence is taken.
  const own =
    request.to === 'silence'
      ? whereSilent(whole, silencePhrasesIn(normalise(place.text), scope), scope.names)
      : environmentsIn(normalise(place.text), scope.names).environments;
  const above = environmentsAbove(place.block.headings, place.blocks, scope.names);
  const environments = bothLimits(own, above.environments);
  if (environments === 'unclear') return UNREAD_ENVIRONMENT;
  if (environments === undefined || holdsIn({ environments }, target)) return undefined;
  const here = target.environment ?? 'unknown';
  return refuse(
    'other-environment',
    `it holds in ${environments.join(', ') || 'no environment'} only, this is ${here}`,
  );
}

function scopeOf(
  place: Place,
  entries: readonly KnownIssue[],
  reason: string | undefined,
  target: Target,
  definitions: Pick<Definitions, 'tiers'>,
): SilenceScope {
  const outright = namedIn(place, definitions);
  const texts = definitions.tiers.filter((entry) => meansTarget(entry, target)).map(({ text }) => text);
  return {
    names: [...entries.flatMap(({ names }) => names), ...outright],
    reason,
    otherWords: outright.length === 0 ? texts.join(' ') : '',
  };
}

function permits(
  place: Place,
  quote: string,
  target: Target,
  request: PassageRequest,
  scope: SilenceScope,
): PassageVerdict {
  const granted = { ok: true, file: place.file, line: place.line, text: place.text } as const;
  switch (request.to) {
    case 'silence': {
      // Judged in the whole bullet, so that cutting off a "not" or an "unless" gains nothing; but the words must be among the quoted ones.
      const phrases = silencePhrasesIn(normalise(place.text), scope);
      if (!phrases.some((phrase) => quote.includes(phrase.text)))
        return refuse('does-not-permit', 'it does not say not to alert');
      if (phrases.some((phrase) => phrase.void === 'qualified')) return UNREAD_ENVIRONMENT;
      if (phrases.some((phrase) => phrase.void !== undefined)) {
        return refuse('negated', 'a negation, a condition or a limit stands beside "do not alert"');
      }
      return granted;
    }
    case 'lower': {
      if (severitiesIn(quote).length === 0) return refuse('does-not-permit', 'it names no SEV');
      // Of the whole bullet or sentence, so that cutting off its worse half gains nothing.
      const whole = normalise(place.text);
      const named = severitiesIn(whole);
      const worst = SEVERITIES.find((severity) => named.includes(severity));
      if (worst === undefined) return refuse('does-not-permit', 'it names no SEV');
      if (FORBIDS_SEVERITY.test(whole)) return refuse('negated', 'a negation stands beside its SEV');
      if (compareSeverity(request.severity, worst) > 0) {
        return refuse('below-named-severity', `it names ${worst}, which is worse than ${request.severity}`);
      }
      return { ...granted, severity: worst };
    }
    case 'delay': {
      const whole = normalise(place.text);
      if (durationsIn(quote).length === 0 || !WAITS.test(whole))
        return refuse('does-not-permit', 'it does not say how long to wait');
      if (FORBIDS_WAITING.test(whole)) return refuse('negated', 'it tells not to wait');
      const shortest = Math.min(...durationsIn(whole));
      if (!(shortest <= LONGEST_TOLERANCE_MS)) return refuse('does-not-permit', 'nobody waits for longer than a day');
      return { ...granted, untilMs: target.onsetAtMs + shortest };
    }
  }
}

function closedBy(
  place: Place,
  entries: readonly KnownIssue[],
  request: PassageRequest,
  zone: string,
  nowMs: number,
): PassageVerdict | undefined {
  const headings = place.block.headings.map((heading) => plainText(heading.text));
  const limits = readLimitsUnder(headings, plainText(entries[0]?.text ?? place.block.text), zone);
  // `daily digest` in a rule about severity is no window; next to "do not alert" it may be one.
  if (limits.unread !== undefined && !(limits.vague && request.to !== 'silence'))
    return refuse('window-unread', `"${limits.unread}" cannot be read as a window or a date`);
  if (limits.untilMs !== undefined && nowMs >= limits.untilMs)
    return refuse('expired', `it held until ${new Date(limits.untilMs).toISOString()}`);
  const windows = limits.windows.length === 0 ? [undefined] : limits.windows;
  return windows.some((window) => isInForce({ window, untilMs: undefined }, nowMs))
    ? undefined
    : refuse('outside-window', 'its window is not open now');
}

function concerns(
  place: Place,
  entries: readonly KnownIssue[],
  target: Target,
  definitions: Pick<Definitions, 'tiers'>,
): boolean {
  const own = [...entries.flatMap((entry) => entry.names), ...namedIn(place, definitions)];
  // A passage that names objects concerns these and no others, whatever tier it also mentions.
  if (own.length > 0) return own.some((name) => meansTarget(name, target));
  const tier = tierOf(target, definitions);
  const plain = plainText(place.text);
  const tiers = tiersIn(plain);
  if (tiers.length > 0) return tier !== undefined && tiers.includes(tier);
  const namespace = namespaceOf(target);
  if (
    namespace !== '' &&
    new RegExp(
      String.raw`(?<![\w-])(?:namespace\s+${escape(namespace)}|${escape(namespace)}\s+namespace)(?![\w-])`,
      'i',
    ).test(plain)
  )
    return true;
  const words = [
    target.owner.name,
    target.object.name,
    ...target.serviceNames,
    target.labels['app.kubernetes.io/name'],
    target.labels['app'],
  ];
  if (
    words.some(
      (word) =>
        word !== undefined &&
        word.length > 2 &&
        new RegExp(String.raw`(?<![\w-])${escape(word)}(?![\w-])`, 'i').test(plain),
    )
  )
    return true;
  return plain
    .split(/[\s,;:()"'/]+/)
    .some((word) => word.length > 3 && isReason(word.replace(/\.$/, ''), target.reason));
}

/** The objects that a passage, its bullet or its title names outright. */
function namedIn(place: Place, definitions: Pick<Definitions, 'tiers'>): readonly ServiceName[] {
  const listed = definitions.tiers.map(({ namespace, name }) => ({ namespace, name }));
  return [...namesIn(place.context, listed), ...(readNamedEntry(place.block.text)?.names ?? [])];
}

/** The known issues within whose lines the passage stands. */
function holds(issue: KnownIssue, place: Place): boolean {
  return issue.file === place.file && normalise(issue.text).includes(normalise(place.text)) && place.line >= issue.line;
}

function refuse(reason: PassageRefusal, detail: string): PassageVerdict & { ok: false } {
  return { ok: false, reason, detail };
}

function normalise(text: string): string {
  return plainText(text)
    .replace(/^\s*(?:[-*+]|\d{1,3}[.)])\s+/, '')
    .replace(/["“”]/g, '"')
    .replace(/\s+/g, ' ')
    .trim();
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
