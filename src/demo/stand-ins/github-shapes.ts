import { createHash } from 'node:crypto';
import type {
  GithubAuthor,
  GithubCommit,
  GithubFile,
  GithubPull,
  GithubRelease,
  GithubRepository,
  GithubWorkflowRun,
} from './github-fixture.ts';

/* The JSON of api.github.com for what the fixture holds; links that nobody follows are left out. */

/** GitHub's times have no fractions. */
const isoSeconds = (ms: number): string => new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
const stableId = (text: string): number => createHash('sha256').update(text).digest().readUInt32BE(0);
const web = ({ owner, name }: GithubRepository): string => `https://github.com/${owner}/${name}`;

function user(author: GithubAuthor): Record<string, unknown> {
  return {
    login: author.login,
    id: stableId(author.login),
    type: 'User',
    html_url: `https://github.com/${author.login}`,
  };
}

export function commitJson(repository: GithubRepository, commit: GithubCommit): Record<string, unknown> {
  const person = { name: commit.author.name, email: commit.author.email, date: isoSeconds(commit.committedAtMs) };
  const older = repository.commits[repository.commits.indexOf(commit) + 1];
  return {
    sha: commit.sha,
    html_url: `${web(repository)}/commit/${commit.sha}`,
    commit: { author: person, committer: person, message: commit.message, comment_count: 0 },
    author: user(commit.author),
    committer: user(commit.author),
    parents: older === undefined ? [] : [{ sha: older.sha }],
  };
}

export function commitWithFilesJson(repository: GithubRepository, commit: GithubCommit): Record<string, unknown> {
  const additions = commit.files.reduce((sum, file) => sum + file.additions, 0);
  const deletions = commit.files.reduce((sum, file) => sum + file.deletions, 0);
  return {
    ...commitJson(repository, commit),
    stats: { additions, deletions, total: additions + deletions },
    files: commit.files.map((file) => fileJson(file, commit.sha)),
  };
}

export function fileJson(file: GithubFile, sha: string): Record<string, unknown> {
  return {
    sha: createHash('sha1').update(`${sha}${file.filename}`).digest('hex'),
    ...file,
    changes: file.additions + file.deletions,
  };
}

export function pullJson(repository: GithubRepository, pull: GithubPull): Record<string, unknown> {
  const at = (ms: number | undefined): string | null => (ms === undefined ? null : isoSeconds(ms));
  return {
    id: stableId(`${web(repository)}#${pull.number}`),
    number: pull.number,
    html_url: `${web(repository)}/pull/${pull.number}`,
    state: pull.state,
    draft: false,
    locked: false,
    title: pull.title,
    body: pull.body,
    user: user(pull.author),
    labels: pull.labels.map((name) => ({ id: stableId(name), name })),
    created_at: at(pull.createdAtMs),
    updated_at: at(pull.updatedAtMs),
    closed_at: pull.state === 'closed' ? at(pull.mergedAtMs ?? pull.updatedAtMs) : null,
    merged_at: at(pull.mergedAtMs),
    merge_commit_sha: pull.mergeCommitSha ?? null,
    base: { ref: pull.base, label: `${repository.owner}:${pull.base}` },
    head: { ref: pull.head, label: `${repository.owner}:${pull.head}` },
  };
}

/** One pull request has counts that a list of them has not. */
export function onePullJson(repository: GithubRepository, pull: GithubPull): Record<string, unknown> {
  return {
    ...pullJson(repository, pull),
    merged: pull.mergedAtMs !== undefined,
    commits: 1,
    additions: pull.files.reduce((sum, file) => sum + file.additions, 0),
    deletions: pull.files.reduce((sum, file) => sum + file.deletions, 0),
    changed_files: pull.files.length,
  };
}

export function releaseJson(repository: GithubRepository, release: GithubRelease): Record<string, unknown> {
  return {
    id: stableId(release.tag),
    tag_name: release.tag,
    name: release.name,
    body: release.body,
    draft: false,
    prerelease: false,
    created_at: isoSeconds(release.publishedAtMs),
    published_at: isoSeconds(release.publishedAtMs),
    author: user(release.author),
    html_url: `${web(repository)}/releases/tag/${release.tag}`,
  };
}

export function runJson(repository: GithubRepository, run: GithubWorkflowRun): Record<string, unknown> {
  return {
    id: run.id,
    name: run.name,
    event: run.event,
    head_branch: run.branch,
    head_sha: run.headSha,
    status: run.status,
    conclusion: run.conclusion,
    created_at: isoSeconds(run.createdAtMs),
    updated_at: isoSeconds(run.createdAtMs),
    run_started_at: isoSeconds(run.createdAtMs),
    actor: user(run.actor),
    html_url: `${web(repository)}/actions/runs/${run.id}`,
  };
}
