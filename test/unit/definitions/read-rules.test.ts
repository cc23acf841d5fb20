import { expect, test } from 'vitest';
import { definitionsOf, sundayAt } from './fixtures.ts';
import { readTimeLimits } from '../../../src/definitions/read-window.ts';
import { windowText } from '../../../src/domain/time-window.ts';
import { silencePhrasesIn } from '../../../src/definitions/silence-phrase.ts';

const tiersOf = (claude: string): string[] =>
  definitionsOf(claude).tiers.map((entry) => `${entry.tier} ${entry.namespace}/${entry.name}@${entry.line}`);

test.each<[what: string, claude: string, expected: string[]]>([
  ['plain bullets', '# P0\n- payments/api: money', ['P0 payments/api@2']],
  ['bold names', '### P1 - Important\n* **web/storefront**: pages', ['P1 web/storefront@2']],
  ['code marks and a dash', '## Services (P2)\n+ `search` - product search', ['P2 /search@2']],
  ['no text behind', '## P3\n- archive', ['P3 /archive@2']],
  ['several names', '## P0\n- mysql, postgresql: databases', ['P0 /mysql@2', 'P0 /postgresql@2']],
  ['a range takes the higher', '## P2-P3 support\n- wiki', ['P2 /wiki@2']],
  ['P2-3 is a range too', '## P2-3 Services\n- wiki', ['P2 /wiki@2']],
  ['a second tier in a heading is talk', '## P1: what P0 leans on\n- dns', ['P1 /dns@2']],
  ['an underlined heading', 'P0 services\n-----------\n- api', ['P0 /api@3']],
  ['a sub-heading inherits', '## P0\n### Payments\n- api', ['P0 /api@3']],
  ['a kind is no namespace', '## P0\n- deployment/api', ['P0 /api@2']],
  [
    'details under a service are no services',
    '## P0\n- api: money\n  - replicas: 3\n- ledger',
    ['P0 /api@2', 'P0 /ledger@4'],
  ],
  ['a SEV heading is no tier', '## SEV-1: P0 services\n- api', []],
  ['a log of changes is no tier', '# CHANGE LOG:\n# 2025-10-20: Added customer-portal to P0 services\n- api', []],
  ['fenced code is no tier', '```\n## P0\n- api\n```', []],
  ['a comment is no tier', '<!--\n## P0\n- api\n-->', []],
  ['a heading without tier ends it', '## P0\n- api\n## Notes\n- other', ['P0 /api@2']],
  ['P4 and MP3 are no tiers', '## P4 and MP3\n- api', []],
])('tiers: %s', (_, claude, expected) => {
  expect(tiersOf(claude)).toEqual(expected);
});

test.each(['- Customer Portal: pages', '- restart the pod when it hangs', '- See the list'])(
  'under a tier, %j is reported as unread',
  (bullet) => {
    expect(definitionsOf(`## P0\n${bullet}`).warnings).toContainEqual(
      expect.objectContaining({ code: 'tier-entry-unread', file: 'CLAUDE.md', line: 2 }),
    );
  },
);

