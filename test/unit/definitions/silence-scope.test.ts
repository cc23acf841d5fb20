import { expect, test } from 'vitest';
import { channelFor, contactsFor, holdFor } from '../../../src/definitions/matching.ts';
import { verifyPassage } from '../../../src/definitions/passages.ts';
import { aTarget, definitionsOf, sundayAt } from './fixtures.ts';

const SERVICES =
  '## P1\n- web/search: finds products\n- web/cart\n- databases/reporting-db: PostgreSQL for the reporting team\n';
const NOW_MS = sundayAt(2, 30);
const about = (entry: string, heading = 'Known issues') => definitionsOf(`${SERVICES}## ${heading}\n- ${entry}\n`);

const UNREAD = 'silence-unread';
const QUALIFIED = 'silence-qualified';
const warnedOf = ({ warnings }: ReturnType<typeof about>): string[] =>
  warnings.map(({ code }) => code).filter((code) => code === UNREAD || code === QUALIFIED);

test.each<[entry: string, target: string, code: string]>([
  ['in production deploys of web/search do not alert', 'web/search', QUALIFIED],
  ['web/search: do not alert, but not in production', 'web/search', QUALIFIED],
  ['web/search: in production page at once, in staging do not alert', 'web/search', QUALIFIED],
  ['web/search: do not flag in QA', 'web/search', QUALIFIED],
  ['web/search: do not flag in pre-prod', 'web/search', QUALIFIED],
  ['web/search: do not alert in the eu-west region', 'web/search', QUALIFIED],
  ['web/search crashes in staging. It is slow in dev. Do not alert.', 'web/search', QUALIFIED],
  ['web/search: slow after a deploy, do not alert in the #general channel', 'web/search', UNREAD],
  ['web/search: do not alert to #web', 'web/search', UNREAD],
  ['web/search: never notify anybody on the #on-call channel', 'web/search', UNREAD],
  ['web/search: do not page by phone', 'web/search', UNREAD],
  ['web/search: do not alert via SMS, it is only slow', 'web/search', UNREAD],
  ['web/search: do not notify people by e-mail', 'web/search', UNREAD],
  ['web/search: never page for restarts of the sidecar', 'web/search', UNREAD],
  ['web/search: do not alert about the log shipper', 'web/search', UNREAD],
  ['web/search: do not alert about `istio-proxy`', 'web/search', UNREAD],
  ['web/search calls web/cart: do not alert about web/cart', 'web/search', UNREAD],
  ['web/search: no alerts for image pulls. reason: CrashLoop', 'web/search', UNREAD],
  ['web/search: do not alert about OOM kills', 'web/search', UNREAD],
  ['web/search: restarts of the sidecar can be ignored', 'web/search', UNREAD],
  ['web/search: do not page anyone about its exporter', 'web/search', UNREAD],
  ['web/search: do not alert for 10 minutes', 'web/search', UNREAD],
])('%j silences nothing by itself, and says so', (entry, name, code) => {
  const definitions = about(entry);
  const target = aTarget(name);

  expect(warnedOf(definitions)).toEqual([code]);
  expect(definitions.knownIssues.map(({ silences }) => silences)).toEqual([false]);
  expect(holdFor(target, definitions, NOW_MS)).toBeUndefined();
  const verdict = verifyPassage(entry, target, definitions, { to: 'silence' }, 'UTC', NOW_MS);
  expect(verdict.ok ? 'granted' : verdict.reason).toBe(code === QUALIFIED ? 'environment-unread' : 'negated');
});

