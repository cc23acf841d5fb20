import * as z from 'zod';
import { ROLES, type AgentDefinition, type DefinitionWarning, type Role } from '../domain/definitions.ts';
import { meantKey, nameLike, wrongShape } from './author-hints.ts';
import { chooseModel } from './choose-model.ts';
import { decodeText, stripInvisible } from './decode-text.ts';
import type { DefinitionSettings } from './definition-settings.ts';
import { readFrontMatter } from './front-matter.ts';
import type { Field } from './front-matter-field.ts';
import { KNOWN_KEYS } from './lenient-front-matter.ts';
import { isOtherReason, meantReason, reasonOfChecks } from './reasons.ts';
import { grantTools, splitToolList } from './tool-grants.ts';

const MAX_BODY_BYTES = 200 * 1024;
const MAX_DESCRIPTION_CHARACTERS = 4_000;
/** Limits of the loop itself: front matter can only go below. */
const LIMITS = { maxTurns: 20, maxTokens: 64_000, timeoutSeconds: 300 } as const;
const EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max'];
const ROLES_BY_NAME: Readonly<Record<string, Role>> = {
  'k8s-analyzer': 'analyzer',
  'github-reviewer': 'correlator',
  'escalation-manager': 'escalation',
  'slack-notifier': 'notifier',
};
/** Fields that would run or widen something in Claude Code, or colour its screen. */
const WITHOUT_EFFECT = new Set([
  'permissionMode',
  'skills',
  'mcpServers',
  'hooks',
  'memory',
  'background',
  'isolation',
  'color',
  'initialPrompt',
]);

export interface AgentFile {
  readonly outcome: DefinitionWarning['outcome'];
  /** Present when the outcome is `accepted` or `lenient`. */
  readonly agent: AgentDefinition | undefined;
  readonly warnings: readonly DefinitionWarning[];
}

const scalar = z.string().transform((text) => (/^(?:null|~)$/i.test(text.trim()) ? '' : text.trim()));
const entries = z.union([
  scalar.transform(splitToolList),
  z.array(scalar).transform((list) => list.filter((entry) => entry !== '')),
]);
const AgentFrontMatter = z.object({
  name: scalar.default(''),
  description: scalar.default(''),
  model: scalar.optional(),
  effort: scalar.optional(),
  role: scalar.optional(),
  when: scalar.optional(),
  tools: entries.optional(),
  disallowedTools: entries.default([]),
  reasons: entries.default([]),
  maxTurns: scalar.optional(),
  maxTokens: scalar.optional(),
  timeoutSeconds: scalar.optional(),
});

