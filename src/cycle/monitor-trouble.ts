import type { DefinitionWarning } from '../domain/definitions.ts';
import { isServerTrouble, type Gap, type ReadName } from '../domain/snapshot.ts';

/** Trouble of the monitor itself. One grey card a key, worded here and never by a model. */
export type TroubleKey =
  | 'cluster'
  | 'permissions'
  | 'definitions'
  | 'names'
  | 'settings'
  | 'switches'
  | 'model'
  | 'budget'
  | 'store';

export interface Trouble {
  readonly key: TroubleKey;
  readonly headline: string;
  readonly lines: readonly string[];
}

export interface MonitorState {
  readonly gaps: readonly Gap[];
  readonly read: readonly ReadName[];
  readonly warnings: readonly DefinitionWarning[];
  /** Names of `CLAUDE.md` that nothing in the cluster answers to; `unknown` where not everything was looked at. */
  readonly names: readonly DefinitionWarning[] | 'unknown';
  /** Why the settings that are mounted are not in force; `undefined` when they are. */
  readonly settingsProblem: string | undefined;
  /** Whether agents were due in this cycle, and why they did not (all) speak. */
  readonly agents: { readonly due: boolean; readonly missing: string | undefined; readonly budgetSpent: boolean };
  readonly storeMovedAside: string | undefined;
  /** Kill switches that are off. */
  readonly switchedOff: readonly string[];
}

const MOST_LINES = 10;
/** What each switch of `flags.json` costs while it is off. */
const SWITCHED_OFF: Readonly<Record<string, string>> = {
  model_calls: 'No model is asked; alerts go on from the checks (model_calls in flags.json).',
  notifications: 'Messages wait until it is on again (notifications in flags.json).',
  signals: 'Webhooks are refused (signals in flags.json).',
  patrols: 'What is broken or mended is noticed by scheduled cycles alone (patrols in flags.json).',
};
/** Nothing is there to be used at all. */
const MISSING: ReadonlySet<string> = new Set(['no-orchestrator', 'no-agents']);
/** The file is in use and one of its wishes is not: surely a slip of the pen, which nobody would notice for weeks. */
const UNFULFILLED: ReadonlySet<string> = new Set([
  'unknown-model',
  'model-not-set',
  'unknown-tool',
  'no-tools',
  'unknown-reason',
  'merge-conflict',
]);
/** A rule of a policy failed for a finding, which the built-in policy then judged. */
const POLICY_FAILED = /^(?:rego|eval)_/;

/**
 * What is wrong with the monitor, and what is known to be right again.
 *
 * A key in neither list could not be judged in this cycle (agents were not due): its card stays as it is.
 */
export function troublesOf(state: MonitorState): {
  readonly present: readonly Trouble[];
  readonly over: readonly TroubleKey[];
} {
  const unreachable = state.gaps.filter(({ cause }) => isServerTrouble(cause));
  const blind =
    unreachable.length > 0 && state.read.every((kind) => unreachable.some(({ resource }) => resource === kind));
  const partial = blind ? [] : state.gaps;

  const judged: readonly (readonly [TroubleKey, Omit<Trouble, 'key'> | undefined | 'unknown'])[] = [
    [
      'cluster',
      blind
        ? {
            headline: 'the cluster cannot be read: nothing is verified',
            lines: [
              ...linesOf(exampleOf(unreachable)),
              'Open incidents are neither resolved nor healthy until it answers again.',
            ],
          }
        : undefined,
    ],
    [
      'permissions',
      partial.length === 0
        ? undefined
        : {
            headline: `incomplete: ${areas(partial)} could not be read`,
            lines: [...linesOf(partial.map(describeGap)), 'Findings there are unverified, not resolved.'],
          },
    ],
    ['definitions', definitions(state)],
    ['names', names(state)],
    [
      'settings',
      state.settingsProblem === undefined
        ? undefined
        : {
            headline: 'the settings are invalid, the previous ones stay in force',
            lines: linesOf([state.settingsProblem]),
          },
    ],
    [
      'switches',
      state.switchedOff.length === 0
        ? undefined
        : {
            headline: `switched off: ${state.switchedOff.join(', ')}`,
            lines: linesOf(state.switchedOff.map((name) => SWITCHED_OFF[name] ?? '')),
          },
    ],
    ['budget', budget(state)],
    ['model', model(state)],
    [
      'store',
      state.storeMovedAside === undefined
        ? undefined
        : {
            headline: 'the database was damaged and a new one begun',
            lines: [`The damaged one was kept: ${state.storeMovedAside}`],
          },
    ],
  ];
  return {
    present: judged.flatMap(([key, found]) => (found === undefined || found === 'unknown' ? [] : [{ key, ...found }])),
    over: judged.flatMap(([key, found]) => (found === undefined ? [key] : [])),
  };
}

