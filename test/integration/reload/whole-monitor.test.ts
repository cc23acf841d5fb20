import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import {
  oneIncidentState,
  quietState,
  startSmallCluster,
  type SmallCluster,
} from '../../../tools/bench/small-cluster.ts';
import type { MountReload } from '../../../src/domain/mounted-directory.ts';
import type { WatchTuning } from '../../../src/wiring/watch-mounts.ts';
import { withoutExamples } from '../../harness/shipped-definitions.ts';
import { wordsOf } from '../../harness/slack-view.ts';
import { publish } from './atomic-writer.ts';

const SHIPPED = fileURLToPath(new URL('../../../agents', import.meta.url));
/** The kernel's events alone bring changes, so that a poll hides nothing. */
const EVENTS_ALONE: WatchTuning = { pollMs: 2 ** 31 - 1 };

async function watched(
  options: { readonly tuning?: WatchTuning; readonly state?: typeof quietState; readonly serve?: boolean } = {},
): Promise<{
  readonly small: SmallCluster;
  readonly swapClaude: (text: string) => Promise<void>;
  readonly swapAgents: (change: Readonly<Record<string, string | undefined>>) => Promise<void>;
  readonly reloads: readonly MountReload[];
  readonly shipped: Readonly<Record<string, string>>;
}> {
  const directory = await mkdtemp(join(tmpdir(), 'k8s-monitor-mounts-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const [claudeDir, agentsDir] = [join(directory, 'claude'), join(directory, 'agents')];
  const shipped: Record<string, string> = {};
  for (const name of await readdir(SHIPPED)) shipped[name] = await readFile(join(SHIPPED, name), 'utf8');
  const { 'CLAUDE.md': guide = '', ...agents } = shipped;
  const claude = withoutExamples(guide);
  let content = agents;
  await publish(claudeDir, { 'CLAUDE.md': claude });
  await publish(agentsDir, content);
  const reloads: MountReload[] = [];
  const small = await startSmallCluster({
    state: options.state ?? quietState,
    definitions: { claudeDir, agentsDir },
    app: {
      watchMounts: { ...EVENTS_ALONE, ...options.tuning, onReload: (reload) => void reloads.push(reload) },
      serve: options.serve ?? false,
    },
  });
  onTestFinished(() => small[Symbol.asyncDispose]());
  return {
    small,
    reloads,
    shipped,
    swapClaude: (text) => publish(claudeDir, { 'CLAUDE.md': text }),
    swapAgents: (change) => {
      const entries = Object.entries({ ...content, ...change });
      content = Object.fromEntries(entries.flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])));
      return publish(agentsDir, content);
    },
  };
}

const soon = { timeout: 25_000 };

/** Nobody sees half of it. */
async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

const BROKEN = '---\nname: k8s-analyzer\ndescription: never closed\n';

test('a broken agent file is refused, logged, counted and on a card at once, with no cycle; its rollback takes the card back', async () => {
  const { small, swapAgents, reloads, shipped } = await watched();
  const { monitor, slack } = small;
  await monitor.cycle('scheduled');
  const cycles = monitor.log.filter(({ msg }) => msg === 'cycle finished').length;

  await swapAgents({ 'k8s-analyzer.md': BROKEN });
  await expect.poll(() => reloads.at(-1), soon).toMatchObject({ mount: 'agents', accepted: false, refused: true });
  await monitor.app.settled();
  await monitor.flush();

  const [card] = slack.messages('alerts');
  expect(card && wordsOf(card)).toContain('one definition cannot be used');
  expect(card && wordsOf(card)).toContain('k8s-analyzer.md');
  expect(monitor.log.filter(({ msg }) => msg.startsWith('Callback rejected new content'))).toMatchObject([
    {
      level: 'error',
      mount: 'agents',
      newHash: expect.any(String),
      reasons: [expect.stringContaining('k8s-analyzer.md')],
    },
  ]);
  expect(await monitor.app.metrics.text()).toContain(
    'k8s_monitor_config_reload_total{config="agents",result="error"} 1',
  );

  await swapAgents({ 'k8s-analyzer.md': shipped['k8s-analyzer.md'] });
  await expect.poll(() => reloads.at(-1), soon).toMatchObject({ mount: 'agents', accepted: true, refused: false });
  await monitor.app.settled();
  await monitor.flush();

  expect(
    slack.messages('alerts').map((message) => wordsOf(message).includes('all definitions are in use again')),
  ).toEqual([true]);
  expect(monitor.app.mounts?.watcher('agents')?.hash()).toBe(reloads.find(({ mount }) => mount === 'agents')?.hash);
  expect(monitor.log.filter(({ msg }) => msg === 'cycle finished')).toHaveLength(cycles);
});

test('what a card says between two cycles the next cycle says too: it is told once', async () => {
  const { small, swapAgents, reloads } = await watched();
  await small.monitor.cycle('scheduled');
  await swapAgents({ 'k8s-analyzer.md': BROKEN });
  await expect.poll(() => reloads.at(-1)?.refused, soon).toBe(true);
  await small.monitor.app.settled();

  await small.monitor.cycle('patrol');

  expect(small.monitor.log.filter(({ msg }) => msg === 'monitor trouble')).toHaveLength(1);
});

