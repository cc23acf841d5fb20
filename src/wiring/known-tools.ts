const KUBERNETES_TOOLS = ['k8s_get', 'k8s_describe', 'k8s_logs', 'k8s_events'];
const GITHUB_TOOLS = ['github_commits', 'github_compare', 'github_pull_requests'];

/** The tools that an agent file may name in this installation, as it is configured now. */
export function knownTools(toolsets: { readonly kubernetes: boolean; readonly github: boolean }): readonly string[] {
  return [...(toolsets.kubernetes ? KUBERNETES_TOOLS : []), ...(toolsets.github ? GITHUB_TOOLS : [])];
}
