import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CheckOutcome } from '../../../src/domain/check.ts';
import type { Finding } from '../../../src/domain/finding.ts';
import { assessBuiltin } from '../../../src/policy/builtin-policy.ts';
import { answersOf } from '../../../src/wiring/recorded-answers.ts';
import { replayCycle, type ReplayableReport } from '../../../src/wiring/replay-cycle.ts';
import { propertyRuns } from '../../harness/property-runs.ts';
import { settingsOf } from '../../builders/settings.ts';
import { definitionsOf } from '../definitions/fixtures.ts';
import { agentsSaid, aFinding, anOutcome, aVerdict, MINUTE_MS, MORNING_MS } from '../incidents/builders.ts';
import { recordingMonitor } from './recorded-history.ts';

const settings = settingsOf({
  'config.yaml': 'slack: { allowed_channels: ["#critical-alerts", "#alerts", "#payments"] }\n',
  'environments.yaml': 'namespaces: { payments: production, "*-lab": test }\n',
});
const definitions = definitionsOf(
  `## Services
### P0
- payments/api: card payments
### P2
- search-lab/index: nobody waits for it
## Known issues
- \`payments/web\` restarts every Wednesday 10:00-11:30 UTC. Do not alert.
- The nightly import makes ImagePull noise. Do not alert.
## Tolerances
- P2: down for > 40 minutes
## Channels
- SEV-1: #critical-alerts
- payments/web: #payments
## Contacts
- payments/api: @payments-oncall
`,
  'Slow starts of `payments/api` are SEV-3, wait 20 minutes after a deploy of payments/api before you page.\n',
);
const RULES = [
  undefined,
  'restarts every Wednesday 10:00-11:30 UTC. Do not alert.',
  'Slow starts of `payments/api` are SEV-3',
  'nobody ever wrote these words anywhere at all',
];

const GAP = { resource: 'Pod', namespace: 'payments', cause: 'forbidden', detail: 'forbidden' } as const;
const COVERAGE: Readonly<Record<string, CheckOutcome>> = {
  full: anOutcome(),
  gap: anOutcome({ evaluated: 'partly', gaps: [GAP] }),
  'not due': anOutcome({ evaluated: 'not-due' }),
};

const OWNERS = [
  { kind: 'Deployment', namespace: 'payments', name: 'api' },
  { kind: 'Deployment', namespace: 'payments', name: 'web' },
  { kind: 'Deployment', namespace: 'search-lab', name: 'index' },
  { kind: 'Node', namespace: '', name: 'worker-1' },
];

const sight = fc.record({
  coverage: fc.constantFrom('full', 'full', 'full', 'gap', 'not due'),
  /** For each owner: not seen, or its impact. */
  seen: fc.array(fc.constantFrom(undefined, undefined, 'critical', 'error', 'warning', 'info'), {
    minLength: OWNERS.length,
    maxLength: OWNERS.length,
  }),
  reason: fc.constantFrom('CrashLoop', 'OOMKilled', 'ImagePull'),
  symptom: fc.boolean(),
});
const step = fc.record({
  minutes: fc.integer({ min: 1, max: 45 }),
  sight,
  meanwhile: fc.option(sight, { nil: undefined }),
  agents: fc.option(
    fc.record({
      severity: fc.constantFrom('SEV-1', 'SEV-2', 'SEV-3', 'SEV-4'),
      notify: fc.boolean(),
      rule: fc.constantFrom(...RULES),
      channel: fc.constantFrom(undefined, 'payments', '#elsewhere'),
      about: fc.integer({ min: 0, max: OWNERS.length - 1 }),
      own: fc.boolean(),
    }),
    { nil: undefined },
  ),
});
type Sight = typeof sight extends fc.Arbitrary<infer Value> ? Value : never;
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

function lookAt({ coverage, seen, reason, symptom }: Sight): {
  readonly findings: readonly Finding[];
  readonly outcomes: readonly CheckOutcome[];
} {
  const findings = OWNERS.flatMap((owner, index) => {
    const impact = seen[index];
    const attachedTo = symptom && index === 1 && seen[0] !== undefined ? { attachedTo: 'f0' } : {};
    return impact === undefined ? [] : [bare({ id: `f${index}`, owner, impact, reason, ...attachedTo })];
  });
  return { findings: coverage === 'not due' ? [] : findings, outcomes: [COVERAGE[coverage] ?? anOutcome()] };
}

function bare(over: Parameters<typeof aFinding>[0] & Pick<Finding, 'owner'>): Finding {
  const { owner } = over;
  const {
    namespaceLabels: _1,
    environment: _2,
    customLabels: _3,
    tier: _4,
    priority: _5,
    floor: _6,
    policy: _7,
    hold: _8,
    ...stated
  } = aFinding({ ...over, object: { apiVersion: 'v1', ...owner }, title: `${over.reason ?? ''} of ${owner.name}` });
  return stated;
}

function said({ agents }: Step): ReturnType<typeof agentsSaid> | undefined {
  if (agents === undefined) return undefined;
  const { about, own, ...words } = agents;
  const owner = OWNERS[1];
  return agentsSaid({
    verdicts: [aVerdict({ ...words, findingId: `f${about}` })],
    ...(own &&
      owner !== undefined && {
        findings: [
          { ...bare({ id: 'f9', owner, impact: 'error' }), origin: 'agent', check: 'k8s-analyzer', verified: true },
        ],
      }),
  });
}

/** The cycle decided again, in the words of its report. */
async function decidedAgain(
  report: ReplayableReport,
  assess: typeof assessBuiltin,
): Promise<{ readonly decisions: unknown; readonly findings: unknown }> {
  const files = { definitions, settings: report.replay.settings, assess };
  const again = await replayCycle(report, files, new Map());
  const iso = (atMs: number): string => new Date(atMs).toISOString();
  return {
    decisions: again.decisions.map(
      ({ incidentId, cycleId: _cycleId, revision: _revision, atMs, untilMs, ...rest }) => ({
        incident: incidentId,
        at: iso(atMs),
        ...rest,
        ...(untilMs !== undefined && { until: iso(untilMs) }),
      }),
    ),
    findings: again.findings.map(({ onsetAtMs, hold, ...rest }) => ({
      ...JSON.parse(JSON.stringify(rest)),
      onsetAt: iso(onsetAtMs),
      hold: hold ?? null,
    })),
  };
}

test(
  'a recorded cycle that is decided again with the very same files says the very same',
  { timeout: 60_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (history) => {
        const monitor = recordingMonitor({ settings: () => settings, definitions: () => definitions });
        let atMs = MORNING_MS;
        for (const one of history) {
          atMs += one.minutes * MINUTE_MS;
          const reports = await monitor.cycle({
            atMs,
            ...lookAt(one.sight),
            agents: said(one),
            meanwhile: one.meanwhile === undefined ? undefined : lookAt(one.meanwhile),
          });
          for (const report of reports) {
            const { decisions, findings } = report;
            expect(await decidedAgain(report, answersOf(findings))).toEqual({ decisions, findings });
            expect(await decidedAgain(report, assessBuiltin)).toEqual({ decisions, findings });
          }
        }
      }),
      { numRuns: propertyRuns(30) },
    );
  },
);