test('settings: the log level acts on the next line, a broken file keeps what was in force and is on a card', async () => {
  // An incident that goes on is a line at debug in each cycle.
  const { small, reloads } = await watched({ state: oneIncidentState });
  const { monitor, slack } = small;
  await monitor.cycle('scheduled', { withAgents: false });
  const config = await readFile(monitor.configFile, 'utf8');
  const swapConfig = (text: string): Promise<void> => replace(monitor.configFile, text);

  await swapConfig(`${config}log_level: debug\n`);
  await expect.poll(() => reloads.at(-1), soon).toMatchObject({ mount: 'config', kind: 'reload', accepted: true });
  await monitor.cycle('patrol');
  expect(monitor.log.some(({ level }) => level === 'debug')).toBe(true);

  await swapConfig('schedule: {patrol: never}\n');
  await expect.poll(() => reloads.at(-1), soon).toMatchObject({ mount: 'config', accepted: false, refused: true });
  await monitor.app.settled();
  await monitor.flush();
  expect(slack.messages('alerts').map(wordsOf).join()).toContain('the settings are invalid');

  await swapConfig(config);
  await expect.poll(() => reloads.at(-1), soon).toMatchObject({ mount: 'config', kind: 'reload', accepted: true });
  const lines = monitor.log.length;
  await monitor.cycle('patrol');
  expect(monitor.log.slice(lines).some(({ level }) => level === 'debug')).toBe(false);
});

test('the daemon: a schedule moves at once, and /metrics shows what became of each mount', async () => {
  const { small, reloads, swapAgents } = await watched({ serve: true });
  const { monitor } = small;
  const metric = async (pattern: RegExp): Promise<readonly string[]> => {
    const answer = await fetch(`http://127.0.0.1:${monitor.app.port}/metrics`);
    return (await answer.text()).split('\n').filter((line) => pattern.test(line));
  };
  await monitor.app.idle();
  const config = await readFile(monitor.configFile, 'utf8');

  await replace(monitor.configFile, `${config}schedule: { patrol: '*/7 * * * *' }\n`);
  await expect
    .poll(() => monitor.log.filter(({ msg }) => msg === 'schedule moved'), soon)
    .toMatchObject([{ patrol: '*/7 * * * *' }]);
  await swapAgents({ 'k8s-analyzer.md': BROKEN });
  await expect.poll(() => reloads.at(-1), soon).toMatchObject({ mount: 'agents', refused: true });

  expect(await metric(/^k8s_monitor_config_reload_total/)).toEqual([
    'k8s_monitor_config_reload_total{config="config",result="success"} 1',
    'k8s_monitor_config_reload_total{config="agents",result="error"} 1',
  ]);
  const hashes = ['claude', 'agents', 'config'].map((mount) => reloads.findLast((one) => one.mount === mount)?.hash);
  expect(await metric(/^k8s_monitor_config_reload_info/)).toEqual(
    ['claude', 'agents', 'config'].map(
      (mount, index) => `k8s_monitor_config_reload_info{config="${mount}",sha256="${hashes[index]}"} 1`,
    ),
  );
});

test('a change in the middle of a cycle drops nothing of it: every agent reports, with the files it began with', async () => {
  const { small, swapAgents, swapClaude, reloads, shipped } = await watched({ state: oneIncidentState });
  const { monitor, claude } = small;
  const running = monitor.app.trigger({ trigger: 'scheduled', withAgents: true });
  await expect.poll(() => claude.requests.length, soon).toBeGreaterThan(0);

  await swapClaude(`${shipped['CLAUDE.md']}\n## Added while agents work\n`);
  await swapAgents({ 'github-reviewer.md': undefined, 'k8s-analyzer.md': BROKEN });
  await expect.poll(() => reloads.filter(({ kind }) => kind === 'reload').length, soon).toBe(2);
  const { report } = await running;

  const [loaded] = monitor.log.filter(({ msg }) => msg === 'Loading orchestrator context from CLAUDE.md');
  expect(report.cycle.revision).toBe(loaded?.['revision']);
  expect(report.agents.map(({ status }) => status)).toEqual(report.agents.map(() => 'reported'));
  expect(report.agents.map(({ name }) => name)).toContain('github-reviewer');
  expect(report.decisions.some(({ told }) => told)).toBe(true);
  small.assertNoViolations();
  const after = await monitor.cycle('patrol');
  expect(after.report.cycle.revision).not.toBe(report.cycle.revision);
});

test('with no watch to be had on any mount everything comes all the same, by the poll', async () => {
  const { small, swapAgents, reloads } = await watched({
    tuning: {
      pollMs: 100,
      watch: () => {
        throw Object.assign(new Error('ENOSPC: no inotify watches'), { code: 'ENOSPC' });
      },
    },
  });
  await swapAgents({ 'extra.md': '---\nname: extra\ndescription: looks at quotas\n---\nLook at quotas.\n' });

  await expect.poll(() => reloads.at(-1), soon).toMatchObject({ mount: 'agents', accepted: true, files: ['extra.md'] });
  const said = small.monitor.log.filter(({ msg }) => msg === 'a mount cannot be watched and is polled');
  expect(said.map(({ mount }) => mount)).toEqual(['claude', 'agents', 'config']);
});

test('directories that are not there yet are taken up when they come', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'k8s-monitor-mounts-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const reloads: MountReload[] = [];
  const definitions = { claudeDir: join(directory, 'claude'), agentsDir: join(directory, 'agents') };
  await using small = await startSmallCluster({
    state: quietState,
    definitions,
    app: { watchMounts: { pollMs: 100, onReload: (reload) => void reloads.push(reload) } },
  });
  await mkdir(definitions.agentsDir);
  await cp(join(SHIPPED, 'k8s-analyzer.md'), join(definitions.agentsDir, 'k8s-analyzer.md'));

  await expect.poll(() => reloads.at(-1), soon).toMatchObject({ mount: 'agents', accepted: true, kind: 'reload' });
  expect(small.monitor.log.some(({ msg }) => msg === 'Discovered agents: k8s-analyzer')).toBe(true);
});
