import type { KnownIssue, TierEntry } from '../domain/definitions.ts';
import type { Block } from './markdown-outline.ts';
import { MAX_PASSAGE_CHARACTERS, plainText } from './markdown-outline.ts';
import type { Reading } from './reading.ts';
import { isHistory } from './read-tiers.ts';
import { readLimitsUnder } from './read-window.ts';
import { namesIn, readNamedEntry, tellingWords } from './service-names.ts';
import { silencePhrasesIn } from './silence-phrase.ts';
import { namesEnvironment } from './silence-scope.ts';
import type { ServiceName } from './target.ts';

const SECTION =
  /\bknown[\s-]+(?:issues?|problems?|quirks?|limitations?|behaviou?rs?|noise|exceptions?)\b|\bmaintenance\b|\bexpected[\s-]+(?:noise|behaviou?r|downtime|failures?)\b|\bfalse[\s-]+positives?\b|\b(?:do\s+not|don['’]t|never)[\s-]+(?:flag|alert|page|notify)\b/i;
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
    // One phrase that does not count makes the whole entry unsure.
    const inEnvironment = headings.find((heading) => namesEnvironment(heading, names));
    const doubtful = phrases.find((phrase) => phrase.void !== undefined);
    if (doubtful !== undefined) {
      const why = {
        negated: 'a negation stands before it',
        conditional: 'it depends on a condition',
        partial: 'it limits where or how, not whether',
        another:
          'it depends on a condition: what it is about is not the object that the entry names; write "reason: CrashLoop" for a kind of failure',
        qualified:
          'it holds in one environment only, which is for the agents; name the object with its namespace instead',
      };
      const at = line + text.slice(0, doubtful.index).split('\n').length - 1;
      warn(
        doubtful.void === 'qualified' ? 'silence-qualified' : 'silence-unread',
        `"${doubtful.text}" is not taken as "do not alert": ${why[doubtful.void ?? 'negated']}`,
        at,
      );
    }
    if (inEnvironment !== undefined && phrases.length > 0) {
      warn(
        'silence-qualified',
        `the heading "${inEnvironment}" limits it to one environment, which is for the agents, so the entry silences nothing by itself; name the object with its namespace instead`,
      );
    }
    if (limits.unread !== undefined && phrases.length > 0) {
      warn(
        'window-unread',
        `"${limits.unread}" cannot be read as a weekly window or a date, so the entry silences nothing; write "Sun 02:00-03:00 Europe/Berlin" or "until 2026-12-31"`,
      );
    }
    const silences =
      phrases.length > 0 && doubtful === undefined && inEnvironment === undefined && limits.unread === undefined;
    const words = tellingWords(text);
    for (const window of limits.windows.length === 0 ? [undefined] : limits.windows) {
      found.push({ file, line, text, names, words, window, untilMs: limits.untilMs, reason, silences });
    }
  }
  return { found, unread };
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
  const leading =
    entry.title === undefined ? readNamedEntry(entry.blocks[0]?.text ?? '') : readNamedEntry(entry.title.text);
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

function distinct(names: readonly ServiceName[]): readonly ServiceName[] {
  return [...new Map(names.map(({ namespace, name }) => [`${namespace}/${name}`, { namespace, name }])).values()];
}
