import { identityOf } from './analysis.ts';
import type { Facts } from './fill-schema.ts';
import { tellingLine, type ToldFinding, type ToldResult } from './read-prompt.ts';

const DAY_MS = 86_400_000;

/** Questions to GitHub: what was merged and committed in the day before the onset. */
export function questionsToGithub(
  findings: readonly ToldFinding[],
  repository: string,
  offered: ReadonlySet<string>,
): { tool: string; facts: Facts }[] {
  const onsets = findings.flatMap(({ onsetAtMs }) => (onsetAtMs === undefined ? [] : [onsetAtMs]));
  const since = onsets.length === 0 ? undefined : new Date(Math.min(...onsets) - DAY_MS).toISOString();
  const [owner, repo] = repository.split('/');
  return ['github_pull_requests', 'github_commits']
    .filter((tool) => offered.has(tool))
    .map((tool) => ({ tool, facts: { repository, owner, repo, since, state: 'closed', service: findings[0]?.name } }));
}

/** The changes in the answers that name this service, latest before the onset first; none is an answer too. */
export function correlate(finding: ToldFinding, results: readonly ToldResult[], repository: string | undefined): Facts {
  const service = finding.name.toLowerCase();
  const seen = results.filter((result) => !result.isError && result.tool.startsWith('github_'));
  const lines = seen.flatMap((result) =>
    result.text
      .split('\n')
      .map((line, index, all) => ({ line: line.trim(), near: all.slice(index, index + 4).join('\n'), result })),
  );
  const hit = lines.find(({ line }) => line.toLowerCase().includes(service) && /#\d+|\b[0-9a-f]{7,40}\b/.test(line));
  const quote = hit === undefined ? undefined : tellingLine(hit.line, [service]);
  if (hit === undefined || quote === undefined) {
    return {
      ...identityOf(finding),
      verdict: 'none',
      changes: [],
      evidence: [],
      explanation: seen.length === 0 ? 'GitHub was not asked.' : `No change in the last day names ${finding.name}.`,
    };
  }
  const pull = /#(\d+)/.exec(hit.near)?.[1];
  const commit = /\b[0-9a-f]{7,40}\b/.exec(hit.near)?.[0] ?? '';
  const time = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/.exec(hit.near)?.[0];
  const minutes =
    time === undefined || finding.onsetAtMs === undefined
      ? 0
      : Math.round((finding.onsetAtMs - Date.parse(time)) / 60_000);
  const likely = minutes > 0 && minutes <= 60;
  const evidenceId = hit.result.evidenceId;
  return {
    ...identityOf(finding),
    verdict: likely ? 'likely' : 'possible',
    changes: [
      {
        repository,
        commit,
        pullrequest: pull === undefined ? null : Number(pull),
        author: /(?:\bby |@)([\w-]+)/.exec(hit.near)?.[1] ?? '',
        title: titleIn(hit.line),
        at: time ?? '',
        files: [...hit.near.matchAll(/\b[\w-]+(?:\/[\w.-]+)+\.\w+\b/g)].map((match) => match[0]),
      },
    ],
    evidence: evidenceId === undefined ? [] : [{ id: evidenceId, quote }],
    explanation: `${pull === undefined ? 'A commit' : `Pull request #${pull}`}, "${titleIn(hit.line)}", was merged ${minutes} minutes before the onset in ${finding.name}.${lowered(seen)}`,
  };
}

/** The last part of a tool's line is the title. */
function titleIn(line: string): string {
  return line.split(' · ').at(-1)?.trim() ?? line;
}

/** A memory limit that a diff changed. */
function lowered(seen: readonly ToldResult[]): string {
  const diffs = seen.map(({ text }) => text).join('\n');
  const before = /^-\s+(memory: \S+)/m.exec(diffs)?.[1];
  const after = /^\+\s+memory: (\S+)/m.exec(diffs)?.[1];
  return before === undefined || after === undefined ? '' : ` Its diff changes \`${before}\` to \`${after}\`.`;
}

/** The pull request that the first answers point to, to be read with its diff. */
export function pullToRead(findings: readonly ToldFinding[], results: readonly ToldResult[]): number | undefined {
  const names = findings.map(({ name }) => name.toLowerCase());
  const lines = results.filter(({ tool }) => tool === 'github_pull_requests').flatMap(({ text }) => text.split('\n'));
  const line = lines.find((each) => names.some((name) => each.toLowerCase().includes(name)));
  const number = /#(\d+)/.exec(line ?? '')?.[1];
  return number === undefined ? undefined : Number(number);
}