test.each<[text: string, expected: string]>([
  ['Every Sunday 2-3 AM', 'Sun 02:00-03:00 UTC'],
  ['Every Sunday 2-3 AM: database backup - DO NOT FLAG', 'Sun 02:00-03:00 UTC'],
  ['daily 01:00-02:00', 'daily 01:00-02:00 UTC'],
  ['Sun 02:00-03:00 Europe/Berlin', 'Sun 02:00-03:00 Europe/Berlin'],
  ['Sundays from 2 AM to 3 AM', 'Sun 02:00-03:00 UTC'],
  ['between 2 and 3 AM every night', 'daily 02:00-03:00 UTC'],
  ['2-3 AM on Sundays', 'Sun 02:00-03:00 UTC'],
  ['11 PM - 1 AM daily', 'daily 23:00-01:00 UTC'],
  ['11-1 AM on weekdays', 'Mon, Tue, Wed, Thu, Fri 23:00-01:00 UTC'],
  ['Mon-Fri 22:00–02:00', 'Mon, Tue, Wed, Thu, Fri 22:00-02:00 UTC'],
  ['Friday to Monday 08:00-09:00', 'Sun, Mon, Fri, Sat 08:00-09:00 UTC'],
  ['12-1 PM', 'daily 12:00-13:00 UTC'],
  ['midnight to 1 AM', 'daily 00:00-01:00 UTC'],
  ['Sunday 2-3 AM and Wednesday 4-5 AM', 'Sun 02:00-03:00 UTC | Wed 04:00-05:00 UTC'],
  ['every weekend', 'Sun, Sat 00:00-24:00 UTC'],
  ['02:00-03:00 CET', 'daily 02:00-03:00 CET'],
  ['takes 2-3 minutes', ''],
  ['restarts 3-5 times on 10.0.0.1-10.0.0.4', ''],
  ['the second container', ''],
  ['until it is fixed', ''],
  ['seen since 2026-11-20', ''],
])('window: %s is %j', (text, expected) => {
  const limits = readTimeLimits(text, 'UTC');

  expect(limits.windows.map(windowText).join(' | ')).toBe(expected);
  expect(limits.unread).toBeUndefined();
});

test.each([
  'first Sunday of the month 2-3 AM',
  'every other Sunday 02:00-03:00',
  '02:00-03:00 IST',
  '02:00-03:00 Mars/Olympus',
  'until Friday',
  'until 2026-13-45',
  'on Sunday',
  'at 3 AM',
  'Sunday at 2 AM and 3 AM',
  'nightly',
  'from 2026-11-20 to the 22nd',
])('window: %j cannot be read, and says so', (text) => {
  expect(readTimeLimits(text, 'UTC')).toMatchObject({ windows: [], unread: expect.any(String) });
});

test.each<[text: string, zone: string, expected: string]>([
  ['until 2026-12-01', 'UTC', '2026-12-02T00:00:00.000Z'],
  ['until 2026-12-01', 'America/New_York', '2026-12-02T05:00:00.000Z'],
  ['until December 1, 2026', 'UTC', '2026-12-02T00:00:00.000Z'],
  ['until 1 Dec 2026', 'UTC', '2026-12-02T00:00:00.000Z'],
  ['valid until: 2026-12-01 12:00', 'UTC', '2026-12-01T12:00:00.000Z'],
])('%s in %s is %s', (text, zone, expected) => {
  expect(new Date(readTimeLimits(text, zone).untilMs ?? 0).toISOString()).toBe(expected);
});

test.each<[text: string, expected: string | undefined]>([
  ['DO NOT FLAG', 'counts'],
  ["don't alert", 'counts'],
  ['never **page** anybody', 'counts'],
  ['do not notify', 'counts'],
  ['no alerts needed', 'counts'],
  ['this can be safely ignored', 'counts'],
  ['ignore during the backup', 'counts'],
  ['expected behaviour', 'counts'],
  ['restarts are expected during the backup', 'counts'],
  ['do not ignore this', 'negated'],
  ['never seen as expected behaviour', 'negated'],
  ['this is not expected during the day', 'negated'],
  ['do not alert unless it lasts an hour', 'conditional'],
  ['do not alert if it recovers', 'conditional'],
  ['do not flag as SEV-1', 'partial'],
  ['do not page @payments-oncall', 'partial'],
  ['cannot be ignored', undefined],
  ['alert at once', undefined],
  ['we do not know why', undefined],
])('%j: %s', (text, expected) => {
  const phrases = silencePhrasesIn(text);

  expect(phrases.map((phrase) => phrase.void ?? 'counts')).toEqual(expected === undefined ? [] : [expected]);
});

const SERVICES =
  '## P2\n- databases/reporting-db: PostgreSQL for the reporting team\n- databases/orders-db: PostgreSQL for orders\n- web/search: finds products\n';
