import { expect, test } from 'vitest';
import { createEvidenceLog } from '../../../src/agents/evidence.ts';
import { createFence } from '../../../src/agents/fence.ts';
import { createToolbox, type AskedTool } from '../../../src/agents/toolbox.ts';
import type { Tool } from '../../../src/domain/tool.ts';
import { MonitorError } from '../../../src/errors.ts';

const signal = new AbortController().signal;

function setup(run: Tool['run']) {
  const evidence = createEvidenceLog([]);
  const tools: Tool[] = [
    { name: 'k8s_get', description: 'd', inputSchema: { type: 'object' }, run },
    { name: 'github_commits', description: 'd', inputSchema: { type: 'object' }, run },
  ];
  const toolsFor = createToolbox(tools, evidence, createFence('k3y9x2ab'));
  const asked: AskedTool[] = [];
  const agent = () => {
    const [tool] = toolsFor(['k8s_get'], (question) => asked.push(question));
    if (tool === undefined) throw new Error('the tool is offered');
    return tool;
  };
  return { evidence, asked, agent, toolsFor };
}

test('an agent is offered what it may use, and nothing else', () => {
  const { toolsFor } = setup(() => Promise.reject(new Error('unused')));
  expect(toolsFor(['github_commits', 'exec'], () => undefined).map(({ definition }) => definition.name)).toEqual([
    'github_commits',
  ]);
});

test('a result gets an id and stands between marks', async () => {
  const { agent, asked, evidence } = setup(() =>
    Promise.resolve({ text: 'NAME\napi-1', source: 'k8s_get pods', handle: 'h1' }),
  );
  await expect(agent().run({ kind: 'Pod' }, signal)).resolves.toEqual({
    text: 'e1\n<data-k3y9x2ab from="k8s_get pods">\nNAME\napi-1\n</data-k3y9x2ab>\nThere is more: handle h1.',
    isError: false,
  });
  expect(evidence.get('e1')).toMatchObject({ text: 'NAME\napi-1', tool: 'k8s_get' });
  expect(asked).toEqual([{ tool: 'k8s_get', source: 'k8s_get pods', evidenceId: 'e1', isError: false }]);
});

test('the same question is asked once a cycle, whoever asks and however it is written', async () => {
  let runs = 0;
  const { agent } = setup(() => {
    runs += 1;
    return Promise.resolve({ text: 'x', source: 's' });
  });
  const first = agent();
  await first.run({ kind: 'Pod', namespace: 'a' }, signal);
  await expect(first.run({ namespace: 'a', kind: 'Pod' }, signal)).resolves.toMatchObject({
    text: 'Asked before: the answer is e1 above.',
  });
  await expect(agent().run({ kind: 'Pod', namespace: 'a' }, signal)).resolves.toMatchObject({
    text: expect.stringMatching(/^e1\n<data/),
  });
  expect(runs).toBe(1);
});

test('a failed question has an id, proves nothing, and may be asked again', async () => {
  let runs = 0;
  const { agent, asked, evidence } = setup(() => {
    runs += 1;
    return runs === 1
      ? Promise.reject(new MonitorError('CLUSTER_FORBIDDEN', 'needs list pods'))
      : Promise.resolve({ text: 'x', source: 's' });
  });
  await expect(agent().run({}, signal)).resolves.toEqual({ text: 'Failed: needs list pods', isError: true });
  expect(evidence.get('e1')).toMatchObject({ isError: true });
  expect(asked).toMatchObject([{ isError: true, evidenceId: 'e1' }]);
  await expect(agent().run({}, signal)).resolves.toMatchObject({ isError: false });
});

test('reading and asking are bounded', async () => {
  const { agent } = setup(() => Promise.resolve({ text: 'x'.repeat(200_000), source: 's' }));
  const tool = agent();
  await tool.run({ page: 1 }, signal);
  await tool.run({ page: 2 }, signal);
  await expect(tool.run({ page: 3 }, signal)).rejects.toThrow(/read enough/);
  await expect(agent().run({ jq: 'x'.repeat(40_000) }, signal)).rejects.toThrow(/too long/);
});
