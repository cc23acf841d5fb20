import * as z from 'zod';
import type { Question } from '../question.ts';
import { instantSchema } from '../time-text.ts';
import type { AskGithub } from './ask.ts';
import { fileDiffs } from './files.ts';
import { exampleOf, repositoryList, repositoryNamed, type Repository } from './repository.ts';
import { instantText } from './window.ts';

const inputSchema = z.strictObject({
  repository: z.string().max(200).describe('owner/name'),
  base: z.string().max(250).describe('commit, tag or branch before'),
  head: z.string().max(250).describe('commit, tag or branch after'),
  until: instantSchema.optional().describe('onset of the problem: a head that was committed later is refused'),
});

export function compareQuestion(options: {
  readonly github: AskGithub;
  readonly repositories: readonly Repository[];
}): Question<z.infer<typeof inputSchema>> {
  const { github, repositories } = options;
  return {
    name: 'github_compare',
    description: `Commits and diffs between two versions of a repository. Example: {"repository": "${exampleOf(repositories)}", "base": "v1.41.0", "head": "v1.42.0"}. Repositories: ${repositoryList(repositories)}.`,
    input: inputSchema,
    async answer({ repository: asked, base, head, until }, signal) {
      const repository = repositoryNamed(repositories, asked);
      const { data } = await github(
        (client, asking) =>
          client.rest.repos.compareCommitsWithBasehead({
            owner: repository.owner,
            repo: repository.name,
            basehead: `${base}...${head}`,
            request: { signal: asking },
          }),
        signal,
      );
      const name = `${repository.owner}/${repository.name}`;
      const source = `github_compare ${name} ${base}...${head}`;
      const times = data.commits.map(({ commit }) => Date.parse(commit.committer?.date ?? ''));
      // Its diff would mix what came before the onset with what came after.
      if (until !== undefined && times.some((atMs) => !(atMs <= until))) {
        const before = data.commits.filter((_, index) => (times[index] ?? Number.NaN) <= until).at(-1);
        const hint =
          before === undefined ? 'None of its commits was made before.' : `The last commit before it is ${before.sha}.`;
        return {
          text: `${head} holds commits that are later than ${instantText(until)}, which cannot be a cause. ${hint}`,
          source,
        };
      }
      const commits = data.commits.map(({ sha, author, commit }, index) => {
        const [title = ''] = commit.message.split('\n');
        return `${sha} · ${instantText(times[index] ?? 0)} · by ${author?.login ?? commit.author?.name ?? 'unknown'} · ${title.slice(0, 200)}`;
      });
      return {
        text: [
          `${name} ${base}...${head}: ${data.status}, ${data.ahead_by} commits ahead, ${data.behind_by} behind`,
          ...commits,
          ...(data.total_commits > data.commits.length
            ? [`(only ${data.commits.length} of ${data.total_commits} commits are listed)`]
            : []),
          ...fileDiffs(data.files),
        ].join('\n'),
        headLines: 1,
        source,
      };
    },
  };
}