test.each<[entry: string, target: string]>([
  [
    '`databases/reporting-db`: the weekly backup stops and restarts it, every Sunday 02:00-03:00 UTC. Do not alert.',
    'databases/reporting-db',
  ],
  ['Do not alert about web/search.', 'web/search'],
  ['web/search: never page for it, every Sunday 02:00-03:00', 'web/search'],
  ['Do not page anybody about the search service during its index load', 'web/search'],
  ['web/search: do not alert for this', 'web/search'],
  ['web/search: do not alert about restarts. reason: CrashLoop', 'web/search'],
  ['web/search: never page for CrashLoopBackOff, reason: CrashLoop', 'web/search'],
  ['web/search and web/cart: do not alert about them', 'web/cart'],
  ['web/search: a load test restarts it, do not alert', 'web/search'],
  ['`staging-web/shop`: do not alert', 'staging-web/shop'],
  ['staging/shop: do not alert', 'staging/shop'],
  ['staging: do not alert', 'staging/shop'],
  ['web/search: a production deploy restarts it. Do not alert.', 'web/search'],
  ['every restart of search can be ignored', 'web/search'],
  ['web/search: do not alert, ask in #web-team instead', 'web/search'],
  ['Reporting backups: do not alert about the reporting database', 'databases/reporting-db'],
  ['`web/search`: restarts are expected during the backup', 'web/search'],
  ['web/search: no alerts about its errors', 'web/search'],
])('%j silences', (entry, name) => {
  const definitions = about(entry);
  const target = aTarget(name);

  expect(warnedOf(definitions)).toEqual([]);
  expect(holdFor(target, definitions, NOW_MS)?.kind).toBe('known-issue');
  expect(verifyPassage(entry, target, definitions, { to: 'silence' }, 'UTC', NOW_MS)).toMatchObject({ ok: true });
});

const EVERYWHERE = ['production', 'staging', 'development', 'test', 'unknown', undefined] as const;
const BELOW_PRODUCTION = ['staging', 'development', 'test'];

test.each<[entry: string, heading: string, environments: readonly string[]]>([
  ['Do not alert about web/search in staging.', 'Known issues', ['staging']],
  ['web/search restarts every night. In the dev cluster do not alert.', 'Known issues', ['development']],
  ['web/search: do not flag in non-production', 'Known issues', BELOW_PRODUCTION],
  ['web/search: never page for it in the test environment', 'Known issues', ['test']],
  ['web/search: do not notify in test.', 'Known issues', ['test']],
  ['web/search: outside production this can be ignored', 'Known issues', BELOW_PRODUCTION],
  ['web/search: do not alert on Development or Staging', 'Known issues', ['staging', 'development']],
  ['web/search: do not alert in staging, test, or dev', 'Known issues', BELOW_PRODUCTION],
  ['web/search (staging only): do not alert', 'Known issues', ['staging']],
  ['web/search crashes in staging. Do not alert.', 'Known issues', ['staging']],
  ['web/search: in staging do not alert. In dev it can be ignored.', 'Known issues', ['staging', 'development']],
  ['web/search: restarts all the time, do not alert', 'Known issues in staging', ['staging']],
  ['web/search: restarts all the time, do not alert', 'Staging: known issues', ['staging']],
  ['web/search: restarts all the time, do not alert', 'Known issues (dev/test)', ['development', 'test']],
  ['web/search: restarts all the time, do not alert', 'Production maintenance', ['production']],
  ['web/search: do not alert in staging', 'Known issues in staging and dev', ['staging']],
])('%j under %j holds in %j and nowhere else', (entry, heading, environments) => {
  const definitions = about(entry, heading);
  expect(warnedOf(definitions)).toEqual([]);

  for (const environment of EVERYWHERE) {
    const target = aTarget('web/search', environment === undefined ? {} : { environment });
    const holds = environments.some((one) => one === environment);
    expect([environment, holdFor(target, definitions, NOW_MS)?.kind]).toEqual([
      environment,
      holds ? 'known-issue' : undefined,
    ]);
    const verdict = verifyPassage(entry, target, definitions, { to: 'silence' }, 'UTC', NOW_MS);
    expect([environment, verdict.ok ? 'granted' : verdict.reason]).toEqual([
      environment,
      holds ? 'granted' : 'other-environment',
    ]);
  }
});

