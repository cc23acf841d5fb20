import * as z from 'zod';
import { CONFIDENCES } from '../domain/agent-report.ts';
import type { Role } from '../domain/definitions.ts';
import type { JsonSchema, ToolDefinition } from '../domain/model.ts';
import { IMPACTS, SEVERITIES } from '../domain/severity.ts';

/*
 * What agents report with. The providers guarantee the shape of strict tools, but only without length and range keywords and with every field
 * required; so `null` stands for "none", and lengths are cut by code.
 */

const Citation = z.object({
  id: z.string().describe('Id of the evidence, such as e7.'),
  quote: z.string().describe('At least 12 characters, copied word for word from that evidence.'),
});
const FindingId = z.string().describe('Id of a listed finding, such as f1.');

export const AnalyzerReport = z.object({
  findings: z.array(
    z.object({
      finding: z
        .string()
        .nullable()
        .describe('Id of the listed finding this explains; null for a problem that is not listed.'),
      object: z.object({
        kind: z.string(),
        namespace: z.string().describe('Empty for cluster-wide objects.'),
        name: z.string(),
      }),
      reason: z
        .string()
        .describe('CamelCase reason, such as CrashLoop, OOMKilled, ImagePull; or a short one of your own.'),
      title: z.string().describe('One sentence for people, without the name of the object.'),
      impact: z.enum(IMPACTS).describe('critical: nothing works; error: part of it; warning: at risk; info: hygiene.'),
      onset: z.string().nullable().describe('When it began, ISO 8601; null when unknown.'),
      cause: z.string().describe('Root cause in one or two sentences; say what you do not know.'),
      confidence: z.enum(CONFIDENCES),
      evidence: z.array(Citation),
      nextSteps: z.array(z.string()).describe('Commands or actions for a person, safest first, at most three.'),
      notChecked: z.array(z.string()).describe('What you could not check about this, and why.'),
    }),
  ),
  notChecked: z.array(z.string()).describe('What you could not check at all, and why.'),
});
export type AnalyzerReport = z.infer<typeof AnalyzerReport>;

export const CorrelatorReport = z.object({
  correlations: z.array(
    z.object({
      finding: FindingId,
      verdict: z.enum(['none', 'possible', 'likely']).describe('"none" is an answer.'),
      changes: z.array(
        z.object({
          repository: z.string().describe('owner/name'),
          commit: z.string().describe('SHA as the tool printed it.'),
          pullRequest: z.number().nullable(),
          author: z.string(),
          title: z.string(),
          at: z.string().describe('When it was merged or committed, as the tool printed it, ISO 8601.'),
          files: z.array(z.string()),
        }),
      ),
      explanation: z.string(),
      evidence: z.array(Citation),
    }),
  ),
});
export type CorrelatorReport = z.infer<typeof CorrelatorReport>;

export const EscalationReport = z.object({
  decisions: z.array(
    z.object({
      finding: FindingId,
      severity: z.enum(SEVERITIES),
      notify: z.boolean(),
      channel: z.string().nullable().describe('Only where the rules name one, such as #critical-alerts.'),
      reason: z.string(),
      confidence: z.enum(CONFIDENCES),
      rule: z
        .string()
        .nullable()
        .describe('To lower, silence or delay: the one bullet or sentence that says so, word for word.'),
      recheckMinutes: z.number().nullable(),
    }),
  ),
});
export type EscalationReport = z.infer<typeof EscalationReport>;

export const NotifierReport = z.object({
  messages: z.array(
    z.object({
      finding: FindingId,
      headlineSuffix: z.string().describe('At most 60 characters; what the headline written by code lacks.'),
      sections: z
        .array(z.object({ heading: z.string(), text: z.string() }))
        .describe('At most five, in the order people shall read them.'),
    }),
  ),
});
export type NotifierReport = z.infer<typeof NotifierReport>;

export const DispatchInput = z.object({
  agent: z.string().describe('Name of the agent.'),
  task: z.string().describe('What it shall find out or decide, in one or two sentences.'),
  findings: z.array(z.string()).describe('Ids of the findings it is about; empty for all that concern it.'),
});
export const FinishInput = z.object({
  summary: z.string().describe('The state of the cluster and what was done, in at most five sentences.'),
});

export const REPORT_TOOLS: Readonly<Record<Role, ToolDefinition>> = {
  analyzer: strict(
    'report_findings',
    'Ends your work with everything you established. An empty list is an answer.',
    AnalyzerReport,
  ),
  correlator: strict(
    'report_correlation',
    'Ends your work with one entry for each finding you were given.',
    CorrelatorReport,
  ),
  escalation: strict('decide', 'Ends your work with one decision for each finding you were given.', EscalationReport),
  notifier: strict('compose', 'Ends your work with the words for each finding you were given.', NotifierReport),
};
export const DISPATCH_TOOL = strict(
  'dispatch_agent',
  'Runs one agent and returns its report. Call it several times in one turn to run agents side by side.',
  DispatchInput,
);
export const FINISH_TOOL = strict('finish', 'Ends the cycle.', FinishInput);

function strict(name: string, description: string, schema: z.ZodType): ToolDefinition {
  return { name, description, inputSchema: schemaOf(schema), strict: true };
}

function schemaOf(schema: z.ZodType): JsonSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema);
  return rest;
}

/** Words a schema failure so that the model can mend it. */
export function mistakesIn(error: z.ZodError): string {
  return error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.map(String).join('.') || 'input'}: ${issue.message}`)
    .join('; ');
}