const issueOf = (text: string) => definitionsOf(`${SERVICES}## Known issues\n${text}`).knownIssues;

test.each<[what: string, text: string, names: string[], silences: boolean]>([
  ['named in front', '- databases/reporting-db: backup, do not alert', ['databases/reporting-db'], true],
  ['named within', '- The backup stops `reporting-db`. Do not alert.', ['/reporting-db'], true],
  ['a listed name in prose', '- every restart of search can be ignored', ['web/search'], true],
  ['by a word of one text', '- Reporting backups: do not flag', ['databases/reporting-db'], true],
  ['a word of two texts names none', '- PostgreSQL backups: do not flag', [], true],
  ['words of two services name none', '- reporting and products: do not flag', [], true],
  [
    'a sub-heading with its text',
    '### databases/orders-db backup\nEvery Sunday 2-3 AM.\n- Do not alert.',
    ['databases/orders-db'],
    true,
  ],
  ['without a phrase', '- web/search: slow after a deploy', ['web/search'], false],
  ['with a condition', '- web/search: do not alert unless it lasts', ['web/search'], false],
  [
    'with a window that cannot be read',
    '- web/search: do not alert on the first Sunday of the month',
    ['web/search'],
    false,
  ],
  ['and/or is no service', '- crashes and/or restarts of web/search: do not alert', ['web/search'], true],
])('known issue: %s', (_, text, names, silences) => {
  const issues = issueOf(text);

  expect(issues).toHaveLength(1);
  expect(issues[0]?.names.map((name) => `${name.namespace}/${name.name}`)).toEqual(names);
  expect(issues[0]?.silences).toBe(silences);
});

test.each(['- None at the moment.', 'Some introduction, do not alert.', ''])('known issues: %j is no entry', (text) => {
  expect(issueOf(text)).toEqual([]);
});

test('an entry with two windows holds in both, and keeps its reason, its line and its text', () => {
  const text =
    '- databases/reporting-db: Sunday 2-3 AM and Wednesday 4-5 AM. Do not alert. reason: OOMKilled, until 2026-12-31';
  const issues = issueOf(text);

  expect(issues.map((issue) => issue.window?.days)).toEqual([[0], [3]]);
  expect(issues[0]).toMatchObject({ line: 6, text: text.slice(2), reason: 'OOMKilled', untilMs: Date.UTC(2027, 0, 1) });
});

test('what could not be taken as silence is warned about with its line', () => {
  const { warnings } = definitionsOf(
    `${SERVICES}## Known issues\n- web/search: this is\n  not expected during the day\n- web/search: do not alert on alternate Sundays`,
  );

  expect(warnings.map(({ code, line }) => [code, line])).toEqual(
    expect.arrayContaining([
      ['silence-unread', 7],
      ['window-unread', 8],
    ]),
  );
});

test.each([
  ['- Every Sunday 2-3 AM: database backup - DO NOT FLAG', ['databases/reporting-db']],
  ['- **Sunday backup window** (02:00-03:00 UTC): database restarts. DO NOT ALERT.', ['databases/reporting-db']],
])('an entry in the shape of the first guide: %s', (entry, names) => {
  const claude = `## P2\n- databases/reporting-db: the database of reports\n- web/search\n## Known issues\n${entry}`;
  const [issue] = definitionsOf(claude).knownIssues;

  expect(issue).toMatchObject({ silences: true, window: { days: [0], startMinute: 120, endMinute: 180, zone: 'UTC' } });
  expect(issue?.names.map((name) => `${name.namespace}/${name.name}`)).toEqual(names);
});

const tolerancesOf = (claude: string, escalation?: string): string[] =>
  definitionsOf(claude, escalation).tolerances.map((rule) =>
    [
      rule.file === 'CLAUDE.md' ? '' : rule.file,
      rule.durationMs / 1_000,
      rule.tier,
      rule.severity,
      rule.name?.name,
      rule.degradedOnly === true ? 'degraded' : '',
    ]
      .filter((part) => part !== undefined && part !== '')
      .join(' '),
  );

