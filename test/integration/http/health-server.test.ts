import { expect, test } from 'vitest';
import { MonitorError } from '../../../src/errors.ts';
import { startHealthServer, type HealthAnswer } from '../../../src/http/health-server.ts';

const fine: HealthAnswer = { ok: true, reasons: [] };

function serve(
  answers: { readonly health?: HealthAnswer; readonly ready?: HealthAnswer; readonly port?: number } = {},
) {
  return startHealthServer({
    port: answers.port ?? 0,
    host: '127.0.0.1',
    health: () => answers.health ?? fine,
    ready: () => answers.ready ?? fine,
    metrics: () => Promise.resolve('k8s_monitor_build_info{version="0.0.0"} 1\n'),
  });
}

async function get(port: number, path: string): Promise<{ readonly status: number; readonly body: string }> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: response.status, body: await response.text() };
}

test('a process in good order says ok and nothing else', async () => {
  await using server = await serve();
  expect(await get(server.port, '/healthz')).toEqual({ status: 200, body: 'ok\n' });
  expect(await get(server.port, '/readyz')).toEqual({ status: 200, body: 'ok\n' });
});

test('what takes a process out of service stands in the body of the 503', async () => {
  await using server = await serve({ ready: { ok: false, reasons: ['the store takes nothing: the disk is full'] } });
  expect(await get(server.port, '/readyz')).toEqual({
    status: 503,
    body: 'the store takes nothing: the disk is full\n',
  });
  expect((await get(server.port, '/healthz')).status).toBe(200);
});

test('trouble that leaves it in service is shown behind the ok', async () => {
  await using server = await serve({ ready: { ok: true, reasons: ['slack: the token was refused'] } });
  expect(await get(server.port, '/readyz')).toEqual({ status: 200, body: 'ok\nslack: the token was refused\n' });
});

test('metrics are Prometheus text', async () => {
  await using server = await serve();
  expect((await get(server.port, '/metrics')).body).toContain('k8s_monitor_build_info');
});

test('a port that is taken is said with the variable that moves it', async () => {
  await using server = await serve();
  const second = serve({ port: server.port });
  await expect(second).rejects.toThrow(/K8S_MONITOR_METRICS_PORT/);
  await expect(second).rejects.toBeInstanceOf(MonitorError);
});
