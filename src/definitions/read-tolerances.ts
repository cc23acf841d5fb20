import type { Tolerance } from '../domain/definitions.ts';
import type { Tier } from '../domain/severity.ts';
import { bothLimits, environmentsAbove, environmentsIn } from './environments.ts';
import { plainText, sentencesOf, type Block } from './markdown-outline.ts';
import { isHistory, tierAbove, tiersIn } from './read-tiers.ts';
import type { Reading } from './reading.ts';
import { readNamedEntry } from './service-names.ts';
import { subjectOf } from './subject.ts';
import type { ServiceName } from './target.ts';

const NUMBER = String.raw`(?:\d+(?:\.\d+)?|an?|one|two|three|four|five|six|seven|eight|nine|ten|fifteen|twenty|thirty|zero)`;
const UNIT = String.raw`(?:s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)`;
const DURATION = String.raw`(${NUMBER})\+?(?:\s*(?:-|–|to)\s*\d+)?[\s-]*(${UNIT})(?![\w-])`;
const MORE = String.raw`(?:for\s+)?(?:>=?|≥|more\s+than|longer\s+than|over|at\s+least|exceeding)\s*`;
const FINE = String.raw`(?:is|are)\s+(?:ok|okay|fine|tolerated|acceptable|allowed)`;
const STATE = String.raw`(down|unavailable|unreachable|degraded|failing|unhealthy|not\s+ready|offline|broken|impaired|crashing|missing)`;