test.each<[claude: string, expected: string[]]>([
  ['- SEV-1: P0 service down for > 2 minutes', ['120 P0 SEV-1']],
  ['- P0 must be down for more than 2 minutes before it is SEV-1', ['120 P0 SEV-1']],
  ['| SEV-2 | P1 down > 5 min |', ['300 P1 SEV-2']],
  ['### SEV-1\n- P0 service unavailable for 90 seconds', ['90 P0 SEV-1']],
  ['P0 down > 2 minutes or P1 down > 5 minutes', ['120 P0', '300 P1']],
  ['P2 or P3 down for over an hour', ['3600 P2', '3600 P3']],
  ['## P0\n- payments/api: money, max downtime 0 min', ['0 api']],
  ['## P1\n- web/search\n  - Max downtime: 5 minutes', ['300 search']],
  ['## P1\n\nMaximum tolerated downtime: 10 min', ['600 P1']],
  ['SEV-1: P0 down, or degraded > 2 min', ['120 P0 SEV-1 degraded']],
  ['SEV-2: down for at least 5 minutes', ['300 SEV-2']],
  ['P1: wait 3 minutes before alerting', ['180 P1']],
  ['P1 may be down for up to 15 minutes', ['900 P1']],
  ['P0: page within 5 minutes', []],
  ['P0 restarts take 2 minutes', []],
  ['P0 is back after 2 minutes', []],
  ['P0 must never be down for 2 minutes', []],
  ['it is down for 2 minutes', []],
  ['P3 down for more than 3 days', []],
])('tolerance: %j', (claude, expected) => {
  expect(tolerancesOf(claude)).toEqual(expected);
});

test('the escalation agent may hold tolerances and channels too, with the lines of its file', () => {
  const definitions = definitionsOf('# x', '# Policy\n\n- SEV-1: P0 down > 2 minutes, tell #war-room\n');

  expect(definitions.tolerances).toMatchObject([
    { file: 'escalation-manager.md', line: 7, tier: 'P0', durationMs: 120_000 },
  ]);
  expect(definitions.channels).toMatchObject([
    { file: 'escalation-manager.md', line: 7, severity: 'SEV-1', channel: '#war-room' },
  ]);
});

const routesOf = (claude: string): string[] => {
  const { channels, contacts } = definitionsOf(`${SERVICES}\n${claude}`);
  return [
    ...channels.map((rule) => [rule.channel, rule] as const),
    ...contacts.map((rule) => [rule.contact, rule] as const),
  ].map(([to, rule]) => [to, rule.severity, rule.name?.name].filter((part) => part !== undefined).join(' '));
};

test.each<[text: string, expected: string[]]>([
  ['- SEV-1: `#critical-alerts`', ['#critical-alerts SEV-1']],
  ['- SEV-1/2 → #critical', ['#critical SEV-1', '#critical SEV-2']],
  ['SEV-1 goes to #critical, SEV-3 to #infra', ['#critical SEV-1', '#infra SEV-3']],
  ['#critical for SEV-1, #infra for SEV-2', ['#critical SEV-1', '#infra SEV-2']],
  ['| SEV-2 | #infra | at once |', ['#infra SEV-2']],
  ['### SEV-1\n- tell #critical', ['#critical SEV-1']],
  ['## Contacts\n- web/search: #web-alerts, @web-oncall', ['#web-alerts search', '@web-oncall search']],
  ['SEV-1: @incident-commander', ['@incident-commander SEV-1']],
  ['SEV-1: never post to #general', []],
  ['SEV-1 was fixed in #123, see ops@example.com and image@sha256:abc', []],
  ['we talk in #random', []],
])('routes: %j', (text, expected) => {
  expect(routesOf(text)).toEqual(expected);
});

