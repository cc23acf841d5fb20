import { createHash } from 'node:crypto';
import { messageOf, MonitorError } from '../errors.ts';
import type { ParsedFile, SettingsWarning } from './parse-yaml.ts';
import type { Place } from './yaml-text.ts';

/** One settings file, in force as a whole or not at all. */
export interface Slot<Value> {
  /** `config`, `storm`: stands in the log, in metrics and before the stored text. */
  readonly name: string;
  readonly path: string;
  readonly value: () => Value;
  readonly text: () => string | undefined;
  readonly sha256: () => string;
  readonly warnings: () => readonly SettingsWarning[];
  readonly placeOf: (path: readonly string[]) => Place;
  /** Why the file that is mounted now is not in force; `undefined` when it is. */
  readonly problem: () => string | undefined;
  /** Takes what is mounted now, or says why not. */
  readonly take: (mounted: Mounted) => Outcome;
  /** Of the mounted file that is not in force; `undefined` when it is, or cannot be read. */
  readonly refusedSha256: () => string | undefined;
  /** What another text of this file says; `undefined` for one that cannot be used. */
  readonly valueOf: (text: string | undefined) => { readonly value: Value } | undefined;
  /** At a start, where the mounted file cannot be used: the text that was accepted last. */
  readonly recover: (text: string, acceptedAtMs: number) => boolean;
}

/** The file's text; `undefined` when there is none. */
export type Mounted = { readonly text: string | undefined } | { readonly unreadable: unknown };

export type Outcome =
  /** `mended`: back to what is in force, after something that was refused. */
  | { readonly result: 'unchanged'; readonly mended?: boolean }
  | {
      readonly result: 'accepted';
      readonly before: unknown;
      readonly after: unknown;
      /** `undefined`: there was no file. */
      readonly sha256Before: string | undefined;
    }
  | { readonly result: 'rejected'; readonly error: MonitorError; readonly sha256: string };

/**
 * Nothing is read yet.
 *
 * @param parse `undefined` for a file that is not there; throws {MonitorError} `CONFIG_INVALID`
 * @param mayVanish whether defaults come back when the file is taken away
 * @throws {MonitorError} `CONFIG_INVALID` for an empty path
 */
export function createSlot<Value>(
  name: string,
  path: string,
  parse: (text: string | undefined, before: Value | undefined) => ParsedFile<Value>,
  mayVanish: () => boolean,
): Slot<Value> {
  if (path === '') throw invalid(`failed to create ${watcherOf(name)}: path is required`);
  let text: string | undefined;
  let inForce = parse(undefined, undefined);
  let started = false;
  let complaint: string | undefined;
  let flag: string | undefined;
  let refusedSha256: string | undefined;

  function take(mounted: Mounted): Outcome {
    const first = !started;
    started = true;
    try {
      if ('unreadable' in mounted) {
        throw invalid(`${path} cannot be read (${messageOf(mounted.unreadable)}): check its mode and the mount`);
      }
      const same = mounted.text === text;
      if (!first && !same) refuseAccidents(mounted.text);
      const before = inForce;
      const sha256Before = text === undefined ? undefined : sha256Of(text);
      const mended = complaint !== undefined;
      // Parsed anew also when it is the same: credentials and origins may have come or gone.
      const parsed = same && complaint === undefined ? inForce : parse(mounted.text, first ? undefined : before.value);
      complaint = undefined;
      flag = undefined;
      refusedSha256 = undefined;
      inForce = parsed;
      text = mounted.text;
      return first || same
        ? { result: 'unchanged', mended }
        : { result: 'accepted', before: before.value, after: parsed.value, sha256Before };
    } catch (error) {
      if (!(error instanceof MonitorError)) throw error;
      // Said once for each broken version, not at every look.
      if (error.message === complaint) return { result: 'unchanged' };
      complaint = error.message;
      const refused = 'text' in mounted ? mounted.text : undefined;
      refusedSha256 = refused === undefined ? undefined : sha256Of(refused);
      return { result: 'rejected', error, sha256: sha256Of(refused) };
    }
  }

  /** What nobody writes on purpose, and what a lost volume looks like. */
  function refuseAccidents(mounted: string | undefined): void {
    if (mounted === undefined && !mayVanish()) throw invalid(`${path} is gone`);
    if (mounted !== undefined && mounted.trim() === '' && (text ?? '').trim() !== '') {
      throw invalid(`${path} is empty: write a comment into it if defaults are what you want`);
    }
  }

  return {
    name,
    path,
    value: () => inForce.value,
    text: () => text,
    sha256: () => sha256Of(text),
    warnings: () => inForce.warnings,
    placeOf: (path) => inForce.placeOf(path),
    problem: () => (complaint === undefined ? undefined : complaint + (flag ?? '')),
    take,
    refusedSha256: () => refusedSha256,
    valueOf: (other) => {
      try {
        return { value: parse(other, undefined).value };
      } catch (error) {
        if (!(error instanceof MonitorError)) throw error;
        return undefined;
      }
    },
    recover: (stored, acceptedAtMs) => {
      try {
        inForce = parse(stored, undefined);
      } catch (error) {
        if (!(error instanceof MonitorError)) throw error;
        return false;
      }
      text = stored;
      flag = `; the version accepted at ${new Date(acceptedAtMs).toISOString()} is in force`;
      return true;
    },
  };
}

/** As refusals at a start name what reads a file: `watcher`, `storm watcher`. */
export function watcherOf(name: string): string {
  return name === 'config' ? 'watcher' : `${name} watcher`;
}

function invalid(message: string): MonitorError {
  return new MonitorError('CONFIG_INVALID', message);
}

/** 64 hex digits; of an empty text where there is none. */
export function sha256Of(text: string | undefined): string {
  return createHash('sha256')
    .update(text ?? '')
    .digest('hex');
}
