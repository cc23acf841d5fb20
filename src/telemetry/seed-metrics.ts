import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { MountReload } from '../domain/mounted-directory.ts';

/** One settings file that changed while the process ran. */
export interface SettingsReloadSeen {
  /** `config`, `storm`, `dedup`, `retry` and the others. */
  readonly config: string;
  readonly result: 'success' | 'error';
  readonly durationMs: number;
  readonly sha256: string;
}

/** A set of policies that changed. */
export interface PolicyReloadSeen {
  readonly result: 'accepted' | 'refused';
  readonly ms: number;
}

interface SeedMetrics {
  readonly policyReload: (reload: PolicyReloadSeen) => void;
  readonly settingsReload: (reload: SettingsReloadSeen) => void;
  readonly mountReload: (reload: MountReload) => void;
}

const GATEWAY = new Set(['storm', 'dedup', 'retry']);

/** Reloads under the names of the dashboards that exist, with their labels and buckets. A start is no reload. */
export function createSeedMetrics(registers: Registry[], now: () => number): SeedMetrics {
  const counter = <Label extends string = never>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Counter({ name, help, labelNames: [...labelNames], registers });
  const gauge = <Label extends string = never>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Gauge({ name, help, labelNames: [...labelNames], registers });

  const policies = counter('signalprocessing_policy_reload_total', 'Changed sets of policies that were taken');
  const policyErrors = counter(
    'signalprocessing_policy_reload_errors_total',
    'Changed sets of policies that were refused',
  );
  const policySeconds = new Histogram({
    name: 'signalprocessing_policy_reload_duration_seconds',
    help: 'Time to compile and try a changed set of policies',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });

  const taken = counter('holmesgpt_config_reload_total', 'Changes of config.yaml taken');
  const refused = counter('holmesgpt_config_reload_errors_total', 'Changes of config.yaml refused');
  const takenAt = gauge(
    'holmesgpt_config_last_reload_timestamp',
    'Unix time of the last change of config.yaml that was taken',
  );
  const hash = gauge('holmesgpt_config_hash', 'SHA-256 of the config.yaml that was taken last; always 1', ['hash']);

  const gateway = counter('gateway_config_reload_total', 'Changes of storm.yaml, dedup.yaml and retry.yaml', [
    'config_type',
    'result',
  ]);
  const gatewaySeconds = new Histogram({
    name: 'gateway_config_reload_duration_seconds',
    help: 'Time to read and decide such a change',
    labelNames: ['config_type'],
    buckets: [0.001, 0.01, 0.1, 1],
    registers,
  });
  const gatewayAt = gauge(
    'gateway_config_reload_last_success_timestamp',
    'Unix time of the last such change that was taken',
    ['config_type'],
  );

  const successes = counter('kubernaut_hotreload_success_total', 'Changes that were taken', ['config']);
  const errors = counter('kubernaut_hotreload_error_total', 'Changes that were refused or could not be read', [
    'config',
  ]);
  const lastSuccess = gauge(
    'kubernaut_hotreload_last_success_timestamp',
    'Unix time of the last change that was taken',
    ['config'],
  );
  const contentHash = gauge('kubernaut_hotreload_content_hash', 'SHA-256 over the files that are in force; always 1', [
    'config',
    'hash',
  ]);
  const hashes = new Map<string, string>();

  return {
    policyReload: ({ result, ms }) => {
      (result === 'accepted' ? policies : policyErrors).inc();
      policySeconds.observe(ms / 1_000);
    },
    settingsReload: ({ config, result, durationMs, sha256 }) => {
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
    },
    mountReload: ({ mount: config, kind, accepted, refused: isRefused, hash: current, atMs }) => {
      if (accepted) lastSuccess.set({ config }, atMs / 1_000);
      if (kind === 'reload' && accepted) successes.inc({ config });
      if (kind === 'reload' && isRefused) errors.inc({ config });
      const before = hashes.get(config);
      if (current === undefined || current === before) return;
      if (before !== undefined) contentHash.remove({ config, hash: before });
      contentHash.set({ config, hash: current }, 1);
      hashes.set(config, current);
    },
  };
}