test('everything that was read is listed with file and line', () => {
  const { read } = definitionsOf(`${SERVICES}## Known issues\n- web/search: daily 01:00-02:00, do not alert\n`);

  expect(read).toEqual([
    { file: 'CLAUDE.md', line: 2, what: 'P2 service databases/reporting-db' },
    { file: 'CLAUDE.md', line: 3, what: 'P2 service databases/orders-db' },
    { file: 'CLAUDE.md', line: 4, what: 'P2 service web/search' },
    { file: 'CLAUDE.md', line: 6, what: 'known issue of web/search; daily 01:00-02:00 UTC; silences' },
  ]);
  expect(sundayAt(1)).toBe(Date.parse('2026-11-22T01:00:00Z'));
});

test.each([
  [
    'a reason that no check gives',
    '- web/search: reason: OOMKill. Do not alert.',
    'unknown-reason',
    /no check gives the reason "OOMKill".* did you mean OOMKilled\?$/,
  ],
  [
    'words of one’s own behind "reason:"',
    '- web/search: do not alert. Reason: migration',
    'unknown-reason',
    /no check gives the reason "migration"/,
  ],
  ['a pattern', '- shop/*: do not alert.', 'name-unread', /"shop\/\*" is a pattern/],
  [
    'a name in capitals',
    '- Shop/Billing: do not alert.',
    'name-unread',
    /"Shop\/Billing" has capitals.*write "shop\/billing"/,
  ],
  [
    'a day that is none',
    '- web/search: until 2026-02-30. Do not alert.',
    'window-unread',
    /^"until 2026-02-30" cannot/,
  ],
  ['a vague end', '- web/search: until 12/05. Do not alert.', 'window-unread', /^"until 12\/05" cannot/],
  ['a vaguer end', '- web/search: until next week. Do not alert.', 'window-unread', /^"until next week" cannot/],
])('a known issue with %s does not silence unseen', (_, entry, code, message) => {
  const { warnings } = definitionsOf(`${SERVICES}## Known issues\n${entry}\n`);

  expect(warnings.filter(({ file }) => file === 'CLAUDE.md')).toMatchObject([
    { line: 6, code, message: expect.stringMatching(message) },
  ]);
});

test.each([
  ['- web/search: reason: crash-loop. Do not alert.'],
  ['- web/search: reason: Other:slow-queries. Do not alert.'],
  ['- **web/search**: do not alert.'],
  ['- Backups: do not alert while the disks are slow in the evening'],
])('%s has nothing of that to be told', (entry) => {
  const { warnings } = definitionsOf(`${SERVICES}## Known issues\n${entry}\n`);

  expect(warnings.filter(({ code }) => code === 'unknown-reason' || code === 'name-unread')).toEqual([]);
});

test('an entry that names no object is not said to silence', () => {
  const { read } = definitionsOf(
    '## Known issues\n- The reindexing makes everything slow. Do not alert.\n- shop/*: do not alert.\n',
  );

  expect(read.map(({ what }) => what)).toEqual([
    expect.stringMatching(/^known issue of no object by name \(words: .*\); silences nothing by itself: /),
    'known issue of no object by name (words: none); for the agents only, silences nothing by itself',
  ]);
});

test.each([
  ['a line of brackets', `## Known issues\n- ${'[a'.repeat(60_000)}`],
  ['a bullet of stars', `## Known issues\n- ${'*a '.repeat(40_000)} do not alert`],
  ['a known issue of many bullets', `## Known issues\n- x\n${'  - web/search, do not alert\n'.repeat(3_000)}`],
])('%s is no rule, and says so instead of taking a minute', (_, claude) => {
  const { knownIssues, warnings } = definitionsOf(claude);

  expect(knownIssues).toEqual([]);
  expect(warnings).toContainEqual(expect.objectContaining({ code: 'passage-too-long', line: 2 }));
});
