import type { AgentDefinition, Definitions } from '../domain/definitions.ts';
import type { DefinitionSettings } from './definition-settings.ts';
import { parseFile, type Content, type ParsedFile } from './parse-file.ts';
import { readRules, ruleTexts, type Rules } from './read-rules.ts';

/** One thing to read, which may be as slow as its text is hostile. */
export type ParseTask =
  | { readonly kind: 'file'; readonly name: string; readonly content: Content }
  | {
      readonly kind: 'rules';
      readonly orchestrator: Definitions['orchestrator'];
      readonly agents: readonly Pick<AgentDefinition, 'name' | 'fileName' | 'body' | 'bodyLine' | 'sha256'>[];
    };

export type ParseResult =
  | { readonly kind: 'file'; readonly parsed: ParsedFile }
  | { readonly kind: 'rules'; readonly rules: Rules };

export function runTask(task: ParseTask, settings: DefinitionSettings): ParseResult {
  return task.kind === 'file'
    ? { kind: 'file', parsed: parseFile(task.name, task.content, settings) }
    : { kind: 'rules', rules: readRules(ruleTexts(task.orchestrator, task.agents), settings.zone) };
}
