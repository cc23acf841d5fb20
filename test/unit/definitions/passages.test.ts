import { expect, test } from 'vitest';
import type { PassageRequest } from '../../../src/definitions/passage-verdict.ts';
import { verifyPassage } from '../../../src/definitions/passages.ts';
import { aTarget, definitionsOf, sundayAt } from './fixtures.ts';

const CLAUDE = `## P0
- payments/checkout-api: takes orders and payments of everybody
## P2
- databases/reporting-db: PostgreSQL for reports
## Known issues: do not alert about these
- databases/reporting-db: weekly backup, every Sunday 02:00-03:00. Do not alert.
- databases/reporting-db: slow start on the second replica. reason: ProbeFailing. Can be ignored.
### web/search index
Loads for minutes, daily 01:00-02:00.
- Probe failures are expected during that hour.
## Policy
- A P2 service that is down is SEV-3, told in the daily digest.
- P2 must not be SEV-4 while customers can notice.
- Wait up to 10 minutes for a P2 service before anybody is woken.
- OOMKilled containers that run again are SEV-4.
- We never say: do not alert about databases/reporting-db.
- payments/checkout-api: do not alert unless customers call. Until 2026-11-20 do not alert at all.
- Alert at once when payments/checkout-api is down for good.
## Change log
- 2026-01-01: databases/reporting-db: do not alert at all.
`;
const definitions = definitionsOf(CLAUDE, '- databases/reporting-db restarts are SEV-4 at night, whatever else.\n');
const silence: PassageRequest = { to: 'silence' };
const lower = (severity: 'SEV-2' | 'SEV-3' | 'SEV-4'): PassageRequest => ({ to: 'lower', severity });
const db = 'databases/reporting-db';
const two = sundayAt(2, 30);

test.each<
  [
    what: string,
    quote: string,
    name: string,
    over: Parameters<typeof aTarget>[1],
    request: PassageRequest,
    nowMs: number,
    expected: string,
  ]
>([
  [
    'a known issue in its window',
    'weekly backup, every Sunday 02:00-03:00. Do not alert.',
    db,
    {},
    silence,
    two,
    'granted',
  ],
  [
    'the same with other white space and marks',
    '**databases/reporting-db**: weekly  backup,\n every Sunday 02:00-03:00. Do not alert',
    db,
    {},
    silence,
    two,
    'granted',
  ],
  [
    'outside of its window',
    'weekly backup, every Sunday 02:00-03:00. Do not alert.',
    db,
    {},
    silence,
    sundayAt(3),
    'outside-window',
  ],
  [
    'for another object',
    'weekly backup, every Sunday 02:00-03:00. Do not alert.',
    'payments/checkout-api',
    {},
    silence,
    two,
    'about-another-object',
  ],
  ['too short', 'Do not alert.', db, {}, silence, two, 'too-short'],
  ['made up', 'databases/reporting-db may be ignored on Mondays', db, {}, silence, two, 'not-found'],
  ['two bullets in one quote', 'Do not alert. - databases/reporting-db: slow start', db, {}, silence, two, 'not-found'],
  ['a heading', 'Known issues: do not alert about these', db, {}, silence, two, 'heading-only'],
  ['a tier bullet', 'databases/reporting-db: PostgreSQL for reports', db, {}, silence, two, 'does-not-permit'],
  [
    'the half without its permission',
    'weekly backup, every Sunday 02:00-03:00.',
    db,
    {},
    silence,
    two,
    'does-not-permit',
  ],
  ['the half without its negation', 'do not alert about databases/reporting-db', db, {}, silence, two, 'negated'],
  [
    'the half without its condition',
    'payments/checkout-api: do not alert',
    'payments/checkout-api',
    {},
    silence,
    sundayAt(0) - 7 * 86_400_000,
    'negated',
  ],
  ['expired', 'payments/checkout-api: do not alert', 'payments/checkout-api', {}, silence, two, 'expired'],
  [
    'its reason',
    'slow start on the second replica. reason: ProbeFailing. Can be ignored.',
    db,
    { reason: 'ProbeFailing' },
    silence,
    two,
    'granted',
  ],
  [
    'another reason',
    'slow start on the second replica. reason: ProbeFailing. Can be ignored.',
    db,
    { reason: 'OOMKilled' },
    silence,
    two,
    'other-reason',
  ],
  [
    'a bullet of a titled entry, in the window of the entry',
    'Probe failures are expected during that hour.',
    'web/search',
    {},
    silence,
    sundayAt(1, 30),
    'granted',
  ],
  [
    'the same, the window closed',
    'Probe failures are expected during that hour.',
    'web/search',
    {},
    silence,
    sundayAt(2, 30),
    'outside-window',
  ],
  [
    'the same, another object',
    'Probe failures are expected during that hour.',
    db,
    {},
    silence,
    sundayAt(1, 30),
    'about-another-object',
  ],
  ['a log of changes', 'databases/reporting-db: do not alert at all', db, {}, silence, two, 'history'],
  [
    'a bullet that says the contrary',
    'Alert at once when payments/checkout-api is down',
    'payments/checkout-api',
    {},
    silence,
    two,
    'does-not-permit',
  ],
  [
    'lowering to the SEV that its tier has',
    'A P2 service that is down is SEV-3',
    db,
    {},
    lower('SEV-3'),
    two,
    'granted',
  ],
  ['lowering below it', 'A P2 service that is down is SEV-3', db, {}, lower('SEV-4'), two, 'below-named-severity'],
  [
    'lowering by the rule of another tier',
    'A P2 service that is down is SEV-3',
    'payments/checkout-api',
    {},
    lower('SEV-3'),
    two,
    'about-another-object',
  ],
  ['lowering by a prohibition', 'P2 must not be SEV-4 while customers', db, {}, lower('SEV-4'), two, 'negated'],
  [
    'lowering by reason',
    'OOMKilled containers that run again are SEV-4',
    'web/any',
    { reason: 'OOMKilled' },
    lower('SEV-4'),
    two,
    'granted',
  ],
  [
    'lowering by the reason of others',
    'OOMKilled containers that run again are SEV-4',
    'web/any',
    {},
    lower('SEV-4'),
    two,
    'about-another-object',
  ],
  ['lowering without a SEV', 'Wait up to 10 minutes for a P2 service', db, {}, lower('SEV-4'), two, 'does-not-permit'],
  [
    "lowering by the escalation agent's own file",
    'databases/reporting-db restarts are SEV-4 at night',
    db,
    {},
    lower('SEV-4'),
    two,
    'granted',
  ],
  ['delaying by a duration', 'Wait up to 10 minutes for a P2 service', db, {}, { to: 'delay' }, two, 'granted'],
  ['delaying without one', 'A P2 service that is down is SEV-3', db, {}, { to: 'delay' }, two, 'does-not-permit'],
])('%s: %7$s', (_, quote, name, over, request, nowMs, expected) => {
  const verdict = verifyPassage(quote, aTarget(name, over), definitions, request, 'UTC', nowMs);

  expect(verdict.ok ? 'granted' : verdict.reason).toBe(expected);
});

