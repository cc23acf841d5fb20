import type { KnownIssue, TierEntry } from '../domain/definitions.ts';
import { bothLimits, environmentsAbove } from './environments.ts';
import type { Block } from './markdown-outline.ts';
import { MAX_PASSAGE_CHARACTERS, plainText, type Heading } from './markdown-outline.ts';
import type { Reading } from './reading.ts';
import { isHistory } from './read-tiers.ts';
import { readLimitsUnder } from './read-window.ts';
import { isOtherReason, meantReason, reasonOfChecks } from './reasons.ts';
import { namesIn, readNamedEntry, tellingWords } from './service-names.ts';
import { silencePhrasesIn, whereSilent } from './silence-phrase.ts';
import type { ServiceName } from './target.ts';

const SECTION =
  /\bknown[\s-]+(?:issues?|problems?|quirks?|limitations?|behaviou?rs?|noise|exceptions?)\b|\bmaintenance\b|\bexpected[\s-]+(?:noise|behaviou?r|downtime|failures?)\b|\bfalse[\s-]+positives?\b|\b(?:ignore[d]?|mute[d]?|silence[d]?)[\s-]+(?:list|alerts?|issues?|services?|noise)\b|\b(?:do\s+not|don['’]t|never)[\s-]+(?:flag|alert|page|notify)\b/i;
/** A rule about severities is for the escalation agent. */
const SEVERITY = /\bSEV[-\s]?\d/i;
const NOTHING = /^\W*(?:none|nothing|n\/a|no known issues?)\b[^.]*\.?\s*$/i;

/**
 * Known issues: one entry for each sub-heading or bullet under a heading that says so.
 *
 * @param tiers the listed services, through whose texts an entry may name its object in words
 * @param zone IANA zone of windows that name none
 */
export function readKnownIssues(
  file: string,
  blocks: readonly Block[],
  tiers: readonly TierEntry[],
  zone: string,
): Reading<KnownIssue> {
  const found: KnownIssue[] = [];
  const unread: Reading<KnownIssue>['unread'][number][] = [];
  const services = tiers.map((tier) => ({
    tier,
    words: new Set(tellingWords(`${tier.name.replaceAll('-', ' ')} ${tier.text}`)),
  }));
  for (const entry of entriesIn(blocks)) {
    const text = [...(entry.title === undefined ? [] : [entry.title]), ...entry.blocks]
      .map((block) => block.text)
      .join('\n');
    const line = (entry.title ?? entry.blocks[0])?.line ?? 1;
    const warn = (code: string, message: string, at = line): void => void unread.push({ line: at, code, message });
    if (text.length > MAX_PASSAGE_CHARACTERS) {
      warn(
        'passage-too-long',
        `a known issue of more than ${MAX_PASSAGE_CHARACTERS} characters is not read; divide it`,
      );
      continue;
    }
    if (NOTHING.test(plainText(text))) continue;

    const reason = /\breason:\s*[`*]*([A-Za-z][\w:-]*)/i.exec(text)?.[1];
    const { names, otherWords } = namesOf(entry, text, services);
    const phrases = silencePhrasesIn(text, { names, reason, otherWords });
    // An agent's own file tells the agent what to do; only what it says not to tell concerns code.
    if (phrases.length === 0 && file !== 'CLAUDE.md') continue;
    const above = (entry.title ?? entry.blocks[0])?.headings ?? [];
    const headings = above.map((heading) => plainText(heading.text));
    const limits = readLimitsUnder(headings, plainText(text), zone);
    const where = environmentsAbove(
      entry.title === undefined ? above : [...above, asHeading(entry.title)],
      blocks,
      names,
    );
    const environments = bothLimits(whereSilent(text, phrases, names), where.environments);
    // One phrase that does not count makes the whole entry unsure.
    const doubtful = phrases.find((phrase) => phrase.void !== undefined);
    if (doubtful !== undefined) {
      const why = {
        negated: 'a negation stands before it',
        conditional: 'it depends on a condition',
        partial: 'it limits where or how, not whether',
        long: 'it stands in a sentence or an entry too long to be sure of; divide it',
        another:
          'it depends on a condition: what it is about is not the object that the entry names; write "reason: CrashLoop" for a kind of failure',
        qualified:
          'it names an environment or a place in a way that code cannot compare; write "in staging", "outside production", or name the object with its namespace',
      };
      const at = line + text.slice(0, doubtful.index).split('\n').length - 1;
      warn(
        doubtful.void === 'qualified' ? 'silence-qualified' : 'silence-unread',
        `"${doubtful.text}" is not taken as "do not alert": ${why[doubtful.void ?? 'negated']}`,
        at,
      );
    }
    if (environments === 'unclear' && where.environments !== 'unclear' && phrases.length > 0) {
      warn(
        'silence-qualified',
        'its sentences name different environments, so the entry silences nothing by itself; make one entry for each',
      );
    } else if (where.environments === 'unclear' && phrases.length > 0) {
      warn(
        'silence-qualified',
        `the heading "${where.heading}" names an environment in a way that code cannot compare, so the entry silences nothing by itself; write "Known issues in staging", or name the object with its namespace`,
      );
    } else if (environments !== undefined && environments.length === 0) {
      warn(
        'silence-qualified',
        `the heading "${where.heading}" and the entry name different environments, so it holds in none`,
      );
    }
    if (limits.unread !== undefined && phrases.length > 0) {
      warn(
        'window-unread',
        `"${limits.unread}" cannot be read as a weekly window or a date, so the entry silences nothing; write "Sun 02:00-03:00 Europe/Berlin" or "until 2026-12-31"`,
      );
    }
    if (reason !== undefined && phrases.length > 0 && reasonOfChecks(reason) === undefined && !isOtherReason(reason)) {
      warn(
        'unknown-reason',
        `no check gives the reason "${reason.slice(0, 40)}", so the entry silences at most what an agent calls so; write one of docs/checks.md, or "because" before words of your own${meantReason(reason)}`,
      );
    }
    const unreadName = phrases.length > 0 && names.length === 0 ? unreadNameOf(entry) : undefined;
    if (unreadName !== undefined) warn('name-unread', unreadName);
    const silences =
      phrases.length > 0 &&
      doubtful === undefined &&
      environments !== 'unclear' &&
      limits.unread === undefined &&
      unreadName === undefined;
    const words = tellingWords(text);
    for (const window of limits.windows.length === 0 ? [undefined] : limits.windows) {
      found.push({
        file,
        line,
        text,
        names,
        words,
        window,
        untilMs: limits.untilMs,
        reason,
        ...(environments !== undefined && environments !== 'unclear' && { environments }),
        silences,
      });
    }
  }
  if (file === 'CLAUDE.md') unread.push(...outsideOfSections(blocks, services));
  return { found, unread };
}

/** What would silence under a heading of known issues, and does not where it stands. */
function outsideOfSections(blocks: readonly Block[], services: readonly Service[]): Reading<KnownIssue>['unread'] {
  const listed = services.map(({ tier: { namespace, name } }) => ({ namespace, name }));
  return blocks.flatMap((block) => {
    if (block.kind !== 'bullet' || isHistory(block) || SEVERITY.test(block.text)) return [];
    if (block.headings.some((heading) => SECTION.test(plainText(heading.text)))) return [];
    const names = [...(readNamedEntry(block.text)?.names ?? []), ...namesIn(block.text, listed)];
    const phrase =
      names.length === 0 ? undefined : silencePhrasesIn(block.text, { names, reason: undefined, otherWords: '' })[0];
    if (phrase === undefined || phrase.void !== undefined) return [];
    const message = `"${phrase.text}" stands under no heading of known issues, so it silences nothing by itself; move it under "## Known issues"`;
    return [{ line: block.line, code: 'silence-outside-section', message }];
  });
}

function asHeading(title: Block): Heading {
  return { line: title.line, level: title.depth, text: title.text };
}

interface Service {
  readonly tier: TierEntry;
  readonly words: ReadonlySet<string>;
}

interface Entry {
  /** The sub-heading, where the entry has one. */
  readonly title: Block | undefined;
  readonly blocks: Block[];
}

function entriesIn(blocks: readonly Block[]): readonly Entry[] {
  const entries: Entry[] = [];
  let current: { entry: Entry; depth: number } | undefined;
  for (const block of blocks) {
    const section = block.headings.find((heading) => SECTION.test(plainText(heading.text)));
    if (section === undefined || isHistory(block)) {
      current = undefined;
    } else if (block.kind === 'heading') {
      const isSub = block.headings.at(-1) === section;
      if (isSub) entries.push({ title: block, blocks: [] });
      // Headings below a sub-heading belong to its entry.
      else entries.at(-1)?.blocks.push(block);
      current = undefined;
    } else if (block.headings.at(-1) !== section) {
      entries.at(-1)?.blocks.push(block);
    } else if (block.kind === 'row') {
      // A row that tells what not to tell is an entry; others (and the header) are a table for readers.
      if (block.isHeader !== true && silencePhrasesIn(block.text).length > 0)
        entries.push({ title: undefined, blocks: [block] });
      current = undefined;
    } else if (block.kind === 'bullet' && (current === undefined || block.depth <= current.depth)) {
      current = { entry: { title: undefined, blocks: [block] }, depth: block.depth };
      entries.push(current.entry);
    } else if (block.kind === 'bullet') {
      current?.entry.blocks.push(block);
    } else {
      // A paragraph between bullets introduces, it is no entry; an indented one continues its bullet.
      if (/^\s/.test(block.text)) current?.entry.blocks.push(block);
      else current = undefined;
    }
  }
  return entries.filter((entry) => entry.blocks.length > 0 || entry.title !== undefined);
}

/** Named outright, or by a word that stands in the text of exactly one listed service. */
function namesOf(
  entry: Entry,
  text: string,
  services: readonly Service[],
): { readonly names: readonly ServiceName[]; readonly otherWords: string } {
  const leading = readNamedEntry(entry.title?.text ?? firstCellOf(entry.blocks[0]));
  const listed = services.map(({ tier: { namespace, name } }) => ({ namespace, name }));
  const outright = [...(leading?.names ?? []), ...namesIn(text, listed)];
  if (outright.length > 0) return { names: distinct(outright), otherWords: '' };
  const meant = tellingWords(text).flatMap((word) => {
    const having = services.filter((service) => service.words.has(word));
    return having.length === 1 ? having.map(({ tier }) => tier) : [];
  });
  const names = distinct(meant);
  // Words that point to two services point to neither.
  return names.length === 1 ? { names, otherWords: meant[0]?.text ?? '' } : { names: [], otherWords: '' };
}

/** What stands where an entry's name does, is meant as one, and cannot be compared with any. */
function unreadNameOf(entry: Entry): string | undefined {
  const written = (entry.title?.text ?? firstCellOf(entry.blocks[0])).trim();
  const head =
    /^(?:\*\*)?`?([A-Za-z0-9][\w.-]*(?:\/?[\w.*?-]+)?)`?(?:\*\*)?\s*(?::|[-–—]\s|$)/.exec(written)?.[1] ?? '';
  if (/[*?]/.test(head)) {
    return `"${head}" is a pattern, and only names are read, so the entry silences nothing; for everything in a namespace write its name alone, such as "shop"`;
  }
  const isCapital = head !== head.toLowerCase() && /[/-]/.test(head);
  return isCapital && readNamedEntry(head.toLowerCase()) !== undefined
    ? `"${head}" has capitals, which no name in a cluster has, so the entry silences nothing; write "${head.toLowerCase()}"`
    : undefined;
}

/** Of a row the first cell; of anything else the whole. */
function firstCellOf(block: Block | undefined): string {
  if (block?.kind !== 'row') return block?.text ?? '';
  return block.text.split('|').find((cell) => cell.trim() !== '') ?? '';
}

function distinct(names: readonly ServiceName[]): readonly ServiceName[] {
  return [...new Map(names.map(({ namespace, name }) => [`${namespace}/${name}`, { namespace, name }])).values()];
}
