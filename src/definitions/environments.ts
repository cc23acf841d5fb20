import { ENVIRONMENTS, type Environment } from '../domain/severity.ts';
import type { Block, Heading } from './markdown-outline.ts';
import { plainText } from './markdown-outline.ts';
import type { ServiceName } from './target.ts';

/** Where a text says that it holds. */
export interface EnvironmentLimit {
  /** `undefined`: everywhere. `unclear`: it names an environment in a way that cannot be compared, so it must take nothing away. */
  readonly environments: readonly Environment[] | 'unclear' | undefined;
  /** The text without the words that say where. */
  readonly rest: string;
}

const WORD = String.raw`(?:non-?prod(?:uction)?|staging|stage|development|dev|production|prod|test(?:ing)?)`;
const NOUN = String.raw`(?:\s+(?:environments?|envs?|clusters?|namespaces?|systems?))`;
const LIST = String.raw`${WORD}${NOUN}?(?:\s*(?:,\s*(?:and|or)\b|,|\/|&|\band\b|\bor\b)\s*(?:in\s+)?(?:the\s+)?${WORD}(?![\w/-]))*`;
/** Behind the name of an environment something else is said; `in production deploys` is about deploys. */
const END = String.raw`(?=\s*(?:$|[.,;:!?()[\]–—|]|-\s)|\s+(?:do|don['’]t|never|no|this|it|they|can|may|is|are|only|during|until|till|while|when|whenever|every|each|daily|nightly|weekly|between|because|since|as|by|at|on|from|for|alerts?|please|an?|the|we|you|all|both|these|those|its|their|wait|tell|page|ignore|services?|pods?|restarts?|crash(?:es)?|failures?|everything|nothing|nobody|P[0-3]|SEV[-\s]?\d|[\w-]+\/[\w-]+)(?![\w-]))`;
const PLACES = [
  String.raw`(?:in|on|for|within|across|from|about|of)\s+(?:(?:the|our|all|any|every|your)\s+)*(${LIST})${NOUN}?(?:\s+only)?${END}`,
  String.raw`(outside)(?:\s+of)?\s+(?:the\s+)?prod(?:uction)?${NOUN}?${END}`,
  String.raw`(${LIST})${NOUN}(?:\s+only)?${END}`,
  String.raw`(${LIST})\s+only${END}`,
  String.raw`(?<=^\W*)(${LIST})(?=\s*[:)–—])`,
  String.raw`(?<=\(\s*)(${LIST})(?=\s*\))`,
].join('|');
/** Longer than any sentence that is meant to be a rule. */
const MAX_CLAUSE_CHARACTERS = 1_000;
const PLACE = new RegExp(String.raw`(?<![\w./#@-])(?:${PLACES})`, 'gi');
const EACH_WORD = new RegExp(`outside|${WORD}`, 'g');
const ALONE = new RegExp(String.raw`^\W*(${LIST})${NOUN}?\W*$`, 'i');
/** Cheap to look for; most clauses name none and need no more. */
const ANY = /prod|stag|dev|test|qa|uat|sandbox|demo|region|zone|cluster|cent|env|account/i;
/** Words that are an environment wherever they stand alone; within a name (`staging-db`, `staging/web`) they are none. */
const ENVIRONMENT =
  /(?<![\w./#@-])(?:non-?prod(?:uction)?|pre-?prod(?:uction)?|staging|development|dev|production|prod|qa|uat)(?![\w/-]|\.\w)/gi;
/** `test` is an ordinary word too: a load test restarts many a service. */
const TEST_ENVIRONMENT =
  /(?<![\w./-])(?:(?:in|on|for|from|only)\s+(?:the\s+|our\s+)?(?:test(?:ing)?|sandbox|demo|stage)(?=\s*(?:[.,;:!?()]|$)|\s+(?:and|or|only)\b)|test(?:ing)?\s+(?:environments?|clusters?|namespaces?)\b)/i;
/** Somewhere else than "in this cluster", which is the only one that we see. */
const ELSEWHERE =
  /\b(?:in|on|for|from)\s+(?:the\s+|our\s+)?(?!(?:this|the|our|whole|entire|every|each|any|all|same|a|an|which|that|kubernetes|k8s)\s)[\w-]+\s+(?:regions?|zones?|clusters?|data\s?cent(?:er|re)s?|environments?|envs?|accounts?)\b/i;

/**
 * In which environments a clause holds: `do not alert in staging`, `outside production`, `dev and test only`.
 *
 * @param names what the clause is about; a service called `staging` is no environment
 */
export function environmentsIn(clause: string, names: readonly ServiceName[]): EnvironmentLimit {
  if (!ANY.test(clause)) return { environments: undefined, rest: clause };
  if (clause.length > MAX_CLAUSE_CHARACTERS) {
    return { environments: clause.search(ENVIRONMENT) === -1 ? undefined : 'unclear', rest: clause };
  }
  const own = new Set(names.filter(({ namespace }) => namespace === '').map(({ name }) => name));
  const found = new Set<Environment>();
  const lists = new Set<string>();
  let isUnclear = false;
  const rest = clause.replace(PLACE, (whole: string, ...groups: unknown[]) => {
    const list = groups.slice(0, -2).find((group) => typeof group === 'string') ?? '';
    const offset = Number(groups.at(-2));
    const words = String(list).toLowerCase().match(EACH_WORD) ?? [];
    if (words.some((word) => own.has(word))) return whole;
    // `not in production`, `except for staging`: what is left is for a reader to work out.
    if (
      /(?:\b(?:not|never|except|unless|but|than|without)|n['’]t)\s*$/i.test(
        clause.slice(Math.max(0, offset - 20), offset),
      )
    )
      isUnclear = true;
    const meant = words.flatMap(meaningOf);
    for (const environment of meant) found.add(environment);
    lists.add([...new Set(meant)].toSorted().join());
    return ' '.repeat(whole.length);
  });
  const left = [...rest.matchAll(ENVIRONMENT)].some(([word]) => !own.has(word.toLowerCase()));
  // `In production page at once, in staging do not alert`: which of the two goes with what is not worked out.
  if (lists.size > 1) isUnclear = true;
  if (isUnclear || left || (TEST_ENVIRONMENT.test(rest) && !own.has('test')) || ELSEWHERE.test(rest))
    return { environments: 'unclear', rest };
  return { environments: found.size === 0 ? undefined : ENVIRONMENTS.filter((one) => found.has(one)), rest };
}

/** `unknown` is in none of them: it may well be production that nobody has labelled. */
function meaningOf(word: string): readonly Environment[] {
  if (word === 'outside' || word.startsWith('non')) return ['staging', 'development', 'test'];
  if (word.startsWith('prod')) return ['production'];
  if (word.startsWith('dev')) return ['development'];
  return word.startsWith('sta') ? ['staging'] : ['test'];
}

/** What holds where both hold; with an empty list nothing does. */
export function bothLimits(
  one: EnvironmentLimit['environments'],
  other: EnvironmentLimit['environments'],
): EnvironmentLimit['environments'] {
  if (one === 'unclear' || other === 'unclear') return 'unclear';
  if (one === undefined || other === undefined) return one ?? other;
  return one.filter((environment) => other.includes(environment));
}

/**
 * In which environments the headings above a block let it hold, and the heading that says so.
 *
 * @param blocks the whole file: its title (`# Production cluster guide`) says which cluster this is and limits nothing
 */
export function environmentsAbove(
  headings: readonly Heading[],
  blocks: readonly Block[],
  names: readonly ServiceName[],
): { readonly environments: EnvironmentLimit['environments']; readonly heading: string | undefined } {
  const title = titleOf(blocks);
  let environments: EnvironmentLimit['environments'];
  let said: string | undefined;
  for (const heading of headings) {
    if (heading.line === title) continue;
    const text = plainText(heading.text);
    const whole = ALONE.test(text);
    let own = environmentsIn(whole ? `in ${text}` : text, names).environments;
    if (own === 'unclear') own = attributeIn(text) ?? own;
    if (own === undefined) continue;
    said = text;
    environments = bothLimits(environments, own);
  }
  return { environments, heading: said };
}

/** `Production database backup`: one environment before a noun, and nothing that could turn it round. */
function attributeIn(title: string): readonly Environment[] | undefined {
  if (/\b(?:not|non|no|never|except|unless|outside|but|than|without|from|to|vs|pre|qa|uat)\b|n['’]t\b/i.test(title))
    return undefined;
  const words = [...title.matchAll(ENVIRONMENT)].map(([word]) => word.toLowerCase());
  if (ELSEWHERE.test(title) || TEST_ENVIRONMENT.test(title)) return undefined;
  return words.length === 1 && /^(?:prod|staging|dev)/.test(words[0] ?? '') ? meaningOf(words[0] ?? '') : undefined;
}

const titles = new WeakMap<readonly Block[], { readonly line: number | undefined }>();

/** The line of the only heading of the first level, where it opens the file and is no section of rules itself. */
function titleOf(blocks: readonly Block[]): number | undefined {
  const known = titles.get(blocks) ?? { line: findTitle(blocks) };
  titles.set(blocks, known);
  return known.line;
}

function findTitle(blocks: readonly Block[]): number | undefined {
  const headings = blocks.filter(({ kind }) => kind === 'heading');
  const [first, second] = headings;
  if (first === undefined || first.depth !== 1 || second === undefined) return undefined;
  if (headings.filter(({ depth }) => depth === 1).length > 1) return undefined;
  return /\bknown\b|\bmaintenance\b|\bexpected\b|\b(?:flag|alert|page|notify|ignore)\b|\brules?\b/i.test(first.text)
    ? undefined
    : first.line;
}
