import type { Passage } from '../domain/definitions.ts';
import type { AssessedFinding, Hold } from '../domain/finding.ts';
import type { Incident } from '../domain/incident.ts';
import type { ReportedFinding } from '../domain/report.ts';
import type { Severity } from '../domain/severity.ts';
import { labelText, type Pair } from './marks.ts';
import { sortedWords, type Telling } from './telling.ts';

/** A rule that stands on one side only. */
export interface RuleChange {
  readonly side: 'was' | 'now';
  readonly what: string;
  /** `agents/CLAUDE.md:12`. */
  readonly place: string;
  readonly text: string;
}

/** The passages that speak about an incident, by what they decide. */
type Rules = Readonly<Record<'tier' | 'channel' | 'contacts', readonly Passage[]>>;

/** A rule that the edit adds about an incident, and that did not come to bear. */
export interface IdleRule {
  readonly place: string;
  readonly text: string;
  readonly why: string;
}

export interface RulesOf {
  /** `undefined`: the files of then are not at hand. */
  readonly was: (incident: Incident, severity: Severity) => Rules | undefined;
  readonly now: (incident: Incident, severity: Severity) => Rules;
  readonly idle: (incident: Incident) => readonly (Passage & { readonly why: string })[];
  /** Where a line of a file stands for the person who edits it. */
  readonly place: (file: string, line: number, side: RuleChange['side']) => string;
}

/** The rules that stand on one side only, for what differs. */
export function ruleChanges(
  incident: Incident,
  parts: {
    readonly was: Telling | undefined;
    readonly now: Telling | undefined;
    readonly pairs: readonly Pair[];
    readonly rulesOf: RulesOf;
  },
): readonly RuleChange[] {
  const { was, now, pairs, rulesOf } = parts;
  const passages = (what: string, before: readonly Passage[], after: readonly Passage[]): readonly RuleChange[] => {
    const only = (side: RuleChange['side'], own: readonly Passage[], others: readonly Passage[]) =>
      own
        .filter((rule) => !others.some((other) => other.file === rule.file && other.text === rule.text))
        .map(({ file, line, text }): RuleChange => ({ side, what, place: rulesOf.place(file, line, side), text }));
    return [...only('was', before, after), ...only('now', after, before)];
  };
  const named = (what: string, side: RuleChange['side'], place: string, text: string): RuleChange => {
    const [, file, line] = /^(.+):(\d+)$/.exec(place) ?? [];
    return {
      side,
      what,
      place: file === undefined ? place : rulesOf.place(file, Number(line), side),
      text,
    };
  };
  const byPolicy = pairs.flatMap((pair): readonly RuleChange[] =>
    (['environment', 'labels', 'priority'] as const).flatMap((what) => {
      const [before, after] = [policySays(pair.was, what), policySays(pair.now, what)];
      if (before === after) return [];
      return [named(what, 'was', pair.was.policy[what], before), named(what, 'now', pair.now.policy[what], after)];
    }),
  );
  const holds = (['known-issue', 'within-tolerance', 'possible-known-issue'] as const).flatMap((kind) =>
    passages(
      HOLDS[kind],
      pairs.flatMap((pair) => (pair.was.hold?.kind === kind ? [pair.was.hold] : [])),
      pairs.flatMap((pair) => (pair.now.hold?.kind === kind ? [pair.now.hold] : [])),
    ),
  );
  const before = rulesOf.was(incident, was?.severity ?? incident.severity);
  const after = rulesOf.now(incident, now?.severity ?? incident.severity);
  const spoken = (['tier', 'channel', 'contacts'] as const).flatMap((what) => {
    const isChanged = {
      tier: pairs.some((pair) => pair.was.tier !== pair.now.tier),
      channel: was?.channel !== now?.channel,
      contacts: sortedWords(was?.contacts ?? []) !== sortedWords(now?.contacts ?? []),
    }[what];
    // Without the files of then, what stands now is all that can be pointed at.
    return isChanged ? passages(what, before?.[what] ?? [], after[what]) : [];
  });
  const all = [...holds, ...spoken, ...byPolicy];
  return [...new Map(all.map((rule) => [JSON.stringify(rule), rule])).values()];
}

const HOLDS: Readonly<Record<Hold['kind'], string>> = {
  'known-issue': 'known issue',
  'within-tolerance': 'tolerance',
  'possible-known-issue': 'possible known issue',
};

function policySays(finding: ReportedFinding | AssessedFinding, what: 'environment' | 'labels' | 'priority'): string {
  switch (what) {
    case 'environment':
      return finding.environment;
    case 'labels':
      return labelText(finding.customLabels);
    case 'priority':
      return finding.priorityByPolicy ?? finding.priority;
  }
}