test.each([
  ['web/search: do not alert', 'Known issues outside the production region'],
  ['web/search: do not alert in dev', 'Known issues in staging'],
])('%j under the heading %j holds nowhere, and says so', (entry, heading) => {
  const definitions = about(entry, heading);

  expect(warnedOf(definitions)).toEqual([QUALIFIED]);
  for (const environment of ['production', 'staging', 'development'] as const)
    expect(holdFor(aTarget('web/search', { environment }), definitions, NOW_MS)).toBeUndefined();
});

test('the title of the file says which cluster this is, and limits nothing', () => {
  const definitions = definitionsOf(
    `# Production cluster guide\n\n${SERVICES}## Known issues\n- web/search: do not alert\n`,
  );

  expect(warnedOf(definitions)).toEqual([]);
  expect(holdFor(aTarget('web/search', { environment: 'unknown' }), definitions, NOW_MS)?.kind).toBe('known-issue');
});

test('of two halves of a file each holds in its own environment', () => {
  const definitions = definitionsOf(
    `# Staging\n## P1\n- web/search\n## Known issues\n- web/search: do not alert\n# Production\n## Known issues\n- web/search: slow at noon\n`,
  );
  const holdIn = (environment: 'staging' | 'production') =>
    holdFor(aTarget('web/search', { environment }), definitions, NOW_MS)?.kind;

  expect([holdIn('staging'), holdIn('production')]).toEqual(['known-issue', undefined]);
});

test.each<[text: string, environment: 'production' | 'staging', expectedSeconds: number]>([
  ['- In staging a P1 service may be down for 30 minutes.', 'staging', 1_800],
  ['- In staging a P1 service may be down for 30 minutes.', 'production', 0],
  ['- P1 in production: max downtime 5 min', 'production', 300],
  ['- P1 in production: max downtime 5 min', 'staging', 0],
])('a tolerance holds in its environment only: %s', (text, environment, expectedSeconds) => {
  const onsetAtMs = sundayAt(8);
  const definitions = definitionsOf(`## P1\n- web/search\n## Policy\n${text}\n`);
  const hold = holdFor(aTarget('web/search', { environment, onsetAtMs }), definitions, onsetAtMs);

  expect(hold?.kind === 'within-tolerance' ? (hold.untilMs - onsetAtMs) / 1_000 : 0).toBe(expectedSeconds);
});

test('channels and contacts hold in their environment only', () => {
  const definitions = definitionsOf(
    '## Channels\n- SEV-1 in production: #critical, @sre\n- SEV-1 in staging: #staging-alerts\n',
  );
  const channelIn = (environment: 'production' | 'staging' | 'unknown') =>
    channelFor('SEV-1', aTarget('web/x', { environment }), definitions, ['#critical', '#staging-alerts'])?.channel;

  expect([channelIn('production'), channelIn('staging'), channelIn('unknown')]).toEqual([
    '#critical',
    '#staging-alerts',
    undefined,
  ]);
  expect(contactsFor('SEV-1', aTarget('web/x', { environment: 'staging' }), definitions)).toEqual([]);
});

test.each([
  ['In staging web/search failures are SEV-4, tell nobody at night.', { to: 'lower', severity: 'SEV-4' } as const],
  ['In staging wait 30 minutes before paging about web/search.', { to: 'delay' } as const],
])('what a rule permits in staging it permits nowhere else: %s', (rule, request) => {
  const definitions = definitionsOf(`${SERVICES}## Policy\n- ${rule}\n`);
  const askIn = (environment: 'staging' | 'production') => {
    const verdict = verifyPassage(rule, aTarget('web/search', { environment }), definitions, request, 'UTC', NOW_MS);
    return verdict.ok ? 'granted' : verdict.reason;
  };

  expect([askIn('staging'), askIn('production')]).toEqual(['granted', 'other-environment']);
});
