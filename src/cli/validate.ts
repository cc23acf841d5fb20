import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { cronProblem } from '../cycle/cron.ts';
import { inspectDefinitions } from '../definitions/assemble.ts';
import { readConfigMaps } from '../definitions/manifest.ts';
import { MonitorError, messageOf } from '../errors.ts';
import type { EnvironmentFlags } from '../settings/environment.ts';
import { readSettings } from '../settings/read-settings.ts';
import { isSettingsFile } from '../settings/settings-file-names.ts';
import { isPolicyFile } from '../policy/try-policies.ts';
import { checkIdsWith } from '../wiring/custom-resources.ts';
import { knownTools } from '../wiring/known-tools.ts';
import { openContext, type Context } from './context.ts';
import { EXIT } from './exit-code.ts';
import { complaintsAbout } from './validate-policies.ts';
import type { World } from './world.ts';

/** A file to look at, and where its first line stands for the person who wrote it. */
interface Candidate {
  readonly name: string;
  /** What to print before the line number: the path, or the manifest's. */
  readonly shown: string;
  readonly firstLine: number;
  readonly bytes: Uint8Array;
}

interface Complaint {
  readonly shown: string;
  readonly line: number | undefined;
  readonly column?: number | undefined;
  readonly message: string;
  readonly isProblem: boolean;
}

/** `config.yaml` and the files beside it. */
const isSettings = isSettingsFile('config.yaml');

/** `validate PATH…`: what code reads of the files, line by line, and what is wrong with them. Reads nothing else. */
export async function runValidate(world: World, flags: EnvironmentFlags, paths: readonly string[]): Promise<number> {
  const context = openContext(world, flags, 'stderr');
  const complaints: Complaint[] = [];
  const candidates = paths.flatMap((path) => candidatesAt(path, complaints));
  const markdown = candidates.filter(({ name }) => name.endsWith('.md'));
  const settings = candidates.filter(({ name }) => isSettings(name));
  const policies = candidates.filter(({ name }) => isPolicyFile(name));

  for (const { shown, line, what } of readMarkdown(markdown, context, complaints)) {
    world.stdout.write(`${shown}:${line}: ${what}\n`);
  }
  readSettingsFiles(settings, context, complaints);
  await readPolicies(policies, context, complaints);
  if (markdown.length + settings.length + policies.length === 0 && complaints.length === 0) {
    complaints.push({
      shown: paths.join(' '),
      line: undefined,
      message: 'nothing to validate: no *.md, *.rego, config.yaml or ConfigMap manifest',
      isProblem: true,
    });
  }
  for (const { shown, line, column, message, isProblem } of complaints) {
    const where = [shown, line, column].filter((part) => part !== undefined).join(':');
    world.stdout.write(`${where}: ${isProblem ? 'problem' : 'warning'}: ${message}\n`);
  }
  const problems = complaints.filter(({ isProblem }) => isProblem).length;
  const warnings = complaints.length - problems;
  world.stdout.write(
    `${counted(candidates.length, 'file')}, ${counted(problems, 'problem')}, ${counted(warnings, 'warning')}\n`,
  );
  return problems > 0 ? EXIT.problems : EXIT.fine;
}

function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function candidatesAt(path: string, complaints: Complaint[]): readonly Candidate[] {
  let names: readonly string[] | undefined;
  try {
    names = statSync(path).isDirectory() ? readdirSync(path).filter((name) => !name.startsWith('.')) : undefined;
    if (names !== undefined) {
      return names
        .toSorted()
        .filter(
          (name) =>
            (/\.(?:md|ya?ml)$/.test(name) || isPolicyFile(name) || isSettings(name)) &&
            statSync(join(path, name)).isFile(),
        )
        .flatMap((name) => candidatesAt(join(path, name), complaints));
    }
    const bytes = readFileSync(path);
    const name = basename(path);
    if (name.endsWith('.md') || isPolicyFile(name) || isSettings(name))
      return [{ name, shown: path, firstLine: 1, bytes }];
    const manifest = readConfigMaps(bytes.toString('utf8'));
    for (const { line, message } of manifest.problems) complaints.push({ shown: path, line, message, isProblem: true });
    return manifest.configMaps.flatMap(({ files }) =>
      files.map((file) => ({ name: file.name, shown: path, firstLine: file.line, bytes: file.bytes })),
    );
  } catch (error) {
    const message = existsSync(path) ? `cannot be read: ${messageOf(error)}` : 'there is no such file or directory';
    complaints.push({ shown: path, line: undefined, message, isProblem: true });
    return [];
  }
}

