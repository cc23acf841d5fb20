import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { CHANGE_KINDS, CHANGE_TOPICS } from '../src/domain/change.ts';
import { TRIGGERS } from '../src/domain/cycle.ts';
import { ROLES } from '../src/domain/definitions.ts';
import { FAMILIES, REASONS } from '../src/domain/finding.ts';
import { SILENT_REASONS, TOLD_REASONS } from '../src/domain/incident.ts';
import { ENVIRONMENTS, IMPACTS, PRIORITIES, SEVERITIES, TIERS } from '../src/domain/severity.ts';
import { replaySchema } from './report-schema/replay.ts';

/** `docs/report.schema.json` as code: the shape of one cycle's report in JSON. `npm run report-schema` writes the file. */
export const REPORT_SCHEMA_FILE = 'docs/report.schema.json';

const time = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/)
  .describe('ISO 8601, UTC');
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const owner = z.strictObject({ kind: z.string(), namespace: z.string(), name: z.string() });

const gap = z
  .strictObject({
    resource: z.string().describe('The kind, such as Pod'),
    namespace: z.string().optional().describe('Left out when the whole kind is unknown'),
    cause: z.enum([
      'forbidden',
      'unauthorized',
      'timeout',
      'unreachable',
      'refused',
      'malformed',
      'not-served',
      'truncated',
    ]),
    detail: z.string(),
  })
  .meta({ id: 'gap', description: 'An area that could not be read: neither healthy nor broken' });

const check = z.strictObject({
  id: z.string(),
  family: z.enum(FAMILIES),
  evaluated: z.enum(['yes', 'partly', 'no', 'not-due', 'switched-off']),
  onlyIn: z.array(z.string()).optional(),
  gaps: z.array(gap),
  findings: z.number(),
});

const evidence = z.strictObject({
  id: z.string(),
  source: z.string(),
  quote: z.string().describe('Verbatim and redacted'),
  atMs: z.number().optional(),
});

const passage = { text: z.string(), file: z.string(), line: z.number() };
const hold = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('known-issue'), ...passage, untilMs: z.number().optional() }),
    z.strictObject({ kind: z.literal('possible-known-issue'), ...passage }),
    z.strictObject({ kind: z.literal('within-tolerance'), untilMs: z.number(), ...passage }),
  ])
  .describe("Why people must not be told yet or at all, as the SREs' own text says");

const reasons = Object.values(REASONS).flat();
const strings = z.record(z.string(), z.string());

const finding = z.strictObject({
  id: z.string().describe('Unique in this cycle'),
  origin: z.enum(['check', 'agent', 'signal']),
  check: z.string().describe("The check's id, or the agent's name"),
  family: z.enum(FAMILIES),
  reason: z.union([z.enum(reasons), z.templateLiteral(['Other:', z.string()])]),
  impact: z.enum(IMPACTS),
  object: z.strictObject({ apiVersion: z.string(), kind: z.string(), namespace: z.string(), name: z.string() }),
  owner,
  title: z.string(),
  onsetAt: time,
  evidence: z.array(evidence),
  logOf: z
    .strictObject({ namespace: z.string(), pod: z.string(), container: z.string(), previous: z.boolean() })
    .optional()
    .describe('The container whose log says why'),
  nextSteps: z.array(z.string()),
  labels: strings,
  annotations: strings,
  images: z.array(z.string()),
  serviceNames: z.array(z.string()),
  attachedTo: z.string().optional().describe('The id of the finding that causes this one'),
  verified: z.boolean().optional().describe('Agents only: at least one citation was verified'),
  namespaceLabels: strings,
  environment: z.enum(ENVIRONMENTS),
  customLabels: z.record(z.string(), z.array(z.string())),
  tier: z.enum(TIERS).optional(),
  priority: z.enum(PRIORITIES),
  priorityByPolicy: z.enum(PRIORITIES).optional().describe('What policy said, before the tier moved it'),
  floor: z.enum(SEVERITIES).describe('The severity that holds without any model'),
  policy: z.strictObject({ environment: z.string(), labels: z.string(), priority: z.string() }),
  hold: hold.nullable(),
});

const incident = z.strictObject({
  id: z.string().regex(/^INC-\d{8}_\d{6}-\d{3,}$/),
  fingerprint: sha256,
  severity: z.enum(SEVERITIES),
  state: z.enum(['open', 'resolved']),
  findings: z.array(z.string()).describe('Ids of findings of this cycle; empty where it saw none'),
});

