import { expect, test } from 'vitest';
import type { ClusterQueries } from '../../../src/domain/cluster-queries.ts';
import type { Tool, ToolResult } from '../../../src/domain/tool.ts';
import { MonitorError } from '../../../src/errors.ts';
import { createRedactor } from '../../../src/redact.ts';
import { Secret } from '../../../src/secret.ts';
import { createTools } from '../../../src/tools/create-tools.ts';
import { aPod, clusterOf } from './cluster-in-memory.ts';

const NOW_MS = Date.parse('2026-11-21T12:45:00Z');
const CANARY = 'canary-of-our-own-token';

function toolsOf(queries: ClusterQueries, runJq = (input: string) => Promise.resolve(input)): readonly Tool[] {
  return createTools({
    queries,
    github: undefined,
    redact: createRedactor(() => [new Secret(CANARY)]),
    runJq,
    now: () => NOW_MS,
  })({ kubernetes: true, repositories: [] });
}

async function ask(tools: readonly Tool[], name: string, input: unknown): Promise<ToolResult> {
  const tool = tools.find((each) => each.name === name);
  if (tool === undefined) throw new Error(`no tool ${name}`);
  return tool.run(input, new AbortController().signal);
}

const namespaces = ['payments', 'shipping'].map((name) => ({ kind: 'Namespace', metadata: { name } }));

test('k8s_get prints the table of kubectl get', async () => {
  const tools = toolsOf(clusterOf([aPod('api-1'), aPod('api-2', { status: { phase: 'Pending' } })]));

  const { text, source } = await ask(tools, 'k8s_get', { kind: 'po', namespace: 'payments' });

  expect(text).toBe('NAME   STATUS\napi-1  Running\napi-2  Pending');
  expect(source).toBe('k8s_get pods -n payments');
});

test('k8s_get hands jq what kubectl get -o json prints', async () => {
  const inputs: string[] = [];
  const tools = toolsOf(clusterOf([aPod('api-1')]), (input) => {
    inputs.push(input);
    return Promise.resolve('api-1\n');
  });

  const list = await ask(tools, 'k8s_get', { kind: 'pods', jq: '.items[].metadata.name' });
  await ask(tools, 'k8s_get', { kind: 'pod/api-1', namespace: 'payments', jq: '.metadata.name' });

  expect(list).toEqual({ text: 'api-1', source: "k8s_get pods | jq '.items[].metadata.name'" });
  expect(inputs.map((input) => Object.keys(JSON.parse(input) as object))).toEqual([
    ['apiVersion', 'kind', 'items'],
    ['apiVersion', 'kind', 'metadata', 'spec', 'status'],
  ]);
});

test('a jq program that prints nothing is told apart from one that read nothing', async () => {
  const tools = toolsOf(clusterOf([aPod('api-1')]), () => Promise.resolve(''));

  expect((await ask(tools, 'k8s_get', { kind: 'pods', jq: 'empty' })).text).toBe(
    '(the program printed nothing; it read 1 objects)',
  );
});

