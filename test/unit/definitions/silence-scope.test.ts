import { expect, test } from 'vitest';
import { holdFor } from '../../../src/definitions/matching.ts';
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
  ['Do not alert about web/search in staging.', 'web/search', QUALIFIED],
  ['web/search restarts every night. In the dev cluster do not alert.', 'web/search', QUALIFIED],
  ['web/search: do not flag in non-production', 'web/search', QUALIFIED],
  ['web/search: never page for it in the test environment', 'web/search', QUALIFIED],
  ['web/search: do not notify in test.', 'web/search', QUALIFIED],
  ['web/search: outside production this can be ignored', 'web/search', QUALIFIED],
  ['web/search: do not alert on Development or Staging', 'web/search', QUALIFIED],
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
  expect(verifyPassage(entry, target, definitions, { to: 'silence' }, 'UTC', NOW_MS)).toMatchObject({
    ok: false,
    reason: 'negated',
  });
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

test('a heading limits the entries below it to its environment as well', () => {
  const definitions = about('web/search: restarts all the time, do not alert', 'Known issues in staging');

  expect(warnedOf(definitions)).toEqual([QUALIFIED]);
  expect(holdFor(aTarget('web/search'), definitions, NOW_MS)).toBeUndefined();
});