/** Reads one agent file: bytes in, an agent or a reason out. Depends on nothing but its parameters. */
export function parseAgentFile(
  file: { readonly name: string; readonly bytes: Uint8Array; readonly sha256: string },
  settings: DefinitionSettings,
): AgentFile {
  const warnings: DefinitionWarning[] = [];
  const end = (
    outcome: 'ignored' | 'rejected',
    code: string,
    line: number | undefined,
    message: string,
  ): AgentFile => ({
    outcome,
    agent: undefined,
    warnings: [...warnings, { file: file.name, line, code, outcome, message }],
  });

  const decoded = decodeText(file.bytes);
  if (!decoded.ok) return end('rejected', decoded.code, undefined, decoded.message);
  const matter = readFrontMatter(decoded.text);
  if (matter.kind === 'none') {
    const { lateFenceLine } = matter;
    const message =
      lateFenceLine === undefined
        ? 'no front matter on the first line: taken as documentation, not as an agent'
        : `taken as documentation, not as an agent: front matter must begin on the first line, not on line ${lateFenceLine}; remove what stands before it`;
    return end('ignored', 'no-front-matter', lateFenceLine ?? 1, message);
  }
  if (matter.kind === 'rejected') return end('rejected', matter.code, matter.line, matter.message);
  const { fields, body, bodyLine } = matter;
  const outcome = matter.notes.length > 0 ? 'lenient' : 'accepted';
  const warn = (code: string, line: number | undefined, message: string): void =>
    void warnings.push({ file: file.name, line, code, outcome, message });
  const lineOf = (key: string): number => fields.get(key)?.line ?? 1;
  for (const note of matter.notes) warn(note.code, note.line, note.message);
  for (const key of fields.keys()) {
    if (WITHOUT_EFFECT.has(key)) warn('field-without-effect', lineOf(key), `${key} has no effect here`);
    else if (!isKnownKey(key)) {
      const meant = meantKey(key);
      const hint = meant === undefined || fields.has(meant) ? '' : ` (did you mean ${meant}?)`;
      warn('unknown-key', lineOf(key), `${key.slice(0, 60)} is not known and is ignored${hint}`);
    }
  }
  const noName = scalar.safeParse(fields.get('name')?.value ?? '').data === '';
  if (noName)
    return end('ignored', 'no-name', 1, 'no name in the front matter: taken as documentation, not as an agent');

  const parsed = AgentFrontMatter.safeParse(knownValues(fields));
  if (!parsed.success) {
    const key = String(parsed.error.issues[0]?.path[0] ?? '');
    return end('rejected', 'invalid-type', lineOf(key), wrongShape(key, fields.get(key)?.value));
  }
  const front = parsed.data;
  const name = front.name.toLowerCase();
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/.test(name)) {
    const like = nameLike(name);
    return end(
      'rejected',
      'invalid-name',
      lineOf('name'),
      `the name must be at most 64 of a-z, 0-9, dots, dashes and underscores, and begin with a letter or digit${like === undefined ? '' : `: ${like}, for instance`}`,
    );
  }
  if (front.description === '') {
    return end(
      'rejected',
      'no-description',
      1,
      'no description in the front matter: the orchestrator would not know when to call it',
    );
  }
  if (body.trim() === '')
    return end(
      'rejected',
      'empty-body',
      bodyLine,
      'nothing stands behind the front matter: the agent would have no prompt',
    );
  const bodyBytes = Buffer.byteLength(body);
  if (bodyBytes > MAX_BODY_BYTES) {
    return end(
      'rejected',
      'body-too-large',
      bodyLine,
      `the body holds ${bodyBytes} bytes, the limit is ${MAX_BODY_BYTES}`,
    );
  }
  if (decoded.invisibleCount > 0) {
    warn(
      'invisible-characters',
      undefined,
      `${decoded.invisibleCount} invisible characters were left out; they would be seen by the model only`,
    );
  }
  if (front.description.length > MAX_DESCRIPTION_CHARACTERS) {
    warn(
      'description-cut',
      lineOf('description'),
      `the description was cut to ${MAX_DESCRIPTION_CHARACTERS} characters`,
    );
  }

  const oneOf = <T extends string>(key: 'role' | 'when' | 'effort', allowed: readonly T[]): T | undefined => {
    const written = front[key];
    if (written === undefined || written === '') return undefined;
    const found = allowed.find((value) => value === written.toLowerCase());
    if (found === undefined)
      warn(
        `unknown-${key}`,
        lineOf(key),
        `${key} must be one of ${allowed.join(', ')}; "${written.slice(0, 40)}" is ignored`,
      );
    return found;
  };
  const limit = (key: keyof typeof LIMITS): number | undefined => {
    const written = front[key];
    if (written === undefined || written === '') return undefined;
    if (!/^[1-9]\d{0,8}$/.test(written)) {
      warn(
        'invalid-number',
        lineOf(key),
        `${key} must be a whole number above 0; "${written.slice(0, 40)}" is ignored`,
      );
      return undefined;
    }
    if (Number(written) > LIMITS[key])
      warn('above-limit', lineOf(key), `${key} is at most ${LIMITS[key]}; that is used`);
    return Math.min(Number(written), LIMITS[key]);
  };

  const choice = chooseModel(front.model, settings);
  if (choice.note !== undefined) warn(choice.note.code, lineOf('model'), choice.note.message);
  const grants = grantTools(front.tools, front.disallowedTools, settings);
  for (const note of grants.notes) warn(note.code, lineOf('tools'), note.message);
  const reasons = front.reasons.map((written) => {
    const reason = reasonOfChecks(written);
    if (reason === undefined && !isOtherReason(written)) {
      const message = `no check gives the reason "${written.slice(0, 40)}", so nothing is about it; they stand in docs/checks.md`;
      warn('unknown-reason', lineOf('reasons'), `${message}${meantReason(written)}`);
    }
    return reason ?? written;
  });
  const agent: AgentDefinition = {
    name,
    fileName: file.name,
    description: stripInvisible(front.description).slice(0, MAX_DESCRIPTION_CHARACTERS),
    role: oneOf('role', ROLES) ?? (Object.hasOwn(ROLES_BY_NAME, name) ? ROLES_BY_NAME[name] : undefined) ?? 'analyzer',
    when: oneOf('when', ['always', 'findings']) ?? 'always',
    reasons,
    tools: grants.tools,
    model: choice.model,
    effort: oneOf('effort', EFFORTS),
    maxTurns: limit('maxTurns'),
    maxTokens: limit('maxTokens'),
    timeoutSeconds: limit('timeoutSeconds'),
    // A second look at all of it would find nothing.
    body: decoded.invisibleCount === 0 ? body : stripInvisible(body),
    bodyLine,
    sha256: file.sha256,
  };
  return { outcome, agent, warnings };
}

/** Own properties of a bare object, so that a key such as `__proto__` can lend nothing. */
function knownValues(fields: ReadonlyMap<string, Field>): Record<string, unknown> {
  const values: Record<string, unknown> = Object.create(null);
  for (const [key, { value }] of fields) if (isKnownKey(key) && !WITHOUT_EFFECT.has(key)) values[key] = value;
  return values;
}

function isKnownKey(key: string): boolean {
  return KNOWN_KEYS.some((known) => known === key);
}
