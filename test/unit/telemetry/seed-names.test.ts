import { expect, test } from 'vitest';
import { createMetrics } from '../../../src/telemetry/metrics.ts';

const HASH = 'a'.repeat(64);

async function exposition(): Promise<string> {
  const metrics = createMetrics({ version: '0.0.0', processMetrics: false });
  const mount = { mount: 'agents', hash: HASH, files: [], ms: 5, atMs: 7_000 } as const;
  metrics.mountReload({ ...mount, kind: 'reload', accepted: true, refused: true });
  metrics.policyReload({ result: 'accepted', ms: 45 });
  metrics.policyReload({ result: 'refused', ms: 45 });
  for (const config of ['config', 'storm', 'dedup', 'retry']) {
    for (const result of ['success', 'error'] as const) {
      metrics.settingsReload({ config, result, durationMs: 2, sha256: HASH });
    }
  }
  return metrics.text();
}

/** Names, types, labels and buckets that dashboards of the ancestors ask for, and our own family. */
test.each([
  ['counter', 'signalprocessing_policy_reload_total 1'],
  ['counter', 'signalprocessing_policy_reload_errors_total 1'],
  ['histogram', 'signalprocessing_policy_reload_duration_seconds_count 2'],
  ['counter', 'gateway_config_reload_total{config_type="storm",result="success"} 1'],
  ['counter', 'gateway_config_reload_total{config_type="dedup",result="error"} 1'],
  ['counter', 'gateway_config_reload_total{config_type="retry",result="error"} 1'],
  ['histogram', 'gateway_config_reload_duration_seconds_bucket{le="0.001",config_type="storm"} 0'],
  ['histogram', 'gateway_config_reload_duration_seconds_bucket{le="0.01",config_type="storm"} 2'],
  ['histogram', 'gateway_config_reload_duration_seconds_bucket{le="0.1",config_type="dedup"} 2'],
  ['histogram', 'gateway_config_reload_duration_seconds_bucket{le="1",config_type="retry"} 2'],
  ['gauge', /^gateway_config_reload_last_success_timestamp\{config_type="storm"\} \d+/m],
  ['counter', 'holmesgpt_config_reload_total 1'],
  ['counter', 'holmesgpt_config_reload_errors_total 1'],
  ['gauge', /^holmesgpt_config_last_reload_timestamp \d+/m],
  ['gauge', `holmesgpt_config_hash{hash="${HASH}"} 1`],
  ['counter', 'kubernaut_hotreload_success_total{config="agents"} 1'],
  ['counter', 'kubernaut_hotreload_error_total{config="agents"} 1'],
  ['gauge', 'kubernaut_hotreload_last_success_timestamp{config="agents"} 7'],
  ['gauge', `kubernaut_hotreload_content_hash{config="agents",hash="${HASH}"} 1`],
  ['counter', 'k8s_monitor_config_reload_total{config="agents",result="success"} 1'],
  ['counter', 'k8s_monitor_config_reload_total{config="agents",result="error"} 1'],
  ['histogram', 'k8s_monitor_config_reload_duration_seconds_count{config="agents"} 1'],
  ['gauge', 'k8s_monitor_config_reload_last_success_timestamp_seconds{config="agents"} 7'],
  ['gauge', `k8s_monitor_config_reload_info{config="agents",sha256="${HASH}"} 1`],
])('%s %s', async (type, sample) => {
  const text = await exposition();
  const name = /\w+/.exec(typeof sample === 'string' ? sample : sample.source.slice(1))?.[0] ?? '';

  expect(`\n${text}`).toMatch(typeof sample === 'string' ? new RegExp(`^${escaped(sample)}$`, 'm') : sample);
  expect(text).toContain(`# TYPE ${name.replace(/_(?:bucket|count)$/, '')} ${type}`);
});

test('the buckets of the gateway are the four of its document', async () => {
  const bounds = [
    ...(await exposition()).matchAll(
      /gateway_config_reload_duration_seconds_bucket\{le="([^"]+)",config_type="storm"\}/g,
    ),
  ];

  expect(bounds.map(([, bound]) => bound)).toEqual(['0.001', '0.01', '0.1', '1', '+Inf']);
});

function escaped(text: string): string {
  return text.replaceAll(/[{}+.]/g, String.raw`\$&`);
}
