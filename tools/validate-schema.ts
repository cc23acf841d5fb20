import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { FILE_KINDS } from '../src/cli/validate/collected.ts';
import { ROLES } from '../src/domain/definitions.ts';

/** `docs/validate.schema.json` as code: what `validate --output json` prints. `npm run validate-schema` writes the file. */
export const VALIDATE_SCHEMA_FILE = 'docs/validate.schema.json';

const path = z.string().describe('The file that a person edits: a plain file, a manifest, or <stdin>');
const line = z.int().min(1).describe('From 1, in the file at path');
const column = z.int().min(1).describe('From 1, in the file at path');
const tokens = z.int().min(0).describe('An estimate: ⌈UTF-8 bytes / 3.5⌉');
const usd = z.number().min(0).describe('US dollars at the list prices of this version');
const modelId = z.string().describe('A full model id');

const file = z.strictObject({
  name: z.string().describe('As it is mounted: CLAUDE.md, the key of a ConfigMap'),
  kind: z.enum(FILE_KINDS),
  path,
  line: line.describe('On which line of path it begins'),
  configMap: z.string().optional().describe('Of a manifest: the name of its ConfigMap'),
  bytes: z.int().min(0),
  tokens: tokens.optional().describe('Of Markdown, as a part of prompts: ⌈UTF-8 bytes / 3.5⌉'),
  read: z.array(z.strictObject({ line, what: z.string() })).describe('What code reads of it, line by line'),
});

const complaint = z.strictObject({
  path,
  line: line.optional().describe('Left out where the file as a whole is meant'),
  column: column.optional(),
  severity: z
    .enum(['problem', 'warning'])
    .describe('A problem makes the exit code 2; with --strict a warning does, too'),
  message: z.string().describe('Cause and remedy'),
});

const ignored = z.strictObject({
  path,
  line: line.optional(),
  what: z
    .string()
    .describe('Kind and name of an object; the name of a file of Markdown; file, directory, kustomization'),
  why: z.string(),
});

const prompt = z.strictObject({
  agent: z.string(),
  role: z.enum([...ROLES, 'orchestrator']),
  model: modelId.describe('The one of a quiet cycle, a full id'),
  tokens: tokens.describe('Of what every conversation begins with: tools, contract, Markdown'),
});

const usage = z.strictObject({
  calls: z.int().min(0),
  inputTokens: z.int().min(0),
  outputTokens: z.int().min(0),
  cacheReadTokens: z.int().min(0),
  cacheWriteTokens: z.int().min(0),
  costUsd: usd,
});

const quietCycle = z
  .strictObject({
    costUsd: usd,
    agents: z.array(
      z.strictObject({
        agent: z.string(),
        model: modelId,
        listPrice: z.boolean().describe('false: the model has none and is charged like the dearest that has one'),
        usage,
      }),
    ),
    notCalled: z.array(z.strictObject({ name: z.string(), reason: z.string() })),
    assumptions: z.array(z.string()),
  })
  .nullable()
  .describe(
    'A scheduled cycle on a healthy cluster with these files; null where no Markdown is among them, or no model is asked',
  );

export const validateSchema = z
  .strictObject({
    files: z.array(file),
    complaints: z.array(complaint).describe('In the order of the files and their lines'),
    ignored: z.array(ignored).describe('What was met and is not read'),
    prompts: z.array(prompt),
    quietCycle,
    counts: z.strictObject({ files: z.int().min(0), problems: z.int().min(0), warnings: z.int().min(0) }),
    strict: z.boolean(),
    exitCode: z.union([z.literal(0), z.literal(2)]),
  })
  .meta({
    title: 'k8s-monitor validate',
    description: 'What `k8s-monitor validate --output json PATH…` prints.',
  });

/** The text of `docs/validate.schema.json`. */
export function validateSchemaText(): string {
  return `${JSON.stringify(z.toJSONSchema(validateSchema, { target: 'draft-2020-12' }), undefined, 2)}\n`;
}

if (import.meta.main) writeFileSync(VALIDATE_SCHEMA_FILE, validateSchemaText());