const decision = z.strictObject({
  incident: z.string(),
  at: time,
  pass: z.union([z.literal(1), z.literal(2)]).describe('1 = from the checks alone, 2 = after the agents'),
  told: z.boolean(),
  reason: z.enum([...TOLD_REASONS, ...SILENT_REASONS]),
  detail: z.string(),
  severity: z.enum(SEVERITIES),
  channel: z.string().optional().describe('Where it was told, or would have been'),
  contacts: z.array(z.string()).optional(),
  notes: z.array(z.string()).optional().describe('What code made of verdicts and quoted rules'),
  until: time.optional().describe('When it is to be looked at again, where it is withheld until then'),
});

const usage = z
  .strictObject({
    calls: z.number(),
    inputTokens: z.number(),
    outputTokens: z.number(),
    cacheReadTokens: z.number(),
    cacheWriteTokens: z.number(),
    costUsd: z.number(),
  })
  .meta({ id: 'usage' });

const agent = z.strictObject({
  name: z.string(),
  role: z.enum([...ROLES, 'orchestrator']),
  model: z.string(),
  calledBy: z.string(),
  status: z.enum(['reported', 'failed']),
  detail: z.string().optional(),
  turns: z.number(),
  toolCalls: z.array(
    z.strictObject({ tool: z.string(), source: z.string(), evidenceId: z.string(), isError: z.boolean() }),
  ),
  usage,
  startedAtMs: z.number(),
  endedAtMs: z.number(),
});

const definitions = z.strictObject({
  files: z.array(
    z.strictObject({
      name: z.string(),
      sha256,
      bytes: z.number(),
      stale: z
        .strictObject({ code: z.string(), line: z.number().optional(), message: z.string() })
        .optional()
        .describe('The file now mounted cannot be used, and an older good version is in use'),
    }),
  ),
  read: z.array(z.strictObject({ file: z.string(), line: z.number(), what: z.string() })),
  warnings: z.array(
    z.strictObject({
      file: z.string(),
      line: z.number().optional(),
      code: z.string(),
      outcome: z.enum(['accepted', 'lenient', 'ignored', 'rejected']),
      message: z.string(),
    }),
  ),
  changes: z
    .array(
      z.strictObject({
        kind: z.enum(CHANGE_KINDS).describe('widened: an agent may do or cost more, or people hear less'),
        about: z.enum(CHANGE_TOPICS),
        file: z.string(),
        line: z.number().optional().describe('Of the version before where something was removed'),
        words: z.string(),
      }),
    )
    .optional()
    .describe('What was accepted of changed files, settings and policies too, since the cycle before'),
});

export const reportSchema = z
  .strictObject({
    cycle: z.strictObject({
      id: z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z-(?:scheduled|patrol|incident|manual)(?:-\d+)?$/),
      trigger: z.enum(TRIGGERS),
      startedAt: time,
      endedAt: time,
      revision: z.string().describe('Of the definitions in force'),
    }),
    cluster: z.strictObject({ id: z.string(), name: z.string(), version: z.string() }),
    gaps: z.array(gap),
    checks: z.array(check),
    findings: z.array(finding),
    incidents: z.array(incident),
    decisions: z.array(decision),
    agents: z.array(agent),
    notCalled: z.array(z.strictObject({ name: z.string(), reason: z.string() })),
    definitions,
    usage,
    stages: z.array(
      z.strictObject({
        name: z.string(),
        ms: z.number(),
        status: z.enum(['ok', 'partial', 'failed', 'skipped']),
      }),
    ),
    summary: z.string().describe("The orchestrator's closing words; empty when no agents ran"),
    logs: z
      .strictObject({
        requests: z.number(),
        notes: z.array(z.string()).describe('Why a log that was wanted is not quoted'),
      })
      .optional()
      .describe('What was asked of container logs for what was told; left out where nothing was'),
    analysisMissing: z.string().optional().describe('Why agents did not (all) run'),
    switchedOff: z.array(z.string()).optional().describe('Kill switches of flags.json that are off'),
    replay: replaySchema({ time, owner, strings, evidence, finding, hold }).optional(),
  })
  .meta({
    title: 'k8s-monitor cycle report',
    description: 'One cycle, as `k8s-monitor once --output json` and `k8s-monitor report ID` print it.',
  });

/** The text of `docs/report.schema.json`. */
export function reportSchemaText(): string {
  return `${JSON.stringify(z.toJSONSchema(reportSchema, { target: 'draft-2020-12' }), undefined, 2)}\n`;
}

if (import.meta.main) writeFileSync(REPORT_SCHEMA_FILE, reportSchemaText());
