import { expect, test } from 'vitest';
import { holdFor } from '../../../src/definitions/matching.ts';
import { aTarget, definitionsOf, sundayAt } from './fixtures.ts';

/*
 * How people write. Each passage stands behind the same six services; what is listed is all that code read of it. The near misses below must
 * not be acted on, each for its reason; where their author may have meant them as rules, a warning says so.
 */

const SERVICES = `## P0
- payments/checkout-api: takes orders
- payments/ledger

## P1
- web/storefront: pages
- databases/orders-db: PostgreSQL for orders

## P2
- databases/reporting-db: PostgreSQL for the reporting team
- web/search: finds products
`;
const OWN = definitionsOf(SERVICES).read.length;
const definitionsWith = (text: string) => definitionsOf(`${SERVICES}\n${text}\n`);
const actsOn = (text: string): string[] =>
  definitionsWith(text)
    .read.slice(OWN)
    .map(({ what }) => what)
    .filter((what) => !what.includes('silences nothing by itself'));

test.each<[text: string, read: string[]]>([
  [
    `## Known issues
### Database backups
- **When**: Every Sunday 2-3 AM
- **What**: \`reporting-db\` restarts
- DO NOT FLAG`,
    ['known issue of reporting-db; Sun 02:00-03:00 UTC; silences'],
  ],
  [
    `## Known Issues
- reporting-db: weekly backup every Sunday from 2 AM to 3 AM UTC, please do not alert`,
    ['known issue of reporting-db, databases/reporting-db; Sun 02:00-03:00 UTC; silences'],
  ],
  [
    `## Known issues
- web/search: OOMKilled nightly between 01:00 and 02:00 (Europe/Berlin). Reason: OOMKilled. Don't page.`,
    ['known issue of web/search; daily 01:00-02:00 Europe/Berlin; reason OOMKilled; silences'],
  ],
  [
    `## Maintenance windows
- orders-db: Saturdays 22:00 - 02:00 UTC, do not notify`,
    ['known issue of orders-db, databases/orders-db; Sat 22:00-02:00 UTC; silences'],
  ],
  [
    `## Maintenance windows
| Service | Window | Action |
| --- | --- | --- |
| orders-db | Saturdays 22:00-02:00 UTC | do not alert |`,
    ['known issue of orders-db, databases/orders-db; Sat 22:00-02:00 UTC; silences'],
  ],
  [
    `## Known issues
- Until 2026-12-15: web/search is being migrated, do not alert.`,
    ['known issue of web/search; until 2026-12-16T00:00:00.000Z; silences'],
  ],
  [
    `## Known issues
- web/search: muted until Dec 15th, 2026 (do not alert)`,
    ['known issue of web/search; until 2026-12-16T00:00:00.000Z; silences'],
  ],
  [
    `## Known issues
- web/search: do not alert through 2026-12-15`,
    ['known issue of web/search; until 2026-12-16T00:00:00.000Z; silences'],
  ],
  [
    `## Known issues
- web/search: every weekday 9am-5pm load test. No alerts please.`,
    ['known issue of web/search; Mon, Tue, Wed, Thu, Fri 09:00-17:00 UTC; silences'],
  ],
  [
    `## Known issues
- web/search: Mon-Fri 9-17 batch import; alerts can be ignored`,
    ['known issue of web/search; Mon, Tue, Wed, Thu, Fri 09:00-17:00 UTC; silences'],
  ],
  [
    `## Known issues
- web/search: nightly at 2 AM for one hour, do not alert`,
    ['known issue of web/search; daily 02:00-03:00 UTC; silences'],
  ],
  [
    `## Known issues
- web/search: mute alerts during the nightly import (01:00-02:00)`,
    ['known issue of web/search; daily 01:00-02:00 UTC; silences'],
  ],
  [
    `## Known issues
- web/search: suppress alerts Sundays 02:00-03:00 UTC`,
    ['known issue of web/search; Sun 02:00-03:00 UTC; silences'],
  ],
  [
    `## Known issues
- web/search: skip alerts on Sundays 02:00-03:00 UTC`,
    ['known issue of web/search; Sun 02:00-03:00 UTC; silences'],
  ],
  [
    `## Known issues
- web/search: no need to alert on Sundays 02:00-03:00 UTC`,
    ['known issue of web/search; Sun 02:00-03:00 UTC; silences'],
  ],
  [
    `## Known issues
- web/search: should not trigger alerts on Sundays 02:00-03:00 UTC`,
    ['known issue of web/search; Sun 02:00-03:00 UTC; silences'],
  ],
  [
    `## Known issues
- web/search: must not be flagged on Sundays 02:00-03:00 UTC`,
    ['known issue of web/search; Sun 02:00-03:00 UTC; silences'],
  ],
  [
    `## Known issues
- web/search: should not be alerted on`,
    ['known issue of web/search; silences'],
  ],
  [
    `## Known issues
- web/search: please ignore on Sundays 02:00-03:00 UTC`,
    ['known issue of web/search; Sun 02:00-03:00 UTC; silences'],
  ],
  [
    `## Known issues
- web/search: dont alert on Sundays 02:00-03:00 UTC`,
    ['known issue of web/search; Sun 02:00-03:00 UTC; silences'],
  ],
  [
    `## Known issues
- web/search: Do not send alerts on Sundays 02:00-03:00 UTC`,
    ['known issue of web/search; Sun 02:00-03:00 UTC; silences'],
  ],
  [
    `## Known issues
- web/search: do not raise an alert on Sundays 02:00-03:00 UTC`,
    ['known issue of web/search; Sun 02:00-03:00 UTC; silences'],
  ],
  [
    `## Known issues
- web/search: Sun 2am-3am UTC, do not flag`,
    ['known issue of web/search; Sun 02:00-03:00 UTC; silences'],
  ],
  [
    `## Known issues
- web/search: Sundays 0200-0300 UTC, do not flag`,
    ['known issue of web/search; Sun 02:00-03:00 UTC; silences'],
  ],
  [
    `## Known issues
- web/search: Sunday 2 - 3 a.m., do not flag`,
    ['known issue of web/search; Sun 02:00-03:00 UTC; silences'],
  ],
  [
    `## Known issues
- web/search: Sun 02:00-03:00 UTC+1, do not flag`,
    ['known issue of web/search; Sun 02:00-03:00 +01:00; silences'],
  ],
  [
    `## Known issues
- web/search: Sun 02:00–03:00 (UTC), do not flag`,
    ['known issue of web/search; Sun 02:00-03:00 UTC; silences'],
  ],
  [
    `## Known issues
- web/search: weekends, do not flag`,
    ['known issue of web/search; Sun, Sat 00:00-24:00 UTC; silences'],
  ],
  [
    `## Known issues
- web/search: at 02:00 for 30 minutes every day, do not flag`,
    ['known issue of web/search; daily 02:00-02:30 UTC; silences'],
  ],
  [
    `## Known issues
- web/search: daily 02:00 (30 min), do not flag`,
    ['known issue of web/search; daily 02:00-02:30 UTC; silences'],
  ],
  [
    `## Known Issues (Do Not Flag)
- **vault-unseal**: \`vault/vault-0\` needs manual unseal after a restart - expected behavior, do not alert`,
    ['known issue of vault-unseal, vault/vault-0; silences'],
  ],
  [
    `## Known Issues (Do Not Flag)
- **web/search slow startup**: 5-10 minutes until ready, expected behaviour`,
    ['known issue of web/search; silences'],
  ],
  [
    `## Expected noise
* web/search - no alerts, every Sunday and Wednesday 04:00-04:30`,
    ['known issue of web/search; Sun, Wed 04:00-04:30 UTC; silences'],
  ],
  [
    `## Known issues until 2026-12-24
- web/search: do not alert`,
    ['known issue of web/search; until 2026-12-25T00:00:00.000Z; silences'],
  ],
  [
    `## Known issues
- From Saturday 22:00 to Sunday 02:00 web/search is re-indexed; do not alert.`,
    ['known issue of web/search; Sat 22:00-02:00 UTC; silences'],
  ],
  [
    `## Known issues
- web/search: 11pm - 1am, never notify`,
    ['known issue of web/search; daily 23:00-01:00 UTC; silences'],
  ],
  [
    `## Known issues
- web/search: between midnight and 1 AM on weekdays: do not page`,
    ['known issue of web/search; Mon, Tue, Wed, Thu, Fri 00:00-01:00 UTC; silences'],
  ],
  [
    `## Known issues
- \`databases/orders-db\`, \`databases/reporting-db\`: nightly backup 01:00-02:00 America/New_York, do not alert`,
    ['known issue of databases/orders-db, databases/reporting-db; daily 01:00-02:00 America/New_York; silences'],
  ],
  [
    `## Known issues
- web/search: 22:00–23:00 UTC+05:30 daily, do not alert`,
    ['known issue of web/search; daily 22:00-23:00 +05:30; silences'],
  ],
  [
    `## Known issues
- web/search: Sun 2200-2330h, do not alert`,
    ['known issue of web/search; Sun 22:00-23:30 UTC; silences'],
  ],
  [
    `# Cluster Monitoring Configuration
## P0 Services (Business Critical)
- **service-name-1**: Main API - Max downtime: 0 minutes
- **mysql**: Primary database (namespace: databases)
## P1 Services - Infrastructure
1. \`vault\` - secrets, tolerates 5-15 minutes of downtime
2. ingress-nginx/ingress-nginx-controller
## P2/P3 Services
* grafana, prometheus`,
    [
      'P0 service service-name-1',
      'tolerance of 0 s for service-name-1',
      'P0 service databases/mysql',
      'P1 service vault',
      'tolerance of 300 s for vault',
      'P1 service ingress-nginx/ingress-nginx-controller',
      'P2 service grafana',
      'P2 service prometheus',
    ],
  ],
  [
    `### 🔴 P0: Critical
- \`payments/api\` — money
### 🟠 P1
- *web/site* – pages`,
    ['P0 service payments/api', 'P1 service web/site'],
  ],
  [
    `| Service | Tier | Max downtime |
| --- | --- | --- |
| payments/api | P0 | 0 min |
| web/site | P1 | 5 min |`,
    ['P0 service payments/api', 'P1 service web/site'],
  ],
  [
    `## P0 Services
| Service | Namespace |
| --- | --- |
| checkout | payments |`,
    ['P0 service checkout'],
  ],
  [
    `## Services
- payments/api (P0): money
- web/site: P1, pages`,
    ['P0 service payments/api', 'P1 service web/site'],
  ],
  [
    `# P0
- [x] payments/api: money
- [ ] web/site`,
    ['P0 service payments/api', 'P0 service web/site'],
  ],
  [
    `## P0
- Payments API (payments/api): money
- payments/api, payments/worker: money`,
    ['P0 service payments/api', 'P0 service payments/worker'],
  ],
  [
    `## P0
- ~~payments/old~~: gone
- payments/api`,
    ['P0 service payments/api'],
  ],
  [
    `## Escalation Policy
### SEV-1 (Critical)
- Any P0 service down for more than 2 minutes
- Channel: #critical-alerts
- Notify: @oncall-team
### SEV-2
- P1 down > 5 min
- Slack: #infrastructure-alerts`,
    [
      'tolerance of 120 s for P0, SEV-1',
      'channel #critical-alerts for SEV-1',
      'contact @oncall-team for SEV-1',
      'tolerance of 300 s for P1, SEV-2',
      'channel #infrastructure-alerts for SEV-2',
    ],
  ],
  [
    `## Policy
- P0: tolerate up to 10 minutes`,
    ['tolerance of 600 s for P0'],
  ],
  [
    `## Policy
- Tolerate up to 10 minutes of downtime for P1 services`,
    ['tolerance of 600 s for P1'],
  ],
  [
    `## Policy
- P1 services can be unavailable for up to 15 minutes`,
    ['tolerance of 900 s for P1'],
  ],
  [
    `## Policy
- P1: grace period of 5 minutes`,
    ['tolerance of 300 s for P1'],
  ],
  [
    `## Policy
- P1: only alert after 5 minutes`,
    ['tolerance of 300 s for P1'],
  ],
  [
    `## Policy
- P1: alert only if down longer than 5 minutes`,
    ['tolerance of 300 s for P1'],
  ],
  [
    `## Policy
- Do not alert about P1 before it has been down for 5 minutes`,
    ['tolerance of 300 s for P1'],
  ],
  [
    `## Policy
- P1: allow 5 minutes before alerting`,
    ['tolerance of 300 s for P1'],
  ],
  [
    `## Policy
- P2 services: acceptable downtime is 1 hour`,
    ['tolerance of 3600 s for P2'],
  ],
  [
    `## Policy
- web/search: acceptable downtime 30 minutes`,
    ['tolerance of 1800 s for web/search'],
  ],
  [
    `## Policy
- web/search tolerance: 30 minutes`,
    ['tolerance of 1800 s for web/search'],
  ],
  [
    `## Policy
- web/search can tolerate 30 minutes of downtime`,
    ['tolerance of 1800 s for web/search'],
  ],
  [
    `## Policy
- Downtime tolerance for web/search is 30 min`,
    ['tolerance of 1800 s for web/search'],
  ],
  [
    `## Policy
- For web/search wait 10 minutes before paging`,
    ['tolerance of 600 s for web/search'],
  ],
  [
    `## Policy
- P0: 0 minutes tolerance`,
    ['tolerance of 0 s for P0'],
  ],
  [
    `## Policy
- P0 tolerance 0 min`,
    ['tolerance of 0 s for P0'],
  ],
  [
    `## Policy
- P1 (5-15 min tolerance)`,
    ['tolerance of 300 s for P1'],
  ],
  [
    `## Policy
- Downtime of less than 5 minutes is acceptable for P1`,
    ['tolerance of 300 s for P1'],
  ],
  [
    `## Policy
- P0 degraded for > 2 minutes is SEV-1`,
    ['tolerance of 120 s for P0, SEV-1 (degraded only)'],
  ],
  [
    `## Policy
- SEV-1 if a P0 service has been down 2+ minutes`,
    ['tolerance of 120 s for P0, SEV-1'],
  ],
  [
    `## Policy
- SEV-2 and SEV-3 in staging: down for more than 30 minutes.`,
    ['tolerance of 1800 s for SEV-2 in staging only', 'tolerance of 1800 s for SEV-3 in staging only'],
  ],
  [
    `## Policy
- If P1 is down for 5 minutes, call the manager; below that do nothing`,
    ['tolerance of 300 s for P1'],
  ],
  [
    `## Slack channels
- #critical-alerts: SEV-1 and SEV-2
- #alerts: SEV-3`,
    ['channel #critical-alerts for SEV-1', 'channel #critical-alerts for SEV-2', 'channel #alerts for SEV-3'],
  ],
  [
    `## Slack channels
| Severity | Channel |
| --- | --- |
| SEV-1 | #critical-alerts |
| SEV-2, SEV-3 | #alerts |`,
    ['channel #critical-alerts for SEV-1', 'channel #alerts for SEV-2', 'channel #alerts for SEV-3'],
  ],
  [
    `## Channels
- SEV 1 → \`#critical-alerts\`
- Sev-2: <#C012AB3CD|alerts>`,
    ['channel #critical-alerts for SEV-1'],
  ],
  [
    `## Routing
- payments/* → #payments
- web/storefront alerts go to #web-alerts`,
    ['channel #web-alerts for web/storefront'],
  ],
  [
    `## Contacts
- Database issues: @dba-team
- payments/ledger: @finance (ext. 1234)
- SEV-1: @incident-commander, @cto`,
    ['contact @finance for payments/ledger', 'contact @incident-commander for SEV-1', 'contact @cto for SEV-1'],
  ],
  [
    `## Team Contacts
- **Platform**: @platform-team, #platform
- payments/checkout-api → John Doe (@john.doe)
- storefront: john@example.com`,
    ['contact @john.doe for payments/checkout-api'],
  ],
  [
    `## Contacts
| Service | Owner | Slack |
| --- | --- | --- |
| web/search | @search-team | #search |`,
    ['channel #search for web/search', 'contact @search-team for web/search'],
  ],
  [`SEV-1 goes to #critical-alerts, not to #general.`, ['channel #critical-alerts for SEV-1']],
  [
    `## Known issues
- In staging web/search restarts all night; do not alert.`,
    ['known issue of web/search; in staging only; silences'],
  ],
  [
    `## Known issues (dev and test)
- web/search: no alerts`,
    ['known issue of web/search; in development, test only; silences'],
  ],
  [
    `## Policy
- Outside production P1 may be down for 30 minutes.`,
    ['tolerance of 1800 s for P1 in staging, development, test only'],
  ],
  [
    `## Channels
- SEV-1 in production: #critical-alerts
- SEV-1 in staging: #staging-alerts`,
    ['channel #critical-alerts for SEV-1 in production only', 'channel #staging-alerts for SEV-1 in staging only'],
  ],
  [
    `# SERVICES
## P0 - Business critical, max downtime 0 min
- customer-portal: pages of the customers
## P2-P3: support services
- wiki
# CHANGE LOG:
# 2025-10-20: Added customer-portal to P0 services
# 2025-10-21: Sunday backup window is a known issue now`,
    ['tolerance of 0 s for P0', 'P0 service customer-portal', 'P2 service wiki'],
  ],
])('%s', (text, read) => {
  expect(actsOn(text)).toEqual(read);
});

