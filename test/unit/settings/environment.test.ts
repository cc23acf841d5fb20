import { expect, test } from 'vitest';
import { parseEnvironment } from '../../../src/settings/environment.ts';

test('in the image the mounts are the places, in a checkout agents/ holds both definitions', () => {
  expect(parseEnvironment({}, {}, () => true)).toMatchObject({
    claudeDir: '/app/.claude',
    agentsDir: '/app/.claude/agents',
    configFile: '/etc/k8s-monitor/config/config.yaml',
    dataDir: '/app/data',
    reportsDir: '/app/logs/incidents',
    metricsPort: 9090,
  });
  expect(parseEnvironment({}, {}, () => false)).toMatchObject({
    claudeDir: 'agents',
    agentsDir: 'agents',
    configFile: undefined,
    dataDir: '.k8s-monitor/data',
    reportsDir: '.k8s-monitor/reports',
  });
});

test('a flag wins over the variable, the variable over the default', () => {
  const read = parseEnvironment(
    { K8S_MONITOR_DATA_DIR: '/v', K8S_MONITOR_REPORTS_DIR: '/r' },
    { dataDir: '/f' },
    () => true,
  );

  expect([read.dataDir, read.reportsDir]).toEqual(['/f', '/r']);
});

test.each([
  [{ K8S_MONITOR_METRICS_PORT: '99999' }, 'K8S_MONITOR_METRICS_PORT'],
  [{ K8S_MONITOR_METRICS_PORT: 'http' }, 'K8S_MONITOR_METRICS_PORT'],
  [{ GITHUB_API_URL: 'not a url' }, 'GITHUB_API_URL: must be a URL'],
  [{ SLACK_API_URL: 'https://slack.example/api' }, 'SLACK_API_URL: must end in /api/'],
])('%j is refused by name', (variables, says) => {
  expect(() => parseEnvironment(variables, {}, () => false)).toThrow(says);
});
