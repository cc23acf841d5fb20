import { z } from 'zod';
import { CONFIDENCES } from '../../src/domain/agent-report.ts';
import { SILENT_REASONS, TOLD_REASONS } from '../../src/domain/incident.ts';
import { REPLAY_VERSION } from '../../src/domain/replay.ts';
import { IMPACTS, SEVERITIES } from '../../src/domain/severity.ts';

/** What of the report's own parts a replay holds again, in the form in which the database keeps it. */
interface Parts<Owner, Strings, Evidence, Finding extends z.ZodRawShape, Hold> {
  readonly time: z.ZodString;
  readonly owner: Owner;
  readonly strings: Strings;
  readonly evidence: Evidence;
  readonly finding: z.ZodObject<Finding, z.core.$strict>;
  readonly hold: Hold;
}

/** What `validate --against` decides a cycle again with. */
export function replaySchema<
  Owner extends z.ZodType,
  Strings extends z.ZodType,
  Evidence extends z.ZodType,
  Finding extends z.ZodRawShape & { readonly onsetAt: z.ZodType; readonly hold: z.ZodType },
  Hold extends z.ZodType,
>({ time, owner, strings, evidence, finding, hold }: Parts<Owner, Strings, Evidence, Finding, Hold>) {
  const { onsetAt: _, hold: __, ...rest } = finding.shape;
  const stored = z.strictObject({ ...rest, onsetAtMs: z.number(), hold: hold.optional() });
  const severity = z.enum(SEVERITIES);
  const texts = z.array(z.string());
  const confidence = z.enum(CONFIDENCES);
  const change = z.strictObject({
    repository: z.string(),
    commit: z.string(),
    pullRequest: z.number().optional(),
    author: z.string(),
    title: z.string(),
    atMs: z.number(),
    files: texts,
    minutesBeforeOnset: z.number(),
    url: z.string(),
  });
  const sections = z.array(z.strictObject({ heading: z.string(), text: z.string() }));
  const verdict = z.strictObject({
    findingId: z.string(),
    agent: z.string(),
    severity,
    notify: z.boolean(),
    channel: z.string().optional(),
    reason: z.string(),
    confidence,
    rule: z.string().optional().describe('Verbatim passage, as the agent quoted it'),
    recheckMinutes: z.number().optional(),
  });
  const telling = z.strictObject({
    shownCard: z.string().optional(),
    shownState: z.enum(['open', 'resolved', 'silenced', 'part-of']).optional(),
    shownEvidence: z.string().optional(),
    toldImpact: z.enum(IMPACTS).optional(),
    toldReasons: texts.optional(),
    easedSinceMs: z.number().optional(),
    reopenedAtMs: z.array(z.number()).optional(),
    owed: z.enum(TOLD_REASONS).optional(),
    withheld: z.strictObject({ reason: z.enum(SILENT_REASONS), detail: z.string(), sinceMs: z.number() }).optional(),
    verdicts: z.array(z.strictObject({ reason: z.string(), verdict, atMs: z.number(), floor: severity })).optional(),
    analysisState: z.string().optional(),
  });
  const analysis = z.strictObject({
    headlineSuffix: z.string().optional(),
    sections,
    cause: z.string().optional(),
    confidence: z.string().optional(),
    nextSteps: texts,
    changes: z.array(change),
    evidenceLines: texts,
    notChecked: texts,
    notes: texts,
    aboutTitle: z.string().optional(),
    cycleId: z.string().optional(),
    modelCalls: z.number(),
    models: texts.optional(),
    tokens: z.number(),
    costUsd: z.number(),
    atMs: z.number(),
  });
  const incident = z
    .strictObject({
      id: z.string(),
      fingerprint: z.string(),
      clusterId: z.string(),
      owner,
      family: z.string(),
      state: z.enum(['open', 'resolved']),
      severity,
      toldSeverity: severity.optional(),
      firstToldAtMs: z.number().optional(),
      openedAtMs: z.number(),
      onsetAtMs: z.number(),
      lastSeenAtMs: z.number(),
      resolvedAtMs: z.number().optional(),
      cyclesSeen: z.number(),
      timesReopened: z.number(),
      absentSinceMs: z.number().optional(),
      unverifiedSinceMs: z.number().optional(),
      findings: z.array(stored),
      checks: texts,
      partOf: z.string().optional(),
      analysis: analysis.optional(),
      channel: z.string().optional(),
      recheckAtMs: z.number().optional(),
      telling: telling.optional(),
    })
    .describe('As the database keeps it, without quotations and words');
  const pass = z.strictObject({
    pass: z.union([z.literal(1), z.literal(2)]),
    assessedAt: time.describe('When policy and Markdown were asked about the findings that are new in this pass'),
    decidedAt: time,
    snapshotAt: time,
    analysis: z.strictObject({ expected: z.boolean(), available: z.boolean(), missing: z.string().optional() }),
    focus: texts.optional().describe('The incidents that the agents were asked about; left out: everything'),
    opened: texts.describe('Ids of the incidents that it opened, in their order'),
    known: z
      .array(incident)
      .describe('Incidents as they stood before; in pass 2 those that another cycle had touched since pass 1'),
  });
  const settings = z.strictObject({
    clusterName: z.string(),
    zone: z.string(),
    channels: z.strictObject({ 'SEV-1': z.string(), 'SEV-2': z.string(), 'SEV-3': z.string(), 'SEV-4': z.string() }),
    allowedChannels: texts,
    businessHours: z.strictObject({
      days: z.array(z.number()),
      startMinute: z.number(),
      endMinute: z.number(),
      zone: z.string(),
    }),
    environments: z.strictObject({
      cluster: z.string().optional(),
      namespaces: z.record(z.string(), z.string()),
      lines: z
        .strictObject({ cluster: z.number().optional(), namespaces: z.record(z.string(), z.number()) })
        .optional(),
    }),
  });
  const agents = z.strictObject({
    missing: z.string().optional(),
    analyses: z.array(
      z.strictObject({
        findingId: z.string(),
        agent: z.string(),
        cause: z.string(),
        confidence,
        evidence: z.array(evidence),
        nextSteps: texts,
        notChecked: texts,
      }),
    ),
    correlations: z.array(
      z.strictObject({
        findingId: z.string(),
        agent: z.string(),
        verdict: z.enum(['none', 'possible', 'likely']),
        changes: z.array(change),
        explanation: z.string(),
        evidence: z.array(evidence),
      }),
    ),
    verdicts: z.array(verdict),
    words: z.array(z.strictObject({ findingId: z.string(), agent: z.string(), headlineSuffix: z.string(), sections })),
  });
  return z
    .strictObject({
      version: z.literal(REPLAY_VERSION),
      clusterId: z.string(),
      settings,
      scope: z.strictObject({ included: texts.optional(), excluded: texts }),
      namespaces: z.array(z.strictObject({ name: z.string(), labels: strings })),
      passes: z.array(pass).describe('One, or two where agents ran'),
      agents: agents.optional().describe('What the agents reported, accepted by code'),
    })
    .describe('What decided besides findings, checks and files, so that the cycle can be decided again');
}
