import { createHash } from 'node:crypto';
import type { GithubCommit, GithubRepository } from './github-fixture.ts';
import {
  commitJson,
  commitWithFilesJson,
  fileJson,
  onePullJson,
  pullJson,
  releaseJson,
  runJson,
} from './github-shapes.ts';

/** What a route answers: a list is cut into pages by the server. */
type GithubAnswer =
  | { readonly kind: 'list'; readonly items: readonly unknown[]; readonly wrap?: string }
  | { readonly kind: 'object'; readonly body: unknown }
  | { readonly kind: 'error'; readonly status: 404 | 422; readonly message: string };

type Route = (repository: GithubRepository, parts: readonly string[], query: URLSearchParams) => GithubAnswer;

const notFound = (message = 'Not Found'): GithubAnswer => ({ kind: 'error', status: 404, message });
const unprocessable = (message: string): GithubAnswer => ({ kind: 'error', status: 422, message });

/** Paths below `/repos/{owner}/{repo}/`; the groups of the expression are the parts. */
export const githubRoutes: readonly (readonly [RegExp, Route])[] = [
  [/^commits$/, listCommits],
  [/^commits\/([^/]+)\/pulls$/, pullsOfCommit],
  [/^commits\/(.+)$/, oneCommit],
  [/^compare\/(.+)\.\.\.(.+)$/, compare],
  [/^pulls$/, listPulls],
  [/^pulls\/(\d+)$/, onePull],
  [/^pulls\/(\d+)\/files$/, pullFiles],
  [/^contents\/(.+)$/, contents],
  [/^releases$/, releases],
  [/^actions\/runs$/, runs],
];

/** Finds a commit by branch, tag, full sha or a prefix of at least seven digits. */
function resolve(repository: GithubRepository, ref: string): GithubCommit | undefined {
  const name = ref.replace(/^refs\/(heads|tags)\//, '');
  if (name === repository.defaultBranch || name === 'HEAD') return repository.commits[0];
  const sha = repository.refs?.[name] ?? name;
  return repository.commits.find((commit) => commit.sha === sha || (sha.length >= 7 && commit.sha.startsWith(sha)));
}

/** `undefined` for no date, `NaN` for one that is none. */
function timeOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  return text === null ? undefined : Date.parse(text);
}

function listCommits(repository: GithubRepository, _parts: readonly string[], query: URLSearchParams): GithubAnswer {
  const from = resolve(repository, query.get('sha') ?? repository.defaultBranch);
  if (from === undefined) return notFound();
  const since = timeOf(query, 'since');
  const until = timeOf(query, 'until');
  if (Number.isNaN(since) || Number.isNaN(until))
    return unprocessable('Invalid request. since or until is not a date-time.');
  const path = query.get('path')?.replace(/\/$/, '');
  const author = query.get('author');
  const items = repository.commits
    .slice(repository.commits.indexOf(from))
    .filter(({ committedAtMs }) => committedAtMs >= (since ?? 0) && committedAtMs <= (until ?? Infinity))
    .filter(({ files }) => path === undefined || files.some((file) => `${file.filename}/`.startsWith(`${path}/`)))
    .filter((commit) => author === null || commit.author.login === author || commit.author.email === author);
  return { kind: 'list', items: items.map((commit) => commitJson(repository, commit)) };
}

function oneCommit(repository: GithubRepository, [ref = '']: readonly string[]): GithubAnswer {
  const commit = resolve(repository, ref);
  if (commit === undefined) return unprocessable(`No commit found for SHA: ${ref}`);
  return { kind: 'object', body: commitWithFilesJson(repository, commit) };
}

function pullsOfCommit(repository: GithubRepository, [ref = '']: readonly string[]): GithubAnswer {
  const commit = resolve(repository, ref);
  if (commit === undefined) return unprocessable(`No commit found for SHA: ${ref}`);
  const pulls = (repository.pulls ?? []).filter(({ number }) => number === commit.pull);
  return { kind: 'list', items: pulls.map((pull) => pullJson(repository, pull)) };
}

