import { isAboutAnother, namesEnvironment, type SilenceScope } from './silence-scope.ts';

/** A place where text tells that nobody be told. */
export interface SilencePhrase {
  readonly index: number;
  readonly text: string;
  /**
   * Why it does not count: it is denied, it holds on a condition that code cannot check, it speaks of less than silence, it is about
   * something else than what the text names, or it holds in some environment only.
   */
  readonly void: 'negated' | 'conditional' | 'partial' | 'another' | 'qualified' | undefined;
}

const PHRASES = [
  String.raw`(?:do\s+not|don['’]t|never)\s+(?:flag|alert|page|notify)`,
  String.raw`no\s+alerts?(?!\w)`,
  String.raw`can\s+be\s+(?:safely\s+)?ignored`,
  String.raw`ignore\s+(?:this|during|until)`,
  String.raw`expected\s+(?:during|until|behaviou?r)`,
].join('|');

/**
 * Finds the phrases that silence. A negation up to three words before, or a condition in the same sentence, voids one: what
 * code cannot be sure of must not silence anything.
 *
 * @param scope what the whole text is about
 */
export function silencePhrasesIn(text: string, scope: SilenceScope = NO_SCOPE): readonly SilencePhrase[] {
  const plain = text.replace(/[*_`]/g, (mark) => ' '.repeat(mark.length));
  return [...plain.matchAll(new RegExp(String.raw`\b(?:${PHRASES})\b`, 'gi'))].map((match) => {
    const before =
      plain
        .slice(0, match.index)
        .split(/[.;!?](?=\s)/)
        .at(-1) ?? '';
    const after = plain.slice(match.index + match[0].length).split(/[.;!?](?:\s|$)/)[0] ?? '';
    return { index: match.index, text: match[0].replace(/\s+/g, ' '), void: voidedBy(before, match[0], after, scope) };
  });
}

const NO_SCOPE: SilenceScope = { names: [], reason: undefined, otherWords: '' };
/** `in #general`, `by phone`: elsewhere they may be told. Behind a comma or a dash something else is said. */
const SOMEWHERE =
  /^(?:(?!\s[-–—]+\s)[^,:])*?\b(?:(?:in|into|to|on|via|through|over)\s+(?:the\s+|our\s+)?#[a-z0-9]|(?:by|via|through|over|on)\s+(?:the\s+|our\s+|an?\s+)?(?:(?:tele)?phone|pager|e-?mail|sms|text\s+message)\b)/i;

function voidedBy(before: string, phrase: string, after: string, scope: SilenceScope): SilencePhrase['void'] {
  const words = before.trim().split(/\s+/).slice(-3);
  if (
    words.some((word) =>
      /^(?:not|never|no|nor|neither|without|cannot|isn['’]t|aren['’]t|can['’]t|won['’]t|\w+n['’]t)\W?$/i.test(word),
    )
  )
    return 'negated';
  if (
    /\b(?:unless|except|only\s+(?:if|when|after)|but\s+(?:do\s+)?(?:alert|page|flag|notify|tell|escalate)|if\s+(?:it|this|they|the|there)\b|longer\s+than|more\s+than)/i.test(
      after,
    )
  )
    return 'conditional';
  if (/\b(?:unless|except|if|only)\b[^,]*$/i.test(before)) return 'conditional';
  // `do not flag as SEV-1`, `do not page @payments`: less than silence. Nobody in particular, or a thing, is silence.
  if (/^(?:do|don|never)/i.test(phrase) && /^\s+(?:as\b|to\b|[#@]|twice\b|again\b|before\b)/i.test(after))
    return 'partial';
  if (SOMEWHERE.test(after)) return 'partial';
  if (namesEnvironment(`${before}${phrase}${after}`, scope.names)) return 'qualified';
  if (isAboutAnother(before, phrase, after, scope)) return 'another';
  return undefined;
}
