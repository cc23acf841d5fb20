import { fastify } from 'fastify';
import { MonitorError, messageOf } from '../errors.ts';

/** One answer of /healthz or /readyz: every reason stands in the body, also one that leaves the process in service, so that `kubectl describe` and `curl` both tell why. */
export interface HealthAnswer {
  readonly ok: boolean;
  readonly reasons: readonly string[];
}

export interface HealthServer extends AsyncDisposable {
  readonly port: number;
}

/**
 * `/healthz`, `/readyz`, `/metrics`, for the kubelet and Prometheus.
 *
 * @throws {MonitorError} `PORT_UNAVAILABLE`
 */
export async function startHealthServer(options: {
  readonly port: number;
  readonly host: string;
  readonly health: () => HealthAnswer;
  readonly ready: () => HealthAnswer;
  readonly metrics: () => Promise<string>;
}): Promise<HealthServer> {
  const server = fastify({ logger: false, forceCloseConnections: true });
  const answer = (path: string, probe: () => HealthAnswer): void => {
    server.get(path, async (_request, reply) => {
      const { ok, reasons } = probe();
      await reply
        .code(ok ? 200 : 503)
        .type('text/plain; charset=utf-8')
        .send(`${[...(ok ? ['ok'] : []), ...reasons].join('\n')}\n`);
    });
  };
  answer('/healthz', options.health);
  answer('/readyz', options.ready);
  server.get('/metrics', async (_request, reply) => {
    await reply.type('text/plain; version=0.0.4; charset=utf-8').send(await options.metrics());
  });
  try {
    await server.listen({ port: options.port, host: options.host });
  } catch (cause) {
    throw new MonitorError(
      'PORT_UNAVAILABLE',
      `cannot listen on port ${options.port} (${messageOf(cause)}): set K8S_MONITOR_METRICS_PORT to a free one`,
      { cause },
    );
  }
  const address = server.server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    [Symbol.asyncDispose]: () => server.close(),
  };
}
