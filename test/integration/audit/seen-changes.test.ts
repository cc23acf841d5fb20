import { rename, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { reportLines } from '../../../src/cli/report-lines.ts';
import type { Monitor } from '../../harness/monitor.ts';
import { anInstallation } from './installation.ts';

const soon = { timeout: 25_000 };

const linesOf = (monitor: Monitor, message: string) => monitor.log.filter(({ msg }) => msg === message);

/** One more known issue that silences, and an agent with one tool more. */
function widened(shipped: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return {
    'CLAUDE.md': `${shipped['CLAUDE.md']}\n## Known issues of tonight\n\n- payments/checkout-api restarts. Do not alert.\n`,
    'extra.md': '---\nname: extra\ndescription: looks at quotas\ntools: k8s_get\n---\nLook at quotas.\n',
  };
}

test('an edit is one line with every widening marked, and stands in the report of the next cycle and of no other', async () => {
  await using installation = await anInstallation();
  const { shipped, swap, reloads } = installation;
  await using monitor = await installation.start();
  await monitor.cycle('patrol');
  expect(linesOf(monitor, 'definitions changed')).toEqual([]);

  await swap({ 'CLAUDE.md': widened(shipped)['CLAUDE.md'] });
  await expect.poll(() => reloads.at(-1), soon).toMatchObject({ mount: 'claude', kind: 'reload', accepted: true });
  const { report } = await monitor.cycle('patrol');
  const { report: later } = await monitor.cycle('patrol');

  const [line, ...others] = linesOf(monitor, 'definitions changed');
  expect(others).toEqual([]);
  expect(line).toMatchObject({
    level: 'info',
    files: [{ file: 'CLAUDE.md', hash: expect.stringMatching(/^[0-9a-f]{64}$/) }],
    widened: ['known issue of payments/checkout-api added: silences'],
    changes: [
      { kind: 'widened', about: 'known-issue', file: 'CLAUDE.md', line: expect.any(Number) },
      { kind: 'changed', about: 'text', words: 'text changed: +4 −0 lines' },
    ],
  });
  expect(report.definitions.changes).toEqual(line?.['changes']);
  expect(later.definitions.changes).toBeUndefined();
  expect(reportLines(report)).toEqual(
    expect.arrayContaining([
      'Changed since the last cycle:',
      expect.stringMatching(/^ {2}widened {2}CLAUDE\.md:\d+ {2}known issue of payments\/checkout-api added: silences$/),
    ]),
  );
  expect(await monitor.app.metrics.text()).toContain(
    'k8s_monitor_changes_total{component="definitions",kind="widened"} 1',
  );
});

test('without a watch the pin of the next cycle sees it, once', async () => {
  await using installation = await anInstallation();
  await using monitor = await installation.start({
    app: {
      watchMounts: {
        watch: () => {
          throw new Error('EMFILE');
        },
        pollMs: 2 ** 31 - 1,
      },
    },
  });
  await monitor.cycle('patrol');
  await installation.swap({ 'extra.md': widened(installation.shipped)['extra.md'] });
  const { report } = await monitor.cycle('patrol');

  expect(linesOf(monitor, 'definitions changed')).toHaveLength(1);
  expect(report.definitions.changes?.map(({ words }) => words)).toEqual([
    'extra: tools granted: k8s_get',
    expect.stringContaining('agent extra added'),
  ]);
});

test('what was edited while the process was down is told at the next start, settings too; a start that changed nothing says nothing', async () => {
  await using installation = await anInstallation();
  const { shipped, swap } = installation;
  {
    await using monitor = await installation.start({ config: 'log_level: info\n' });
    await monitor.cycle('patrol');
  }
  {
    await using monitor = await installation.start({ config: 'log_level: info\n' });
    const { report } = await monitor.cycle('patrol');
    expect(monitor.log.filter(({ msg }) => msg.endsWith(' changed'))).toEqual([]);
    expect(report.definitions.changes).toBeUndefined();
  }
  await swap(widened(shipped));
  await using monitor = await installation.start({ config: 'log_level: info\nnamespaces: { exclude: [payments] }\n' });
  const { report } = await monitor.cycle('patrol');

  expect(linesOf(monitor, 'definitions changed')).toHaveLength(1);
  expect(linesOf(monitor, 'settings changed')).toMatchObject([
    { widened: ['namespaces.exclude: [] → ["payments"]'], changes: [{ file: 'config.yaml', line: 2 }] },
  ]);
  expect(report.definitions.changes?.filter(({ kind }) => kind === 'widened').map(({ words }) => words)).toEqual([
    'namespaces.exclude: [] → ["payments"]',
    'known issue of payments/checkout-api added: silences',
    'extra: tools granted: k8s_get',
  ]);
});

test('every acceptance and every refusal is a row; the same bad content is one, across a restart too', async () => {
  await using installation = await anInstallation();
  const { shipped, swap, reloads } = installation;
  const broken = '---\nname: k8s-analyzer\ndescription: never closed\n';
  {
    await using monitor = await installation.start();
    await monitor.cycle('patrol');
    const count = (await monitor.app.store.audit.list(100)).length;
    expect(count).toBe(Object.keys(shipped).length + 1);

    await swap({ 'k8s-analyzer.md': broken });
    await expect.poll(() => reloads.at(-1)?.refused, soon).toBe(true);
    await monitor.cycle('patrol');
    await writeFile(`${monitor.configFile}.new`, 'log_level: loud\n');
    await rename(`${monitor.configFile}.new`, monitor.configFile);
    await monitor.cycle('patrol');
    await monitor.app.settled();
    expect((await monitor.app.store.audit.list(100)).slice(0, -count)).toMatchObject([
      { component: 'settings', file: 'config.yaml', outcome: 'rejected', code: 'CONFIG_INVALID' },
      {
        component: 'definitions',
        file: 'k8s-analyzer.md',
        outcome: 'rejected',
        sha256Before: expect.stringMatching(/^[0-9a-f]{64}$/),
        message: expect.stringContaining('line 1'),
      },
    ]);
  }
  await using monitor = await installation.start();
  await monitor.cycle('patrol');
  await swap({ 'k8s-analyzer.md': shipped['k8s-analyzer.md'] });
  await monitor.cycle('patrol');
  await monitor.app.settled();

  const rows = await monitor.app.store.audit.list(100);
  expect(rows.filter(({ outcome }) => outcome === 'rejected')).toHaveLength(2);
  expect(rows[0]).toMatchObject({ file: 'k8s-analyzer.md', outcome: 'accepted', changes: [] });
  expect(linesOf(monitor, 'definitions changed')).toHaveLength(1);
});

test('a store that takes nothing stops no reload: it is in force, in the log and in the report, and said once', async () => {
  await using installation = await anInstallation();
  await using monitor = await installation.start();
  await monitor.cycle('patrol');
  const { audit } = monitor.app.store;
  Object.assign(audit, { record: () => Promise.reject(new Error('disk full')) });
  await installation.swap({ 'extra.md': widened(installation.shipped)['extra.md'] });
  const { report } = await monitor.cycle('patrol');
  await monitor.app.settled();

  expect(report.definitions.changes).toHaveLength(2);
  expect(report.definitions.files.map(({ name }) => name)).toContain('extra.md');
  expect(linesOf(monitor, 'a change could not be recorded')).toMatchObject([{ level: 'warn', files: ['extra.md'] }]);
});
