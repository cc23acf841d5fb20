import { basename } from 'node:path';
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type YAMLMap } from 'yaml';
import { MonitorError } from '../../errors.ts';
import type { Bounds } from '../../settings/parse-files.ts';
import { readSettings } from '../../settings/read-settings.ts';
import type { Settings } from '../../settings/settings.ts';
import { complaintAt, lineAt, type Candidate, type Complaint, type ReadLine } from './collected.ts';

export interface SettingsReading {
  readonly read: readonly ReadLine[];
  readonly complaints: readonly Complaint[];
  /** Of the first files that are mounted together and hold a `config.yaml`; `undefined` where there is none, or it cannot be used. */
  readonly settings: Settings | undefined;
}

const LONGEST_VALUE = 100;

/** The name of a directory that stands in no message by chance. */
const DIRECTORY = '/\u{e000}';

/** What the settings files say, and what is wrong with them. */
export function readSettingsFiles(candidates: readonly Candidate[], bounds: Bounds): SettingsReading {
  const read: ReadLine[] = [];
  const complaints: Complaint[] = [];
  const usable: Candidate[] = [];
  for (const candidate of candidates) {
    const found = complaintsAbout(candidate, bounds);
    complaints.push(...found);
    if (found.some(({ severity }) => severity === 'problem')) continue;
    usable.push(candidate);
    read.push(...writtenIn(candidate, found));
  }
  const config = usable.find(({ name }) => name === 'config.yaml');
  const mounted = usable.filter(({ mount }) => mount === config?.mount);
  const settings = config === undefined ? undefined : settingsOf(mounted, bounds).settings;
  return { read, complaints, settings };
}

function settingsOf(files: readonly Candidate[], bounds: Bounds): ReturnType<typeof readSettings> {
  return readSettings({
    ...bounds,
    configFile: `${DIRECTORY}/config.yaml`,
    required: false,
    readFile: (path) => {
      const file = files.find(({ name }) => name === basename(path));
      return file === undefined ? undefined : textOf(file);
    },
  });
}

/** Each file is decided alone, as it is where it is mounted. */
function complaintsAbout(candidate: Candidate, bounds: Bounds): readonly Complaint[] {
  try {
    const { warnings } = settingsOf([candidate], bounds);
    const isEmpty = textOf(candidate).trim() === '';
    return [
      ...warnings.map(({ line, column, message }) => complaintAt(candidate, { line, column }, 'warning', message)),
      ...(isEmpty ? [complaintAt(candidate, { line: undefined }, 'warning', EMPTY)] : []),
    ];
  } catch (error) {
    if (!(error instanceof MonitorError)) throw error;
    return taken(error.message, candidate.name).map(({ line, column, message }) =>
      complaintAt(candidate, { line, column }, 'problem', message),
    );
  }
}

const EMPTY =
  'is empty: at a start the defaults hold, a running monitor refuses it; write a comment into it if defaults are what you want';

/** The complaints of one message, each with the place that stands before it. */
function taken(
  message: string,
  name: string,
): readonly { readonly line: number | undefined; readonly column: number | undefined; readonly message: string }[] {
  const [head = '', ...rest] = message.split(`${DIRECTORY}/${name}`);
  if (rest.length === 0) return [{ line: undefined, column: undefined, message }];
  return rest.map((part) => {
    const [place = '', line, column] = /^(?::(\d+))?(?::(\d+))?:? ?/.exec(part) ?? [];
    return {
      line: line === undefined ? undefined : Number(line),
      column: column === undefined ? undefined : Number(column),
      message: `${head}${part.slice(place.length).replace(/; $/, '')}`,
    };
  });
}

/** Each value that stands in the file and has an effect, as it is written there. */
function writtenIn(candidate: Candidate, complaints: readonly Complaint[]): readonly ReadLine[] {
  const lines = new LineCounter();
  const { contents } = parseDocument(textOf(candidate), { lineCounter: lines });
  const isStrange = (line: number): boolean =>
    complaints.some(
      (complaint) => complaint.line === lineAt(candidate, line) && complaint.message.startsWith('unknown'),
    );
  const found: ReadLine[] = [];
  const visit = (map: YAMLMap, path: string): void => {
    for (const { key, value } of map.items) {
      if (!isScalar(key)) continue;
      const { line } = lines.linePos(key.range?.[0] ?? 0);
      if (isStrange(line)) continue;
      const field = `${path}${String(key.value)}`;
      if (isMap(value)) visit(value, `${field}.`);
      else found.push({ path: candidate.path, line: lineAt(candidate, line), what: `${field}: ${shown(value)}` });
    }
  };
  if (isMap(contents)) visit(contents, '');
  return found;
}

function shown(value: unknown): string {
  if (isSeq(value)) {
    const items = value.items.map((item) => (isScalar(item) ? String(item.value) : undefined));
    const isPlain = items.length > 0 && items.every((item) => item !== undefined);
    return isPlain ? items.join(', ') : `${items.length} ${items.length === 1 ? 'entry' : 'entries'}`;
  }
  const text = isScalar(value) ? String(value.value) : '';
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE - 1)}…`;
}

function textOf({ bytes }: Candidate): string {
  return Buffer.from(bytes).toString('utf8');
}
