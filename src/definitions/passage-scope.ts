import type { Definitions, KnownIssue } from '../domain/definitions.ts';
import { bothLimits, environmentsAbove, environmentsIn } from './environments.ts';
import { plainText } from './markdown-outline.ts';
import { isInForce, isReason, tierOf } from './matching.ts';
import { namedIn, normalise, type Place } from './passage-place.ts';
import { refuse, UNREAD_ENVIRONMENT, type PassageRequest, type PassageVerdict } from './passage-verdict.ts';
import { readLimitsUnder } from './read-window.ts';
import { tiersIn } from './read-tiers.ts';
import type { SilenceScope } from './silence-scope.ts';
import { silencePhrasesIn, whereSilent } from './silence-phrase.ts';
import { holdsIn, meansTarget, namespaceOf, type Target } from './target.ts';

/** Whether a passage speaks of this object: by name, tier, namespace or reason. */
export function concerns(
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

/** What a phrase that silences may be about. */
export function scopeOf(
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

/** A rule for staging permits nothing in production, nor where nobody has said what it is. */
export function elsewhereThan(
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

/** The refusal where its window or its last day is over, or cannot be read. */
export function closedBy(
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

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
