import { ENVIRONMENTS, type Environment } from '../domain/severity.ts';
import { bothLimits, environmentsIn, type EnvironmentLimit } from './environments.ts';
import { isAboutAnother, type SilenceScope } from './silence-scope.ts';

/** A place where text tells that nobody be told. */
export interface SilencePhrase {
  readonly index: number;
  readonly text: string;
  /**
   * Why it does not count: it is denied, it holds on a condition that code cannot check, it speaks of less than silence, it is about
   * something else than what the text names, it names an environment in a way that cannot be compared, or what surrounds it is too long
   * to be sure of.
   */
  readonly void: 'negated' | 'conditional' | 'partial' | 'another' | 'qualified' | 'long' | undefined;
  /** It holds in these alone; `undefined`: everywhere. */
  readonly environments: readonly Environment[] | undefined;
}

const TELLING = String.raw`(?:flag|alert|page|notify)`;
const TOLD = String.raw`(?:flagged|alerted|paged|notified)`;
const SIGNALS = String.raw`(?:(?:any|all|an?|its|these)\s+)?(?:alerts?|alarms?|pages?|notifications?)(?!\w)`;
const PHRASES = [
  String.raw`(?:do\s+not|don['’]?t|never)\s+(?:${TELLING}|(?:send|raise|trigger|fire|create)\s+${SIGNALS})`,
  String.raw`(?:should|must|shall|need)\s+not\s+(?:be\s+${TOLD}(?:\s+on)?|${TELLING}|(?:send|raise|trigger|fire|create)\s+${SIGNALS})`,
  String.raw`no\s+need\s+to\s+${TELLING}`,
  String.raw`no\s+(?:alerts?|pages?|notifications?)(?!\w)`,
  String.raw`can\s+be\s+(?:safely\s+)?ignored`,
  String.raw`(?:mute|silence|suppress|skip)\s+${SIGNALS}`,
  String.raw`ignore\s+(?:this|these|it|them|during|until|between|on|every|${SIGNALS})`,
  String.raw`expected\s+(?:during|until|behaviou?r)`,
].join('|');
const PHRASE = new RegExp(String.raw`\b(?:${PHRASES})(?!\w)`, 'gi');
/** Nobody says it so often, or in so long a breath, and is clear. */
const MAX_PHRASES = 12;
const MAX_CLAUSE_CHARACTERS = 1_000;

/**
 * Finds the phrases that silence. A negation up to three words before, or a condition in the same sentence, voids one: what
 * code cannot be sure of must not silence anything.
 *
 * @param scope what the whole text is about
 */
export function silencePhrasesIn(text: string, scope: SilenceScope = NO_SCOPE): readonly SilencePhrase[] {
  const plain = text.replace(/[*_`]/g, (mark) => ' '.repeat(mark.length));
  const matches = [...plain.matchAll(PHRASE)];
  return matches.map((match) => {
    const before =
      plain
        .slice(0, match.index)
        .split(/[.;!?](?=\s)/)
        .at(-1) ?? '';
    const after = plain.slice(match.index + match[0].length).split(/[.;!?](?:\s|$)/)[0] ?? '';
    const found = { index: match.index, text: match[0].replace(/\s+/g, ' ') };
    if (matches.length > MAX_PHRASES || before.length + after.length > MAX_CLAUSE_CHARACTERS)
      return { ...found, void: 'long', environments: undefined };
    const limit = environmentsIn(`${before}${match[0]}${after}`, scope.names);
    // Without the words that say where, which limit it in a way that is compared. The clause keeps its length.
    const start = limit.rest.slice(0, before.length);
    const rest = limit.rest.slice(before.length + match[0].length);
    return {
      ...found,
      void: limit.environments === 'unclear' ? 'qualified' : voidedBy(start, match[0], rest, scope),
      environments: limit.environments === 'unclear' ? undefined : limit.environments,
    };
  });
}

/**
 * In which environments a text silences. Of several phrases each permits where it says, and one that says nothing does not widen the others.
 * Where none says, another sentence may: `It crashes in staging. Do not alert.`
 */
export function whereSilent(
  text: string,
  phrases: readonly SilencePhrase[],
  names: SilenceScope['names'],
): EnvironmentLimit['environments'] {
  const named = phrases.flatMap(({ environments }) => (environments === undefined ? [] : [environments]));
  if (named.length > 0) return ENVIRONMENTS.filter((one) => named.some((list) => list.includes(one)));
  const others = text
    .replace(/[*_`]/g, ' ')
    .split(/[.;!?](?:\s|$)|\n/)
    .map((sentence) => environmentsIn(sentence, names).environments)
    // A production deploy may be what happens; only "in production" says where.
    .filter((environments) => environments !== 'unclear');
  const both = others.reduce<EnvironmentLimit['environments']>(bothLimits, undefined);
  return both?.length === 0 ? 'unclear' : both;
}

const NO_SCOPE: SilenceScope = { names: [], reason: undefined, otherWords: '' };
/** `in #general`, `by phone`: elsewhere they may be told. Behind a comma or a dash something else is said. */
const SOMEWHERE =
  /^(?:(?!\s[-–—]+\s)[^,:])*?\b(?:(?:in|into|to|on|via|through|over)\s+(?:the\s+|our\s+)?#[a-z0-9]|(?:by|via|through|over|on)\s+(?:the\s+|our\s+|an?\s+)?(?:(?:tele)?phone|pager|e-?mail|sms|text\s+message)\b)/i;

/** `do not flag its restarts as SEV-1`: as something less they may be told. */
const AS_BAD_AS = /^[^,:;]*\bas\s+(?:an?\s+)?(?:SEV|P[0-3]\b|critical\b|urgent\b|high\b|incidents?\b)/i;

function voidedBy(before: string, phrase: string, after: string, scope: SilenceScope): SilencePhrase['void'] {
  const words = before.trim().split(/\s+/).slice(-3);
  if (
    words.some((word) =>
      /^(?:not|never|no|nor|neither|without|cannot|isn['’]t|aren['’]t|can['’]t|won['’]t|\w+n['’]t)\W?$/i.test(word),
    )
  )
    return 'negated';
  if (
    /\b(?:unless|except|only\s+(?:if|when|after)|but\s+(?:do\s+)?(?:alert|page|flag|notify|tell|escalate)|if\b|as\s+long\s+as|provided|longer\s+than|more\s+than)/i.test(
      after,
    )
  )
    return 'conditional';
  if (/\b(?:unless|except|if|only)\b[^,]*$/i.test(before)) return 'conditional';
  // `do not flag it as SEV-1`, `do not page @payments`: less than silence. Nobody in particular, or a thing, is silence.
  if (
    /^(?:do|don|never|should|must|shall|need|no\s+need)/i.test(phrase) &&
    (/^(?:\s+(?:it|this|that|these|those|them))?\s+(?:as\b|to\b|[#@]|twice\b|again\b|before\b)/i.test(after) ||
      AS_BAD_AS.test(after))
  )
    return 'partial';
  if (SOMEWHERE.test(after)) return 'partial';
  if (isAboutAnother(before, phrase, after, scope)) return 'another';
  return undefined;
}
