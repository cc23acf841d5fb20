import type { DefinitionSettings } from './definition-settings.ts';

/** Every tool that this version has; which of them are configured and switched on is a setting. */
export const KNOWN_TOOLS: readonly string[] = [
  'k8s_get',
  'k8s_describe',
  'k8s_logs',
  'k8s_events',
  'github_commits',
  'github_compare',
  'github_pull_requests',
];

/** Claude Code's tools that have nothing to act on here: no workspace, no shell, no web. */
const CLAUDE_CODE_TOOLS = new Set(
  (
    'agent askuserquestion bashoutput edit enterplanmode exitplanmode glob grep killbash killshell listmcpresources ls multiedit notebookedit ' +
    'notebookread powershell read readmcpresource skill slashcommand task taskcreate taskget tasklist taskoutput taskstop taskupdate ' +
    'todoread todowrite toolsearch webfetch websearch write'
  ).split(' '),
);

export interface ToolGrants {
  readonly tools: readonly string[];
  readonly notes: readonly {
    readonly code: 'unknown-tool' | 'tool-without-effect' | 'shell-means-read-tools' | 'no-tools' | 'outside-ceiling';
    readonly message: string;
  }[];
}

/**
 * Effective tools: front matter ∩ operator's ceiling ∩ configured, without the disallowed.
 *
 * @param requested entries of `tools`; `undefined` when the key is absent, which means the default set
 */
export function grantTools(
  requested: readonly string[] | undefined,
  disallowed: readonly string[],
  settings: Pick<DefinitionSettings, 'tools' | 'toolCeiling'>,
): ToolGrants {
  const notes: ToolGrants['notes'][number][] = [];
  const isDefault = (tool: string): boolean => tool.startsWith('k8s_');
  let granted = KNOWN_TOOLS.filter(isDefault);
  if (requested !== undefined) {
    const named = requested.map((entry) => ({ entry, meaning: meaningOf(entry) }));
    for (const { entry, meaning } of named) {
      if (meaning.kind === 'unknown')
        notes.push({ code: 'unknown-tool', message: `there is no tool "${entry}"${nearest(entry)}` });
      if (meaning.kind === 'shell') {
        notes.push({
          code: 'shell-means-read-tools',
          message: `${entry} means the read-only k8s_* tools here; there is no shell`,
        });
      }
    }
    const inert = named.filter(({ meaning }) => meaning.kind === 'inert').map(({ entry }) => entry);
    if (inert.length > 0) {
      const message = `nothing to act on here, and no tool for: ${inert.join(', ').slice(0, 300)}`;
      notes.push({ code: 'tool-without-effect', message });
    }
    granted = KNOWN_TOOLS.filter((tool) => named.some(({ meaning }) => meaning.tools.includes(tool)));
    if (granted.length === 0 && requested.length > 0) {
      notes.push({ code: 'no-tools', message: 'none of the tools named exists here: the agent works without tools' });
    }
  }
  const taken = new Set(disallowed.flatMap(takenBy));
  const { toolCeiling } = settings;
  const inCeiling = (tool: string): boolean =>
    toolCeiling === undefined || toolCeiling.some((entry) => matchesPattern(entry, tool));
  const cut = granted.filter((tool) => !inCeiling(tool) && !taken.has(tool));
  if (cut.length > 0 && requested !== undefined) {
    notes.push({
      code: 'outside-ceiling',
      message: `${cut.join(', ')}: outside of the operator's ceiling (K8S_MONITOR_TOOL_CEILING)`,
    });
  }
  return {
    tools: granted.filter((tool) => settings.tools.includes(tool) && inCeiling(tool) && !taken.has(tool)),
    notes,
  };
}

/** `Bash(kubectl get:*), Read` and `Bash(kubectl get:*) Read` → two entries: within parentheses nothing separates. */
export function splitToolList(text: string): readonly string[] {
  if (/^all tools$/i.test(text)) return ['all'];
  // To look for the end of each parenthesis that has none would be quadratic.
  const end = text.lastIndexOf(')') + 1;
  return [
    ...(text.slice(0, end).match(/(?:[^\s,(]| ?\([^)]*\))+/g) ?? []),
    ...(text.slice(end).match(/[^\s,(]+/g) ?? []),
  ];
}

interface Meaning {
  readonly kind: 'tools' | 'shell' | 'inert' | 'unknown';
  readonly tools: readonly string[];
}

function meaningOf(entry: string): Meaning {
  const name = entry
    .replace(/\(.*\)$/s, '')
    .trim()
    .toLowerCase();
  const starting = (prefix: string): readonly string[] => KNOWN_TOOLS.filter((tool) => tool.startsWith(prefix));
  if (name === '*' || name === 'all') return { kind: 'tools', tools: starting('k8s_') };
  if (name === 'bash') return { kind: 'shell', tools: starting('k8s_') };
  if (/^mcp__kubernetes(__|$)/.test(name)) return { kind: 'shell', tools: starting('k8s_') };
  if (/^mcp__github(__|$)/.test(name)) return { kind: 'tools', tools: starting('github_') };
  const tools = KNOWN_TOOLS.filter((tool) => matchesPattern(name, tool));
  if (tools.length > 0) return { kind: 'tools', tools };
  return { kind: CLAUDE_CODE_TOOLS.has(name) || name.startsWith('mcp__') ? 'inert' : 'unknown', tools: [] };
}

/** A rule such as `Bash(rm *)` forbids a command, and of commands only kubectl's have a tool here. */
function takenBy(entry: string): readonly string[] {
  const rule = /^bash *\((.*)\)$/is.exec(entry.trim())?.[1];
  if (rule === undefined) return meaningOf(entry).tools;
  return rule.split(',').flatMap((command) => {
    const [program = '', verb = ''] = command
      .trim()
      .toLowerCase()
      .split(/[\s:]+/);
    if (program !== '' && program !== '*' && program !== 'kubectl') return [];
    const isWhole = program !== 'kubectl' || verb === '' || verb === '*';
    return KNOWN_TOOLS.filter((tool) => (isWhole ? tool.startsWith('k8s_') : tool === `k8s_${verb}`));
  });
}

function matchesPattern(pattern: string, tool: string): boolean {
  return pattern.endsWith('*') ? tool.startsWith(pattern.slice(0, -1)) : pattern === tool;
}

function nearest(entry: string): string {
  const words = entry.toLowerCase().split(/[^a-z0-9]+/);
  const found = KNOWN_TOOLS.find((tool) =>
    tool.split('_').some((part) => part !== 'k8s' && part.length > 2 && words.includes(part)),
  );
  return found === undefined ? '; it is ignored' : `; it is ignored (did you mean ${found}?)`;
}
