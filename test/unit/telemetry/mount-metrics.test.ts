import { expect, test } from 'vitest';
import type { MountReload } from '../../../src/domain/mounted-directory.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);

async function after(...reloads: readonly Partial<MountReload>[]): Promise<readonly string[]> {
  const metrics = createMetrics({ version: '0.0.0', processMetrics: false });
  for (const reload of reloads) {
    metrics.mountReload({
      mount: 'config',
      kind: 'reload',
      accepted: true,
      refused: false,
      hash: A,
      files: ['config.yaml'],
      ms: 5,
      atMs: 7_000,
      ...reload,
    });
  }
  return (await metrics.text())
    .split('\n')
    .filter((line) => /^(k8s_monitor_config_reload|kubernaut_hotreload)/.test(line) && !line.includes('_bucket'));
}

test('a start tells the hash and the time, and counts as no reload', async () => {
  expect(await after({ kind: 'first' })).toEqual([
    'k8s_monitor_config_reload_last_success_timestamp_seconds{config="config"} 7',
    `k8s_monitor_config_reload_info{config="config",sha256="${A}"} 1`,
    'kubernaut_hotreload_last_success_timestamp{config="config"} 7',
    `kubernaut_hotreload_content_hash{config="config",hash="${A}"} 1`,
  ]);
});

test('a change that is taken counts once and replaces the hash', async () => {
  const lines = await after({ kind: 'first' }, { hash: B, atMs: 9_000 });

  expect(lines).toContain('k8s_monitor_config_reload_total{config="config",result="success"} 1');
  expect(lines).toContain('kubernaut_hotreload_success_total{config="config"} 1');
  expect(lines).toContain('k8s_monitor_config_reload_last_success_timestamp_seconds{config="config"} 9');
  expect(lines.filter((line) => /_info|_hash/.test(line))).toEqual([
    `k8s_monitor_config_reload_info{config="config",sha256="${B}"} 1`,
    `kubernaut_hotreload_content_hash{config="config",hash="${B}"} 1`,
  ]);
});

test('a change that is refused counts as an error and moves neither hash nor time', async () => {
  const lines = await after({ kind: 'first' }, { accepted: false, refused: true, atMs: 9_000 });

  expect(lines).toContain('k8s_monitor_config_reload_total{config="config",result="error"} 1');
  expect(lines).toContain('kubernaut_hotreload_error_total{config="config"} 1');
  expect(lines).toContain('k8s_monitor_config_reload_last_success_timestamp_seconds{config="config"} 7');
  expect(lines.some((line) => line.includes('success_total'))).toBe(false);
  expect(lines).toContain(`k8s_monitor_config_reload_info{config="config",sha256="${A}"} 1`);
});
