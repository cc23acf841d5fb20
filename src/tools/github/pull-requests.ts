import * as z from 'zod';
import type { Answer, Question } from '../question.ts';
import type { AskGithub } from './ask.ts';
import { fileDiffs } from './files.ts';
import { exampleOf, repositoryList, repositoryNamed, type Repository } from './repository.ts';
import { beforeText, instantText, windowFields, windowOf, windowText, type Window } from './window.ts';

const PAGE = 100;
const MAX_PAGES = 3;

const inputSchema = z.strictObject({
  repository: z.string().max(200).describe('owner/name'),
  ...windowFields,
  number: z.int().min(1).optional().describe('one pull request, with its description and diffs'),
});

export function pullRequestsQuestion(options: {
  readonly github: AskGithub;
  readonly repositories: readonly Repository[];
  readonly now: () => number;
}): Question<z.infer<typeof inputSchema>> {
  const { github, repositories, now } = options;

  async function list(
    { owner, name }: Repository,
    window: Window,
    signal: AbortSignal,
  ): Promise<Omit<Answer, 'source'>> {
    const { merged, complete } = await github(async (client, asking) => {
      const found: Awaited<ReturnType<typeof client.rest.pulls.list>>['data'] = [];
      for (let page = 1; page <= MAX_PAGES; page += 1) {
        const { data } = await client.rest.pulls.list({
          owner,
          repo: name,
          state: 'closed',
          sort: 'updated',
          direction: 'desc',
          per_page: PAGE,
          page,
          request: { signal: asking },
        });
        found.push(...data);
        // A merge is an update: what was updated before the window was merged before it.
        const oldest = Date.parse(data.at(-1)?.updated_at ?? '');
        if (data.length < PAGE || oldest < window.sinceMs) return { merged: found, complete: true };
      }
      return { merged: found, complete: false };
    }, signal);
    const lines = merged
      .map((pull) => ({ pull, atMs: Date.parse(pull.merged_at ?? '') }))
      .filter(({ atMs }) => atMs >= window.sinceMs && atMs <= window.untilMs)
      .toSorted((left, right) => right.atMs - left.atMs)
      .map(({ pull, atMs }) =>
        [
          `#${pull.number}`,
          `merged ${instantText(atMs)} (${beforeText(atMs, window.untilMs)})`,
          `by ${pull.user?.login ?? 'unknown'}`,
          `into ${pull.base.ref}`,
          `commit ${pull.merge_commit_sha ?? 'unknown'}`,
          pull.title.slice(0, 200),
        ].join(' · '),
      );
    const head = `${lines.length} pull requests merged in ${owner}/${name} from ${windowText(window)}${complete ? '' : ' (older updates were not searched)'}`;
    return { text: [head, ...lines].join('\n'), headLines: 1, rows: true };
  }

  async function one(
    { owner, name }: Repository,
    number: number,
    window: Window,
    signal: AbortSignal,
  ): Promise<Omit<Answer, 'source'>> {
    const target = { owner, repo: name, pull_number: number };
    const { pull, files } = await github(async (client, asking) => {
      const request = { signal: asking };
      const [{ data: found }, { data: changed }] = await Promise.all([
        client.rest.pulls.get({ ...target, request }),
        client.rest.pulls.listFiles({ ...target, per_page: PAGE, request }),
      ]);
      return { pull: found, files: changed };
    }, signal);
    const mergedAtMs = pull.merged_at === null ? undefined : Date.parse(pull.merged_at);
    if (mergedAtMs === undefined || mergedAtMs > window.untilMs) {
      const when =
        mergedAtMs === undefined
          ? 'is not merged'
          : `was merged ${instantText(mergedAtMs)}, after ${instantText(window.untilMs)}`;
      return { text: `#${number} ${when}: it cannot be a cause.` };
    }
    return {
      text: [
        `#${number} ${pull.title.slice(0, 200)} · merged ${instantText(mergedAtMs)} (${beforeText(mergedAtMs, window.untilMs)}) · by ${pull.user.login} · into ${pull.base.ref} · commit ${pull.merge_commit_sha ?? 'unknown'}`,
        (pull.body ?? '').slice(0, 2000),
        ...fileDiffs(files),
        ...(pull.changed_files > files.length
          ? [`(only ${files.length} of ${pull.changed_files} files are listed)`]
          : []),
      ]
        .filter((line) => line !== '')
        .join('\n'),
      headLines: 1,
    };
  }

  return {
    name: 'github_pull_requests',
    description: `Pull requests merged before a moment, newest first; with "number" one of them with its diffs. Example: {"repository": "${exampleOf(repositories)}", "until": "2026-11-21T12:41:00Z"}. Repositories: ${repositoryList(repositories)}.`,
    input: inputSchema,
    async answer(input, signal) {
      const repository = repositoryNamed(repositories, input.repository);
      const window = windowOf(input, now());
      const answer = await (input.number === undefined
        ? list(repository, window, signal)
        : one(repository, input.number, window, signal));
      const what = input.number === undefined ? windowText(window) : `#${input.number}`;
      return { ...answer, source: `github_pull_requests ${repository.owner}/${repository.name} ${what}` };
    },
  };
}
