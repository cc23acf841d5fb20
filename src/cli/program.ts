import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { SEVERITIES, type Severity } from '../domain/severity.ts';
import { MonitorError, messageOf } from '../errors.ts';
import type { EnvironmentFlags } from '../settings/environment.ts';
import { runAgainst, type AgainstFlags } from './against/run-against.ts';
import { openSecrets } from './context.ts';
import { EXIT, exitCodeOf } from './exit-code.ts';
import { runDaemon } from './run.ts';
import { runDemo, type DemoFlags } from './demo.ts';
import { runOnce } from './once.ts';
import { runPermissions } from './permissions.ts';
import { runReport, type ReportFlags } from './report.ts';
import { runValidate, type ValidateFlags } from './validate/validate.ts';
import type { World } from './world.ts';

/** The whole command line: arguments in, exit code out. Every expected failure is one clear message on stderr. */
export async function main(world: World): Promise<number> {
  let exitCode: number = EXIT.fine;
  const program = buildProgram(world, (code) => {
    exitCode = code;
  });
  try {
    refuseUnknownCommand(program, world.arguments[0]);
    await program.parseAsync([...world.arguments], { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has already said what is wrong with the words; its own codes are 0 (help, version) and 1.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.configuration;
    const { redact } = openSecrets(world);
    world.stderr.write(
      redact(error instanceof MonitorError ? `k8s-monitor: ${error.code}: ${error.message}\n` : bugReport(error)),
    );
    return exitCodeOf(error);
  }
}

function buildProgram(world: World, finish: (exitCode: number) => void): Command {
  const program = new Command('k8s-monitor')
    .description('An in-cluster Kubernetes monitor whose agents are Markdown files.')
    .version(world.version, '-V, --version')
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => world.stdout.write(text),
      writeErr: (text) => world.stderr.write(text.replace(/^error: /, 'k8s-monitor: ')),
    });

  common(program.command('run', { isDefault: true }))
    .description('watch the cluster until stopped (the default)')
    .action(async (flags: EnvironmentFlags) => finish(await runDaemon(world, flags)));

  common(program.command('once'))
    .description('one cycle, told and reported, then exit')
    .option('--dry-run', 'keep nothing and tell nobody', false)
    .option('--no-agents', 'checks alone')
    .addOption(new Option('--output <format>').choices(['text', 'json']).default('text'))
    .option('--fail-on <severity>', 'exit 2 when an incident this bad is open: sev1 … sev4', parseSeverity)
    .action(
      async (
        flags: EnvironmentFlags & { dryRun: boolean; agents: boolean; output: 'text' | 'json'; failOn?: Severity },
      ) => finish(await runOnce(world, flags)),
    );

  program
    .command('demo')
    .description('a simulated cluster with four faults, told to your terminal; needs no cluster and no keys')
    .option('--data-dir <directory>', 'keep the database of its cycles here, for validate --against')
    .action(async (flags: DemoFlags) => finish(await runDemo(world, flags)));

  common(program.command('validate'))
    .description(
      'what code reads from Markdown, policies, settings and ConfigMap manifests, with line numbers; exit 2 on problems',
    )
    .argument('<path...>', 'files, directories (one level deep, as they are mounted), manifests, or - for stdin')
    .addOption(new Option('--output <format>').choices(['text', 'json']).default('text'))
    .option('--strict', 'warnings count as problems')
    .option('--stdin-name <name>', 'what stdin is, where its looks do not say so: agents/my-agent.md')
    .option(
      '--against <cycle>',
      'decide recorded cycles again with these files: last, last:20, 24h, an id, a report file; may be repeated',
      (word: string, before: readonly string[] | undefined) => [...(before ?? []), word],
    )
    .option('--live', 'with --against: ask the escalation agent again too; costs money, within the budgets')
    .action(async (paths: string[], flags: ValidateFlags & Partial<AgainstFlags>) => {
      const { against, live } = flags;
      if (live === true && against === undefined) program.error('error: --live goes with --against CYCLE');
      finish(
        against === undefined
          ? await runValidate(world, flags, paths)
          : await runAgainst(world, { ...flags, against }, paths),
      );
    });

  common(program.command('permissions'))
    .description(
      'what this account may read, and what is lost without the rest; exit 2 when something needed is missing',
    )
    .addOption(new Option('--output <format>').choices(['text', 'json']).default('text'))
    .option('--all', 'every right with its mark, not only what is refused')
    .action(async (flags: EnvironmentFlags & { output: 'text' | 'json'; all?: boolean }) =>
      finish(await runPermissions(world, flags)),
    );

  common(program.command('report'))
    .description(
      'the recorded report of a cycle or an incident, as JSON; or what changed in files, and who may do more',
    )
    .argument('<id>', 'cycle id or incident id; `changes` lists what became of edited files, the newest first')
    .addOption(new Option('--output <format>', 'json for a report, text for changes').choices(['text', 'json']))
    .option('--limit <rows>', 'of `changes`', parseRows, 50)
    .action(async (id: string, flags: ReportFlags) => finish(await runReport(world, flags, id)));

  program
    .command('version')
    .description('the version of the program and of its Node')
    .action(() => void world.stdout.write(`k8s-monitor ${world.version} (node ${process.version})\n`));
  return program;
}

/** Without this, `run` as the default would take the word as an argument too many of its own. */
function refuseUnknownCommand(program: Command, word: string | undefined): void {
  const names = ['help', ...program.commands.map((command) => command.name())];
  if (word === undefined || word.startsWith('-') || names.includes(word)) return;
  program.error(`error: unknown command '${word}'. Commands: ${names.toSorted().join(', ')}`);
}

function common(command: Command): Command {
  return command
    .exitOverride()
    .option('--kubeconfig <file>', 'kubeconfig instead of KUBECONFIG, the service account or ~/.kube/config')
    .option('--config <file>', 'config.yaml; environments.yaml is looked for beside it')
    .option('--claude-dir <directory>', 'directory of CLAUDE.md')
    .option('--agents-dir <directory>', 'directory of the agent files')
    .option('--policies-dir <directory>', 'directory of the Rego policies; none: the built-in policy')
    .option('--data-dir <directory>', 'directory of the database')
    .option('--reports-dir <directory>', 'directory of the report files');
}

function parseSeverity(text: string): Severity {
  const found = SEVERITIES.find(
    (severity) => severity.replace('-', '').toLowerCase() === text.replace('-', '').toLowerCase(),
  );
  if (found === undefined) throw new InvalidArgumentError('Give one of sev1, sev2, sev3, sev4.');
  return found;
}

function parseRows(text: string): number {
  const rows = Number(text);
  if (!Number.isInteger(rows) || rows < 1) throw new InvalidArgumentError('Give a number from 1.');
  return rows;
}

function bugReport(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
  return `k8s-monitor: a bug, please report it:\n${stack}\n`;
}