test('secrets are gone before jq could turn them into another form, and values of environment variables too', async () => {
  const pod = aPod('api-1', {
    spec: {
      containers: [
        {
          name: 'api',
          args: [`--token=${CANARY}`, 'postgres://user:hunter22@db/x'],
          env: [
            { name: 'DB_HOST', value: 'db.internal' },
            { name: 'DB_PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
          ],
        },
      ],
    },
    metadata: { name: 'api-1', namespace: 'payments', annotations: { key: '-----BEGIN RSA PRIVATE KEY-----\nMIIE' } },
  });
  const seen: string[] = [];
  const tools = toolsOf(clusterOf([pod]), (input) => {
    seen.push(input);
    return Promise.resolve(input);
  });

  await ask(tools, 'k8s_get', { kind: 'pods', jq: '.' });
  for (const output of ['yaml', 'json']) seen.push((await ask(tools, 'k8s_get', { kind: 'pods', output })).text);
  seen.push((await ask(tools, 'k8s_describe', { kind: 'pod', name: 'api-1', namespace: 'payments' })).text);

  for (const text of seen) {
    expect(text).not.toMatch(/canary|hunter22|MIIE|db\.internal/);
    expect(text).toContain('DB_HOST');
  }
  expect(() => JSON.parse(seen[0] ?? '')).not.toThrow();
});

test.each([
  { tool: 'k8s_get', input: { kind: 'secrets' }, code: 'CLUSTER_FORBIDDEN', says: /Secrets are never read/ },
  { tool: 'k8s_get', input: { kind: 'flurbs' }, code: 'TOOL_INPUT_INVALID', says: /no kind "flurbs".*deployments/ },
  { tool: 'k8s_get', input: { kind: 'pod', name: 'api-1' }, code: 'TOOL_INPUT_INVALID', says: /give "namespace"/ },
  {
    tool: 'k8s_get',
    input: { kinds: 'pod' },
    code: 'TOOL_INPUT_INVALID',
    says: /Its fields are: kind, name, namespace/,
  },
  { tool: 'k8s_get', input: { kind: 'pod', output: 'wide' }, code: 'TOOL_INPUT_INVALID', says: /output: .*"table"/ },
  { tool: 'k8s_get', input: 'pods', code: 'TOOL_INPUT_INVALID', says: /Its fields are/ },
  {
    tool: 'k8s_logs',
    input: { pod: 'api-1', namespace: 'payments', container: 'web' },
    code: 'TOOL_INPUT_INVALID',
    says: /no container "web"\. Its containers: api/,
  },
  {
    tool: 'k8s_logs',
    input: { pod: 'api-1', namespace: 'payments', since: 'soon' },
    code: 'TOOL_INPUT_INVALID',
    says: /30m, 2h/,
  },
  { tool: 'k8s_describe', input: { kind: 'deploy' }, code: 'TOOL_INPUT_INVALID', says: /needs "name"/ },
  { tool: 'result_page', input: { handle: 'r7' }, code: 'TOOL_INPUT_INVALID', says: /no result "r7".*none so far/ },
])('$tool answers $input with a sentence that helps', async ({ tool, input, code, says }) => {
  const tools = toolsOf(clusterOf([aPod('api-1'), ...namespaces]));

  await expect(ask(tools, tool, input)).rejects.toMatchObject({ code, message: expect.stringMatching(says) });
});

test.each([
  ['k8s_get', { kind: 'pod', name: 'api-9' }],
  ['k8s_get', { kind: 'pod', name: 'api-9', output: 'yaml' }],
  ['k8s_describe', { kind: 'pod', name: 'api-9' }],
  ['k8s_logs', { pod: 'api-9' }],
])('%s of %o, which is not there, is an answer that names those that are', async (tool, input) => {
  const tools = toolsOf(clusterOf([aPod('api-1'), ...namespaces]));

  const { text, source } = await ask(tools, tool, { ...input, namespace: 'payments' });

  expect(text).toBe('There is no Pod "api-9" in namespace payments. There are: api-1.');
  expect(source).toContain('api-9');
});

test.each(['k8s_get', 'k8s_events'])('%s names the namespaces when the one asked for does not exist', async (tool) => {
  const tools = toolsOf(clusterOf(namespaces));

  const { text } = await ask(tools, tool, { kind: 'pods', namespace: 'paymnets' });

  expect(text).toBe('There is no namespace "paymnets". There are: payments, shipping.');
});

test('what models write for "nothing" counts as left out', async () => {
  const tools = toolsOf(clusterOf([aPod('api-1')]));

  const { text } = await ask(tools, 'k8s_get', { kind: 'pods', name: null, namespace: '', jq: null });

  expect(text).toContain('api-1');
});

test('a hundred rows are shown, the rest is paged by handle, each page with its head', async () => {
  const tools = toolsOf(
    clusterOf(Array.from({ length: 250 }, (_, index) => aPod(`pod-${String(index).padStart(3, '0')}`))),
  );

  const first = await ask(tools, 'k8s_get', { kind: 'pods' });
  const third = await ask(tools, 'result_page', { handle: first.handle, page: 3 });

  expect(first.text.split('\n').slice(0, 2)).toEqual(['NAME     STATUS', 'pod-000  Running']);
  expect(first.text.split('\n').at(-1)).toBe('[page 1 of 3; result_page {"handle":"r1","page":2} shows the next]');
  expect(third.text.split('\n')).toHaveLength(51);
  expect(third.text).toMatch(/^NAME     STATUS\npod-200 /);
  expect(third.source).toBe('k8s_get pods (page 3)');
  await expect(ask(tools, 'result_page', { handle: first.handle, page: 4 })).rejects.toMatchObject({
    message: 'Result r1 has pages 1 to 3.',
  });
});

test('no page is longer than 16 KiB, whatever one line holds, and together they hold every character', async () => {
  const line = '😀é'.repeat(20_000);
  const tools = toolsOf(clusterOf([aPod('api-1')], { logs: () => `first\n${line}\nlast` }));

  const first = await ask(tools, 'k8s_logs', { pod: 'api-1', namespace: 'payments' });
  const texts = [first.text];
  for (let page = 2; !texts.at(-1)?.includes('last'); page += 1) {
    texts.push((await ask(tools, 'result_page', { handle: first.handle, page })).text);
  }

  expect(Math.max(...texts.map((text) => Buffer.byteLength(text)))).toBeLessThanOrEqual(16 * 1024);
  expect(texts.join('').match(/😀/gu)).toHaveLength(20_000);
  expect(texts.join('').match(/é/gu)).toHaveLength(20_000);
});

test('the same question is asked once in a cycle, also side by side; a new cycle asks again', async () => {
  const cluster = clusterOf([aPod('api-1')]);
  const cycle = createTools({
    queries: cluster,
    github: undefined,
    redact: (text) => text,
    runJq: () => Promise.resolve(''),
    now: () => NOW_MS,
  });
  const tools = cycle({ kubernetes: true, repositories: [] });

  await Promise.all([
    ask(tools, 'k8s_get', { kind: 'pods', namespace: 'payments' }),
    ask(tools, 'k8s_get', { namespace: 'payments', kind: 'pods' }),
  ]);
  await ask(tools, 'k8s_get', { kind: 'pods', namespace: 'payments' });
  const inOneCycle = cluster.asked.length;
  await ask(cycle({ kubernetes: true, repositories: [] }), 'k8s_get', { kind: 'pods', namespace: 'payments' });

  expect({ inOneCycle, afterAnother: cluster.asked.length }).toEqual({ inOneCycle: 1, afterAnother: 2 });
});

test('a failure is not remembered, and whoever gives up takes nobody along', async () => {
  const cluster = clusterOf([aPod('api-1')]);
  const answers: PromiseWithResolvers<void>[] = [];
  const slow: ClusterQueries = {
    ...cluster,
    async table(kind, where, signal) {
      const answer = Promise.withResolvers<void>();
      answers.push(answer);
      signal.addEventListener('abort', () => answer.reject(signal.reason), { once: true });
      await answer.promise;
      return cluster.table(kind, where, signal);
    },
  };
  const tools = toolsOf(slow);
  const get = tools.find(({ name }) => name === 'k8s_get');
  const impatient = new AbortController();
  const first = get?.run({ kind: 'pods' }, impatient.signal);
  const second = get?.run({ kind: 'pods' }, new AbortController().signal);
  const failed = first?.catch((error: unknown) => error);
  await new Promise((resolve) => setImmediate(resolve));
  impatient.abort();
  expect(await failed).toMatchObject({ name: 'AbortError' });
  await new Promise((resolve) => setImmediate(resolve));
  answers[1]?.resolve();

  expect((await second)?.text).toContain('api-1');
});

test('logs of the previous run, filtered by words, say which container they are of and how many lines match', async () => {
  const pod = aPod('api-1', {
    spec: { containers: [{ name: 'proxy' }, { name: 'api' }], initContainers: [{ name: 'migrate' }] },
    metadata: {
      name: 'api-1',
      namespace: 'payments',
      annotations: { 'kubectl.kubernetes.io/default-container': 'api' },
    },
  });
  const tools = toolsOf(
    clusterOf([pod], {
      logs: (_pod, container, previous) => `${container} ${previous}\nERROR boom\nfine\npanic: x\n(a+)+$ fine`,
    }),
  );

  const result = await ask(tools, 'k8s_logs', {
    pod: 'api-1',
    namespace: 'payments',
    previous: true,
    grep: 'error|Panic|(a+)+$',
  });

  expect(result).toEqual({
    text: '(container api, its previous run; others in this pod: proxy, migrate; 3 of the last 5 lines match)\nERROR boom\npanic: x\n(a+)+$ fine',
    source: 'k8s_logs payments/api-1 -c api --previous | grep "error|Panic|(a+)+$"',
  });
});

test('events come newest first with what they are about', async () => {
  const event = (name: string, lastTimestamp: string | null, extra: object = {}) => ({
    kind: 'Event',
    metadata: { name, namespace: 'payments', creationTimestamp: '2026-11-21T12:00:00Z' },
    involvedObject: { kind: 'Pod', namespace: 'payments', name: 'api-1' },
    type: 'Warning',
    reason: 'BackOff',
    message: 'Back-off restarting\nfailed container',
    count: 7,
    lastTimestamp,
    ...extra,
  });
  const tools = toolsOf(
    clusterOf([
      event('old', '2026-11-21T12:10:00Z'),
      event('new', '2026-11-21T12:44:00Z'),
      event('series', null, {
        count: undefined,
        series: { count: 3, lastObservedTime: '2026-11-21T12:40:00.000000Z' },
      }),
    ]),
  );

  const { text } = await ask(tools, 'k8s_events', { namespace: 'payments', kind: 'pod', name: 'api-1', since: '30m' });

  expect(text).toMatchInlineSnapshot(`
    "LAST  TYPE     REASON   OBJECT              COUNT  MESSAGE
    1m    Warning  BackOff  Pod payments/api-1  7      Back-off restarting failed container
    5m    Warning  BackOff  Pod payments/api-1  3      Back-off restarting failed container"
  `);
});

test('k8s_describe tells the whole story of a Deployment, and what it could not read', async () => {
  const owned = (kind: string, name: string) => [
    { kind, name, uid: `uid-${name}`, controller: true, apiVersion: 'apps/v1' },
  ];
  const labels = { app: 'checkout' };
  const cluster = clusterOf(
    [
      {
        kind: 'Deployment',
        metadata: {
          name: 'checkout',
          namespace: 'payments',
          uid: 'uid-checkout',
          creationTimestamp: '2026-11-20T12:45:00Z',
          labels,
        },
        spec: { replicas: 2, selector: { matchLabels: labels } },
        status: {
          readyReplicas: 0,
          conditions: [
            {
              type: 'Available',
              status: 'False',
              reason: 'MinimumReplicasUnavailable',
              lastTransitionTime: '2026-11-21T12:41:00Z',
              message: 'no',
            },
          ],
        },
      },
      {
        kind: 'ReplicaSet',
        metadata: {
          name: 'checkout-7d9f',
          namespace: 'payments',
          uid: 'uid-checkout-7d9f',
          labels,
          ownerReferences: owned('Deployment', 'checkout'),
        },
        spec: { replicas: 2 },
      },
      aPod('checkout-7d9f-x1', {
        metadata: {
          name: 'checkout-7d9f-x1',
          namespace: 'payments',
          uid: 'uid-x1',
          labels,
          ownerReferences: owned('ReplicaSet', 'checkout-7d9f'),
        },
        status: {
          phase: 'Running',
          containerStatuses: [
            {
              name: 'api',
              ready: false,
              restartCount: 7,
              image: 'acme/api:1',
              state: { waiting: { reason: 'CrashLoopBackOff' } },
              lastState: { terminated: { reason: 'OOMKilled', exitCode: 137, finishedAt: '2026-11-21T12:44:00Z' } },
            },
          ],
        },
      }),
      aPod('stranger', { metadata: { name: 'stranger', namespace: 'payments', uid: 'uid-s', labels } }),
    ],
    { forbidden: ['events'] },
  );
  const tools = toolsOf(cluster);

  const deployment = await ask(tools, 'k8s_describe', { kind: 'deploy/checkout', namespace: 'payments' });
  const pod = await ask(tools, 'k8s_describe', { kind: 'pod', name: 'checkout-7d9f-x1', namespace: 'payments' });

  expect(deployment.text).toMatchInlineSnapshot(`
    "## Deployment payments/checkout
    age 1d
    labels app=checkout
    replicas 2 wanted, 0 ready, 0 updated

    ## Conditions
    TYPE       STATUS  REASON                      FOR  MESSAGE
    Available  False   MinimumReplicasUnavailable  4m   no

    ## Children
    KIND        NAME              AGE  STATE
    ReplicaSet  checkout-7d9f          0 of 2 ready
    Pod         checkout-7d9f-x1       Running, 0 of 1 ready, 7 restarts, CrashLoopBackOff

    ## Events
    (could not be read: RBAC does not allow list events)

    ## Spec and status
    spec:
      replicas: 2
      selector:
        matchLabels:
          app: checkout
    status:
      readyReplicas: 0"
  `);
  expect(pod.text).toMatchInlineSnapshot(`
    "## Pod payments/checkout-7d9f-x1
    labels app=checkout
    phase Running

    ## Owners
    ReplicaSet checkout-7d9f → Deployment checkout

    ## Containers
    api: waiting, CrashLoopBackOff; not ready; 7 restarts; before: ended with OOMKilled, exit code 137, 1m ago; image acme/api:1

    ## Events
    (could not be read: RBAC does not allow list events)

    ## Spec and status
    spec:
      containers:
        - name: api
          image: acme/api:1"
  `);
});

test('every tool has a schema that a provider takes, an example, and no field that could name a destination', () => {
  const tools = createTools({
    queries: clusterOf([]),
    github: () => Promise.reject(new MonitorError('TOOL_FAILED', 'not asked here')),
    redact: (text) => text,
    runJq: () => Promise.resolve(''),
    now: () => NOW_MS,
  })({ kubernetes: true, repositories: [{ owner: 'acme', name: 'checkout', services: ['checkout-api'], paths: [] }] });

  expect(tools.map(({ name }) => name)).toEqual([
    'k8s_get',
    'k8s_describe',
    'k8s_logs',
    'k8s_events',
    'github_commits',
    'github_compare',
    'github_pull_requests',
    'result_page',
  ]);
  for (const { inputSchema, description } of tools) {
    expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
    expect(description).toMatch(/Example: \{"/);
    expect(Object.keys(inputSchema['properties'] as object).join(' ')).not.toMatch(/url|host|server|token/i);
  }
});

test.each([
  { kubernetes: false, repositories: [], expected: [] },
  {
    kubernetes: true,
    repositories: [],
    expected: ['k8s_get', 'k8s_describe', 'k8s_logs', 'k8s_events', 'result_page'],
  },
])('toolsets that are switched off are not offered', ({ expected, ...toolsets }) => {
  const cycle = createTools({
    queries: clusterOf([]),
    github: undefined,
    redact: (text) => text,
    runJq: () => Promise.resolve(''),
    now: () => NOW_MS,
  });

  expect(cycle(toolsets).map(({ name }) => name)).toEqual(expected);
});
