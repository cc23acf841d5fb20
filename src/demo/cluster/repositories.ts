import { createHash } from 'node:crypto';
import type { GithubAuthor, GithubCommit, GithubFile, GithubRepository } from '../stand-ins/github-fixture.ts';
import { moments } from './timeline.ts';

const HOUR_MS = 3_600_000;
const person = (login: string, name: string): GithubAuthor => ({ login, name, email: `${login}@example.com` });
const mira = person('mira-k', 'Mira Kovač');
const tom = person('tom-w', 'Tom Weber');
const sha = (text: string): string => createHash('sha1').update(text).digest('hex');

const limits: GithubFile = {
  filename: 'deploy/payments/checkout-api.yaml',
  status: 'modified',
  additions: 2,
  deletions: 2,
  patch: `@@ -31,9 +31,9 @@ spec:
           resources:
             requests:
               cpu: 100m
-              memory: 512Mi
+              memory: 256Mi
             limits:
-              memory: 512Mi
+              memory: 256Mi
           readinessProbe:`,
};
const readme: GithubFile = {
  filename: 'README.md',
  status: 'modified',
  additions: 3,
  deletions: 1,
  patch: '@@ -1 +1,3 @@',
};

const commits: readonly GithubCommit[] = [
  {
    sha: sha('merge-123'),
    message:
      'right-size checkout-api memory (#123)\n\nLower requests and limits from 512Mi to 256Mi: average use last week was 180Mi.',
    author: mira,
    committedAtMs: moments.pullRequestMerged,
    files: [limits],
    pull: 123,
  },
  {
    sha: sha('docs'),
    message: 'docs: how to run the shop locally (#122)',
    author: tom,
    committedAtMs: moments.pullRequestMerged - 9 * HOUR_MS,
    files: [readme],
    pull: 122,
  },
  {
    sha: sha('release-2.9.1'),
    message: 'release checkout-api 2.9.1 (#119)',
    author: tom,
    committedAtMs: moments.pullRequestMerged - 60 * HOUR_MS,
    files: [{ filename: 'services/checkout-api/package.json', status: 'modified', additions: 1, deletions: 1 }],
    pull: 119,
  },
];

const manifest = (memory: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: checkout-api
  namespace: payments
spec:
  replicas: 3
  template:
    spec:
      containers:
        - name: api
          resources:
            limits:
              memory: ${memory}
`;

/** The source of payments/checkout-api, with the pull request that broke it. */
export const demoRepositories: readonly GithubRepository[] = [
  {
    owner: 'acme',
    name: 'shop',
    defaultBranch: 'main',
    commits,
    refs: { 'checkout-api-2.9.1': sha('release-2.9.1') },
    pulls: [
      {
        number: 123,
        title: 'right-size checkout-api memory',
        body: 'Lowers requests and limits of checkout-api from 512Mi to 256Mi. Average use last week was 180Mi.',
        state: 'closed',
        author: mira,
        createdAtMs: moments.pullRequestMerged - 5 * HOUR_MS,
        updatedAtMs: moments.pullRequestMerged,
        mergedAtMs: moments.pullRequestMerged,
        mergeCommitSha: sha('merge-123'),
        base: 'main',
        head: 'mira/right-size-checkout',
        labels: ['cost'],
        files: [limits],
      },
      {
        number: 122,
        title: 'docs: how to run the shop locally',
        body: '',
        state: 'closed',
        author: tom,
        createdAtMs: moments.pullRequestMerged - 12 * HOUR_MS,
        updatedAtMs: moments.pullRequestMerged - 9 * HOUR_MS,
        mergedAtMs: moments.pullRequestMerged - 9 * HOUR_MS,
        mergeCommitSha: sha('docs'),
        base: 'main',
        head: 'tom/local-docs',
        labels: [],
        files: [readme],
      },
    ],
    contents: { 'deploy/payments/checkout-api.yaml': manifest('256Mi') },
    contentsAt: { 'checkout-api-2.9.1': { 'deploy/payments/checkout-api.yaml': manifest('512Mi') } },
    releases: [
      {
        tag: 'checkout-api-2.9.1',
        name: 'checkout-api 2.9.1',
        body: 'Faster price look-up.',
        publishedAtMs: moments.pullRequestMerged - 59 * HOUR_MS,
        author: tom,
      },
    ],
    runs: [
      {
        id: 90_123,
        name: 'deploy payments',
        event: 'push',
        branch: 'main',
        headSha: sha('merge-123'),
        status: 'completed',
        conclusion: 'success',
        createdAtMs: moments.checkoutDeployed,
        actor: mira,
      },
    ],
  },
];
