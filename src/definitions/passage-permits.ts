import { compareSeverity, SEVERITIES } from '../domain/severity.ts';
import { normalise, type Place } from './passage-place.ts';
import { refuse, UNREAD_ENVIRONMENT, type PassageRequest, type PassageVerdict } from './passage-verdict.ts';
import { durationsIn, LONGEST_TOLERANCE_MS } from './read-tolerances.ts';
import { silencePhrasesIn } from './silence-phrase.ts';
import type { SilenceScope } from './silence-scope.ts';
import { severitiesIn } from './subject.ts';
import type { Target } from './target.ts';

/** `never lower it to SEV-3`, `not SEV-4`, `no more than SEV-2`: what forbids a SEV permits none. */
const FORBIDS_SEVERITY =
  /\b(?:not|never|no|than)\s+(?:\w+\s+){0,2}SEV|(?:\b(?:not|never|cannot)|n['’]t)\s+(?:ever\s+|be\s+)?(?:lower|reduc|downgrad|demot|drop|set|treat|call|rate|rank|go|mak|mark|count|classif|consider|use)\w*\b[^.;!?]*\bSEV|\bSEV[-\s]?[1-4]\s+(?:is|are|would\s+be)\s+(?:not|never|wrong|too)\b/i;
/** Words of waiting. A duration alone (`keeps its logs for 20 hours`, `page within 5 minutes`) tells nobody to wait. */
const WAITS =
  /\b(?:wait\w*|delay\w*|hold|grace|toler\w*|downtime|outage|after|before|until|unless|more\s+than|longer\s+than|over|at\s+least|up\s+to|(?:down|unavailable|degraded|failing|unhealthy|offline|missing)\s+for|(?:may|can)\s+(?:be|take|last))\b|[>≥]/i;
const FORBIDS_WAITING =
  /(?:\b(?:not|never|cannot|no|without)|n['’]t)\s+(?:\w+\s+){0,2}(?:wait|delay|hold|toler)|\bwithin\b/i;

/** Whether the words themselves allow what is asked of them. */
export function permits(
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
