import { createHash } from 'node:crypto';
import type { DefinitionSettings } from '../../../src/definitions/definition-settings.ts';
import { KNOWN_TOOLS } from '../../../src/definitions/tool-grants.ts';
import type { Target } from '../../../src/definitions/target.ts';
import { inspectDefinitions } from '../../../src/definitions/assemble.ts';
import type { Definitions } from '../../../src/domain/definitions.ts';

export const settings: DefinitionSettings = {
  env: { K8S_ANALYZER_MODEL: 'sonnet', ANTHROPIC_API_KEY: 'sk-canary' },
  tools: KNOWN_TOOLS,
  toolCeiling: undefined,
  modelAliases: { haiku: 'claude-haiku-5-5', sonnet: 'claude-sonnet-5-5', opus: 'claude-opus-5-5' },
  modelAllowList: undefined,
  defaultModel: 'sonnet',
  zone: 'UTC',
};

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function aFile(name: string, text: string | Uint8Array): { name: string; bytes: Uint8Array; sha256: string } {
  const bytes = typeof text === 'string' ? bytesOf(text) : text;
  return { name, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** Sunday, 22 November 2026, at an hour and minute of UTC. */
export function sundayAt(hour: number, minute = 0): number {
  return Date.UTC(2026, 10, 22, hour, minute);
}

export function definitionsOf(claude: string, escalation?: string): Definitions {
  const files = new Map([['CLAUDE.md', bytesOf(claude)]]);
  if (escalation !== undefined) {
    const front = '---\nname: escalation-manager\ndescription: decides\n---\n';
    files.set('escalation-manager.md', bytesOf(front + escalation));
  }
  return inspectDefinitions(files, settings).definitions;
}

/** A crash loop of a Deployment unless told otherwise: `aTarget('payments/api', { reason: 'OOMKilled' })`. */
export function aTarget(name: string, over: Partial<Target> = {}): Target {
  const [namespace = '', own = ''] = name.split('/');
  return {
    family: 'workload',
    reason: 'CrashLoop',
    object: { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: own },
    owner: { kind: 'Deployment', namespace, name: own },
    labels: {},
    images: [],
    serviceNames: [],
    onsetAtMs: sundayAt(1),
    impact: 'critical',
    floor: 'SEV-1',
    ...over,
  };
}