/** How tolerances are written. Group 1, where there is one, is the state it speaks of. */
const PHRASES = [
  new RegExp(
    String.raw`\b${STATE}\s+(?:${MORE}|for\s+(?:up\s+to\s+|at\s+most\s+)?|after\s+|(?=\d+\+))${DURATION}`,
    'gi',
  ),
  new RegExp(
    String.raw`\b()max(?:imum|\.)?\s+(?:tolerated\s+|allowed\s+|acceptable\s+|tolerable\s+)?(?:downtime|outage)\s*(?:[:=]|of|is)?\s*${DURATION}`,
    'gi',
  ),
  new RegExp(String.raw`\b()(?:downtime|outage)\s+(?:tolerance|limit|allowance)\s*(?:[:=]|of|is)?\s*${DURATION}`, 'gi'),
  new RegExp(
    String.raw`\b()(?:acceptable|allowed|tolerable|tolerated|permitted)\s+(?:downtime|outage)\s*(?:[:=]|of|is)?\s*(?:up\s+to\s+)?${DURATION}`,
    'gi',
  ),
  new RegExp(String.raw`\b()tolerance\s*(?:for\s+\S+\s+)?(?:[:=]|of|is)?\s*${DURATION}`, 'gi'),
  new RegExp(String.raw`\b()grace(?:\s+(?:period|time))?\s*(?:[:=]|of|is)\s*${DURATION}`, 'gi'),
  new RegExp(String.raw`()(?<![\w.])${DURATION}\s+(?:downtime\s+)?tolerance\b`, 'gi'),
  new RegExp(
    String.raw`\b()(?:downtime|outage)s?\s+(?:of\s+)?(?:less\s+than|under|below|up\s+to|shorter\s+than)\s+${DURATION}\s+${FINE}`,
    'gi',
  ),
  new RegExp(
    String.raw`\b()(?:only\s+(?:alert|page|notify|tell)(?:\s+(?:us|people|anyone|the\s+on-?call))?|(?:alert|page|notify|tell)\s+only)\s+after\s+${DURATION}`,
    'gi',
  ),
  new RegExp(
    String.raw`\b()(?:tolerates?|may\s+be\s+down(?:\s+for)?|can\s+be\s+down(?:\s+for)?)\s+(?:up\s+to\s+|at\s+most\s+|for\s+)*${DURATION}`,
    'gi',
  ),
  new RegExp(
    String.raw`\b()(?:wait|give\s+it|allow)\s+(?:at\s+least\s+)?${DURATION}\s+before\s+(?:alerting|paging|escalating|notifying|SEV)`,
    'gi',
  ),
  new RegExp(String.raw`()(?<![\w.])${DURATION}\s+(?:of\s+)?(?:downtime|outage)\s+${FINE}`, 'gi'),
];
const WORDS: Readonly<Record<string, number>> = {
  zero: 0,
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  fifteen: 15,
  twenty: 20,
  thirty: 30,
};
const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** `Not tolerated to be down for 5 minutes` says the contrary of a tolerance, wherever in the sentence. */
const INTOLERABLE =
  /(?:\b(?:not|never)|n['’]t)\s+(?:\w+\s+)?(?:tolera\w+|accept\w+|allowed|permitted|ok|okay|fine)\b|\b(?:un|in)(?:accept|toler)\w+/i;
/** What is tolerated for longer is no outage, or no tolerance. */
export const LONGEST_TOLERANCE_MS = 24 * 3_600_000;

/** How long a tier, a SEV or a service may be down before anybody is told. */
export function readTolerances(
  file: string,
  blocks: readonly Block[],
  listed: readonly ServiceName[],
): Reading<Tolerance> {
  const found: Tolerance[] = [];
  const unread: Reading<Tolerance>['unread'][number][] = [];
  let service: { names: readonly ServiceName[]; depth: number } | undefined;
  for (const block of blocks) {
    if (isHistory(block)) continue;
    // An indented paragraph still belongs to its bullet.
    if (block.kind !== 'bullet' && !/^\s/.test(block.text)) service = undefined;
    if (block.kind === 'bullet' && (service === undefined || block.depth <= service.depth)) {
      const entry = readNamedEntry(block.text);
      const isService =
        entry !== undefined && (tierAbove(block) !== undefined || entry.names.every((name) => isListed(name, listed)));
      service = isService ? { names: entry.names, depth: block.depth } : undefined;
    }
    for (const sentence of sentencesOf(block)) {
      let from = 0;
      const text = plainText(sentence.text);
      for (const match of matchesIn(text)) {
        const before = text.slice(from, match.index + match.text.length);
        from = match.index + match.text.length;
        const warn = (code: string, message: string): void => void unread.push({ line: sentence.line, code, message });
        if (isDenied(text, match)) {
          warn(
            'tolerance-unread',
            `"${match.text}" is not taken as a tolerance: a negation stands beside it, or it tells what once happened`,
          );
          continue;
        }
        if (match.durationMs > LONGEST_TOLERANCE_MS) {
          warn('tolerance-unread', `"${match.text}" is longer than a day; a tolerance is at most 24 hours`);
          continue;
        }
        const subject = subjectOf(block, text, before, listed);
        const names = service?.names ?? subject.names;
        const tiers: readonly (Tier | undefined)[] =
          names.length > 0 ? [] : (nonEmpty(tiersIn(before)) ?? nonEmpty(tiersIn(text)) ?? [tierAbove(block)]);
        const severity = subject.severities[0];
        if (names.length === 0 && severity === undefined && tiers.every((tier) => tier === undefined)) {
          warn(
            'tolerance-without-subject',
            `"${match.text}" stands next to no tier, SEV or service; say whose tolerance it is`,
          );
          continue;
        }
        const environments = bothLimits(
          environmentsIn(text, names).environments,
          environmentsAbove(block.headings, blocks, names).environments,
        );
        if (environments === 'unclear') {
          warn(
            'tolerance-unread',
            `"${match.text}" is not taken as a tolerance: an environment is named in a way that code cannot compare; write "in staging"`,
          );
          continue;
        }
        const base = {
          file,
          line: sentence.line,
          text: sentence.text,
          durationMs: match.durationMs,
          severity,
          ...(environments !== undefined && { environments }),
          ...(match.state === 'degraded' && { degradedOnly: true }),
        };
        for (const name of names) found.push({ ...base, tier: undefined, name });
        if (names.length > 0) continue;
        // Next to a tier a SEV only says which of two rules goes first; alone each SEV of `SEV-2 and SEV-3` has the tolerance.
        const ofSeverities = tiers.every((tier) => tier === undefined) ? subject.severities : [severity];
        for (const each of ofSeverities) {
          for (const tier of tiers) found.push({ ...base, severity: each, tier, name: undefined });
        }
      }
    }
  }
  return { found, unread };
}

/** The durations that stand in a text, in milliseconds. */
export function durationsIn(text: string): readonly number[] {
  return [...text.matchAll(new RegExp(String.raw`(?<![\w.:-])${DURATION}`, 'gi'))].map(([, amount = '', unit = '']) =>
    durationOf(amount, unit),
  );
}

interface Match {
  readonly index: number;
  readonly text: string;
  readonly state: string;
  readonly durationMs: number;
}

function matchesIn(text: string): readonly Match[] {
  const matches = PHRASES.flatMap((phrase) => [...text.matchAll(phrase)]).map((match) => ({
    index: match.index,
    text: match[0],
    state: (match[1] ?? '').toLowerCase(),
    durationMs: durationOf(match[2] ?? '', match[3] ?? ''),
  }));
  return matches
    .toSorted((left, right) => left.index - right.index)
    .filter(
      (match, index, all) =>
        index === 0 || match.index >= (all[index - 1]?.index ?? 0) + (all[index - 1]?.text.length ?? 0),
    );
}

function isDenied(text: string, match: Match): boolean {
  const before =
    text
      .slice(0, match.index)
      .split(/[.;:!?\n]/)
      .at(-1) ?? '';
  if (INTOLERABLE.test(text)) return true;
  const words = before.trim().split(/\s+/).slice(-3);
  // What once happened is no rule for tomorrow.
  if (/\b(?:was|were|went|had\s+been)(?:\s+\w+)?\s*$/i.test(before)) return true;
  if (
    /\b(?:yesterday|last\s+(?:week|month|night|year|time|sunday|monday|tuesday|wednesday|thursday|friday|saturday)|ago)\b/i.test(
      text,
    )
  )
    return true;
  return words.some((word) => /^(?:not|never|no|nor|without|cannot|\w+n['’]t)\W?$/i.test(word));
}

function durationOf(amount: string, unit: string): number {
  const number = WORDS[amount.toLowerCase()] ?? Number(amount);
  return number * (UNIT_MS[unit.charAt(0).toLowerCase()] ?? 0);
}

function isListed(name: ServiceName, listed: readonly ServiceName[]): boolean {
  return listed.some(
    (entry) =>
      entry.name === name.name &&
      (entry.namespace === name.namespace || name.namespace === '' || entry.namespace === ''),
  );
}

function nonEmpty<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}
