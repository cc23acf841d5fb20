import { expect, test } from 'vitest';
import { loadClusterAccess } from '../../../src/cluster/kubeconfig.ts';
import { defaultReadSettings } from '../../../src/cluster/read.ts';
import { createClusterReader } from '../../../src/cluster/reader.ts';
import { silentLog } from '../../../src/log.ts';
import { createTools } from '../../../src/tools/create-tools.ts';
import { createRunJq } from '../../../src/tools/kubernetes/jq.ts';
import { controlPlane } from '../../control-plane/control-plane.ts';
import { anAccount, grantIn } from '../../harness/accounts.ts';
import { startFaultProxy } from '../../harness/fault-proxy.ts';
import { promiseCases, promiseHeld } from '../../harness/promises.ts';

const NEVER = new AbortController().signal;

/** What an agent asks about a pod that it has just seen in a list. */
const QUESTIONS: readonly (readonly [tool: string, input: (pod: string) => object])[] = [
  ['k8s_logs', (pod) => ({ pod })],
  ['k8s_logs', (pod) => ({ pod, previous: true, grep: 'error|fatal' })],
  ['k8s_get', (pod) => ({ kind: 'pod', name: pod })],
  ['k8s_get', (pod) => ({ kind: 'pod', name: pod, output: 'yaml' })],
  ['k8s_describe', (pod) => ({ kind: 'pod', name: pod })],
  ['k8s_events', (pod) => ({ kind: 'pod', name: pod })],
];

test('K9: a pod that vanishes between the list and a question, or while it is answered, is a note and not an error', async () => {
  const server = controlPlane();
  const namespace = await server.uniqueNamespace('vanishing');
  const account = await anAccount(server, namespace);
  await grantIn(server, account, namespace);
  await using proxy = await startFaultProxy(server);
  await using reader = createClusterReader({
    access: loadClusterAccess({
      explicitFile: await proxy.kubeconfigFile({ token: account.token, namespace }),
      environment: {},
    }),
    cluster: () => ({ id: 'test', name: 'test' }),
    settings: () => defaultReadSettings,
    readableConfigMaps: () => [],
    now: Date.now,
    sleep: async () => undefined,
    random: Math.random,
    onRequest: () => undefined,
    log: silentLog,
  });
  const toolsOfCycle = createTools({
    queries: reader.queries,
    github: undefined,
    redact: (text) => text,
    runJq: createRunJq(),
    now: Date.now,
  });
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const deletions = promiseCases(50, 1_000);
  let notFound = 0;

  for (let deletion = 0; deletion < deletions; deletion += 1) {
    const name = `pod-${deletion}`;
    await server.adminRequest('POST', pods, {
      metadata: { name },
      spec: { containers: [{ name: 'app', image: 'registry.example/app:1' }] },
    });
    const { objects } = await reader.takeSnapshot({
      kinds: ['Pod'],
      namespaces: { include: [namespace] },
      signal: NEVER,
    });
    expect(objects.Pod.map(({ meta }) => meta.name)).toEqual([name]);
    // Just before the first, second or third request about it arrives, or between list and question.
    const goesAt = Math.floor(Math.random() * 4);
    let asked = 0;
    let going: Promise<unknown> | undefined;
    const vanish = (): Promise<unknown> =>
      (going ??= server.adminRequest('DELETE', `${pods}/${name}?gracePeriodSeconds=0`));
    if (goesAt === 0) await vanish();
    const statuses = proxy.seen.length;
    proxy.follow(({ url }) => {
      if (!url.pathname.startsWith(pods)) return undefined;
      asked += 1;
      return asked === goesAt ? ({ pass }) => vanish().then(pass) : undefined;
    });
    const [tool = '', input] = QUESTIONS[deletion % QUESTIONS.length] ?? [];
    const answering = toolsOfCycle({ kubernetes: true, repositories: [] }).find((candidate) => candidate.name === tool);

    const answer = await answering?.run({ ...input?.(name), namespace }, NEVER);

    const cell = `${tool}, gone at ${goesAt}`;
    expect(answer?.source, cell).toContain(name);
    const wasMissed = proxy.seen.slice(statuses).some(({ status }) => status === 404);
    notFound += wasMissed ? 1 : 0;
    expect(answer?.text, cell).toMatch(wasMissed ? /There is no Pod|is gone|not found/ : /./);
    proxy.follow(() => undefined);
    await vanish();
  }

  expect(notFound).toBeGreaterThan(deletions / 4);
  await promiseHeld('K9', deletions, `pods deleted around a question, ${notFound} of them answered with a note`);
}, 600_000);