/** Of many alike one, and in the next cycle the same: another kind each time would be news each time. */
function exampleOf(gaps: readonly Gap[]): readonly string[] {
  const [first] = gaps.toSorted((left, right) => rank(left) - rank(right) || (left.resource < right.resource ? -1 : 1));
  return first === undefined ? [] : [first.detail];
}

/** Everybody knows a pod. */
function rank({ resource }: Gap): number {
  return resource === 'Pod' ? 0 : 1;
}

function definitions({ warnings }: MonitorState): Omit<Trouble, 'key'> | undefined {
  const unusable = warnings.filter(({ code, outcome }) => outcome === 'rejected' || MISSING.has(code));
  const unfulfilled = warnings.filter(
    ({ code, outcome }) => outcome !== 'rejected' && (UNFULFILLED.has(code) || POLICY_FAILED.test(code)),
  );
  const files = new Set((unusable.length > 0 ? unusable : unfulfilled).map(({ file }) => file)).size;
  if (files === 0) return undefined;
  return {
    headline:
      unusable.length > 0
        ? `${count(files, 'definition')} cannot be used`
        : `${count(files, 'definition')} cannot be followed to the letter`,
    lines: linesOf([...unusable, ...unfulfilled].map(describeWarning)),
  };
}

function names({ names: missing }: MonitorState): Omit<Trouble, 'key'> | undefined | 'unknown' {
  if (missing === 'unknown') return 'unknown';
  if (missing.length === 0) return undefined;
  return {
    headline: `${count(missing.length, 'line')} of CLAUDE.md ${missing.length === 1 ? 'names' : 'name'} what is not in the cluster`,
    lines: linesOf(missing.map(describeWarning)),
  };
}

function budget({ agents }: MonitorState): Omit<Trouble, 'key'> | undefined | 'unknown' {
  if (!agents.due) return 'unknown';
  if (!agents.budgetSpent) return undefined;
  return {
    headline: 'the model budget is spent: checks alone',
    lines: linesOf([
      agents.missing ?? '',
      'Alerts go on without analysis; budget.per_day_usd starts anew at midnight UTC.',
    ]),
  };
}

function model({ agents }: MonitorState): Omit<Trouble, 'key'> | undefined | 'unknown' {
  if (!agents.due || agents.budgetSpent) return 'unknown';
  return agents.missing === undefined
    ? undefined
    : {
        headline: 'agents could not do all of their work',
        lines: linesOf([agents.missing, 'Alerts go on from the checks.']),
      };
}

function areas(gaps: readonly Gap[]): string {
  const names = [
    ...new Set(
      gaps.map(({ resource, namespace }) => (namespace === undefined ? resource : `${resource} in ${namespace}`)),
    ),
  ];
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
}

function describeGap({ resource, namespace, cause, detail }: Gap): string {
  return `${resource}${namespace === undefined ? '' : ` in ${namespace}`} (${cause}): ${detail}`;
}

function describeWarning({ file, line, message }: DefinitionWarning): string {
  return `${file}${line === undefined ? '' : `:${line}`}: ${message}`;
}

function linesOf(lines: readonly string[]): readonly string[] {
  const said = lines.filter((line) => line !== '');
  return said.length <= MOST_LINES ? said : [...said.slice(0, MOST_LINES), `… and ${said.length - MOST_LINES} more`];
}

function count(number: number, noun: string): string {
  return number === 1 ? `one ${noun}` : `${number} ${noun}s`;
}