test.each<[why: string, text: string, warning: string | undefined]>([
  [
    'a heading alone permits nothing',
    `## Do NOT flag
- web/search restarts during deploys`,
    undefined,
  ],
  [
    'a general remark that names no object',
    `## Known issues
- Image pull secret warnings: do not alert`,
    undefined,
  ],
  [
    'a log of changes tells what once was true',
    `## CHANGE LOG:
- 2025-10-20: web/search: do not alert`,
    undefined,
  ],
  [
    'a dated comment of the guide is no tier',
    `# CHANGE LOG:
# 2025-10-20: Added web/old to P0 services
- web/old`,
    undefined,
  ],
  [
    'a dated comment of the guide is no known issue',
    `# CHANGE LOG:
# 2025-10-21: Known issue added, web/search backup window, DO NOT FLAG`,
    undefined,
  ],
  [
    'a comment in the Markdown is no text',
    `<!--
## Known issues
- web/search: do not alert
-->`,
    undefined,
  ],
  [
    'fenced code is an example',
    `\`\`\`
## Known issues
- web/search: do not alert
\`\`\``,
    undefined,
  ],
  [
    'outside of a section of known issues the text is for the agents',
    `## Notes
- web/search: do not alert`,
    'silence-outside-section',
  ],
  [
    'a negation',
    `## Known issues
- web/search: do not ignore this`,
    'silence-unread',
  ],
  [
    'a negation further away',
    `## Known issues
- web/search: it is not something that can be ignored`,
    'silence-unread',
  ],
  [
    'a question of degree',
    `## Known issues
- web/search: do not alert unless it lasts an hour`,
    'silence-unread',
  ],
  [
    'a condition',
    `## Known issues
- web/search: if the queue is empty do not alert`,
    'silence-unread',
  ],
  [
    'a condition behind',
    `## Known issues
- web/search: do not alert if customers do not notice`,
    'silence-unread',
  ],
  [
    'an exception',
    `## Known issues
- web/search: do not alert except on OOM kills`,
    'silence-unread',
  ],
  [
    'only a channel is spared',
    `## Known issues
- web/search: do not alert in #general`,
    'silence-unread',
  ],
  [
    'only a severity is denied',
    `## Known issues
- web/search: do not flag as SEV-1`,
    'silence-unread',
  ],
  ...['do not flag it as SEV-1', 'do not flag its restarts as a SEV-1', 'never alert on it as critical'].map(
    (words): [string, string, string] => [
      `only a severity is denied: ${words}`,
      `## Known issues
- web/search: ${words}`,
      'silence-unread',
    ],
  ),
  [
    'only a person is spared',
    `## Known issues
- web/search: do not page @cto`,
    'silence-unread',
  ],
  [
    'only the phone is spared',
    `## Known issues
- web/search: do not page by phone`,
    'silence-unread',
  ],
  [
    'only the second time is spared',
    `## Known issues
- web/search: do not alert twice`,
    'silence-unread',
  ],
  [
    'another thing is meant',
    `## Known issues
- web/search: do not alert about the log shipper`,
    'silence-unread',
  ],
  [
    'another service is meant',
    `## Known issues
- web/search calls web/cart: do not alert about web/cart`,
    'silence-unread',
  ],
  [
    'a kind of failure that code cannot compare',
    `## Known issues
- web/search: do not alert about slow queries`,
    'silence-unread',
  ],
  [
    'a rhythm that no week holds',
    `## Known issues
- web/search: do not alert on the first Sunday of the month`,
    'window-unread',
  ],
  [
    'every other week',
    `## Known issues
- web/search: do not alert every other Sunday 02:00-03:00`,
    'window-unread',
  ],
  [
    'a moment without an end',
    `## Known issues
- web/search: do not alert at 2 AM`,
    'window-unread',
  ],
  [
    'a cron expression',
    `## Known issues
- web/search: do not alert during 0 2 * * 0`,
    'window-unread',
  ],
  [
    'a zone that three countries share',
    `## Known issues
- web/search: do not alert 02:00-03:00 IST`,
    'window-unread',
  ],
  [
    'a zone that changes its name in summer',
    `## Known issues
- web/search: do not alert Sunday 2:00 AM to 3:00 AM PST`,
    'window-unread',
  ],
  [
    'an evening or a night',
    `## Known issues
- web/search: do not alert Mon-Fri 9-5`,
    'window-unread',
  ],
  [
    'a word for a time of day',
    `## Known issues
- web/search: do not alert overnight`,
    'window-unread',
  ],
  [
    `business hours are nobody's but the settings'`,
    `## Known issues
- web/search: do not alert during business hours`,
    'window-unread',
  ],
  [
    'a relative date',
    `## Known issues
- web/search: do not alert until Friday`,
    'window-unread',
  ],
  [
    'a date that does not exist',
    `## Known issues
- web/search: do not alert until 2026-02-31`,
    'window-unread',
  ],
  [
    'a date without a year',
    `## Known issues
- web/search: do not alert until 15 December`,
    'window-unread',
  ],
  [
    'a beginning without an end',
    `## Known issues
- web/search: do not alert from 2026-12-01`,
    'window-unread',
  ],
  [
    'an environment that we do not know',
    `## Known issues
- web/search: do not alert in QA`,
    'silence-qualified',
  ],
  [
    'another region',
    `## Known issues
- web/search: do not alert in the us-east region`,
    'silence-qualified',
  ],
  [
    'an environment turned round',
    `## Known issues
- web/search: do not alert, but not in production`,
    'silence-qualified',
  ],
  [
    'two environments in one breath',
    `## Known issues
- web/search: in production page at once, in staging do not alert`,
    'silence-qualified',
  ],
  [
    'what is normal is still told',
    `## Known issues
- web/search: this is normal on Sundays 02:00-03:00 UTC`,
    undefined,
  ],
  [
    'nobody wakes, but people are told',
    `## Known issues
- web/search: don't wake anyone up on Sundays 02:00-03:00 UTC`,
    undefined,
  ],
  [
    'escalating is more than telling',
    `## Known issues
- web/search: do not escalate on Sundays 02:00-03:00 UTC`,
    undefined,
  ],
  [
    'two services share the word',
    `## Known issues
- PostgreSQL backups: do not flag`,
    undefined,
  ],
  [
    'nothing is known',
    `## Known issues
- None at the moment.`,
    undefined,
  ],
  [
    'an introduction is no entry',
    `## Known issues
The entries below tell when not to alert. Do not alert without reading web/search first.`,
    undefined,
  ],
  [
    'a SEV in the heading is no tier',
    `## SEV-1: P0 services
- web/old`,
    undefined,
  ],
  [
    'a percentile is no tier',
    `## P99 latencies
- web/old`,
    undefined,
  ],
  [
    'a service with blanks in its name',
    `## P0
- Customer Portal: pages`,
    'tier-entry-unread',
  ],
  [
    'an instruction is no service',
    `## P0
- restart the pod when it hangs`,
    'tier-entry-unread',
  ],
  [
    'a heading without a tier ends the list',
    `## P0 follow-up

## Notes
- web/old`,
    undefined,
  ],
  [
    'a tier in the middle of a sentence',
    `## Notes
- web/old: P0 alerts of it go to the other team`,
    undefined,
  ],
  [
    'the header of a table',
    `## P0 table
| service | namespace |
| --- | --- |`,
    undefined,
  ],
  [
    'what happened yesterday',
    `## Policy
- P1 was down for 5 minutes yesterday`,
    'tolerance-unread',
  ],
  [
    'what happened last week',
    `## Policy
- Last week web/search was down for 40 minutes`,
    'tolerance-unread',
  ],
  [
    'a deadline is no patience',
    `## Policy
- P1 must recover within 5 minutes`,
    undefined,
  ],
  [
    'how long a restart takes',
    `## Policy
- P1 restarts take 2 minutes`,
    undefined,
  ],
  [
    'a denied tolerance',
    `## Policy
- P0 must never be down for 2 minutes`,
    'tolerance-unread',
  ],
  [
    'what is not tolerated',
    `## Policy
- P1 is not tolerated to be down for 5 minutes`,
    'tolerance-unread',
  ],
  [
    'what is unacceptable',
    `## Policy
- Being down for 5 minutes is unacceptable for P1`,
    'tolerance-unread',
  ],
  [
    `nobody's tolerance`,
    `## Policy
- The cache may be down for 5 minutes`,
    'tolerance-without-subject',
  ],
  [
    'more than a day',
    `## Policy
- P3 may be down for 3 days`,
    'tolerance-unread',
  ],
  [
    'an environment that is compared with nothing',
    `## Policy
- P1 may be down for 5 minutes after production deploys`,
    'tolerance-unread',
  ],
  [
    'everything is no service',
    `## Channels
- everything: #ops`,
    'channel-without-subject',
  ],
  [
    'a channel of the past',
    `## Channels
- SEV-1 used to go to #old-alerts`,
    'channel-unread',
  ],
  [
    'a forbidden channel',
    `## Channels
- SEV-1: never post to #general`,
    'channel-unread',
  ],
  [
    'a pull request',
    `## Channels
- SEV-1: see issue #42`,
    undefined,
  ],
  [
    'a ticket',
    `## Channels
- For SEV-1 see #fix-123 in the tracker`,
    'channel-unread',
  ],
  [
    'a channel for nothing',
    `## Channels
- we talk in #random`,
    'channel-without-subject',
  ],
  [
    'an e-mail address',
    `## Contacts
- web/search: ops@example.com`,
    undefined,
  ],
  [
    'the digest of an image',
    `## Contacts
- web/search: image@sha256:abcdef`,
    undefined,
  ],
  [
    `a contact for nobody's service`,
    `## Contacts
- Database issues: @dba-team`,
    'contact-without-subject',
  ],
])('%s is not acted on: %s', (_, text, warning) => {
  const definitions = definitionsWith(text);

  expect(actsOn(text).filter((what) => !what.startsWith('known issue of no object by name'))).toEqual([]);
  expect(definitions.warnings.find(({ code }) => code !== 'no-agents')?.code).toBe(warning);
  for (const name of ['web/search', 'web/old', 'databases/orders-db'])
    for (const hour of [0, 2, 12])
      expect(holdFor(aTarget(name, { environment: 'production' }), definitions, sundayAt(hour, 30))?.kind).not.toBe(
        'known-issue',
      );
});
