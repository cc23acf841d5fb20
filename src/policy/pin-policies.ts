import type { DefinitionFile, DefinitionWarning } from '../domain/definitions.ts';
import { assessBuiltin } from './builtin-policy.ts';
import type { Answers, Evaluate } from './evaluate.ts';
import type { FileNames } from './judge.ts';
import type { PolicyFile } from './opa.ts';
import type { Assess } from './policy.ts';
import { warningOf } from './policy-files.ts';
import { createRegoPolicy } from './rego-policy.ts';

/** The policies of one cycle. Nothing that changes later is seen by them. */
export interface PinnedPolicies {
  readonly assess: Assess;
  /** In force; empty for the built-in policy. */
  readonly files: readonly DefinitionFile[];
  /** SHA-256 over the set; `undefined` for the built-in policy. */
  readonly hash: string | undefined;
  /** Why what is mounted is not in force. */
  readonly warnings: readonly DefinitionWarning[];
  /** What failed while findings were judged, and the built-in policy decided. */
  readonly troubles: () => readonly DefinitionWarning[];
}

/** A set that was compiled and tried. */
export interface TakenSet {
  readonly key: string;
  readonly set: readonly (PolicyFile & { readonly sha256: string })[];
  readonly wasm: Uint8Array<ArrayBuffer>;
  readonly names: FileNames;
  readonly answers: readonly Answers[];
}

/**
 * The policies of one cycle, out of the set in force.
 *
 * @param inForce `undefined`: the built-in policy
 * @param onTrouble hears each kind of failure once
 */
export function pinPolicies(
  inForce: TakenSet | undefined,
  warnings: readonly DefinitionWarning[],
  evaluate: Evaluate,
  onTrouble: (trouble: DefinitionWarning) => void,
): PinnedPolicies {
  if (inForce === undefined) {
    return { assess: assessBuiltin, files: [], hash: undefined, warnings, troubles: () => [] };
  }
  const { set, wasm, names, key } = inForce;
  const troubles = new Map<string, DefinitionWarning>();
  const stale = warnings.find(({ outcome }) => outcome === 'rejected');
  return {
    assess: createRegoPolicy({
      wasm,
      files: names,
      evaluate,
      onTrouble: (trouble, about) => {
        // The first finding stands for all that it fails for.
        const topic = `${trouble.file}:${trouble.line} ${trouble.code}`;
        if (troubles.has(topic)) return;
        const warning = warningOf(trouble, 'lenient', `the built-in policy decided for ${about}`);
        troubles.set(topic, warning);
        onTrouble(warning);
      },
    }),
    files: set.map(({ name, bytes, sha256 }) => ({
      name,
      sha256,
      bytes: bytes.length,
      ...(stale !== undefined && {
        stale: { code: stale.code, ...(stale.line !== undefined && { line: stale.line }), message: stale.message },
      }),
    })),
    hash: key,
    warnings,
    troubles: () => [...troubles.values()],
  };
}
