import { Octokit } from '@octokit/rest';
import { expect, test } from 'vitest';
import type { GithubCommit, GithubRepository } from '../../../src/demo/stand-ins/github-fixture.ts';
import { startGithubStandIn, type GithubFault, type GithubStandIn } from '../../../src/demo/stand-ins/github.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = Date.UTC(2026, 10, 22, 2);
const ada = { login: 'ada', name: 'Ada', email: 'ada@example.com' };
const bo = { login: 'bo', name: 'Bo', email: 'bo@example.com' };
const sha = (digit: string) => digit.repeat(40);
const commit = (digit: string, hoursAgo: number, rest: Partial<GithubCommit> = {}): GithubCommit => ({
  sha: sha(digit),
  message: `change ${digit}`,
  author: ada,
  committedAtMs: NOW_MS - hoursAgo * HOUR_MS,
  files: [{ filename: `src/${digit}.ts`, status: 'modified', additions: 2, deletions: 1, patch: '@@ -1 +1 @@' }],
  ...rest,
});
const limits = { filename: 'deploy/limits.yaml', status: 'modified', additions: 1, deletions: 1 } as const;
const SHOP: GithubRepository = {
  owner: 'acme',
  name: 'shop',
  defaultBranch: 'main',
  refs: { 'v1.0.0': sha('b') },
  commits: [
    commit('d', 1, { files: [limits], pull: 123, author: bo }),
    commit('c', 5),
    commit('b', 30),
    commit('a', 60),
  ],
  pulls: [
    {
      number: 123,
      title: 'Lower the limit',
      body: 'saves money',
      state: 'closed',
      author: bo,
      createdAtMs: NOW_MS - 3 * HOUR_MS,
      updatedAtMs: NOW_MS - HOUR_MS,
      mergedAtMs: NOW_MS - HOUR_MS,
      mergeCommitSha: sha('d'),
      base: 'main',
      head: 'cheaper',
      labels: ['cost'],
      files: [limits],
    },
    {
      number: 124,
      title: 'Later',
      body: '',
      state: 'open',
      author: ada,
      createdAtMs: NOW_MS - 2 * HOUR_MS,
      updatedAtMs: NOW_MS - 2 * HOUR_MS,
      base: 'main',
      head: 'later',
      labels: [],
      files: [],
    },
  ],
  contents: { 'deploy/limits.yaml': 'memory: 256Mi\n', 'deploy/app.yaml': 'kind: Deployment\n' },
  contentsAt: { 'v1.0.0': { 'deploy/limits.yaml': 'memory: 512Mi\n' } },
  releases: [{ tag: 'v1.0.0', name: 'One', body: '', publishedAtMs: NOW_MS - 29 * HOUR_MS, author: ada }],
  runs: [
    {
      id: 7,
      name: 'deploy',
      event: 'push',
      branch: 'main',
      headSha: sha('d'),
      status: 'completed',
      conclusion: 'success',
      createdAtMs: NOW_MS - HOUR_MS,
      actor: bo,
    },
  ],
};
const repo = { owner: 'acme', repo: 'shop' };
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const octokitOf = (github: GithubStandIn, { prefix = '', auth = github.token } = {}) =>
  new Octokit({ baseUrl: `${github.url}${prefix}`, auth, log: silent });
const start = (faults: { path?: string; occurrence?: number; fault: GithubFault }[] = []) =>
  startGithubStandIn({ repositories: [SHOP], faults, now: () => NOW_MS });

test('lists commits by time, path and starting point', async () => {
  await using github = await start();
  const { repos } = octokitOf(github);
  const list = async (query: object) =>
    (await repos.listCommits({ ...repo, ...query })).data.map((each) => each.sha.slice(0, 1)).join('');

  expect(await list({})).toBe('dcba');
  expect(await list({ since: new Date(NOW_MS - 24 * HOUR_MS).toISOString() })).toBe('dc');
  expect(await list({ until: new Date(NOW_MS - 5 * HOUR_MS).toISOString() })).toBe('cba');
  expect(await list({ path: 'deploy' })).toBe('d');
  expect(await list({ sha: 'v1.0.0' })).toBe('ba');
  expect(await list({ author: 'bo' })).toBe('d');
  expect(github.violations).toEqual([]);
});

test('gives pages with links that the client follows, also under the prefix of Enterprise', async () => {
  await using github = await start();
  const octokit = octokitOf(github, { prefix: '/api/v3' });

  const all = await octokit.paginate(octokit.rest.repos.listCommits, { ...repo, per_page: 3 });

  expect(all).toHaveLength(4);
  expect(github.requests.map(({ path, query }) => `${path} ${query['page'] ?? '1'}`)).toEqual([
    '/repos/acme/shop/commits 1',
    '/repos/acme/shop/commits 2',
  ]);
});

test('shows a commit with its files, and the pull request that brought it', async () => {
  await using github = await start();
  const { repos, pulls } = octokitOf(github);

  const { data: one } = await repos.getCommit({ ...repo, ref: sha('d').slice(0, 8) });
  const { data: brought } = await repos.listPullRequestsAssociatedWithCommit({ ...repo, commit_sha: sha('d') });
  const { data: pull } = await pulls.get({ ...repo, pull_number: 123 });
  const { data: files } = await pulls.listFiles({ ...repo, pull_number: 123 });

  expect(one.files?.[0]).toMatchObject({ filename: 'deploy/limits.yaml', changes: 2 });
  expect(one.commit.author).toMatchObject({ name: 'Bo', date: '2026-11-22T01:00:00Z' });
  expect(brought.map((each) => each.number)).toEqual([123]);
  expect(pull).toMatchObject({ merged: true, merged_at: '2026-11-22T01:00:00Z', merge_commit_sha: sha('d') });
  expect(files.map((file) => file.filename)).toEqual(['deploy/limits.yaml']);
});

