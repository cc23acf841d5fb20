import { expect, test } from 'vitest';
import { channelFor, contactsFor, holdFor, tierOf, unmatchedServices } from '../../../src/definitions/matching.ts';
import { aTarget, definitionsOf, sundayAt } from './fixtures.ts';

const CLAUDE = `## P0
- payments/checkout-api: takes orders
## P1
- storefront: pages
- staging-db
## P2
- databases/reporting-db: PostgreSQL for reports
- databases/orders-db: PostgreSQL for orders
## Known issues
- databases/reporting-db: backup, every Sunday 02:00-03:00. Do not alert.
- web/storefront: its nodes reboot, daily 04:00-05:00. Do not alert. reason: ProbeFailing
- PostgreSQL failover tests, Sunday 05:00-06:00: do not alert
- databases/orders-db: until 2026-11-21, do not alert
## Policy
- SEV-1: P0 down for > 2 minutes
- SEV-2: #infra
- SEV-1: #critical, @commander
- storefront: #web, @web-oncall
`;
const definitions = definitionsOf(CLAUDE);

test.each<[name: string, over: Parameters<typeof aTarget>[1], expected: string | undefined]>([
  ['payments/checkout-api', {}, 'P0'],
  ['other/checkout-api', {}, undefined],
  ['web/storefront', {}, 'P1'],
  ['web/web-1', { labels: { app: 'storefront' } }, 'P1'],
  ['web/web-1', { labels: { 'app.kubernetes.io/name': 'storefront' } }, 'P1'],
  ['web/web-1', { serviceNames: ['storefront'] }, 'P1'],
  ['staging-db/anything', {}, 'P1'],
  ['payments/x', { labels: { app: 'checkout-api' }, serviceNames: ['storefront'] }, 'P0'],
  ['web/other', {}, undefined],
])('tier of %s %j: %s', (name, over, expected) => {
  expect(tierOf(aTarget(name, over), definitions)).toBe(expected);
});

test.each<
  [what: string, name: string, over: Parameters<typeof aTarget>[1], nowMs: number, expected: string | undefined]
>([
  ['inside the window', 'databases/reporting-db', {}, sundayAt(2), 'known-issue'],
  ['in its last minute', 'databases/reporting-db', {}, sundayAt(2, 59), 'known-issue'],
  ['when the window has ended', 'databases/reporting-db', {}, sundayAt(3), undefined],
  ['on another day', 'databases/reporting-db', {}, sundayAt(2) + 86_400_000, undefined],
  [
    'another kind of failure',
    'databases/reporting-db',
    { family: 'volume', reason: 'ClaimPending' },
    sundayAt(2),
    undefined,
  ],
  ['another object', 'web/reporting-db', {}, sundayAt(2), undefined],
  ['its reason', 'web/storefront', { reason: 'ProbeFailing' }, sundayAt(4), 'known-issue'],
  ['not its reason', 'web/storefront', { reason: 'OOMKilled' }, sundayAt(4), undefined],
  ['expired', 'databases/orders-db', {}, sundayAt(2), undefined],
  ['a word shared by two services', 'databases/orders-db', {}, sundayAt(5), 'possible-known-issue'],
  ['a word in the image', 'tools/wiki', { images: ['registry/postgresql:18'] }, sundayAt(5), 'possible-known-issue'],
  ['no shared word', 'tools/wiki', {}, sundayAt(5), undefined],
  ['a shared word outside of the window', 'databases/orders-db', {}, sundayAt(6), undefined],
  ['a P0 one minute down', 'payments/checkout-api', { onsetAtMs: sundayAt(8) }, sundayAt(8, 1), 'within-tolerance'],
  ['a P0 two minutes down', 'payments/checkout-api', { onsetAtMs: sundayAt(8) }, sundayAt(8, 2), undefined],
  ['a P1 has none', 'web/storefront', { onsetAtMs: sundayAt(8) }, sundayAt(8, 1), undefined],
])('hold: %s', (_, name, over, nowMs, expected) => {
  expect(holdFor(aTarget(name, over), definitions, nowMs)?.kind).toBe(expected);
});

