import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { demoCycles } from '../../../src/demo/cluster/timeline.ts';
import { fencedBlocks } from '../../builders/fenced.ts';
import { textOf } from '../../builders/markdown.ts';
import { startProgram } from '../../harness/program.ts';
import { startSimulatedClusterNow } from '../../harness/simulated-now.ts';

const SOON = { timeout: 25_000 };

test('with the variables of the production guide the outside is asked through the proxy, and the API server is not', async () => {
  const asked = new Set<string>();
  const proxy = createServer((_request, response) => response.writeHead(502).end());
  proxy.on('connect', ({ url = '' }, socket) => {
    socket.on('error', () => undefined); // the program is killed while it asks
    asked.add(url);
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void proxy.close());
  const address = proxy.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  await using cluster = await startSimulatedClusterNow(demoCycles[0].nowMs);
  const directory = await mkdtemp(join(tmpdir(), 'k8s-monitor-proxy-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await writeFile(join(directory, 'kubeconfig'), cluster.kubeconfig);
  await writeFile(join(directory, 'config.yaml'), 'llm: { max_retries: 0 }\n');
  const guide = fencedBlocks(textOf('docs/production-deployment-guide.md'));
  const block = guide.find(({ text }) => text.includes('NODE_USE_ENV_PROXY'))?.text ?? '';
  const variables: readonly { readonly name: string; readonly value: string }[] = parse(block);
  const given = Object.fromEntries(variables.map(({ name, value }) => [name, name === 'HTTPS_PROXY' ? url : value]));

  await using program = startProgram({
    arguments: [
      'once',
      '--config',
      join(directory, 'config.yaml'),
      '--data-dir',
      directory,
      '--reports-dir',
      directory,
    ],
    variables: {
      ...given,
      // For everything that is not HTTPS, as the simulated API server.
      HTTP_PROXY: url,
      KUBECONFIG: join(directory, 'kubeconfig'),
      SLACK_BOT_TOKEN: 'xoxb-1-2-none',
      ANTHROPIC_API_KEY: 'sk-ant-none',
    },
  });

  await expect.poll(() => [...asked].toSorted(), SOON).toEqual(['api.anthropic.com:443', 'slack.com:443']);
  expect(cluster.requests.length).toBeGreaterThan(10);
  expect(cluster.requests.some((request) => request.startsWith('GET /api/v1/pods'))).toBe(true);
  expect(program.stderr()).not.toContain('a bug');
});
