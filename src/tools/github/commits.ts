import pLimit from 'p-limit';
import * as z from 'zod';
import type { Question } from '../question.ts';
import type { AskGithub } from './ask.ts';
import { fileNames } from './files.ts';
import { exampleOf, repositoryList, repositoryNamed, type Repository } from './repository.ts';
import { beforeText, instantText, windowFields, windowOf, windowText } from './window.ts';

const MAX_COMMITS = 100;
/** Commits whose files are named; each costs a request. */
const MAX_DETAILED = 15;

const inputSchema = z.strictObject({
  repository: z.string().max(200).describe('owner/name'),
  ...windowFields,
  path: z.string().max(500).optional().describe('only commits that touch this file or folder'),
  branch: z.string().max(250).optional().describe('the default branch when left out'),
});

export function commitsQuestion(options: {
  readonly github: AskGithub;
  readonly repositories: readonly Repository[];
  readonly now: () => number;
}): Question<z.infer<typeof inputSchema>> {
  const { github, repositories, now } = options;
  return {
    name: 'github_commits',
    description: `Commits of a repository before a moment, newest first, with author, time, pull request and files. Example: {"repository": "${exampleOf(repositories)}", "until": "2026-11-21T12:41:00Z"}. Repositories: ${repositoryList(repositories)}.`,
    input: inputSchema,
    async answer(input, signal) {
      const repository = repositoryNamed(repositories, input.repository);
      const window = windowOf(input, now());
      const target = { owner: repository.owner, repo: repository.name };
      const commits = await github(async (client, asking) => {
        const { data } = await client.rest.repos.listCommits({
          ...target,
          since: new Date(window.sinceMs).toISOString(),
          until: new Date(window.untilMs).toISOString(),
          per_page: MAX_COMMITS,
          ...(input.path !== undefined && { path: input.path }),
          ...(input.branch !== undefined && { sha: input.branch }),
          request: { signal: asking },
        });
        // What a server, a proxy or a rewritten date lets through never counts.
        const inTime = data.filter(({ commit }) => {
          const atMs = Date.parse(commit.committer?.date ?? '');
          return atMs >= window.sinceMs && atMs <= window.untilMs;
        });
        const limit = pLimit(4);
        return Promise.all(
          inTime.map((each, index) =>
            limit(async () => {
              const detail =
                index < MAX_DETAILED
                  ? await client.rest.repos.getCommit({ ...target, ref: each.sha, request: { signal: asking } })
                  : undefined;
              return { each, files: detail?.data.files };
            }),
          ),
        );
      }, signal);

      const lines = commits.map(({ each: { sha, author, commit }, files }) => {
        const atMs = Date.parse(commit.committer?.date ?? '');
        const [title = ''] = commit.message.split('\n');
        const pullRequest = pullRequestIn(commit.message);
        return [
          sha,
          `${instantText(atMs)} (${beforeText(atMs, window.untilMs)})`,
          `by ${author?.login ?? commit.author?.name ?? 'unknown'}`,
          ...(pullRequest === undefined ? [] : [`PR #${pullRequest}`]),
          title.slice(0, 200),
          ...(files === undefined ? [] : [`files: ${fileNames(files, 20)}`]),
        ].join(' · ');
      });
      const name = `${repository.owner}/${repository.name}`;
      const head = `${commits.length} commits in ${name} from ${windowText(window)}${commits.length >= MAX_COMMITS ? ' (the newest 100)' : ''}`;
      return {
        text: [head, ...lines].join('\n'),
        headLines: 1,
        rows: true,
        source: `github_commits ${name} ${windowText(window)}${input.path === undefined ? '' : ` -- ${input.path}`}`,
      };
    },
  };
}

/** From a squash's `Title (#123)` or a merge's `Merge pull request #123 from …`. */
function pullRequestIn(message: string): number | undefined {
  const [title = ''] = message.split('\n');
  const found = /^Merge pull request #(\d+) /.exec(title) ?? /\(#(\d+)\)\s*$/.exec(title);
  return found?.[1] === undefined ? undefined : Number(found[1]);
}
