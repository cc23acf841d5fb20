import type { CycleSteps } from '../cycle/steps.ts';
import type { DefinitionsSource } from '../definitions/create-definitions.ts';
import type { DefinitionWarning, Definitions } from '../domain/definitions.ts';
import type { Policies, PolicyOptions } from '../policy/create-policies.ts';
import type { PinnedPolicies } from '../policy/pin-policies.ts';
import type { Settings } from '../settings/settings.ts';
import type { Store } from '../store/store.ts';
import { assessFindings, namespacesIn } from './assess.ts';
import { isSettingsRow } from './last-good-settings.ts';

export interface PinnedDefinitions {
  /** Markdown and policies as one cycle uses them: policies stand among the files and warnings of the definitions. */
  readonly pin: () => Promise<Definitions>;
  /** The same for a cycle, which is the last one from now on. */
  readonly pinForCycle: () => Promise<Definitions>;
  /** With the policies that were pinned together with these definitions. */
  readonly assess: CycleSteps['assess'];
  /** What failed in them since. */
  readonly troubles: (definitions: Definitions) => readonly DefinitionWarning[];
  /** What failed in the policies of the last cycle, while they are the same: it still would. */
  readonly lastTroubles: () => readonly DefinitionWarning[];
}

/** Ties each cycle's definitions to its policies, for as long as the cycle holds on to them. */
export function createPinnedDefinitions(parts: {
  readonly definitions: DefinitionsSource;
  readonly policies: Policies;
  readonly settings: () => Settings;
  readonly onPinned: (definitions: Definitions) => void;
}): PinnedDefinitions {
  const pinnedWith = new WeakMap<Definitions, PinnedPolicies>();
  const policiesOf = (definitions: Definitions): PinnedPolicies => {
    const found = pinnedWith.get(definitions);
    if (found === undefined) throw new Error('these definitions were not pinned for a cycle');
    return found;
  };
  let lastOfCycle: PinnedPolicies | undefined;
  const pin = async (): Promise<Definitions> => {
    const policies = await parts.policies.pin();
    const pinned = await parts.definitions.pin();
    const definitions = {
      ...pinned,
      files: [...pinned.files, ...policies.files],
      warnings: [...pinned.warnings, ...policies.warnings],
    };
    pinnedWith.set(definitions, policies);
    parts.onPinned(definitions);
    return definitions;
  };
  return {
    pin,
    pinForCycle: async () => {
      const definitions = await pin();
      lastOfCycle = policiesOf(definitions);
      return definitions;
    },
    assess: (findings, snapshot, definitions, nowMs) =>
      assessFindings(findings, namespacesIn(snapshot), definitions, {
        assess: policiesOf(definitions).assess,
        environments: parts.settings().environments,
        nowMs,
      }),
    troubles: (definitions) => policiesOf(definitions).troubles(),
    lastTroubles: () => (lastOfCycle?.hash === parts.policies.hash() ? (lastOfCycle?.troubles() ?? []) : []),
  };
}

const FOLDER = 'policies/';

/** Whether a row of the last good files is a definition's; the others are policies. */
export const isDefinitionRow = (name: string): boolean => !isPolicyRow(name) && !isSettingsRow(name);

function isPolicyRow(name: string): boolean {
  return name.startsWith(FOLDER);
}

/** The last good policies in the same table as the last good definitions. */
export function lastGoodPolicies({ lastGood }: Pick<Store, 'lastGood'>, now: () => number): PolicyOptions['lastGood'] {
  return {
    load: async () =>
      (await lastGood.load())
        .filter(({ name }) => isPolicyRow(name))
        .map(({ name, bytes }) => ({ name: name.slice(FOLDER.length), bytes })),
    save: async (files) => {
      const wanted = new Set(files.map(({ name }) => FOLDER + name));
      for (const { name } of await lastGood.load()) {
        if (isPolicyRow(name) && !wanted.has(name)) await lastGood.forget(name);
      }
      for (const { name, bytes, sha256 } of files) {
        await lastGood.save({ name: FOLDER + name, bytes, sha256, savedAtMs: now() });
      }
    },
  };
}
