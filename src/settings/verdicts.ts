import { basename } from 'node:path';
import type { FileVerdict } from '../domain/change.ts';
import { sha256Of, type Slot } from './settings-slot.ts';

/** What became of one settings file. */
export interface SettingsDecided {
  readonly verdict: Omit<FileVerdict, 'component' | 'changes'>;
  /** Whether nothing was ever accepted before. */
  readonly isFirst: boolean;
  /** What the file said, defaults filled in; the same as `after` for a refusal. */
  readonly before: unknown;
  readonly after: unknown;
  /** On which line of the file in force a key stands. */
  readonly lineOf: (path: readonly string[]) => number;
}

/** A version of a file that was in force; `sha256` is `undefined` where there was no file. */
interface Version {
  readonly value: unknown;
  readonly sha256: string | undefined;
}

/** @param before `undefined`: nothing was ever accepted */
export function acceptedFile(slot: Slot<unknown>, before: Version | undefined): SettingsDecided {
  const sha256 = hashIn(slot);
  const verdict = {
    file: basename(slot.path),
    outcome: 'accepted',
    ...(before?.sha256 !== undefined && { sha256Before: before.sha256 }),
    ...(sha256 !== undefined && { sha256After: sha256 }),
  } as const;
  return { ...versionsOf(slot, before), verdict, isFirst: before === undefined };
}

/** Back to what is in force, after something that was refused. */
export function mendedFile(slot: Slot<unknown>): SettingsDecided {
  return acceptedFile(slot, { value: slot.value(), sha256: hashIn(slot) });
}

export function rejectedFile(slot: Slot<unknown>, message: string): SettingsDecided {
  const [inForce, refused] = [hashIn(slot), slot.refusedSha256()];
  const verdict = {
    file: basename(slot.path),
    outcome: 'rejected',
    ...(inForce !== undefined && { sha256Before: inForce }),
    ...(refused !== undefined && { sha256After: refused }),
    code: 'CONFIG_INVALID',
    message,
  } as const;
  return { ...versionsOf(slot, undefined), verdict, isFirst: false };
}

/**
 * At a start, of a file that can be used: against what an earlier process accepted last.
 *
 * @param known whether there was such a process
 * @returns `undefined` when it is the same
 */
export function fileAtStart(
  slot: Slot<unknown>,
  kept: string | undefined,
  known: boolean,
): SettingsDecided | undefined {
  if (kept === slot.text()) return undefined;
  const before = known ? slot.valueOf(kept) : undefined;
  return acceptedFile(slot, before && { ...before, sha256: kept === undefined ? undefined : sha256Of(kept) });
}

function versionsOf(
  slot: Slot<unknown>,
  before: Version | undefined,
): Pick<SettingsDecided, 'before' | 'after' | 'lineOf'> {
  const after = slot.value();
  return { before: before === undefined ? after : before.value, after, lineOf: (path) => slot.placeOf(path).line };
}

function hashIn(slot: Slot<unknown>): string | undefined {
  return slot.text() === undefined ? undefined : slot.sha256();
}
