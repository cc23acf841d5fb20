import type { Change, ChangeTopic } from '../domain/change.ts';
import type { AgentDefinition } from '../domain/definitions.ts';
import { linesText, lineChanges } from './text-changes.ts';

export interface AgentChangeOptions {
  /** Of a million tokens, by the model as an agent names it; `inherit` too. */
  readonly costOf: (model: string) => number;
  /** As the file stands now; `undefined` where it does not. */
  readonly textOf: (file: string) => string | undefined;
}

/** What the agents before and after are, do and may do differently. */
export function agentChanges(
  before: readonly AgentDefinition[],
  after: readonly AgentDefinition[],
  options: AgentChangeOptions,
): readonly Change[] {
  const old = new Map(before.map((agent) => [agent.name, agent]));
  const removed = before
    .filter(({ name }) => after.every((agent) => agent.name !== name))
    .map(({ name, fileName: file }): Change => ({
      kind: 'removed',
      about: 'agent',
      file,
      words: `agent ${name} removed`,
    }));
  return [
    ...removed,
    ...after.flatMap((agent) => {
      const known = old.get(agent.name);
      return known === undefined ? newAgent(agent) : changesOf(known, agent, options);
    }),
  ];
}

function newAgent({ name, fileName: file, role, when, tools, model }: AgentDefinition): readonly Change[] {
  const words = `agent ${name} added: ${role}, ${when}, model ${model}`;
  const granted: Change = {
    kind: 'widened',
    about: 'tools',
    file,
    line: 1,
    words: `${name}: tools granted: ${tools.join(', ')}`,
  };
  return [{ kind: 'added', about: 'agent', file, line: 1, words }, ...(tools.length === 0 ? [] : [granted])];
}

function changesOf(
  old: AgentDefinition,
  fresh: AgentDefinition,
  { costOf, textOf }: AgentChangeOptions,
): readonly Change[] {
  const text = textOf(fresh.fileName) ?? '';
  const found: Change[] = [];
  const say = (kind: Change['kind'], about: ChangeTopic, line: number, words: string): void =>
    void found.push({ kind, about, file: fresh.fileName, line, words: `${fresh.name}: ${words}` });
  const field = <Value>(
    about: ChangeTopic,
    key: string,
    [from, to]: readonly [Value, Value],
    shown: (value: Value) => string = String,
    widens: (from: Value, to: Value) => boolean = () => false,
  ): void => {
    if (shown(from) === shown(to)) return;
    say(
      widens(from, to) ? 'widened' : 'changed',
      about,
      lineOfField(text, key),
      `${key} ${shown(from)} → ${shown(to)}`,
    );
  };
  const limit = (value: number | undefined): string => (value === undefined ? 'the default' : String(value));
  const more = (from: number | undefined, to: number | undefined): boolean =>
    from !== undefined && (to === undefined || to > from);

  const granted = fresh.tools.filter((tool) => !old.tools.includes(tool));
  const taken = old.tools.filter((tool) => !fresh.tools.includes(tool));
  if (granted.length > 0) say('widened', 'tools', lineOfField(text, 'tools'), `tools granted: ${granted.join(', ')}`);
  if (taken.length > 0) say('removed', 'tools', lineOfField(text, 'tools'), `tools taken: ${taken.join(', ')}`);
  field('model', 'model', [old.model, fresh.model], String, (from, to) => costOf(to) > costOf(from));
  field('role', 'role', [old.role, fresh.role]);
  field('when', 'when', [old.when, fresh.when], String, (_from, to) => to === 'always');
  field('reasons', 'reasons', [old.reasons, fresh.reasons], (reasons) => reasons.join(', ') || 'all');
  field('limit', 'effort', [old.effort, fresh.effort], (effort) => effort ?? 'the default');
  field('limit', 'maxTurns', [old.maxTurns, fresh.maxTurns], limit, more);
  field('limit', 'maxTokens', [old.maxTokens, fresh.maxTokens], limit, more);
  field('limit', 'timeoutSeconds', [old.timeoutSeconds, fresh.timeoutSeconds], limit, more);
  if (old.description !== fresh.description) {
    say('changed', 'description', lineOfField(text, 'description'), 'description changed');
  }
  if (old.body !== fresh.body) {
    const lines = lineChanges(old.body, fresh.body);
    say('changed', 'prompt', (fresh.bodyLine ?? 1) + lines.firstLine - 1, `prompt changed: ${linesText(lines)}`);
  }
  if (found.length === 0 && old.sha256 !== fresh.sha256)
    say('changed', 'text', 1, 'the file changed, and nothing of it that is used');
  return found;
}

/** Where a field of the front matter stands; the first line when it was taken out. */
function lineOfField(text: string, key: string): number {
  const wanted = spelling(key);
  const lines = text.split('\n');
  const end = lines.findIndex((line, index) => index > 0 && line.trim() === '---');
  const found = lines.slice(0, Math.max(0, end)).findIndex((line) => spelling(line.split(':', 1)[0] ?? '') === wanted);
  return found === -1 ? 1 : found + 1;
}

/** `max_turns`, `maxTurns`. */
function spelling(key: string): string {
  return key.trim().replaceAll(/[_-]/g, '').toLowerCase();
}