function readMarkdown(candidates: readonly Candidate[], context: Context, complaints: Complaint[]) {
  const { environment, settings } = context;
  const { definitions } = inspectDefinitions(new Map(candidates.map(({ name, bytes }) => [name, bytes])), {
    env: environment.variables,
    tools: knownTools({ kubernetes: true, github: true }),
    toolCeiling: environment.toolCeiling,
    modelAliases: settings.current().modelAliases,
    modelAllowList: environment.modelAllowlist,
    defaultModel: settings.current().llm.model,
    zone: settings.current().schedule.zone,
  });
  const at = (file: string, line: number) => {
    const found = candidates.find(({ name }) => name === file);
    return { shown: found?.shown ?? file, line: line + (found?.firstLine ?? 1) - 1 };
  };
  for (const { file, line, message, outcome } of definitions.warnings) {
    // Files of one kind may be validated without the others.
    if (candidates.length === 0 || (file === 'CLAUDE.md' && !candidates.some(({ name }) => name === file))) continue;
    const where = at(file, line ?? 1);
    complaints.push({
      shown: where.shown,
      line: line === undefined ? undefined : where.line,
      message,
      isProblem: outcome === 'rejected',
    });
  }
  return [
    ...definitions.read.map(({ file, line, what }) => ({ ...at(file, line), what })),
    ...definitions.agents.map(({ fileName, name, role, model, tools, when }) => ({
      ...at(fileName, 1),
      what: `agent ${name}: ${role}, model ${model}, when ${when}, tools ${tools.join(' ') || 'none'}`,
    })),
  ].toSorted((left, right) => left.shown.localeCompare(right.shown) || left.line - right.line);
}

function readSettingsFiles(candidates: readonly Candidate[], { environment }: Context, complaints: Complaint[]): void {
  for (const { name, shown, firstLine, bytes } of candidates) {
    try {
      const { warnings } = readSettings({
        configFile: 'config.yaml',
        required: false,
        readFile: (path) => (basename(path) === name ? Buffer.from(bytes).toString('utf8') : undefined),
        cronProblem,
        checkIds: checkIdsWith,
        allowedOrigins: environment.allowedOrigins,
      });
      for (const { line, message } of warnings)
        complaints.push({ shown, line: line + firstLine - 1, message, isProblem: false });
    } catch (error) {
      if (!(error instanceof MonitorError)) throw error;
      complaints.push({ shown, line: undefined, message: error.message, isProblem: true });
    }
  }
}

async function readPolicies(
  candidates: readonly Candidate[],
  { environment, settings }: Context,
  complaints: Complaint[],
): Promise<void> {
  const { files } = settings.current().rego;
  const isPlain = ({ name, shown }: Candidate): boolean => basename(shown) === name;
  // What stands together is one set.
  const sets = Map.groupBy(candidates, (file) => (isPlain(file) ? dirname(file.shown) : file.shown));
  for (const set of sets.values()) {
    for (const { file, line, column, ...complaint } of await complaintsAbout(set, files, environment.opaPath)) {
      const found = set.find(({ name }) => name === file);
      complaints.push({
        ...complaint,
        shown: found?.shown ?? file,
        line: line === undefined ? undefined : line + (found?.firstLine ?? 1) - 1,
        // A manifest indents them.
        column: found !== undefined && isPlain(found) ? column : undefined,
      });
    }
  }
}
