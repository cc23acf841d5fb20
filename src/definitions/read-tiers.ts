import { TIERS, type Tier } from '../domain/severity.ts';
import type { TierEntry } from '../domain/definitions.ts';
import { plainText, type Block, type Heading } from './markdown-outline.ts';
import { readNamedEntry } from './service-names.ts';
import type { Reading } from './reading.ts';
import type { ServiceName } from './target.ts';

/** Services by tier: the bullets under any heading with `P0`…`P3`. */
export function readTiers(file: string, blocks: readonly Block[]): Reading<TierEntry> {
  const found: TierEntry[] = [];
  const unread: Reading<TierEntry>['unread'][number][] = [];
  let lastEntryDepth: number | undefined;
  const add = (block: Block, tier: Tier, names: readonly ServiceName[], text: string): void => {
    for (const name of names) {
      const namespace = name.namespace === '' && names.length === 1 ? namespaceIn(text) : name.namespace;
      found.push({ file, line: block.line, text: block.text, tier, namespace, name: name.name });
    }
  };
  for (const block of blocks) {
    const tier = tierAbove(block);
    if (block.kind === 'heading') lastEntryDepth = undefined;
    if (block.kind === 'row') {
      const row = readRow(block, tier);
      if (row !== undefined) add(block, row.tier, row.names, block.text);
      continue;
    }
    if (tier !== undefined && block.kind === 'paragraph' && isUnmarkedEntry(block)) {
      unread.push({
        line: block.line,
        code: 'tier-entry-unread',
        message: `under ${tier} stands "${block.text.split('\n')[0]?.slice(0, 60) ?? ''}" without a bullet: write "- name: text"`,
      });
    }
    if (block.kind !== 'bullet') continue;
    // What is indented under a service is about that service.
    if (lastEntryDepth !== undefined && block.depth > lastEntryDepth) continue;
    const entry = readNamedEntry(block.text);
    const ownTier = entry === undefined || isHistory(block) ? undefined : tierBehind(entry.text);
    if (entry !== undefined && tier === undefined && ownTier !== undefined) {
      add(block, ownTier, entry.names, entry.text);
      continue;
    }
    if (tier === undefined) continue;
    if (entry === undefined) {
      lastEntryDepth = undefined;
      unread.push({
        line: block.line,
        code: 'tier-entry-unread',
        message: `under ${tier}, but it does not begin with [namespace/]name: write "- name: text"`,
      });
      continue;
    }
    lastEntryDepth = block.depth;
    add(block, tier, entry.names, entry.text);
  }
  return { found, unread };
}

/** `(namespace: databases)`. */
function namespaceIn(text: string): string {
  return (
    /\bnamespace:?\s+([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)(?![\w/-])/i.exec(plainText(text))?.[1]?.toLowerCase() ?? ''
  );
}

/** `- payments/api (P0): money`, `- web/site: P1, pages`: the first thing that is said of it. */
function tierBehind(text: string): Tier | undefined {
  const written = /^\(?(?:tier\s+)?(P[0-3])(?=\)|\s*(?:[,;]|\.(?:\s|$)|[-–—]\s|$)|\s+service)/i.exec(text)?.[1];
  return written === undefined ? undefined : tiersIn(written)[0];
}

/** A row of a table of services: under a tier, or with a cell that is one. Its first cell is the name. */
function readRow(
  row: Block,
  above: Tier | undefined,
): { readonly tier: Tier; readonly names: readonly ServiceName[] } | undefined {
  if (row.isHeader === true || isHistory(row)) return undefined;
  const cells = plainText(row.text)
    .split('|')
    .map((cell) => cell.trim());
  const tier = cells.map((cell) => /^P[0-3]$/i.exec(cell)?.[0]).find((cell) => cell !== undefined);
  const entry = readNamedEntry(cells.find((cell) => cell !== '') ?? '');
  const found = tier === undefined ? above : tiersIn(tier)[0];
  return entry === undefined || found === undefined ? undefined : { tier: found, names: entry.names };
}

/** A line that would be a service if it had a bullet. */
function isUnmarkedEntry(block: Block): boolean {
  const first = block.text.split('\n')[0] ?? '';
  return /^\S+:(?:\s|$)/.test(plainText(first)) && readNamedEntry(first) !== undefined;
}

/** The tier of the nearest heading that has one. */
export function tierAbove(block: Block): Tier | undefined {
  if (isHistory(block)) return undefined;
  for (const heading of block.headings.toReversed()) {
    const tier = leadingTier(heading.text);
    if (tier !== undefined && !/\bSEV-?\s?\d/i.test(heading.text)) return tier;
    if (/\bSEV-?\s?\d/i.test(heading.text)) return undefined;
  }
  return undefined;
}

/** The first that a heading names, the higher of a range: `P1: what P0 leans on` is P1, `P2-P3` is P2. */
function leadingTier(heading: string): Tier | undefined {
  const first = /(?<![\w-])P[0-3](?:\s*(?:[-–/]|to)\s*P?[0-3])?(?![\w.%])/i.exec(heading)?.[0];
  return first === undefined ? undefined : tiersIn(first)[0];
}

/** Highest first. `P2-P3`, `P2-3` and `P2/P3` are two. */
export function tiersIn(text: string): readonly Tier[] {
  const found = new Set<string>();
  for (const [, first = '', last] of text.matchAll(
    /(?<![\w-])P([0-3])(?:\s*(?:[-–/]|to)\s*P?([0-3])(?![\w.%]))?(?![\w.%])/gi,
  )) {
    for (let number = Number(first); number <= Number(last ?? first); number += 1) found.add(`P${number}`);
    if (last !== undefined) found.add(`P${last}`);
  }
  return TIERS.filter((tier) => found.has(tier));
}

/** A log of changes tells what was once true; a heading that begins with a date is a line of such a log. */
export function isHistory(block: Block): boolean {
  const own: readonly Heading[] =
    block.kind === 'heading' ? [{ line: block.line, level: block.depth, text: block.text }] : [];
  return [...block.headings, ...own].some(
    ({ text }) =>
      /\b(?:change\s*-?log|recent\s+changes|change\s+history|revision\s+history)\b/i.test(text) ||
      /^\W*\d{4}-\d{2}(?:-\d{2})?\b/.test(text),
  );
}
