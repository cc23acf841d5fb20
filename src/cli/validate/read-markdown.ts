import { inspectDefinitions } from '../../definitions/assemble.ts';
import type { DefinitionSettings } from '../../definitions/definition-settings.ts';
import type { Definitions, DefinitionWarning } from '../../domain/definitions.ts';
import { complaintAt, lineAt, type Candidate, type Complaint, type ReadLine } from './collected.ts';

export interface MarkdownReading {
  readonly read: readonly ReadLine[];
  readonly complaints: readonly Complaint[];
  readonly ignored: readonly { readonly candidate: Candidate; readonly why: string }[];
  /** Of the files that would be mounted together; `undefined` where no Markdown is among them. */
  readonly definitions: Definitions | undefined;
}

/** About files that were not given, which may be mounted all the same. */
const ABOUT_ABSENT = new Set(['no-orchestrator', 'no-agents']);
const DOCUMENTATION = /^(?:README|CHANGELOG|CONTRIBUTING|LICENSE|NOTES)\.md$/i;

/**
 * What code reads of `CLAUDE.md` and agent files, and what is wrong with them.
 *
 * @param beside what other files given with them have to say of them
 * @param nowMs Unix time in milliseconds, by which an expiry is over or not
 */
export function readMarkdown(
  candidates: readonly Candidate[],
  settings: DefinitionSettings,
  beside: (definitions: Definitions) => readonly DefinitionWarning[],
  nowMs: number,
): MarkdownReading {
  const { sets, ignored, complaints } = setsOf(candidates);
  const readings = sets.map((set) => readSet(set, settings, beside, nowMs));
  return {
    read: readings.flatMap(({ read }) => read),
    complaints: [...complaints, ...readings.flatMap((reading) => reading.complaints)],
    ignored: [...ignored, ...readings.flatMap((reading) => reading.ignored)],
    definitions: readings[0]?.definitions,
  };
}

type NamedFiles = ReadonlyMap<string, Candidate>;

/** One directory holds a name once: what has the name of an earlier file is read beside it, not with it. */
function setsOf(candidates: readonly Candidate[]): {
  readonly sets: readonly NamedFiles[];
  readonly ignored: MarkdownReading['ignored'];
  readonly complaints: readonly Complaint[];
} {
  const sets: Map<string, Candidate>[] = [];
  const ignored: MarkdownReading['ignored'][number][] = [];
  const complaints: Complaint[] = [];
  for (const candidate of candidates) {
    const { name } = candidate;
    const twins = sets.flatMap((set) => set.get(name) ?? []);
    const same = twins.find(({ bytes }) => Buffer.compare(bytes, candidate.bytes) === 0);
    if (same !== undefined) {
      ignored.push({ candidate, why: `the same text was read at ${shownAt(same)}` });
      continue;
    }
    const [first] = twins;
    if (first !== undefined) {
      const message = `another ${name} stands at ${shownAt(first)}, and only one can be mounted: this one is read by itself`;
      complaints.push(complaintAt(candidate, { line: 1, column: 1 }, 'warning', message));
    }
    const set = sets.find((earlier) => !earlier.has(name));
    if (set === undefined) sets.push(new Map([[name, candidate]]));
    else set.set(name, candidate);
  }
  return { sets, ignored, complaints };
}

function readSet(
  set: NamedFiles,
  settings: DefinitionSettings,
  beside: (definitions: Definitions) => readonly DefinitionWarning[],
  nowMs: number,
): MarkdownReading {
  const { definitions } = inspectDefinitions(new Map([...set].map(([name, { bytes }]) => [name, bytes])), settings);
  const at = (file: string, line: number, what: string): readonly ReadLine[] => {
    const candidate = set.get(file);
    return candidate === undefined ? [] : [{ path: candidate.path, line: lineAt(candidate, line), what }];
  };
  const told = [...definitions.warnings.filter(({ code }) => !ABOUT_ABSENT.has(code)), ...beside(definitions)];
  return {
    definitions,
    read: [
      ...definitions.read.flatMap(({ file, line, what }) =>
        at(file, line, isOver(definitions, { file, line, what }, nowMs) ? `${what}, but it is over` : what),
      ),
      ...definitions.agents.flatMap(({ fileName, name, role, model, tools, when }) => {
        const what = `agent ${name}: ${role}, model ${model}, when ${when}, tools ${tools.join(' ') || 'none'}`;
        return at(fileName, 1, what);
      }),
    ],
    complaints: told.filter((warning) => !isDocumentation(warning)).flatMap((warning) => complaintOf(set, warning)),
    ignored: told.filter(isDocumentation).flatMap(({ file }) => {
      const candidate = set.get(file);
      return candidate === undefined ? [] : [{ candidate, why: 'documentation: it has no front matter' }];
    }),
  };
}

/** Whether a row is that of a known issue whose date has passed. */
function isOver(
  { knownIssues }: Definitions,
  { file, line, what }: Definitions['read'][number],
  nowMs: number,
): boolean {
  return knownIssues.some(
    (issue) =>
      issue.silences &&
      issue.untilMs !== undefined &&
      issue.untilMs <= nowMs &&
      issue.file === file &&
      issue.line === line &&
      what.startsWith('known issue '),
  );
}

function isDocumentation({ code, file }: DefinitionWarning): boolean {
  return code === 'no-front-matter' && DOCUMENTATION.test(file);
}

function complaintOf(set: NamedFiles, { file, line, message, outcome }: DefinitionWarning): readonly Complaint[] {
  const candidate = set.get(file);
  if (candidate === undefined) return [];
  // Some quote the parser of YAML, which counts lines of the file.
  const placed = message.replaceAll(/(?<=\(YAML, line )\d+/g, (within) => `${lineAt(candidate, Number(within))}`);
  return [complaintAt(candidate, { line }, outcome === 'rejected' ? 'problem' : 'warning', placed)];
}

function shownAt(candidate: Candidate): string {
  return candidate.configMap === undefined ? candidate.path : `${candidate.path}:${lineAt(candidate, 1)}`;
}