test('a hold carries the passage, its line and its end', () => {
  expect(holdFor(aTarget('databases/reporting-db'), definitions, sundayAt(2))).toEqual({
    kind: 'known-issue',
    text: 'databases/reporting-db: backup, every Sunday 02:00-03:00. Do not alert.',
    file: 'CLAUDE.md',
    line: 10,
    untilMs: sundayAt(3),
  });
  expect(holdFor(aTarget('payments/checkout-api', { onsetAtMs: sundayAt(8) }), definitions, sundayAt(8))).toMatchObject(
    {
      untilMs: sundayAt(8, 2),
      line: 15,
    },
  );
});

test.each<[what: string, claude: string, over: Parameters<typeof aTarget>[1], expectedSeconds: number]>([
  ["a service's own comes first", '## P0\n- api: max downtime 10 min\n## x\n- P0 down > 2 min', {}, 600],
  ['zero is a tolerance as well', '## P0\n- api: max downtime 0 min\n## x\n- P0 down > 2 min', {}, 0],
  [
    'the one of its SEV before others',
    '## P0\n- api\n## x\n- SEV-2: P0 down > 9 min\n- SEV-1: P0 down > 2 min',
    { floor: 'SEV-2' },
    540,
  ],
  ['the shortest where all else is equal', '## P0\n- api\n## x\n- P0 down > 9 min\n- P0 down > 2 min', {}, 120],
  ['a SEV alone', '## x\n- SEV-2: down > 3 min', { floor: 'SEV-2' }, 180],
  ['another SEV alone', '## x\n- SEV-2: down > 3 min', { floor: 'SEV-1' }, 0],
  ['degraded only, and it is down', '## P0\n- api\n## x\n- P0 degraded > 2 min', { impact: 'critical' }, 0],
  ['degraded only, and it is degraded', '## P0\n- api\n## x\n- P0 degraded > 2 min', { impact: 'error' }, 120],
])('tolerance: %s', (_, claude, over, expectedSeconds) => {
  const onsetAtMs = sundayAt(8);
  const hold = holdFor(aTarget('payments/api', { ...over, onsetAtMs }), definitionsOf(claude), onsetAtMs);

  expect(hold?.kind === 'within-tolerance' ? (hold.untilMs - onsetAtMs) / 1_000 : 0).toBe(expectedSeconds);
});

test.each<[severity: 'SEV-1' | 'SEV-2' | 'SEV-3', name: string, allowed: string[], expected: string | undefined]>([
  ['SEV-1', 'payments/checkout-api', ['#critical', '#infra'], '#critical'],
  ['SEV-2', 'payments/checkout-api', ['critical', 'infra'], '#infra'],
  ['SEV-3', 'payments/checkout-api', ['#critical', '#infra'], undefined],
  ['SEV-1', 'web/storefront', ['#critical', '#web'], '#web'],
  ['SEV-1', 'web/storefront', ['#critical'], '#critical'],
  ['SEV-1', 'payments/checkout-api', [], undefined],
])('channel of a %s on %s with %j allowed: %s', (severity, name, allowed, expected) => {
  expect(channelFor(severity, aTarget(name), definitions, allowed)?.channel).toBe(expected);
});

test('contacts: the service first, then the SEV, each once', () => {
  expect(contactsFor('SEV-1', aTarget('web/storefront'), definitions)).toEqual(['@web-oncall', '@commander']);
  expect(contactsFor('SEV-3', aTarget('web/storefront'), definitions)).toEqual(['@web-oncall']);
});

test('a P0 or P1 name that nothing in the cluster answers to is found', () => {
  const unmatched = unmatchedServices(definitions, [aTarget('payments/checkout-api'), aTarget('web/storefront')]);

  expect(unmatched.map((entry) => entry.name)).toEqual(['staging-db']);
});

test.each([
  ['## Maintenance: Sundays 02:00-03:00 UTC', sundayAt(2, 30), 'known-issue'],
  ['## Maintenance: Sundays 02:00-03:00 UTC', sundayAt(12), undefined],
  ['## Known issues until 2026-11-01', sundayAt(12), undefined],
  ['## Known issues until 2026-12-01', sundayAt(12), 'known-issue'],
  ['## Known issues', sundayAt(12), 'known-issue'],
])('a window or expiry in the heading bounds what stands below: %s', (heading, nowMs, expected) => {
  const definitions = definitionsOf(`## P0\n- web/shop: pages\n${heading}\n- web/shop: do not alert.\n`);

  expect(holdFor(aTarget('web/shop'), definitions, nowMs)?.kind).toBe(expected);
});
