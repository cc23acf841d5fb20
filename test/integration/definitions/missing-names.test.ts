import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MINUTE_MS } from '../../harness/hand-clock.ts';
import { startLive, type Live } from '../settings/live-monitor.ts';

/** A tier name or a known issue of `CLAUDE.md` that matches nothing in the cluster: said in the report, in the log and on a grey card, until it does. */
const SHIPPED = join(import.meta.dirname, '..', '..', '..', 'agents');
const SERVICE = 'P0 service payments/till matches nothing in the cluster: is it deleted, or misspelt?';
const ISSUE = 'the known issue of databases/ledger-db matches nothing in the cluster: is it deleted, or misspelt?';

let definitions: string;
let guide: string;
let live: Live;
beforeAll(async () => {
  definitions = await mkdtemp(join(tmpdir(), 'k8s-monitor-names-'));
  await cp(SHIPPED, definitions, { recursive: true });
  guide = await readFile(join(definitions, 'CLAUDE.md'), 'utf8');
  await writeFile(join(definitions, 'CLAUDE.md'), guide);
  live = await startLive({ files: { 'config.yaml': 'slack: {channels: {monitor: "#elsewhere"}}' }, definitions });
});
afterAll(async () => {
  await live[Symbol.asyncDispose]();
  await rm(definitions, { recursive: true, force: true });
});

test('names that are there are nothing to tell', async () => {
  const { report, posts } = await live.cycle();

  expect(report.definitions.warnings.filter(({ code }) => code.endsWith('-not-found'))).toEqual([]);
  expect(grey(posts)).toEqual([]);
});

test('a service and a known issue that are not there are told with their lines', async () => {
  const edited = guide
    .replace('- **payments/checkout-api**: takes', '- **payments/till**: rings.\n- **payments/checkout-api**: takes')
    .replace('## Known issues\n', '## Known issues\n\n- `databases/ledger-db` is slow on Mondays. Do not alert.\n');
  const lineOf = (text: string): number => edited.split('\n').findIndex((line) => line.includes(text)) + 1;
  await writeFile(join(definitions, 'CLAUDE.md'), edited);
  live.clock.advance(MINUTE_MS);
  const { report, posts, log } = await live.cycle();

  expect(report.definitions.warnings).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ code: 'service-not-found', line: lineOf('payments/till'), message: SERVICE }),
      expect.objectContaining({ code: 'known-issue-not-found', line: lineOf('ledger-db'), message: ISSUE }),
    ]),
  );
  expect(log).toContainEqual(
    expect.objectContaining({ msg: 'services of CLAUDE.md are not in the cluster', services: [SERVICE, ISSUE] }),
  );
  const [card = ''] = grey(posts);
  expect(card).toContain('2 lines of CLAUDE.md name what is not in the cluster');
  expect(card).toContain(`CLAUDE.md:${lineOf('payments/till')}: ${SERVICE}`);
  expect(card).toContain(`CLAUDE.md:${lineOf('ledger-db')}: ${ISSUE}`);
});

test('a patrol sees a part of the cluster, and takes nothing back', async () => {
  live.clock.advance(MINUTE_MS);
  const said = live.slack.requests.length;
  await live.monitor.cycle('patrol');

  expect(overs(said)).toEqual([]);
});

test('what is there again is told on the same card, once', async () => {
  await writeFile(join(definitions, 'CLAUDE.md'), guide);
  live.clock.advance(MINUTE_MS);
  const said = live.slack.requests.length;
  await live.cycle();
  live.clock.advance(MINUTE_MS);
  await live.cycle();

  expect(overs(said)).toEqual(['chat.update']);
});

function grey(posts: Live['slack']['requests']): readonly string[] {
  return posts.filter(({ args }) => args['channel'] === '#elsewhere').map(({ args }) => JSON.stringify(args));
}

function overs(from: number): readonly string[] {
  return live.slack.requests
    .slice(from)
    .filter(({ args }) => JSON.stringify(args).includes('everything that CLAUDE.md names is in the cluster'))
    .map(({ method }) => method);
}
