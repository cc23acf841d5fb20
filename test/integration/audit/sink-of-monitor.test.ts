import { rename, writeFile } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { Monitor } from '../../harness/monitor.ts';
import { anInstallation, type Installation } from './installation.ts';
import { startReceiver, type Receiver } from './receiver.ts';

const soon = { timeout: 10_000 };
const EXTRA = '---\nname: extra\ndescription: looks at quotas\n---\nLook at quotas.\n';

async function parts(): Promise<{ readonly installation: Installation; readonly receiver: Receiver }> {
  const installation = await anInstallation();
  onTestFinished(() => installation[Symbol.asyncDispose]());
  const receiver = await startReceiver();
  onTestFinished(() => receiver[Symbol.asyncDispose]());
  return { installation, receiver };
}

const allowed = (...urls: readonly string[]) => ({
  variables: { K8S_MONITOR_ALLOWED_ORIGINS: urls.map((url) => new URL(url).origin).join(',') },
});

async function configure(monitor: Monitor, text: string): Promise<void> {
  await writeFile(`${monitor.configFile}.new`, text);
  await rename(`${monitor.configFile}.new`, monitor.configFile);
  await monitor.cycle('patrol');
}

test('audit.url: every row arrives, the first files too, redacted; another URL waits for a restart, and says so', async () => {
  const { installation, receiver } = await parts();
  const other = await startReceiver();
  onTestFinished(() => other[Symbol.asyncDispose]());
  const canary = `ghp_${'a1B2'.repeat(8)}`;
  const config = (url: string): string => `audit: {url: "${url}", flush_interval: 100ms}\n`;
  await using monitor = await installation.start({ config: config(receiver.url), ...allowed(receiver.url, other.url) });
  await monitor.cycle('patrol');
  await expect.poll(() => receiver.rows.map(({ file }) => file), soon).toContain('CLAUDE.md');
  expect(receiver.rows.every(({ changes }) => changes.length === 0)).toBe(true);

  await installation.swap({ 'extra.md': EXTRA.replace('looks at quotas', canary), 'broken.md': '---\nname: x\n' });
  await monitor.cycle('patrol');
  await expect.poll(() => receiver.rows.at(-1)?.file, soon).toBe('broken.md');
  expect(receiver.rows.slice(-2)).toMatchObject([
    { component: 'definitions', file: 'extra.md', outcome: 'accepted', changes: [{ kind: 'widened' }, {}] },
    { component: 'definitions', file: 'broken.md', outcome: 'rejected', message: expect.stringContaining('line 1') },
  ]);
  expect(JSON.stringify(receiver.rows)).not.toContain(canary);
  expect((await monitor.app.store.audit.list(2)).map(({ id }) => id)).toEqual(
    receiver.rows
      .slice(-2)
      .map(({ id }) => id)
      .toReversed(),
  );

  await configure(monitor, config(other.url));
  expect(monitor.log.filter(({ msg }) => msg === 'a changed setting needs a restart')).toMatchObject([
    { field: 'audit.url', inForce: receiver.url, wanted: other.url },
  ]);
  await expect.poll(() => receiver.rows.at(-1)?.file, soon).toBe('config.yaml');
  expect(other.requests).toEqual([]);
  expect(receiver.violations).toEqual([]);
});

test('audit.datastorage_url: the older name does the same; two that differ are refused', async () => {
  const { installation, receiver } = await parts();
  const config = `audit: {datastorage_url: "${receiver.url}", flush_interval: 100ms}\n`;
  await using monitor = await installation.start({ config, ...allowed(receiver.url) });
  await monitor.cycle('patrol');
  await expect.poll(() => receiver.rows.length, soon).toBeGreaterThan(0);

  await configure(monitor, `audit: {datastorage_url: "${receiver.url}", url: "${receiver.url}/else"}\n`);
  await expect
    .poll(() => receiver.rows.at(-1), soon)
    .toMatchObject({ file: 'config.yaml', outcome: 'rejected', message: expect.stringContaining('keep one of them') });
});

test('a URL whose origin nobody allowed is refused, and nothing goes there', async () => {
  const { installation, receiver } = await parts();
  await using monitor = await installation.start();
  await configure(monitor, `audit: {url: "${receiver.url}", flush_interval: 100ms}\n`);

  const [refused] = monitor.log.filter(({ msg }) => msg.startsWith('Failed to apply new configuration'));
  expect(JSON.stringify(refused)).toContain('is not an allowed origin');
  expect(receiver.requests).toEqual([]);
});

test('audit.flush_interval: a shorter one sends at once what waits', async () => {
  const { installation, receiver } = await parts();
  const config = (interval: string): string => `audit: {url: "${receiver.url}", flush_interval: ${interval}}\n`;
  await using monitor = await installation.start({ config: config('10m'), ...allowed(receiver.url) });
  await monitor.cycle('patrol');
  expect(receiver.requests).toEqual([]);
  expect(await monitor.app.metrics.text()).toMatch(/^k8s_monitor_audit_buffered_rows [1-9]/m);

  await configure(monitor, config('100ms'));
  await expect.poll(() => receiver.rows.at(-1)?.file, soon).toBe('config.yaml');
  expect(await monitor.app.metrics.text()).toContain('k8s_monitor_audit_buffered_rows 0');
});

test('audit.buffer_size: a smaller one keeps the newest, and counts what is lost', async () => {
  const { installation, receiver } = await parts();
  const config = (more: string): string => `audit: {url: "${receiver.url}", ${more}}\n`;
  await using monitor = await installation.start({ config: config('flush_interval: 10m'), ...allowed(receiver.url) });
  await monitor.cycle('patrol');
  await configure(monitor, config('flush_interval: 100ms, buffer_size: 1'));

  await expect.poll(() => receiver.rows.map(({ file }) => file), soon).toEqual(['config.yaml']);
  expect(await monitor.app.metrics.text()).toMatch(/^k8s_monitor_audit_rows_total\{result="dropped"\} [1-9]/m);
});

test('a stop sends what waits; a receiver that hangs holds up neither reload nor stop', async () => {
  const { installation, receiver } = await parts();
  const config = `audit: {url: "${receiver.url}", flush_interval: 10m}\n`;
  {
    await using monitor = await installation.start({ config, ...allowed(receiver.url) });
    await monitor.cycle('patrol');
  }
  const first = receiver.rows.length;
  expect(first).toBeGreaterThan(1);

  receiver.fail('hang');
  const beganMs = performance.now();
  {
    await using monitor = await installation.start({
      config: config.replace('10m', '100ms'),
      ...allowed(receiver.url),
    });
    await expect.poll(() => receiver.requests.length, soon).toBe(2);
    await installation.swap({ 'extra.md': EXTRA });
    const { report } = await monitor.cycle('patrol');
    expect(report.definitions.changes?.map(({ file }) => file)).toContain('extra.md');
  }
  expect(performance.now() - beganMs).toBeLessThan(15_000);
  expect(receiver.rows).toHaveLength(first);
});