test('a granted passage says where it stands and how far it reaches', () => {
  const target = aTarget(db, { onsetAtMs: two });

  expect(
    verifyPassage('Wait up to 10 minutes for a P2 service', target, definitions, { to: 'delay' }, 'UTC', two),
  ).toMatchObject({
    ok: true,
    file: 'CLAUDE.md',
    line: 14,
    untilMs: two + 600_000,
  });
  expect(
    verifyPassage('restarts are SEV-4 at night, whatever', target, definitions, lower('SEV-4'), 'UTC', two),
  ).toMatchObject({
    file: 'escalation-manager.md',
    line: 5,
    severity: 'SEV-4',
  });
});

test('a passage of an older revision is not found in the one in force', () => {
  const quote = 'weekly backup, every Sunday 02:00-03:00. Do not alert.';
  const now = definitionsOf(CLAUDE.replace('Do not alert.', 'Tell everybody.'));

  expect(verifyPassage(quote, aTarget(db), now, silence, 'UTC', two)).toMatchObject({ ok: false, reason: 'not-found' });
});

const TRAPS = definitionsOf(`## P0
- payments/checkout-api: takes orders
- web/shop: the pages
## Rules
- payments/checkout-api: SEV-1 by day, SEV-4 for a single lost replica.
- Never lower payments/checkout-api to SEV-3 or less.
- payments/checkout-api keeps its logs for 20 hours on disk.
- Page about payments/checkout-api within 5 minutes.
- Do not wait 10 minutes for payments/checkout-api.
- Wait 30 minutes for a spare of payments/checkout-api, 2 minutes for the service itself.
- Wait 3 days before anybody hears of web/shop.
- Services like web/shop that do not take money are SEV-3.
## Backups, Sunday 02:00-03:00 UTC
- web/shop: do not alert while it is slow.
`);

test.each<[quote: string, name: string, request: PassageRequest, nowMs: number, expected: string]>([
  ['SEV-4 for a single lost replica.', 'payments/checkout-api', lower('SEV-4'), two, 'below-named-severity'],
  ['lower payments/checkout-api to SEV-3 or less', 'payments/checkout-api', lower('SEV-3'), two, 'negated'],
  [
    'payments/checkout-api keeps its logs for 20 hours',
    'payments/checkout-api',
    { to: 'delay' },
    two,
    'does-not-permit',
  ],
  [
    'Page about payments/checkout-api within 5 minutes',
    'payments/checkout-api',
    { to: 'delay' },
    two,
    'does-not-permit',
  ],
  ['wait 10 minutes for payments/checkout-api', 'payments/checkout-api', { to: 'delay' }, two, 'negated'],
  ['Wait 3 days before anybody hears of web/shop', 'web/shop', { to: 'delay' }, two, 'does-not-permit'],
  ['Services like web/shop that do not take money are SEV-3', 'web/shop', lower('SEV-3'), two, 'granted'],
  ['web/shop: do not alert while it is slow', 'web/shop', silence, sundayAt(12), 'outside-window'],
  ['web/shop: do not alert while it is slow', 'web/shop', silence, two, 'granted'],
])('half of a rule is no other rule: %s', (quote, name, request, nowMs, expected) => {
  const verdict = verifyPassage(quote, aTarget(name), TRAPS, request, 'UTC', nowMs);

  expect(verdict.ok ? 'granted' : verdict.reason).toBe(expected);
});

test('of two durations in one rule the shorter one counts, also when it is not quoted', () => {
  const quote = 'Wait 30 minutes for a spare of payments/checkout-api';
  const target = aTarget('payments/checkout-api', { onsetAtMs: two });

  expect(verifyPassage(quote, target, TRAPS, { to: 'delay' }, 'UTC', two)).toMatchObject({ untilMs: two + 120_000 });
});
