import { plainText } from './markdown-outline.ts';
import type { ServiceName } from './target.ts';

const LABEL = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?';
const NAME = String.raw`(?:(${LABEL})\/)?(${LABEL})`;
const WHOLE_NAME = new RegExp(`^${NAME}$`);
const QUALIFIED = new RegExp(String.raw`(?<![\w./-])(${LABEL})\/(${LABEL})(?![\w/]|-\w|\.\w)`, 'g');
/** Kinds before a slash name no namespace: `deployment/api`. */
const KINDS = new Set(
  'deployment deploy deployments statefulset statefulsets sts daemonset daemonsets ds replicaset rs pod pods po service services svc job jobs cronjob cronjobs cj node nodes ingress ing pvc namespace ns'.split(
    ' ',
  ),
);
/** English that only looks like `[namespace/]name`. */
const PROSE = new Set(
  'and/or either/or he/she his/her i/o n/a on/off up/down yes/no read/write input/output tcp/ip client/server start/stop true/false cpu/memory memory/cpu request/response requests/limits pass/fail everything anything everyone anybody nothing all others'.split(
    ' ',
  ),
);

export interface NamedEntry {
  readonly names: readonly ServiceName[];
  /** What stands behind the names. */
  readonly text: string;
}

/**
 * `- [namespace/]name[: text]`, bold and code marks allowed; several names before the colon are separated by commas.
 *
 * @param bullet without its marker
 */
export function readNamedEntry(bullet: string): NamedEntry | undefined {
  const plain = plainText(bullet).trim();
  const separator = /:(?=\s|$)|\s+[-–—→](?=\s)|\s+\((?=.)|(?=\n)/.exec(plain);
  const head = (separator === null ? plain : plain.slice(0, separator.index)).trim();
  const names = head.split(/\s*,\s*/).map(parseName);
  if (!names.every((name) => name !== undefined)) return undefined;
  return { names, text: separator === null ? '' : plain.slice(separator.index + separator[0].length).trim() };
}

function parseName(text: string): ServiceName | undefined {
  const match = WHOLE_NAME.exec(text);
  if (match === null || PROSE.has(text)) return undefined;
  const namespace = match[1] ?? '';
  return { namespace: KINDS.has(namespace) ? '' : namespace, name: match[2] ?? '' };
}

/**
 * The services that running text names: each `namespace/name`, each name that is listed already, and each dashed name in code marks.
 */
export function namesIn(text: string, listed: readonly ServiceName[]): readonly ServiceName[] {
  const found = new Map<string, ServiceName>();
  const add = (name: ServiceName): void => void found.set(`${name.namespace}/${name.name}`, name);
  for (const match of text.matchAll(/`([^`\n]+)`/g)) {
    const name = parseName((match[1] ?? '').trim());
    if (name !== undefined && (name.namespace !== '' || name.name.includes('-'))) add(name);
  }
  const plain = plainText(text);
  for (const [whole] of plain.matchAll(QUALIFIED)) {
    const name = /^\d+\/\d+$/.test(whole) ? undefined : parseName(whole);
    if (name !== undefined) add(name);
  }
  const words = new Set(wordsOf(plain.replace(QUALIFIED, ' ')));
  for (const entry of listed) {
    if (words.has(entry.name) && ![...found.values()].some((name) => name.name === entry.name)) add(entry);
  }
  return [...found.values()];
}

/** Names and words as they stand, lower case; a dashed name is one word. */
export function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[a-z0-9](?:[-a-z0-9]*[a-z0-9])?/g) ?? [];
}

/** Words that stand in every second rule and connect nothing. */
const COMMON = new Set(
  (
    'about above after again alert alerts alerting always because before behavior behaviour being below between cluster container containers could daily database-backup ' +
    'deploy deployed deployment deployments during error errors every expected failed failing fails failure false fired flag flagged friday hours ignore ignored ' +
    'incident issue issues known kubernetes later limit maintenance message messages might minute minutes monday month namespace never night nightly normal notify number ' +
    'often other people please problem production reason restart restarted restarting restarts running safely saturday seconds server service services should since slack ' +
    'started starts status still sunday their there these thing third those thursday times today tuesday under unless until usually wednesday weekly weeks where which while ' +
    'window without workload would level severity until europe berlin america london hourly can-be page paged staging normally takes there this-is'
  ).split(' '),
);

/** Words of five or more letters that may connect a rule with an object; singular and plural are one. */
export function tellingWords(text: string): readonly string[] {
  const words =
    plainText(text)
      .toLowerCase()
      .match(/[a-z]{5,}/g) ?? [];
  return [...new Set(words.filter((word) => !COMMON.has(word)).map(singular))];
}

function singular(word: string): string {
  return word.length > 5 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
}
