import { once } from 'node:events';
import { createServer } from 'node:http';
import { KubeConfig } from '@kubernetes/client-node';
import { expect, onTestFinished, test } from 'vitest';
import { createOwnEvents } from '../../../src/cluster/own-events.ts';
import { createLogger } from '../../../src/log.ts';

/** An API server that takes every request and answers none. */
async function aSilentServer(): Promise<{ readonly kubeConfig: KubeConfig; readonly asked: () => number }> {
  let asked = 0;
  const server = createServer(() => void (asked += 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser(
    { name: 'silent', server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
    { name: 'monitor' },
  );
  return { kubeConfig, asked: () => asked };
}

test('a stop does not wait for an API server that never answers, however many events are left', async () => {
  const { kubeConfig, asked } = await aSilentServer();
  const said: string[] = [];
  const events = createOwnEvents({
    kubeConfig,
    pod: { name: 'k8s-monitor-0', namespace: 'monitoring', uid: undefined },
    random: () => '00000000',
    now: () => 0,
    log: createLogger({
      level: 'info',
      sink: { write: (line) => void said.push(line) },
      redact: (text) => text,
      now: () => 0,
    }),
    lastMs: 50,
  });
  for (const message of ['one', 'two', 'three', 'four'])
    events.post({ type: 'Normal', reason: 'ConfigReloaded', message });
  await expect.poll(asked, { timeout: 10_000 }).toBe(1);

  // Each alone would be waited for ten seconds: more than a test has, and more than a stopping pod has.
  await events[Symbol.asyncDispose]();

  expect(said.filter((line) => line.includes('an event could not be written'))).toHaveLength(4);
  expect(asked()).toBe(1);
});