function compare(repository: GithubRepository, [base = '', head = '']: readonly string[]): GithubAnswer {
  const from = resolve(repository, base);
  const to = resolve(repository, head);
  if (from === undefined || to === undefined) return notFound();
  const fromIndex = repository.commits.indexOf(from);
  const toIndex = repository.commits.indexOf(to);
  const ahead = repository.commits.slice(toIndex, fromIndex).toReversed();
  return {
    kind: 'object',
    body: {
      status: toIndex < fromIndex ? 'ahead' : toIndex > fromIndex ? 'behind' : 'identical',
      ahead_by: ahead.length,
      behind_by: Math.max(0, toIndex - fromIndex),
      total_commits: ahead.length,
      base_commit: commitJson(repository, from),
      merge_base_commit: commitJson(repository, toIndex > fromIndex ? to : from),
      commits: ahead.map((commit) => commitJson(repository, commit)),
      files: ahead.flatMap((commit) => commit.files.map((file) => fileJson(file, commit.sha))),
    },
  };
}

function listPulls(repository: GithubRepository, _parts: readonly string[], query: URLSearchParams): GithubAnswer {
  const state = query.get('state') ?? 'open';
  const sort = query.get('sort') ?? 'created';
  const direction = query.get('direction') ?? (sort === 'created' ? 'desc' : 'asc');
  if (
    !['open', 'closed', 'all'].includes(state) ||
    !['created', 'updated', 'popularity', 'long-running'].includes(sort)
  ) {
    return unprocessable('Validation Failed');
  }
  const base = query.get('base');
  const head = query.get('head');
  const items = (repository.pulls ?? [])
    .filter((pull) => state === 'all' || pull.state === state)
    .filter((pull) => base === null || pull.base === base)
    .filter((pull) => head === null || `${repository.owner}:${pull.head}` === head)
    .toSorted((a, b) => (sort === 'updated' ? a.updatedAtMs - b.updatedAtMs : a.createdAtMs - b.createdAtMs));
  const sorted = direction === 'desc' ? items.toReversed() : items;
  return { kind: 'list', items: sorted.map((pull) => pullJson(repository, pull)) };
}

function onePull(repository: GithubRepository, [number]: readonly string[]): GithubAnswer {
  const pull = repository.pulls?.find((each) => each.number === Number(number));
  return pull === undefined ? notFound() : { kind: 'object', body: onePullJson(repository, pull) };
}

function pullFiles(repository: GithubRepository, [number]: readonly string[]): GithubAnswer {
  const pull = repository.pulls?.find((each) => each.number === Number(number));
  if (pull === undefined) return notFound();
  return { kind: 'list', items: pull.files.map((file) => fileJson(file, pull.mergeCommitSha ?? '')) };
}

function contents(repository: GithubRepository, [path = '']: readonly string[], query: URLSearchParams): GithubAnswer {
  const ref = query.get('ref') ?? repository.defaultBranch;
  const commit = resolve(repository, ref);
  if (commit === undefined) return notFound(`No commit found for the ref ${ref}`);
  const older = repository.contentsAt?.[ref] ?? repository.contentsAt?.[commit.sha];
  const texts = { ...repository.contents, ...older };
  const entry = (each: string, text: string) => ({
    type: 'file',
    name: each.slice(each.lastIndexOf('/') + 1),
    path: each,
    size: Buffer.byteLength(text),
    sha: createHash('sha1').update(text).digest('hex'),
  });
  const text = texts[path];
  if (text !== undefined) {
    const content = Buffer.from(text).toString('base64');
    return { kind: 'object', body: { ...entry(path, text), encoding: 'base64', content } };
  }
  const below = Object.entries(texts).filter(([each]) => each.startsWith(`${path}/`));
  return below.length === 0 ? notFound() : { kind: 'object', body: below.map(([each, value]) => entry(each, value)) };
}

function releases(repository: GithubRepository): GithubAnswer {
  const items = (repository.releases ?? []).toSorted((a, b) => b.publishedAtMs - a.publishedAtMs);
  return { kind: 'list', items: items.map((release) => releaseJson(repository, release)) };
}

function runs(repository: GithubRepository, _parts: readonly string[], query: URLSearchParams): GithubAnswer {
  const branch = query.get('branch');
  const sha = query.get('head_sha');
  const items = (repository.runs ?? [])
    .filter((run) => (branch === null || run.branch === branch) && (sha === null || run.headSha === sha))
    .toSorted((a, b) => b.createdAtMs - a.createdAtMs);
  return { kind: 'list', items: items.map((run) => runJson(repository, run)), wrap: 'workflow_runs' };
}
