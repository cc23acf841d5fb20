import type { ChannelRule, ContactRule } from '../domain/definitions.ts';
import type { Environment, Severity } from '../domain/severity.ts';
import { bothLimits, environmentsAbove, environmentsIn } from './environments.ts';
import { plainText, sentencesOf, type Block, type Sentence } from './markdown-outline.ts';
import { isHistory, tierAbove } from './read-tiers.ts';
import type { Reading } from './reading.ts';
import { readNamedEntry } from './service-names.ts';
import { severitiesIn, subjectOf } from './subject.ts';
import type { ServiceName } from './target.ts';

/** `#critical-alerts`; not `#123`, which is a pull request. */
const CHANNEL = /(?<![\w#&/])#(?=[\w-]*[a-z])([a-z0-9][\w-]{0,79})/g;
/** `@team`; not the domain of an address and not the digest of an image. */
const CONTACT = /(?<![\w.@/])@(?!sha256\b)([A-Za-z][\w.-]{0,79}\w)/g;

/** What was so once, or is a ticket. */
const FORMERLY =
  /\b(?:used\s+to|formerly|previously|no\s+longer|until\s+last|was\s+(?:sent|told|posted)|deprecated)\b/i;
/** In one sentence. */
const MAX_MENTIONS = 40;

/** Channels per SEV or service. */
export function readChannels(
  file: string,
  blocks: readonly Block[],
  listed: readonly ServiceName[],
): Reading<ChannelRule> {
  const { found, unread } = readRoutes(blocks, listed, CHANNEL, 'channel');
  return { found: found.map(({ mention, ...rule }) => ({ file, ...rule, channel: `#${mention}` })), unread };
}

/** Contacts per SEV or service. */
export function readContacts(
  file: string,
  blocks: readonly Block[],
  listed: readonly ServiceName[],
): Reading<ContactRule> {
  const { found, unread } = readRoutes(blocks, listed, CONTACT, 'contact');
  return { found: found.map(({ mention, ...rule }) => ({ file, ...rule, contact: `@${mention}` })), unread };
}

interface Route {
  readonly line: number;
  readonly text: string;
  readonly mention: string;
  readonly severity: Severity | undefined;
  readonly name: ServiceName | undefined;
  readonly environments?: readonly Environment[];
}

function readRoutes(
  blocks: readonly Block[],
  listed: readonly ServiceName[],
  pattern: RegExp,
  what: 'channel' | 'contact',
): Reading<Route> {
  const found: Route[] = [];
  const unread: Reading<Route>['unread'][number][] = [];
  let service: { names: readonly ServiceName[]; depth: number } | undefined;
  for (const block of blocks) {
    // An indented paragraph still belongs to its bullet.
    if (block.kind !== 'bullet' && !/^\s/.test(block.text)) service = undefined;
    if (block.kind === 'heading' || isHistory(block)) continue;
    if (block.kind === 'bullet' && (service === undefined || block.depth <= service.depth)) {
      const entry = readNamedEntry(block.text);
      const isService =
        entry !== undefined &&
        (tierAbove(block) !== undefined ||
          isRouteSection(block, what) ||
          entry.names.every((name) => listed.some((other) => other.name === name.name)));
      service = isService ? { names: entry.names, depth: block.depth } : undefined;
    }
    for (const sentence of sentencesOf(block)) {
      for (const { mention, part, denied } of mentionsIn(sentence, pattern)) {
        const warn = (code: string, message: string): void => void unread.push({ line: sentence.line, code, message });
        if (denied) {
          warn(
            `${what}-unread`,
            `"${mention}" is not taken as a ${what}: a negation stands before it, or it tells what once was`,
          );
          continue;
        }
        const subject = subjectOf(block, plainText(sentence.text), part, listed);
        const names = service?.names ?? subject.names;
        if (names.length === 0 && subject.severities.length === 0) {
          if (isRouteSection(block, what))
            warn(`${what}-without-subject`, `${mention} stands next to no SEV and no service; say what goes there`);
          continue;
        }
        const severities = nonEmpty(severitiesIn(part)) ??
          (service === undefined ? nonEmpty(subject.severities) : undefined) ?? [undefined];
        const own = environmentsIn(part, names).environments;
        const above = environmentsAbove(block.headings, blocks, names).environments;
        // Words that cannot be compared limit no route: told in a place too many is better than in none.
        const environments = bothLimits(own === 'unclear' ? undefined : own, above === 'unclear' ? undefined : above);
        const base = {
          line: sentence.line,
          text: sentence.text,
          mention,
          ...(environments !== undefined && environments !== 'unclear' && { environments }),
        };
        for (const severity of severities) {
          for (const name of nonEmpty(names) ?? [undefined]) found.push({ ...base, severity, name });
        }
      }
    }
  }
  return { found, unread };
}

/** Each mention with the words that belong to it: those before it, or, where the first mention opens the sentence, those behind it. */
function mentionsIn(
  sentence: Sentence,
  pattern: RegExp,
): readonly { mention: string; part: string; denied: boolean }[] {
  const text = plainText(sentence.text);
  const matches = [...text.matchAll(pattern)].slice(0, MAX_MENTIONS);
  const first = matches[0];
  if (first === undefined) return [];
  const opens = severitiesIn(text.slice(0, first.index)).length === 0 && severitiesIn(text).length > 0;
  let last = '';
  return matches.map((match, index) => {
    const end = match.index + match[0].length;
    const from = index === 0 ? 0 : (matches[index - 1]?.index ?? 0) + (matches[index - 1]?.[0].length ?? 0);
    const own = opens ? text.slice(match.index, matches[index + 1]?.index ?? text.length) : text.slice(from, end);
    // `SEV-1: #critical and #payments`: the second shares the subject of the first.
    last = severitiesIn(own).length > 0 || last === '' ? own : `${last} ${own}`;
    const words =
      text
        .slice(0, match.index)
        .split(/[.;:,!?|\n]/)
        .at(-1)
        ?.trim()
        .split(/\s+/)
        .slice(-3) ?? [];
    return {
      mention: match[1] ?? '',
      part: last,
      denied:
        words.some((word) =>
          /^(?:not|never|no|nor|without|see|issues?|pr|prs|tickets?|bugs?|\w+n['’]t)$/i.test(word),
        ) || FORMERLY.test(text),
    };
  });
}

function isRouteSection(block: Block, what: 'channel' | 'contact'): boolean {
  const title = what === 'channel' ? /\bchannels?\b|\brouting\b/i : /\bcontacts?\b|\bowners?\b|\bon-?call\b/i;
  return block.headings.some((heading) => title.test(heading.text));
}

function nonEmpty<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}
