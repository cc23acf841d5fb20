import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { apply, type Applied } from '../control-plane/builders/apply.ts';
import { freshControlPlane } from '../control-plane/control-plane.ts';
import { anAccount, grantEverywhere } from '../harness/accounts.ts';
import { buildChild } from '../harness/kill-nine/build-child.ts';
import { journalOf, shapeOf, startStory } from '../harness/kill-nine/story.ts';
import { workloadAt } from '../harness/kill-nine/trouble.ts';

/** Every point is tried against the simulated cluster, in test/integration/kill-nine. */
test('against the real API server: one incident is told once, whatever the process is killed at on the way', async () => {
  await using server = await freshControlPlane();
  await using child = await buildChild();
  const account = await anAccount(server);
  await grantEverywhere(server, account);
  const namespace = `prod-${randomBytes(4).toString('hex')}`;
  await server.adminRequest('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  const beginsAtMs = Date.now();
  let applied: Applied | undefined;
  await using story = await startStory(child, {
    beginsAtMs,
    kubeconfig: await server.kubeconfigFile({ token: account.token }),
    oneCycleALife: true,
    prepare: async (atMs) => {
      const workload = workloadAt(atMs, beginsAtMs, namespace);
      if (applied === undefined) applied = await apply(server, workload);
      else await applied.become(workload);
    },
  });

  const killed: boolean[] = [];
  // It opens, gets worse, is not seen a first time, and is over.
  for (const step of ['commit pass: before commit', 'commit pass: committed', undefined, 'delivery: answered']) {
    if (step !== undefined) killed.push((await story.live({ kill: { cycle: 0, step } })).wasKilled);
    await story.live();
  }

  expect(killed).toEqual([true, true, true]);
  expect(story.isOver()).toBe(true);
  const journal = journalOf(story);
  expect(journal.stored).toEqual(journal.told);
  expect(journal).toMatchObject({ waiting: [], duplicates: [], incidents: [{ state: 'resolved' }] });
  const { texts, replies } = shapeOf(story);
  expect(texts).toEqual([expect.stringContaining('recovered')]);
  expect(replies.map(([, broadcast]) => broadcast)).toEqual([false, true]);
  expect(story.slack.violations).toEqual([]);
});
