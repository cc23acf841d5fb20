import { cronProblem } from '../../cycle/cron.ts';
import { createLogger } from '../../log.ts';
import type { EnvironmentFlags } from '../../settings/environment.ts';
import { channelWarnings } from '../../wiring/compare.ts';
import { checkIdsWith } from '../../wiring/custom-resources.ts';
import { knownTools } from '../../wiring/known-tools.ts';
import { markdownTokens, priceQuietCycle, stablePrompts } from '../../wiring/quiet-cycle.ts';
import { openContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import type { World } from '../world.ts';
import { collect } from './collect.ts';
import { lineAt, type Candidate, type Complaint, type Ignored } from './collected.ts';
import { fileOf, inOrder, type ValidationDocument } from './document.ts';
import { validationLines } from './print.ts';
import { readMarkdown } from './read-markdown.ts';
import { readPolicies } from './read-policies.ts';
import { readSettingsFiles } from './read-settings-files.ts';

export interface ValidateFlags extends EnvironmentFlags {
  readonly output: 'text' | 'json';
  /** Warnings are problems. */
  readonly strict?: boolean;
  readonly stdinName?: string;
}

/** `validate PATH…`: what code reads of the files, line by line, what is wrong with them, and what they cost. Reads nothing else. */
export async function runValidate(world: World, flags: ValidateFlags, paths: readonly string[]): Promise<number> {
  const { document, redact } = await validate(world, flags, paths);
  if (flags.output === 'json') {
    const clean = (_key: string, value: unknown): unknown => (typeof value === 'string' ? redact(value) : value);
    world.stdout.write(`${JSON.stringify(document, clean, 2)}\n`);
  } else {
    const colors = world.stdout.isTTY === true && (world.variables['NO_COLOR'] ?? '') === '';
    world.stdout.write(redact(`${validationLines(document, { colors }).join('\n')}\n`));
  }
  return document.exitCode;
}

/** The same without a word of it: for whoever goes on with files that are sound. */
export async function validate(world: World, flags: ValidateFlags, paths: readonly string[]) {
  const { environment, settings: inForce, redact } = openContext(world, flags, 'stderr');
  const found = await collect(paths, { stream: world.stdin, name: flags.stdinName });
  const { candidates } = found;

  const settings = readSettingsFiles(of(candidates, 'settings'), {
    cronProblem,
    checkIds: checkIdsWith,
    allowedOrigins: environment.allowedOrigins,
  });
  // A config.yaml that is looked at stands beside the others where they are mounted.
  const effective = settings.settings ?? inForce.current();
  const markdown = readMarkdown(
    of(candidates, 'orchestrator', 'agent'),
    {
      env: environment.variables,
      tools: knownTools(effective.toolsets),
      toolCeiling: environment.toolCeiling,
      modelAliases: effective.modelAliases,
      modelAllowList: environment.modelAllowlist,
      defaultModel: effective.llm.model,
      zone: effective.schedule.zone,
    },
    // Without a config.yaml among the files nobody knows which one will stand beside them.
    (definitions) =>
      settings.settings === undefined ? [] : channelWarnings(definitions, effective.slack.allowedChannels),
    world.now(),
  );
  const policies = await readPolicies(of(candidates, 'policy'), effective.rego.files, environment.opaPath);

  const { definitions } = markdown;
  const isUsable = definitions !== undefined && definitions.files.length > 0;
  const silent = createLogger({ level: 'error', sink: world.stderr, redact, now: world.now });
  const readings = [settings, markdown, policies];
  const left = candidates.filter((candidate) => markdown.ignored.every((ignored) => ignored.candidate !== candidate));
  const complaints = [...found.complaints, ...readings.flatMap((reading) => reading.complaints)];
  if (left.length === 0 && complaints.length === 0) complaints.push(nothingToValidate(paths));
  const order = [...found.ignored, ...candidates].map(({ path }) => path);
  const told = inOrder(complaints, order);
  const problems = told.filter(({ severity }) => severity === 'problem').length;
  const read = readings.flatMap((reading) => reading.read);
  const document: ValidationDocument = {
    files: left.map((candidate, index) => fileOf(candidate, left.slice(index + 1), read, markdownTokens)),
    complaints: told,
    ignored: inOrder([...found.ignored, ...markdown.ignored.map(ignoredOf)], order),
    prompts: isUsable ? stablePrompts(definitions, effective) : [],
    quietCycle: (isUsable ? await priceQuietCycle(definitions, effective, silent) : undefined) ?? null,
    counts: { files: left.length, problems, warnings: told.length - problems },
    strict: flags.strict === true,
    exitCode: problems > 0 || (flags.strict === true && told.length > 0) ? EXIT.problems : EXIT.fine,
  };
  return { document, candidates: left, environment, settings: effective, redact };
}

function of(candidates: readonly Candidate[], ...kinds: readonly Candidate['kind'][]): readonly Candidate[] {
  return candidates.filter(({ kind }) => kinds.includes(kind));
}

function ignoredOf({ candidate, why }: { readonly candidate: Candidate; readonly why: string }): Ignored {
  return { path: candidate.path, line: lineAt(candidate, 1), what: candidate.name, why };
}

function nothingToValidate(paths: readonly string[]): Complaint {
  const message = 'nothing to validate: no *.md, *.rego, config.yaml or ConfigMap of k8s-monitor in a manifest';
  return { path: paths.join(' '), severity: 'problem', message };
}
