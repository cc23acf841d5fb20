import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { MountReload } from '../domain/mounted-directory.ts';

/** Changes of the mounted directories. */
export function createMountMetrics(registers: Registry[]): (reload: MountReload) => void {
  const total = new Counter({
    name: 'k8s_monitor_config_reload_total',
    help: 'Changes of a mounted directory that were taken or refused; a start is none',
    labelNames: ['config', 'result'],
    registers,
  });
  const seconds = new Histogram({
    name: 'k8s_monitor_config_reload_duration_seconds',
    help: 'Time from the look at the directory to the decision',
    labelNames: ['config'],
    buckets: [0.001, 0.01, 0.1, 1, 10],
    registers,
  });
  const successAt = new Gauge({
    name: 'k8s_monitor_config_reload_last_success_timestamp_seconds',
    help: 'Unix time at which what is in force was taken',
    labelNames: ['config'],
    registers,
  });
  const info = new Gauge({
    name: 'k8s_monitor_config_reload_info',
    help: 'SHA-256 over the files that are in force; always 1',
    labelNames: ['config', 'sha256'],
    registers,
  });
  const hashes = new Map<string, string>();

  return ({ mount: config, kind, accepted, refused, hash, ms, atMs }) => {
    if (accepted) successAt.set({ config }, atMs / 1_000);
    if (kind === 'reload') {
      seconds.observe({ config }, ms / 1_000);
      if (accepted) total.inc({ config, result: 'success' });
      if (refused) total.inc({ config, result: 'error' });
    }
    const before = hashes.get(config);
    if (hash === undefined || hash === before) return;
    if (before !== undefined) info.remove({ config, sha256: before });
    info.set({ config, sha256: hash }, 1);
    hashes.set(config, hash);
  };
}
