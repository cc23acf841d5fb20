import type { Definitions } from '../domain/definitions.ts';
import { isReason } from './matching.ts';
import { permits } from './passage-permits.ts';
import { holds, normalise, passagesOf, type Place } from './passage-place.ts';
import { closedBy, concerns, elsewhereThan, scopeOf } from './passage-scope.ts';
import { refuse, type PassageRequest, type PassageVerdict } from './passage-verdict.ts';
import { isHistory } from './read-tiers.ts';
import type { Target } from './target.ts';

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
