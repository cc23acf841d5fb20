import type { Change } from '../domain/change.ts';
import type { Definitions } from '../domain/definitions.ts';
import { agentChanges, type AgentChangeOptions } from './agent-changes.ts';
import { ruleChanges } from './rule-changes.ts';
import { linesText, lineChanges } from './text-changes.ts';

type Compared = Pick<
  Definitions,
  'orchestrator' | 'agents' | 'tiers' | 'knownIssues' | 'tolerances' | 'channels' | 'contacts'
>;

const ORCHESTRATOR = 'CLAUDE.md';

/** What an edit of Markdown changed, the widenings first. Pure: the same two sets give the same list. */
export function definitionChanges(before: Compared, after: Compared, options: AgentChangeOptions): readonly Change[] {
  const all = [
    ...orchestratorChanges(before.orchestrator?.text, after.orchestrator?.text),
    ...ruleChanges(before, after),
    ...agentChanges(before.agents, after.agents, options),
  ];
  return widenedFirst(all);
}

export function widenedFirst(changes: readonly Change[]): readonly Change[] {
  return changes.toSorted((left, right) => Number(right.kind === 'widened') - Number(left.kind === 'widened'));
}

function orchestratorChanges(before: string | undefined, after: string | undefined): readonly Change[] {
  if (before === after) return [];
  const at = { about: 'text', file: ORCHESTRATOR } as const;
  if (after === undefined)
    return [{ ...at, kind: 'removed', words: `${ORCHESTRATOR} removed: no tiers, no known issues, no orchestrator` }];
  if (before === undefined) return [{ ...at, kind: 'added', line: 1, words: `${ORCHESTRATOR} added` }];
  const lines = lineChanges(before, after);
  return [{ ...at, kind: 'changed', line: lines.firstLine, words: `text changed: ${linesText(lines)}` }];
}
