import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import type { GithubRepository } from '../../../src/demo/stand-ins/github-fixture.ts';
import { startGithubStandIn, type GithubStandIn } from '../../../src/demo/stand-ins/github.ts';
import type { Tool } from '../../../src/domain/tool.ts';
import { Secret } from '../../../src/secret.ts';
import { createTools } from '../../../src/tools/create-tools.ts';
import { createGithub } from '../../../src/tools/github/ask.ts';
import { clusterOf } from '../../unit/tools/cluster-in-memory.ts';

const at = (time: string): number => Date.parse(`2026-11-21T${time}:00Z`);
const NOW_MS = at('13:00');
const ONSET = '2026-11-21T12:41:00Z';
const ana = { login: 'ana', name: 'Ana', email: 'ana@acme.example' };
const sha = (digit: string): string => digit.repeat(40);
const limitsFile = {
  filename: 'deploy/values.yaml',
  status: 'modified',
  additions: 1,
  deletions: 1,
  patch: '@@ -4 +4 @@\n-  memory: 512Mi\n+  memory: 256Mi',
} as const;
const pull = (number: number, mergedAt: string, title: string) => ({
  number,
  title,
  body: 'Saves money.',
  state: 'closed' as const,
  author: ana,
  createdAtMs: at('08:00'),
  updatedAtMs: at(mergedAt),
  mergedAtMs: at(mergedAt),
  mergeCommitSha: sha('c'),
  base: 'main',
  head: 'limits',
  labels: [],
  files: [limitsFile],
});
const repository: GithubRepository = {
  owner: 'acme',
  name: 'checkout',
  defaultBranch: 'main',
  commits: [
    { sha: sha('d'), message: 'Fix after the onset', author: ana, committedAtMs: at('12:50'), files: [limitsFile] },
    {
      sha: sha('c'),
      message: 'Cut memory limits (#123)\n\nBody',
      author: ana,
      committedAtMs: at('12:26'),
      files: [limitsFile],
      pull: 123,
    },
    {
      sha: sha('b'),
      message: 'Docs',
      author: ana,
      committedAtMs: at('09:00'),
      files: [{ ...limitsFile, filename: 'README.md' }],
    },
    { sha: sha('a'), message: 'Long ago', author: ana, committedAtMs: at('09:00') - 3 * 86_400_000, files: [] },
  ],
  pulls: [pull(124, '12:50', 'Fix after the onset'), pull(123, '12:26', 'Cut memory limits')],
};

function toolsFor(github: GithubStandIn, token = github.token, timeoutMs = 5000): readonly Tool[] {
  return createTools({
    queries: clusterOf([]),
    github: createGithub({ readToken: () => new Secret(token), apiUrl: github.url, timeoutMs }),
    redact: (text) => text,
    runJq: () => Promise.resolve(''),
    now: () => NOW_MS,
  })({
    kubernetes: false,
    repositories: [{ owner: 'acme', name: 'checkout', services: ['checkout-api'], paths: ['deploy'] }],
  });
}

async function ask(tools: readonly Tool[], name: string, input: object): Promise<string> {
  const tool = tools.find((each) => each.name === name);
  if (tool === undefined) throw new Error(`no tool ${name}`);
  return (await tool.run({ repository: 'acme/checkout', ...input }, new AbortController().signal)).text;
}

test('commits before the onset come with author, time, pull request and files; later ones never', async () => {
  await using github = await startGithubStandIn({ repositories: [repository] });

  const text = await ask(toolsFor(github), 'github_commits', { until: ONSET });

  expect(text).toBe(
    [
      '2 commits in acme/checkout from 2026-11-20T12:41:00Z to 2026-11-21T12:41:00Z',
      `${sha('c')} · 2026-11-21T12:26:00Z (15 min before) · by ana · PR #123 · Cut memory limits (#123) · files: deploy/values.yaml`,
      `${sha('b')} · 2026-11-21T09:00:00Z (221 min before) · by ana · Docs · files: README.md`,
    ].join('\n'),
  );
  expect(github.violations).toEqual([]);
});

test('commits can be narrowed to a folder', async () => {
  await using github = await startGithubStandIn({ repositories: [repository] });

  const text = await ask(toolsFor(github), 'github_commits', { until: ONSET, path: 'deploy' });

  expect(text).toContain('Cut memory limits');
  expect(text).not.toContain('Docs');
});

