import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** One settings file that changed while the process ran. */
export interface SettingsReloadSeen {
  /** `config`, `storm`, `dedup`, `retry` and the others. */
  readonly config: string;
  readonly result: 'success' | 'error';
  readonly durationMs: number;
  readonly sha256: string;
}

const GATEWAY = new Set(['storm', 'dedup', 'retry']);

/** Reloads of settings, under the names of the dashboards that exist. A start is no reload. */
export function createSettingsMetrics(registers: Registry[], now: () => number): (reload: SettingsReloadSeen) => void {
  const taken = new Counter({ name: 'holmesgpt_config_reload_total', help: 'Changes of config.yaml taken', registers });
  const refused = new Counter({
    name: 'holmesgpt_config_reload_errors_total',
    help: 'Changes of config.yaml refused',
    registers,
  });
  const takenAt = new Gauge({
    name: 'holmesgpt_config_last_reload_timestamp',
    help: 'Unix time of the last change of config.yaml that was taken',
    registers,
  });
  const hash = new Gauge({
    name: 'holmesgpt_config_hash',
    help: 'SHA-256 of the config.yaml that was taken last; always 1',
    labelNames: ['hash'],
    registers,
  });
  const gateway = new Counter({
    name: 'gateway_config_reload_total',
    help: 'Changes of storm.yaml, dedup.yaml and retry.yaml',
    labelNames: ['config_type', 'result'],
    registers,
  });
  const gatewaySeconds = new Histogram({
    name: 'gateway_config_reload_duration_seconds',
    help: 'Time to read and decide such a change',
    labelNames: ['config_type'],
    buckets: [0.001, 0.01, 0.1, 1],
    registers,
  });
  const gatewayAt = new Gauge({
    name: 'gateway_config_reload_last_success_timestamp',
    help: 'Unix time of the last such change that was taken',
    labelNames: ['config_type'],
    registers,
  });
  return ({ config, result, durationMs, sha256 }) => {
    const seconds = now() / 1_000;
    if (config === 'config') {
      (result === 'success' ? taken : refused).inc();
      if (result === 'error') return;
      takenAt.set(seconds);
      hash.reset();
      hash.set({ hash: sha256 }, 1);
    }
    if (!GATEWAY.has(config)) return;
    gateway.inc({ config_type: config, result });
    gatewaySeconds.observe({ config_type: config }, durationMs / 1_000);
    if (result === 'success') gatewayAt.set({ config_type: config }, seconds);
  };
}
