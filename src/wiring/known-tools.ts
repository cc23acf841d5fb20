import { KNOWN_TOOLS } from '../definitions/tool-grants.ts';

/** The tools that an agent file may name in this installation, as it is configured now. */
export function knownTools(toolsets: { readonly kubernetes: boolean; readonly github: boolean }): readonly string[] {
  return KNOWN_TOOLS.filter((tool) => (tool.startsWith('github_') ? toolsets.github : toolsets.kubernetes));
}