test('pull requests are those merged before the onset', async () => {
  await using github = await startGithubStandIn({ repositories: [repository] });

  const text = await ask(toolsFor(github), 'github_pull_requests', { until: ONSET });

  expect(text).toContain('#123 · merged 2026-11-21T12:26:00Z (15 min before) · by ana');
  expect(text).not.toContain('#124');
});

test('one pull request shows its diff, unless it was merged after the onset', async () => {
  await using github = await startGithubStandIn({ repositories: [repository] });
  const tools = toolsFor(github);

  expect(await ask(tools, 'github_pull_requests', { number: 123, until: ONSET })).toMatch(
    /#123 Cut memory limits[\s\S]*\+ {2}memory: 256Mi/,
  );
  expect(await ask(tools, 'github_pull_requests', { number: 124, until: ONSET })).toMatch(
    /#124 was merged .* it cannot be a cause/,
  );
});

test('a comparison shows commits and diffs, and refuses a head that is later than the onset', async () => {
  await using github = await startGithubStandIn({ repositories: [repository] });
  const tools = toolsFor(github);

  expect(await ask(tools, 'github_compare', { base: sha('b'), head: sha('c'), until: ONSET })).toMatch(
    /ahead, 1 commits ahead[\s\S]*-  memory: 512Mi/,
  );
  const late = await ask(tools, 'github_compare', { base: sha('b'), head: 'main', until: ONSET });
  expect(late).toMatch(/cannot be a cause. The last commit before it is c{40}/);
  expect(late).not.toContain('256Mi');
});

test.each([
  {
    name: 'a repository that is not configured',
    input: { repository: 'evil/exfiltrate' },
    says: /not one of the configured repositories. There are: acme\/checkout \(checkout-api; paths deploy\)/,
  },
  { name: 'an empty window', input: { since: ONSET, until: '2026-11-21T10:00:00Z' }, says: /"since" must be before/ },
  { name: 'a moment that is none', input: { until: 'yesterday' }, says: /write an instant/ },
])('$name is answered without asking GitHub', async ({ input, says }) => {
  await using github = await startGithubStandIn({ repositories: [repository] });

  await expect(ask(toolsFor(github), 'github_commits', input)).rejects.toMatchObject({
    code: 'TOOL_INPUT_INVALID',
    message: expect.stringMatching(says),
  });
  expect(github.requests).toEqual([]);
});

test.each([
  {
    name: 'the hourly limit',
    fault: { kind: 'primary-limit' },
    code: 'TOOL_FAILED',
    says: /rate limit is reached until \d{4}-.*could not be checked/,
  },
  {
    name: 'a long secondary limit',
    fault: { kind: 'secondary-limit', retryAfterSeconds: 60 },
    code: 'TOOL_FAILED',
    says: /rate limit is reached for another 60 s/,
  },
  {
    name: 'a missing permission',
    fault: { kind: 'status', status: 403, message: 'Resource not accessible' },
    code: 'TOOL_FAILED',
    says: /needs read access/,
  },
  { name: 'a page of HTML', fault: { kind: 'html', status: 502 }, code: 'TOOL_FAILED', says: /HTTP 502/ },
  { name: 'silence', fault: { kind: 'hang' }, code: 'TOOL_FAILED', says: /did not answer in time/ },
  {
    name: 'an unknown branch',
    input: { branch: 'nope' },
    code: 'TOOL_INPUT_INVALID',
    says: /no such repository, branch/,
  },
] as const)('$name is one clear sentence', async ({ code, says, ...given }) => {
  const faults = 'fault' in given ? [{ fault: given.fault }] : [];
  await using github = await startGithubStandIn({ repositories: [repository], faults });
  const input = 'input' in given ? given.input : {};

  await expect(ask(toolsFor(github, github.token, 1500), 'github_commits', input)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(says),
  });
});

test('a short secondary limit is waited for', async () => {
  await using github = await startGithubStandIn({
    repositories: [repository],
    faults: [{ occurrence: 1, fault: { kind: 'secondary-limit', retryAfterSeconds: 1 } }],
  });

  expect(await ask(toolsFor(github), 'github_commits', { until: ONSET })).toContain('2 commits');
});

test('a refused token is named by its setting and does not travel in the error', async () => {
  await using github = await startGithubStandIn({ repositories: [repository] });

  const failure: unknown = await ask(toolsFor(github, 'ghp_wrong-canary'), 'github_commits', {}).catch(
    (error: unknown) => error,
  );

  expect(failure).toMatchObject({ code: 'TOOL_FAILED', message: expect.stringContaining('GITHUB_TOKEN') });
  expect(inspect(failure, { depth: null, showHidden: true })).not.toContain('canary');
});