test('compares two points in either direction', async () => {
  await using github = await start();
  const { repos } = octokitOf(github);

  const { data: ahead } = await repos.compareCommitsWithBasehead({ ...repo, basehead: 'v1.0.0...main' });
  const { data: behind } = await repos.compareCommitsWithBasehead({ ...repo, basehead: 'main...v1.0.0' });

  expect(ahead).toMatchObject({ status: 'ahead', ahead_by: 2, total_commits: 2 });
  expect(ahead.commits.map((each) => each.sha[0])).toEqual(['c', 'd']);
  expect(ahead.files?.map((file) => file.filename)).toEqual(['src/c.ts', 'deploy/limits.yaml']);
  expect(behind).toMatchObject({ status: 'behind', behind_by: 2, commits: [] });
});

test('lists pull requests by state and order', async () => {
  await using github = await start();
  const { pulls } = octokitOf(github);
  const list = async (query: object) => (await pulls.list({ ...repo, ...query })).data.map((pull) => pull.number);

  expect(await list({})).toEqual([124]);
  expect(await list({ state: 'closed' })).toEqual([123]);
  expect(await list({ state: 'all', sort: 'updated', direction: 'desc' })).toEqual([123, 124]);
  expect(await list({ state: 'all', base: 'release' })).toEqual([]);
});

test('gives a file as it was, a folder, releases and runs', async () => {
  await using github = await start();
  const { repos, actions, rateLimit } = octokitOf(github);
  const read = async (path: string, ref?: string) => {
    const { data } = await repos.getContent({ ...repo, path, ...(ref === undefined ? {} : { ref }) });
    return 'content' in data ? Buffer.from(data.content, 'base64').toString() : data;
  };

  expect(await read('deploy/limits.yaml')).toBe('memory: 256Mi\n');
  expect(await read('deploy/limits.yaml', 'v1.0.0')).toBe('memory: 512Mi\n');
  expect(await read('deploy')).toHaveLength(2);
  expect((await repos.listReleases(repo)).data.map((release) => release.tag_name)).toEqual(['v1.0.0']);
  const runs = await actions.listWorkflowRunsForRepo({ ...repo, branch: 'main' });
  expect(runs.data).toMatchObject({ total_count: 1, workflow_runs: [{ id: 7, conclusion: 'success' }] });
  expect(runs.headers['x-ratelimit-remaining']).toBe('4995');
  expect((await rateLimit.get()).data.rate).toMatchObject({ limit: 5000, remaining: 4995 });
});

test.each([
  ['a repository that is not there', 'GET /repos/acme/ghost/commits', 404],
  ['a commit that is not there', 'GET /repos/acme/shop/commits/0000000000', 422],
  ['a file that is not there', 'GET /repos/acme/shop/contents/nope.yaml', 404],
  ['a pull request that is not there', 'GET /repos/acme/shop/pulls/9', 404],
  ['a comparison with an unknown ref', 'GET /repos/acme/shop/compare/main...ghost', 404],
  ['a wrong state', 'GET /repos/acme/shop/pulls?state=merged', 422],
  ['a date that is none', 'GET /repos/acme/shop/commits?since=yesterday', 422],
  ['page 0', 'GET /repos/acme/shop/commits?page=0', 422],
  ['a write', 'POST /repos/acme/shop/pulls', 404],
  ['an unknown endpoint', 'GET /repos/acme/shop/secrets', 404],
] as const)('refuses %s', async (_what, route, status) => {
  await using github = await start();

  await expect(octokitOf(github).request(route)).rejects.toMatchObject({ status });
  expect(github.violations).toMatchObject([{ status }]);
});

test('refuses a wrong token and none', async () => {
  await using github = await start();

  await expect(octokitOf(github, { auth: 'ghp_wrong' }).repos.listCommits(repo)).rejects.toMatchObject({
    status: 401,
    message: expect.stringContaining('Bad credentials'),
  });
  expect((await fetch(`${github.url}/rate_limit`)).status).toBe(401);
});

test('limits by script: once, on one path, and says when to come back', async () => {
  await using github = await start([
    { path: '/pulls', occurrence: 1, fault: { kind: 'secondary-limit', retryAfterSeconds: 9 } },
    { path: '/releases', fault: { kind: 'status', status: 502, message: 'Bad Gateway' } },
  ]);
  const { pulls, repos } = octokitOf(github);

  const limited = await pulls.list(repo).catch((error: unknown) => error);

  expect(limited).toMatchObject({ status: 403, response: { headers: { 'retry-after': '9' } } });
  expect((await pulls.list(repo)).data).toHaveLength(1);
  await expect(repos.listReleases(repo)).rejects.toMatchObject({ status: 502 });
  expect(github.violations).toEqual([]);
});

test('a spent hour is 403 with nothing remaining', async () => {
  await using github = await startGithubStandIn({ repositories: [SHOP], rateLimit: 1, now: () => NOW_MS });
  const { repos } = octokitOf(github);
  await repos.listCommits(repo);

  const spent = await repos.listCommits(repo).catch((error: unknown) => error);

  expect(spent).toMatchObject({ status: 403, response: { headers: { 'x-ratelimit-remaining': '0' } } });
});
