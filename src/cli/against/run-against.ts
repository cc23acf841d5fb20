import { dirname, join, resolve } from 'node:path';
import type { DefinitionFile } from '../../domain/definitions.ts';
import type { Incident } from '../../domain/incident.ts';
import type { CycleReport } from '../../domain/report.ts';
import { MonitorError } from '../../errors.ts';
import { compareCycle, type CycleComparison } from '../../replay/compare.ts';
import type { RulesOf } from '../../replay/rule-changes.ts';
import { openRecordedCycles } from '../../store/recorded-cycles.ts';
import { knownTools } from '../../wiring/known-tools.ts';
import { openLive } from '../../wiring/live-model.ts';
import { replayCycle, type ReplayableReport } from '../../wiring/replay-cycle.ts';
import { idleIssues, rulesFor } from '../../wiring/rules-of-incident.ts';
import type { AskedAgain } from '../../wiring/ask-again.ts';
import { openContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { lineAt, type Candidate } from '../validate/collected.ts';
import { validate, type ValidateFlags } from '../validate/validate.ts';
import { validationLines } from '../validate/print.ts';
import type { World } from '../world.ts';
import { editedSettings } from './edited-settings.ts';
import { createReadDefinitions, filesOfCycle, type Archive, type FilesOfCycle } from './files-of-cycle.ts';
import { findCycles, isReplayable, notReplayable } from './find-cycles.ts';
import { createPolicyAgain } from './policy-again.ts';
import { printAgainst } from './print-against.ts';
import { unreadAreasNote } from './unread-areas.ts';

export interface AgainstFlags extends ValidateFlags {
  readonly against: readonly string[];
  /** Asks the escalation agent again, too. */
  readonly live?: boolean;
}

/** Without these, what code alone tells would be another thing altogether. */
const RULE_FILES = ['CLAUDE.md', 'escalation-manager.md'];

/**
 * `validate --against CYCLE PATH…`: decides recorded cycles again with the edited files, and says what people would have been told differently.
 *
 * @throws {MonitorError} `REPORT_NOT_FOUND`, `REPORT_NOT_REPLAYABLE`, `POLICY_INVALID`, `STORE_UNUSABLE`
 */
export async function runAgainst(world: World, flags: AgainstFlags, paths: readonly string[]): Promise<number> {
  const { document, candidates, environment, settings, redact } = await validate(world, flags, paths);
  const colors = world.stdout.isTTY === true && (world.variables['NO_COLOR'] ?? '') === '';
  const print = (result: Parameters<typeof printAgainst>[0]): void =>
    void world.stdout.write(redact(`${printAgainst(result, flags.output, colors)}\n`));
  if (document.exitCode !== EXIT.fine) {
    // A broken file has no last good version here: what it would do is not known.
    const complaints = validationLines(
      { ...document, ignored: [], prompts: [], quietCycle: null, files: [] },
      { colors: false },
    );
    print({ files: [], cycles: [], notes: [], problems: document.complaints, lines: complaints });
    return document.exitCode;
  }
  const database = join(environment.dataDir, 'k8s-monitor.db');
  await using recorded = await openRecordedCycles(database);
  const found = await findCycles(flags.against, { recorded, database, nowMs: world.now() });
  const archive: Archive = {
    stored: (await recorded?.files()) ?? [],
    version: async (sha256) => recorded?.version(sha256),
    directories: {
      orchestrator: environment.claudeDir,
      agent: environment.agentsDir,
      policy: environment.policiesDir ?? settings.rego.policyDir ?? environment.mountedPoliciesDir,
    },
  };
  const edited = editedSettings(candidates, environment);
  const given = candidates.map((candidate) => ({
    ...candidate,
    byItself: candidate.configMap === undefined && !isOfDirectory(candidate.path, paths),
  }));
  const readDefinitions = createReadDefinitions({
    env: environment.variables,
    tools: knownTools({ kubernetes: true, github: true }),
    toolCeiling: environment.toolCeiling,
    modelAliases: settings.modelAliases,
    modelAllowList: environment.modelAllowlist,
    defaultModel: settings.llm.model,
  });
  const askPolicyAgain = createPolicyAgain({ opaPath: environment.opaPath, names: settings.rego.files });
  const policies = candidates.some(({ kind }) => kind === 'policy');

  const live =
    flags.live === true
      ? openLive({
          ...openContext(world, flags, 'stderr'),
          settings,
          spentOn: (day) => recorded?.spentOn(day) ?? Promise.resolve(0),
          now: world.now,
          signal: world.stopping,
        })
      : undefined;
  const asked: AskedAgain[] = [];

  const { warnings } = document.counts;
  const notes = new Set<string>(
    warnings === 0
      ? []
      : [
          `${warnings === 1 ? 'one warning' : `${warnings} warnings`} about the edited files: validate without --against prints what`,
        ],
  );
  let oldest: CycleReport | undefined;
  let left = 0;
  const cycles: CycleComparison[] = [];
  const seen: Pick<CycleReport, 'cycle' | 'gaps'>[] = [];
  /** Incidents of which people have heard otherwise in an earlier one of these cycles, as they would stand. */
  const carried = new Map<string, Incident>();
  for (const { load } of found.cycles) {
    const report = await load();
    if (report === undefined) continue;
    if (!isReplayable(report)) {
      oldest ??= report;
      left += 1;
      continue;
    }
    seen.push({ cycle: report.cycle, gaps: report.gaps });
    const files = await filesOfCycle(report.definitions.files, given, archive);
    for (const note of notesOn(files, report)) notes.add(note);
    const recordedSettings = report.replay.settings;
    const settingsNow = edited.over(recordedSettings);
    const definitions = readDefinitions(files.now, settingsNow.zone);
    const { assess, note } = await askPolicyAgain(report, files, { definitions, settings: settingsNow, policies });
    if (note !== undefined) notes.add(note);
    const again = await replayCycle(
      report,
      { definitions, settings: settingsNow, assess },
      carried,
      live?.(report, definitions, (one) => asked.push(one)),
    );

    const before = files.was.has('CLAUDE.md') ? readDefinitions(files.was, recordedSettings.zone) : undefined;
    const rulesOf: RulesOf = {
      was: (incident, severity) => before && rulesFor(incident, severity, before, recordedSettings),
      now: (incident, severity) => rulesFor(incident, severity, definitions, settingsNow),
      idle: (incident) =>
        before === undefined ? [] : idleIssues(incident, definitions, before, Date.parse(report.cycle.startedAt)),
      place: (file, line, side) => placeOf(candidates, file, line, side),
    };
    const comparison = compareCycle(report, again, rulesOf);
    cycles.push({
      ...comparison,
      incidents: comparison.incidents.filter(({ incident }) => found.incidents?.has(incident) ?? true),
    });
    const otherwise = new Set(
      comparison.incidents.flatMap(({ incident, change }) => (change === 'same' ? [] : [incident])),
    );
    for (const incident of again.incidents) {
      if (otherwise.has(incident.id) || carried.has(incident.id)) carried.set(incident.id, incident);
    }
  }
  if (oldest !== undefined && cycles.length === 0) throw notReplayable(oldest.cycle.id, oldest);
  if (oldest !== undefined) {
    notes.add(
      `${left} of these cycles ${left === 1 ? 'was' : 'were'} recorded by an older version, without what a replay needs, and left out`,
    );
  }
  const unread = unreadAreasNote(seen);
  if (unread !== undefined) notes.add(unread);
  print({
    files: paths,
    cycles,
    ...(live !== undefined && { asked }),
    notes: [...notes],
    problems: document.complaints,
  });
  return EXIT.fine;
}

/** @throws {MonitorError} `REPORT_NOT_REPLAYABLE` when a file with rules is not to be had */
function notesOn({ missing, replaced }: FilesOfCycle, { cycle }: ReplayableReport): readonly string[] {
  const hash = ({ sha256 }: DefinitionFile): string => sha256.slice(0, 8);
  const needed = missing.find(({ name }) => RULE_FILES.includes(name));
  if (needed !== undefined) {
    throw new MonitorError(
      'REPORT_NOT_REPLAYABLE',
      `${needed.name} of ${cycle.id} (${hash(needed)}) is neither among the given files nor to be found: give it as a path too, or name its directory with --claude-dir, --agents-dir or --data-dir`,
    );
  }
  return replaced
    .filter(({ file }) => RULE_FILES.includes(file.name) || file.name.endsWith('.rego'))
    .map(
      ({ file, by }) =>
        `${file.name} of then (${hash(file)}) is not to be found; what stands at ${by} took its place, and differences may come from that`,
    );
}

/** Whether a file was not named itself, and lies in a directory that was. */
function isOfDirectory(path: string, paths: readonly string[]): boolean {
  return !paths.includes(path) && paths.some((given) => given !== '-' && resolve(given) === resolve(dirname(path)));
}

/** A line of a given file where its editor has it; of any other as it was mounted. */
function placeOf(candidates: readonly Candidate[], file: string, line: number, side: 'was' | 'now'): string {
  const candidate = side === 'now' ? candidates.find(({ name }) => name === file) : undefined;
  return candidate === undefined ? `${file}:${line}` : `${candidate.path}:${lineAt(candidate, line)}`;
}
