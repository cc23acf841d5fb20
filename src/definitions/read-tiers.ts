import { TIERS, type Tier } from '../domain/severity.ts';
import type { TierEntry } from '../domain/definitions.ts';
import type { Block, Heading } from './markdown-outline.ts';
import { readNamedEntry } from './service-names.ts';
import type { Reading } from './reading.ts';

/** Services by tier: the bullets under any heading with `P0`…`P3`. */
export function readTiers(file: string, blocks: readonly Block[]): Reading<TierEntry> {
  const found: TierEntry[] = [];
  const unread: Reading<TierEntry>['unread'][number][] = [];
  let lastEntryDepth: number | undefined;
  for (const block of blocks) {
    const tier = tierAbove(block);
    if (block.kind === 'heading') lastEntryDepth = undefined;
    if (block.kind !== 'bullet' || tier === undefined) continue;
    // What is indented under a service is about that service.
    if (lastEntryDepth !== undefined && block.depth > lastEntryDepth) continue;
    const entry = readNamedEntry(block.text);
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
    for (const name of entry.names) found.push({ file, line: block.line, text: block.text, tier, ...name });
  }
  return { found, unread };
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
