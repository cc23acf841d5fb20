/** A person as commits and pull requests name them. */
export interface GithubAuthor {
  readonly login: string;
  readonly name: string;
  readonly email: string;
}

export interface GithubFile {
  readonly filename: string;
  readonly status: 'added' | 'modified' | 'removed' | 'renamed';
  readonly additions: number;
  readonly deletions: number;
  /** Unified diff without its file header. */
  readonly patch?: string;
}

export interface GithubCommit {
  /** 40 hex digits. */
  readonly sha: string;
  readonly message: string;
  readonly author: GithubAuthor;
  readonly committedAtMs: number;
  readonly files: readonly GithubFile[];
  /** Number of the pull request that brought it. */
  readonly pull?: number;
}

export interface GithubPull {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly state: 'open' | 'closed';
  readonly author: GithubAuthor;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly mergedAtMs?: number;
  readonly mergeCommitSha?: string;
  readonly base: string;
  readonly head: string;
  readonly labels: readonly string[];
  readonly files: readonly GithubFile[];
}

export interface GithubRelease {
  readonly tag: string;
  readonly name: string;
  readonly body: string;
  readonly publishedAtMs: number;
  readonly author: GithubAuthor;
}

export interface GithubWorkflowRun {
  readonly id: number;
  readonly name: string;
  readonly event: string;
  readonly branch: string;
  readonly headSha: string;
  readonly status: 'queued' | 'in_progress' | 'completed';
  readonly conclusion: 'success' | 'failure' | 'cancelled' | null;
  readonly createdAtMs: number;
  readonly actor: GithubAuthor;
}

/** One repository with a straight history. */
export interface GithubRepository {
  readonly owner: string;
  readonly name: string;
  readonly defaultBranch: string;
  /** Newest first. */
  readonly commits: readonly GithubCommit[];
  /** Tags and branches other than the default one → sha. */
  readonly refs?: Readonly<Record<string, string>>;
  readonly pulls?: readonly GithubPull[];
  /** Texts by path, at the newest commit. */
  readonly contents?: Readonly<Record<string, string>>;
  /** Texts that were different at a ref: ref → path → text. */
  readonly contentsAt?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly releases?: readonly GithubRelease[];
  readonly runs?: readonly GithubWorkflowRun[];
}
