import { isReason } from './matching.ts';
import { tellingWords, wordsOf } from './service-names.ts';
import type { ServiceName } from './target.ts';

/** Whom and what a text that silences is about. */
export interface SilenceScope {
  /** The objects it names; none when code could resolve none. */
  readonly names: readonly ServiceName[];
  /** The reason that it names. */
  readonly reason: string | undefined;
  /** Text of the object's own that may stand for its name: `the reporting database`. */
  readonly otherWords: string;
}

const ADDRESSEES = String.raw`(?:(?:\s+(?:anyone|anybody|people|us|me|them|(?:the\s+)?on-?call))?)`;
const THING_AFTER = new RegExp(String.raw`^${ADDRESSEES}\s+(?:for|of|about)\s+([\s\S]*)$`, 'i');
const THING_BEFORE = /\b(?:of|about|from)\s+([^,:;()]*?)(?:\s+(?:that|which))?(?:\s+(?:is|are|was|were))?\s*$/i;
/** Where the thing ends and the circumstances begin. */
const END =
  /[,:;()]|\s[-–—]+\s|[.!?](?=\s|$)|\b(?:during|while|when|whenever|in|on|at|to|until|till|every|each|because|between|within|after|before|as|since|from|by|is|are|daily|weekly|nightly|reason)\b/i;
const FILLER = new Set(
  (
    'it this these them they that those there its their the a an any all and or other such of for about on-call ' +
    'alert alerts error errors issue issues problem problems event events failure failures incident incidents outage outages downtime ' +
    'service services deployment deployments statefulset statefulsets daemonset daemonsets workload workloads pod pods container containers ' +
    'namespace job jobs cronjob cronjobs db database databases app application object time duration window hour hours maintenance'
  ).split(' '),
);
/** Ordinary words for a kind of failure, and the reasons that they may stand for. */
const KINDS: readonly (readonly [words: RegExp, reasons: readonly string[]])[] = [
  [/^(?:restart\w*|crash\w*|loops?)$/, ['CrashLoop', 'RestartsHigh', 'OOMKilled', 'ProbeFailing', 'InitFailed']],
  [/^(?:oom\w*|memory|kills?|killed)$/, ['OOMKilled']],
  [/^(?:probes?|liveness|readiness|health|checks?|failed|failing)$/, ['ProbeFailing']],
  [/^(?:images?|pulls?)$/, ['ImagePull']],
  [/^(?:pending|scheduling|unschedulable)$/, ['Unschedulable', 'SchedulingGated', 'ClaimPending']],
  [/^(?:evictions?|evicted)$/, ['Evicted']],
  [/^(?:replicas?|missing|unavailable)$/, ['ReplicasShort']],
  [/^(?:rollouts?|stuck)$/, ['RolloutStuck', 'RolloutPaused']],
  [/^(?:failed|runs?)$/, ['JobFailed', 'NeverSucceeded']],
];

/**
 * Whether the words beside a phrase make it about something else than what the text names: `api: never page for restarts of the sidecar`.
 * A kind of failure is the same thing only when the text names that reason for code to compare. Whatever is not understood is another thing.
 *
 * @param before of the sentence, as far as the phrase
 * @param after the rest of the sentence
 */
export function isAboutAnother(before: string, phrase: string, after: string, scope: SilenceScope): boolean {
  if (scope.names.length === 0) return false;
  const things: string[] = [];
  if (!/^(?:ignore|expected)/i.test(phrase)) things.push(...(THING_AFTER.exec(after)?.slice(1) ?? []));
  if (/^(?:can|expected)/i.test(phrase)) things.push(...(THING_BEFORE.exec(before)?.slice(1) ?? []));
  return things.some((thing) => !isOwn(thing.split(END)[0] ?? '', scope));
}

function isOwn(thing: string, { names, reason, otherWords }: SilenceScope): boolean {
  const parts = names.flatMap(({ namespace, name }) => [namespace, name, ...name.split('-')]);
  const own = new Set([...parts.map((part) => part.toLowerCase()), ...tellingWords(otherWords)]);
  const words = wordsOf(thing.replaceAll('/', ' '));
  if (words.length === 0) return true;
  // It names one of several: the others are not meant.
  const named = new Set(words.filter((word) => names.some(({ name }) => name === word)));
  const all = new Set(names.map(({ name }) => name));
  if (named.size > 0 && named.size < all.size) return false;
  return words.every(
    (word) =>
      own.has(word) ||
      FILLER.has(word) ||
      tellingWords(word).some((telling) => own.has(telling)) ||
      (reason !== undefined &&
        (isReason(word, reason) ||
          KINDS.some(
            ([kind, reasons]) => kind.test(word) && reasons.some((candidate) => isReason(reason, candidate)),
          ))),
  );
}
